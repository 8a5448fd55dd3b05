"""Models inside the process."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, Sequence
from typing import TYPE_CHECKING

from retrieval.answer.llm.event_loop import in_daemon_thread
from retrieval.answer.llm.messages import Chunk, Message
from retrieval.answer.llm.specification import Specification
from retrieval.errors import ModelError
from retrieval.settings import Settings

if TYPE_CHECKING:
    from retrieval.answer.llm.transformers_llm import TransformersLLM


class TransformersBackend:
    """Our `TransformersLLM`; its failures are those of this machine, so nothing is tried again."""

    def __init__(self, specification: Specification, settings: Settings) -> None:
        self._specification = specification
        self._context_tokens = settings.llm_context_tokens
        self._device = settings.llm_device
        self._llm: TransformersLLM | None = None
        self._lock = threading.Lock()

    @property
    def context_tokens(self) -> int:
        """By the setting, or the model's own, which its configuration tells."""
        return self._context_tokens or self._loaded().context_tokens

    def count_tokens(self, text: str) -> int:
        """By the model's tokenizer."""
        return len(self._loaded().tokenizer().encode(text))

    async def prepare(self) -> None:
        """Load the model, beside the loop."""
        await in_daemon_thread(lambda: self._loaded().load())

    def _loaded(self) -> TransformersLLM:
        from retrieval.answer.llm.transformers_llm import TransformersLLM  # late: LlamaIndex takes a second

        with self._lock:
            if self._llm is None:
                self._llm = TransformersLLM(
                    model=self._specification.model, device=self._device, context_window=self._context_tokens or 0
                )
            return self._llm

    async def stream(self, messages: Sequence[Message], *, max_tokens: int) -> AsyncGenerator[Chunk, None]:
        """Answer once."""
        from llama_index.core.llms import ChatMessage

        from retrieval.answer.llm.local_model import Counts

        chat = [ChatMessage(role=message.role, content=message.text) for message in messages]
        try:
            async for response in await self._loaded().astream_chat(chat, max_tokens=max_tokens):
                counts = response.raw
                if isinstance(counts, Counts):
                    yield Chunk(response.delta or "", counts.prompt, counts.completion, counts.cached)
                else:
                    yield Chunk(response.delta or "")
        except ModelError:
            raise
        except Exception as error:  # out of memory, or a mistake in the model's own code
            raise ModelError(
                f"{self._specification.name} failed while it answered ({type(error).__name__}: {error}).",
                reason="server",
                retryable=False,
            ) from error

    async def close(self) -> None:
        """Give the memory back."""
        if self._llm is not None:
            self._llm.unload()
