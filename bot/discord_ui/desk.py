"""Where questions wait: work that takes time, done off the event loop by a bounded number of threads."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from retrieval.errors import KildeError

T = TypeVar("T")
OnPlace = Callable[[int], None]


class DeskFullError(KildeError):
    """As many jobs wait as may; trying again later helps."""

    retryable = True


class DeskClosedError(KildeError):
    """The bot is going down."""


class Desk:
    """First come, first served, and whoever waits knows their place. Belongs to one event loop."""

    def __init__(self, *, workers: int, most_waiting: int, name: str = "kilde") -> None:
        """Open it.

        Args:
            workers: Jobs at a time, each in a thread.
            most_waiting: Jobs that may wait for one of them; one more is refused.
            name: Beginning of the threads' names.
        """
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix=name)
        self._workers = self._free = workers
        self._most_waiting = most_waiting
        self._waiting: deque[_Ticket] = deque()
        self._idle = asyncio.Event()
        self._idle.set()
        self._open = True

    @property
    def waiting(self) -> int:
        """Jobs that have not begun."""
        return len(self._waiting)

    async def run(self, job: Callable[[], T], *, on_place: OnPlace | None = None) -> T:
        """Do a job in a thread once its turn has come.

        Args:
            job: What to do. If this call is cancelled while it is done, it goes on to its end and holds its thread.
            on_place: Told the place in the queue whenever it changes, 1 being next; never if the job begins at once.

        Raises:
            DeskFullError: Too many wait already.
            DeskClosedError: No more jobs are taken.
        """
        if not self._open:
            raise DeskClosedError("Kilde is shutting down. Ask again in a minute.")
        if not self._free and len(self._waiting) >= self._most_waiting:
            raise DeskFullError(f"{len(self._waiting)} questions wait already. Ask again in a minute.")
        ticket = _Ticket(on_place)
        self._waiting.append(ticket)
        self._advance()
        try:
            await ticket.turn
        except asyncio.CancelledError:
            if ticket in self._waiting:
                self._waiting.remove(ticket)
                self._advance()
            else:
                self._release()
            raise
        loop = asyncio.get_running_loop()
        work = self._pool.submit(job)
        result = asyncio.wrap_future(work)
        # Added after wrap_future's own callback, so that whoever waits has the result before the desk can be idle.
        work.add_done_callback(lambda _: loop.call_soon_threadsafe(self._release))
        return await result

    async def close(self, *, grace_s: float) -> int:
        """Take nothing more, and let what has come end within a time.

        Returns:
            How many jobs were turned away because they had not begun by then.
        """
        self._open = False
        with suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), grace_s)
        left = list(self._waiting)
        self._waiting.clear()
        for ticket in left:
            if not ticket.turn.done():
                ticket.turn.set_exception(DeskClosedError("Kilde was shut down before this question's turn came."))
        self._pool.shutdown(wait=False, cancel_futures=True)
        return len(left)

    def _advance(self) -> None:
        """Gives free threads to those that wait longest, and tells the rest where they stand now."""
        while self._free and self._waiting:
            ticket = self._waiting.popleft()
            self._free -= 1
            self._idle.clear()
            ticket.turn.set_result(None)
        for place, ticket in enumerate(self._waiting, start=1):
            ticket.stands_at(place)

    def _release(self) -> None:
        self._free += 1
        self._advance()
        if not self._waiting and self._free == self._workers:
            self._idle.set()


class _Ticket:
    def __init__(self, on_place: OnPlace | None) -> None:
        self.turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._on_place = on_place
        self._place = 0

    def stands_at(self, place: int) -> None:
        if self._on_place is not None and place != self._place:
            self._on_place(place)
        self._place = place
