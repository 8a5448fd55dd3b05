"""A language model as the rest of Kilde sees it."""

from __future__ import annotations

import asyncio
import threading
import weakref
from collections.abc import Sequence
from typing import Self

from retrieval.answer.llm.backend import Backend
from retrieval.answer.llm.breaker import FAILURES, PAUSE_S, Breaker
from retrieval.answer.llm.event_loop import EventLoopThread
from retrieval.answer.llm.generation import Delivery, Generation
from retrieval.answer.llm.messages import Message
from retrieval.answer.llm.ollama_backend import OllamaBackend
from retrieval.answer.llm.openai_backend import OpenAILikeBackend
from retrieval.answer.llm.request import Limits, Request
from retrieval.answer.llm.specification import Specification, read_specification
from retrieval.answer.llm.transformers_backend import TransformersBackend
from retrieval.settings import Settings


class LanguageModel:
    """Streams answers of one model, some at the same time, each within its deadlines.

    All requests run in one event loop in a thread of its own, so that a stopped one closes its connection at once.
    Usable from any thread.
    """

    def __init__(self, backend: Backend, *, name: str, limits: Limits, requests: int = 4) -> None:
        """Keep what is needed; nothing is started or loaded before the first request.

        Args:
            backend: The model.
            name: As configured.
            limits: A request's deadlines.
            requests: How many may run at the same time; more wait, within their total time.
        """
        self.name = name
        self._backend = backend
        self._limits = limits
        self._slots = asyncio.Semaphore(requests)
        self._breaker = Breaker(name, failures=FAILURES, pause_s=PAUSE_S)
        self._loop: EventLoopThread | None = None
        self._lock = threading.Lock()
        self._closed = False

    @property
    def context_tokens(self) -> int:
        """Tokens that messages and answer may have together; may read the model's configuration first."""
        return self._backend.context_tokens

    def count_tokens(self, text: str) -> int:
        """How many tokens a text is: the model's own count where it has a tokenizer here, else rather too many.

        Raises:
            ModelError: The tokenizer can't be loaded.
        """
        return self._backend.count_tokens(text)

    def stream(
        self, messages: Sequence[Message], *, max_tokens: int, stop: threading.Event | None = None
    ) -> Generation:
        """Begin an answer at once; its text is read from what is returned.

        Args:
            messages: What the model is told, in order.
            max_tokens: Most tokens of the answer.
            stop: Once set, from any thread, the model stops and the iteration raises a `ModelError` ("stopped").

        Returns:
            The answer, which raises `ModelError` while it is iterated over, also when nothing could be begun.
        """
        delivery = Delivery()
        request = Request(self.name, self._backend, tuple(messages), max_tokens, self._limits, delivery, stop)
        with self._lock:  # so that a closing model either refuses a request or ends it
            if self._closed:
                raise RuntimeError(f"{self.name} is closed.")
            if self._loop is None:
                self._loop = EventLoopThread("kilde-llm", on_close=self._backend.close)
                weakref.finalize(self, self._loop.stop)
            work = self._loop.submit(request.run(slots=self._slots, breaker=self._breaker))
        return Generation(delivery, work)

    def close(self) -> None:
        """Stop what runs, close connections and free memory; again is no error."""
        with self._lock:
            loop, self._loop, self._closed = self._loop, None, True
        if loop is not None:
            loop.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def load_language_model(settings: Settings) -> LanguageModel | None:
    """The language model that the settings name; None for ``none``.

    Cheap: what is heavy is imported and loaded at the first use.

    Raises:
        SettingsError: `KILDE_LLM` names no model.
    """
    specification = read_specification(settings)
    if specification is None:
        return None
    limits = Limits(settings.llm_first_word_s, settings.llm_stall_s, settings.llm_total_s)
    # A model in the process answers one at a time, and waiting for it is not slowness.
    requests = 1 if specification.kind == "transformers" else settings.llm_requests
    return LanguageModel(_backend(specification, settings), name=specification.name, limits=limits, requests=requests)


def _backend(specification: Specification, settings: Settings) -> Backend:
    if specification.kind == "openai-like":
        return OpenAILikeBackend(specification, settings)
    if specification.kind == "ollama":
        return OllamaBackend(specification, settings)
    return TransformersBackend(specification, settings)
