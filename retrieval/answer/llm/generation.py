"""An answer on its way: the event loop puts pieces in, the caller takes them out."""

from __future__ import annotations

import time
from concurrent.futures import Future
from queue import SimpleQueue
from types import TracebackType
from typing import Self

from retrieval.answer.llm.messages import Chunk, Usage


class Delivery:
    """What the event loop hands to the caller; it knows neither the model nor the caller, so both can be dropped."""

    def __init__(self) -> None:
        self.items: SimpleQueue[str | BaseException | None] = SimpleQueue()
        self.started_at = time.monotonic()
        self._first_word_at: float | None = None
        self._ended_at: float | None = None
        self._counts = Chunk()

    @property
    def has_text(self) -> bool:
        """Whether any text has come."""
        return self._first_word_at is not None

    def put(self, chunk: Chunk) -> None:
        """Hand over a piece and keep its counts."""
        if chunk.text:
            if self._first_word_at is None:
                self._first_word_at = time.monotonic()
            self.items.put(chunk.text)
        self._counts = Chunk(
            "",
            self._counts.prompt_tokens if chunk.prompt_tokens is None else chunk.prompt_tokens,
            self._counts.completion_tokens if chunk.completion_tokens is None else chunk.completion_tokens,
            self._counts.cached_tokens if chunk.cached_tokens is None else chunk.cached_tokens,
        )

    def end(self, error: BaseException | None = None) -> None:
        """Nothing follows but this error, if any; only the first end counts."""
        if self._ended_at is None:
            self._ended_at = time.monotonic()
            self.items.put(error)

    def usage(self) -> Usage:
        """Counts and times so far."""
        ended_at = time.monotonic() if self._ended_at is None else self._ended_at
        first_ms = None if self._first_word_at is None else (self._first_word_at - self.started_at) * 1000
        counts = self._counts
        return Usage(
            counts.prompt_tokens,
            counts.completion_tokens,
            counts.cached_tokens,
            first_word_ms=first_ms,
            total_ms=(ended_at - self.started_at) * 1000,
        )


class Generation:
    """Iterates over an answer's text, piece by piece as the model writes it.

    The model stops when this is closed, left as a context, dropped, or interrupted while it waits.

    Raises:
        ModelError: While iterated over: there is no answer, or it breaks off. Text given before it stands.
    """

    def __init__(self, delivery: Delivery, work: Future[None]) -> None:
        """Watch a request.

        Args:
            delivery: Where its pieces arrive.
            work: The request itself; cancelling it stops the model.
        """
        self._delivery = delivery
        self._work = work
        self._over = False
        # The loop may have been stopped before the request began: then nothing else would end the delivery.
        work.add_done_callback(lambda _: delivery.end())

    @property
    def usage(self) -> Usage:
        """What it cost; complete once the iteration has ended, however it ended."""
        return self._delivery.usage()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        if self._over:
            raise StopIteration
        try:
            item = self._delivery.items.get()
        except BaseException:  # Ctrl-C
            self.close()
            raise
        if isinstance(item, str):
            return item
        self._over = True
        if item is None:
            raise StopIteration
        raise item

    def close(self) -> None:
        """Stop the model; again, or after the end, is no error."""
        self._over = True
        if not self._work.done():
            self._work.cancel()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()
