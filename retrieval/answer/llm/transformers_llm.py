"""LlamaIndex's interface to a model inside the process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from queue import SimpleQueue
from typing import Any

from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    ChatResponseAsyncGen,
    ChatResponseGen,
    CompletionResponse,
    CompletionResponseGen,
    LLMMetadata,
)
from llama_index.core.llms import CustomLLM, MessageRole
from pydantic import Field, PrivateAttr

from retrieval.answer.llm.local_model import Counts, LocalModel, LocalTokenizer, read_context_tokens
from retrieval.answer.llm.messages import Message
from retrieval.errors import ModelError

Work = Callable[[threading.Event, Callable[[str], None]], Counts]


class TransformersLLM(CustomLLM):
    """A Hugging Face id, a folder or a ``.gguf`` file, answered greedily by transformers.

    LlamaIndex's own `HuggingFaceLLM` can't be stopped, waits forever when `generate` raises in its thread, and computes
    the whole prompt anew each time. This one stops within a token once its iterator is closed, hands exceptions on, and
    keeps the last prompt's keys and values (`PrefixCache`). The last response of a stream has `Counts` as its `raw`.
    """

    model: str = Field(description="A Hugging Face id, a folder or a .gguf file.")
    device: str = Field(default="auto", description="auto, or a device of torch.")
    context_window: int = Field(default=0, ge=0, description="Tokens that the model can take; 0: the model's own.")
    max_new_tokens: int = Field(default=512, gt=0, description="Most tokens of an answer.")

    _tokenizer: LocalTokenizer | None = PrivateAttr(default=None)
    _local: LocalModel | None = PrivateAttr(default=None)
    _lock: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    @classmethod
    def class_name(cls) -> str:
        """LlamaIndex's name for it."""
        return "transformers_llm"

    @property
    def metadata(self) -> LLMMetadata:
        """What LlamaIndex wants to know of a model."""
        return LLMMetadata(
            context_window=self.context_tokens,
            num_output=self.max_new_tokens,
            is_chat_model=True,
            model_name=self.model,
        )

    @property
    def context_tokens(self) -> int:
        """Tokens that the model can take, by the field or its configuration, which may have to be read first."""
        if not self.context_window:
            local = self._local
            self.context_window = local.context_tokens if local else read_context_tokens(self.model)
        return self.context_window

    def tokenizer(self) -> LocalTokenizer:
        """The model's, loaded at the first use."""
        with self._lock:
            if self._tokenizer is None:
                self._tokenizer = LocalTokenizer(self.model)
            return self._tokenizer

    def load(self) -> LocalModel:
        """The model, loaded at the first use.

        Raises:
            ModelError: A package is missing, or the model can't be loaded.
        """
        tokenizer = self.tokenizer()
        with self._lock:
            if self._local is None:
                self._local = LocalModel(self.model, tokenizer, device=self.device)
            return self._local

    def unload(self) -> None:
        """Give the memory back."""
        with self._lock:
            local, self._local = self._local, None
        if local is not None:
            local.wait()

    def chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        """Answer; see `stream_chat`."""
        *_, last = self.stream_chat(messages, **kwargs)
        return last

    def stream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponseGen:
        """Answer piece by piece; closing the iterator stops the model."""
        work = self._chat_work(messages, kwargs.get("max_tokens"))
        text = ""
        for item in _in_thread(work):
            text, response = _response(text, item)
            yield response

    async def astream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponseAsyncGen:
        """Answer piece by piece without ever blocking the event loop; cancelling or closing it stops the model."""
        work = self._chat_work(messages, kwargs.get("max_tokens"))
        items: asyncio.Queue[str | Counts | BaseException] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def put(item: str | Counts | BaseException) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(items.put_nowait, item)

        async def responses() -> ChatResponseAsyncGen:
            stop, text = _start(work, put), ""
            try:
                while True:
                    item = await items.get()
                    if isinstance(item, BaseException):
                        raise item
                    text, response = _response(text, item)
                    yield response
                    if isinstance(item, Counts):
                        return
            finally:
                stop.set()

        return responses()

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        """Go on with a text; see `stream_complete`."""
        *_, last = self.stream_complete(prompt, formatted, **kwargs)
        return last

    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:
        """Go on with a text as it stands, without a chat template; closing the iterator stops the model."""

        def work(stop: threading.Event, emit: Callable[[str], None]) -> Counts:
            return self._generate(self.tokenizer().encode(prompt), kwargs.get("max_tokens"), stop, emit)

        text = ""
        for item in _in_thread(work):
            delta = item if isinstance(item, str) else ""
            text += delta
            yield CompletionResponse(text=text, delta=delta, raw=None if isinstance(item, str) else item)

    def _chat_work(self, messages: Sequence[ChatMessage], max_tokens: int | None) -> Work:
        turns = [Message(message.role.value, message.content or "") for message in messages]  # type: ignore[arg-type]  # LlamaIndex has more roles; templates say which they take

        def work(stop: threading.Event, emit: Callable[[str], None]) -> Counts:
            return self._generate(self.tokenizer().encode_chat(turns), max_tokens, stop, emit)

        return work

    def _generate(
        self, prompt: list[int], max_tokens: int | None, stop: threading.Event, emit: Callable[[str], None]
    ) -> Counts:
        local = self.load()  # first, since it holds the configuration
        room = self.context_tokens - len(prompt)
        if room < 1:
            raise ModelError(
                f"transformers:{self.model} got {len(prompt)} tokens, and its context holds "
                f"{room + len(prompt)}. Raise KILDE_LLM_CONTEXT_TOKENS if it can take more, or choose another model "
                "(KILDE_LLM).",
                reason="overflow",
            )
        return local.generate(prompt, max_tokens=min(max_tokens or self.max_new_tokens, room), stop=stop, emit=emit)


def _response(before: str, item: str | Counts) -> tuple[str, ChatResponse]:
    delta = item if isinstance(item, str) else ""
    text = before + delta
    message = ChatMessage(role=MessageRole.ASSISTANT, content=text)
    return text, ChatResponse(message=message, delta=delta, raw=None if isinstance(item, str) else item)


def _start(work: Work, put: Callable[[str | Counts | BaseException], None]) -> threading.Event:
    """Run it in a thread, which hands on its texts, and then its counts or its exception; the event stops it."""
    stop = threading.Event()

    def run() -> None:
        try:
            put(work(stop, put))
        except BaseException as error:  # travels to the one who reads
            put(error)

    threading.Thread(target=run, name="kilde-llm-generate", daemon=True).start()
    return stop


def _in_thread(work: Work) -> Iterator[str | Counts]:
    items: SimpleQueue[str | Counts | BaseException] = SimpleQueue()
    stop = _start(work, items.put)
    try:
        while True:
            item = items.get()
            if isinstance(item, BaseException):
                raise item
            yield item
            if isinstance(item, Counts):
                return
    finally:
        stop.set()
