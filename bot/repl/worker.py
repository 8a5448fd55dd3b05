"""One background thread, so that Ctrl-C gives the prompt back at once."""

from __future__ import annotations

import math
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

T = TypeVar("T")

_POLL_S = 0.05
"""How often a wait looks up, so that Ctrl-C is noticed on every platform."""

_SLOW_S = 0.3
"""A wait longer than this is shown."""


class Worker:
    """Runs jobs one after the other; everything that touches a library runs here, so it meets one thread only.

    The thread is a daemon: leaving the REPL does not wait for an answer that nobody wants any more.
    """

    def __init__(self, on_slow: Callable[[bool], None] = lambda _slow: None) -> None:
        """Starts the thread.

        Args:
            on_slow: Called with True when a wait becomes long, and with False when such a wait ends.
        """
        self._on_slow = on_slow
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="kilde-worker", daemon=True)
        self._thread.start()

    def submit(self, job: Callable[[], T]) -> Future[T]:
        """Queues a job; its result or error arrives in the future."""
        future: Future[T] = Future()

        def run() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = job()
            except BaseException as error:  # carried to the thread that waits, which raises it
                future.set_exception(error)
            else:
                future.set_result(result)

        self._jobs.put(run)
        return future

    def wait(self, future: Future[T], news: queue.SimpleQueue[Callable[[], None]] | None = None) -> T:
        """The result, once it is there. Ctrl-C raises KeyboardInterrupt here and leaves the job to end unheard.

        Args:
            future: Of the job.
            news: What the job wants to be done by this thread meanwhile; from then on a wait is not long any more.
        """
        slow_at, slow = time.monotonic() + _SLOW_S, False
        try:
            while not future.done() or (news is not None and not news.empty()):
                wait([future], timeout=_POLL_S)
                if news is not None and not news.empty():
                    if slow:
                        self._on_slow(False)
                    slow, slow_at = False, math.inf
                    news.get()()
                if not slow and time.monotonic() > slow_at:
                    slow = True
                    self._on_slow(True)
        except KeyboardInterrupt:
            future.cancel()
            raise
        finally:
            if slow:
                self._on_slow(False)
        return future.result()

    def run(self, job: Callable[[], T]) -> T:
        """Submits and waits."""
        return self.wait(self.submit(job))

    def close(self, *, timeout_s: float) -> bool:
        """Ends the thread after the jobs that are queued; False when it is still busy after that time."""
        self._jobs.put(None)
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
