"""Models of an Ollama server."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Sequence
from typing import TYPE_CHECKING

from retrieval.answer.llm.event_loop import in_daemon_thread
from retrieval.answer.llm.messages import Chunk, Message
from retrieval.answer.llm.served_backend import CONNECT_S, SEED, ServedBackend
from retrieval.answer.llm.specification import Specification
from retrieval.settings import Settings

if TYPE_CHECKING:
    import ollama
    from llama_index.llms.ollama import Ollama


class OllamaBackend(ServedBackend):
    """LlamaIndex's `Ollama`; an instance a request, since the most tokens of an answer are an attribute there."""

    def __init__(self, specification: Specification, settings: Settings) -> None:
        super().__init__(specification, settings, openai_model=None)
        self._client: ollama.AsyncClient | None = None

    async def prepare(self) -> None:
        """Import the client's libraries, beside the loop: they take a second."""
        if self._client is None:
            await in_daemon_thread(self._load)

    def _load(self) -> None:
        import httpx  # late: all three take a second
        import llama_index.llms.ollama  # noqa: F401  # so that the loop need not
        import ollama

        with self._lock:
            if self._client is None:
                headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
                timeout = httpx.Timeout(None, connect=CONNECT_S)  # our own deadlines cover the rest
                self._client = ollama.AsyncClient(host=self._specification.url, timeout=timeout, headers=headers)

    async def stream(self, messages: Sequence[Message], *, max_tokens: int) -> AsyncGenerator[Chunk, None]:
        """Answer once."""
        import httpx
        import ollama
        from llama_index.core.llms import ChatMessage
        from pydantic import ValidationError

        chat = [ChatMessage(role=message.role, content=message.text) for message in messages]
        finished = False
        try:
            async for response in await self._llm(max_tokens).astream_chat(chat):
                raw = response.raw or {}
                finished = finished or bool(raw.get("done"))
                yield Chunk(response.delta or "", raw.get("prompt_eval_count"), raw.get("eval_count"))
        except ollama.ResponseError as error:
            raise self._failures.status(max(error.status_code, 0), error.error) from error
        except (httpx.ConnectError, httpx.ConnectTimeout, ConnectionError) as error:
            raise self._failures.unreachable(error) from error
        except httpx.TransportError as error:
            raise self._failures.malformed(f"it broke off: {type(error).__name__} {error}") from error
        except (
            json.JSONDecodeError,
            UnicodeDecodeError,
            ValidationError,
            KeyError,
            AttributeError,
            TypeError,
        ) as error:
            raise self._failures.malformed(f"{type(error).__name__}: {error}") from error
        if not finished:
            raise self._failures.malformed("it broke off before its end")

    def _llm(self, max_tokens: int) -> Ollama:
        from llama_index.llms.ollama import Ollama

        return Ollama(
            model=self._specification.model,
            base_url=self._specification.url,
            temperature=0.0,
            context_window=self.context_tokens,
            additional_kwargs={"num_predict": max_tokens, "seed": SEED},
            async_client=self._client,
        )

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.close()  # type: ignore[no-untyped-call]  # it has no annotations
