"""One request to a model: its place in the line, its deadlines, its further tries, and how it ends."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field

from retrieval.answer.llm.backend import Backend
from retrieval.answer.llm.breaker import Breaker
from retrieval.answer.llm.generation import Delivery
from retrieval.answer.llm.messages import Chunk, Message
from retrieval.answer.llm.repetition import RepetitionGuard
from retrieval.errors import ModelError

BACKOFF_S = (0.2, 0.8)
"""Pauses before the second and the third try."""
RETRIED = frozenset({"unreachable", "server", "busy"})
STOP_POLL_S = 0.02
"""A `threading.Event` can't be awaited, so a request looks at its own this often."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds that a request may take, by the settings `KILDE_LLM_..._S`."""

    first_word_s: float
    stall_s: float
    total_s: float


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked, of which model, and where the answer goes."""

    name: str
    backend: Backend
    messages: Sequence[Message]
    max_tokens: int
    limits: Limits
    delivery: Delivery
    stop: threading.Event | None = None
    guard: RepetitionGuard = field(default_factory=RepetitionGuard)

    async def run(self, *, slots: asyncio.Semaphore, breaker: Breaker) -> None:
        """Answer into the delivery, which is ended in any case."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  # for mypy: a coroutine runs in a task
        watcher = asyncio.create_task(self._cancel_when_stopped(self.stop, task)) if self.stop else None
        try:
            await self._run_in_line(slots, breaker)
        except asyncio.CancelledError:
            self.delivery.end(ModelError(f"{self.name} was stopped.", reason="stopped"))
            raise
        except Exception as error:  # a mistake of ours must reach the caller, in another thread
            self.delivery.end(error)
        else:
            self.delivery.end()
        finally:
            if watcher is not None:
                watcher.cancel()

    @staticmethod
    async def _cancel_when_stopped(stop: threading.Event, task: asyncio.Task[None]) -> None:
        while not stop.is_set():  # noqa: ASYNC110  # the event is threading's, so that any thread can set it
            await asyncio.sleep(STOP_POLL_S)
        task.cancel()

    async def _run_in_line(self, slots: asyncio.Semaphore, breaker: Breaker) -> None:
        breaker.check()
        clock = asyncio.get_running_loop().time
        deadline = clock() + self.limits.total_s
        try:
            async with asyncio.timeout_at(deadline) as waiting:
                await slots.acquire()
        except TimeoutError:
            if waiting.expired():
                raise self._too_long("waiting for other requests to end (KILDE_LLM_REQUESTS)") from None
            raise
        try:
            breaker.admit()
            try:
                loading_since = clock()
                await self.backend.prepare()
                await self._try_repeatedly(deadline + clock() - loading_since)
            except ModelError as error:
                breaker.record(error)
                raise
            except BaseException:
                breaker.abandon()
                raise
            breaker.record(None)
        finally:
            slots.release()

    async def _try_repeatedly(self, deadline: float) -> None:
        clock = asyncio.get_running_loop().time
        first_word_by = clock() + self.limits.first_word_s
        for pause_s in (*BACKOFF_S, None):
            try:
                await self._try_once(first_word_by, deadline)
            except ModelError as error:
                if pause_s is None or error.reason not in RETRIED or not error.retryable or self.delivery.has_text:
                    raise
                wait_s = pause_s if error.retry_after_s is None else error.retry_after_s
                if clock() + wait_s >= first_word_by:
                    raise
                logger.info("%s: %s; trying again in %.1f s", self.name, error.reason, wait_s)
                await asyncio.sleep(wait_s)
            else:
                return

    async def _try_once(self, first_word_by: float, deadline: float) -> None:
        clock = asyncio.get_running_loop().time
        next_by = first_word_by
        async with aclosing(self.backend.stream(self.messages, max_tokens=self.max_tokens)) as chunks:
            while (chunk := await self._next(chunks, min(next_by, deadline), too_long=deadline <= next_by)) is not None:
                self.delivery.put(chunk)
                if chunk.text:
                    next_by = clock() + self.limits.stall_s
                    await self._check_repetition(chunk.text, chunks)
        if not self.delivery.has_text:
            raise ModelError(
                f"{self.name} ended without a word. Try again, or another model (KILDE_LLM).", reason="empty"
            )

    async def _next(self, chunks: AsyncGenerator[Chunk, None], by: float, *, too_long: bool) -> Chunk | None:
        try:
            async with asyncio.timeout_at(by) as timer:
                return await anext(chunks, None)
        except TimeoutError:
            if not timer.expired():
                raise
            raise self._late(too_long=too_long) from None

    def _late(self, *, too_long: bool) -> ModelError:
        if too_long:
            return self._too_long("writing")
        if not self.delivery.has_text:
            return ModelError(
                f"{self.name} gave no word in {self.limits.first_word_s:g} s. Raise KILDE_LLM_FIRST_WORD_S "
                f"(now {self.limits.first_word_s:g}), or choose a faster model (KILDE_LLM).",
                reason="slow",
            )
        return ModelError(
            f"{self.name} fell silent for {self.limits.stall_s:g} s in the middle of its answer. Raise "
            f"KILDE_LLM_STALL_S (now {self.limits.stall_s:g}), or look at the model's server.",
            reason="stalled",
        )

    def _too_long(self, doing: str) -> ModelError:
        spent_s = time.monotonic() - self.delivery.started_at
        return ModelError(
            f"{self.name} was not done after {spent_s:.1f} s, spent {doing}. Raise KILDE_LLM_TOTAL_S "
            f"(now {self.limits.total_s:g}), or choose a faster model (KILDE_LLM).",
            reason="too_long",
        )

    async def _check_repetition(self, text: str, chunks: AsyncGenerator[Chunk, None]) -> None:
        repeated = self.guard.repeats(text)
        if repeated is not None:
            await _cancel(chunks)
            raise ModelError(
                f"{self.name} wrote the same again and again and was stopped. A larger model (KILDE_LLM) does so "
                "less often.",
                reason="repetition",
            )


async def _cancel(chunks: AsyncGenerator[Chunk, None]) -> None:
    """Cancel a generator where it waits, which closes the connection.

    Closing it would not: LlamaIndex's generators do not close those that they read, and leave them in a cycle of
    references that only the garbage collector finds.
    """
    with suppress(TimeoutError, ModelError):
        async with asyncio.timeout(0):
            while await anext(chunks, None) is not None:
                pass
