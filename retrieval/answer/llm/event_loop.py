"""One event loop in a thread of its own, and threads that the loop can leave behind."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar

Result = TypeVar("Result")
JOIN_S = 5.0
"""Longest wait for the thread to end: what it closes are connections, and none is waited for."""


class EventLoopThread:
    """A daemon thread with an event loop, so that a program can end while a server has not answered."""

    def __init__(self, name: str, *, on_close: Callable[[], Awaitable[None]]) -> None:
        """Start the thread.

        Args:
            name: The thread's.
            on_close: Awaited in the loop before it closes, once all tasks have ended.
        """
        self._loop = asyncio.new_event_loop()
        self._on_close = on_close
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, coroutine: Coroutine[Any, Any, None]) -> Future[None]:
        """Start a coroutine in the loop; cancelling the future cancels it."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def stop(self) -> None:
        """Cancel everything that runs, close the loop and end the thread; again is no error."""
        with suppress(RuntimeError):  # the loop is closed already
            self._loop.call_soon_threadsafe(self._loop.stop)
        if threading.current_thread() is not self._thread:
            self._thread.join(JOIN_S)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            self._loop.run_until_complete(self._wind_down())
            self._loop.close()

    async def _wind_down(self) -> None:
        # A generation's cancellation starts others, such as the closing of a stream that nobody reads any more.
        for _ in range(3):
            tasks = asyncio.all_tasks() - {asyncio.current_task()}
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.sleep(0)
        await asyncio.get_running_loop().shutdown_asyncgens()
        await self._on_close()


async def in_daemon_thread(work: Callable[[], Result]) -> Result:
    """Run something slow beside the loop.

    Unlike in an executor's thread, neither a cancelled task nor the end of the program waits until it is done.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Result] = loop.create_future()

    def settle(result: Result | None, error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]  # without an error it is a Result

    def run() -> None:
        result, failure = None, None
        try:
            result = work()
        except BaseException as error:  # travels to the task that waits
            failure = error
        with suppress(RuntimeError):  # the loop was closed meanwhile: nobody waits
            loop.call_soon_threadsafe(settle, result, failure)

    threading.Thread(target=run, name="kilde-llm-work", daemon=True).start()
    return await done
