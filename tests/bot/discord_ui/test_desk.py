"""Jobs are done off the event loop, in order, and a bounded number at a time."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator

import pytest

from bot.discord_ui.desk import Desk, DeskClosedError, DeskFullError


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk(workers=1, most_waiting=3)
    yield desk
    await desk.close(grace_s=5)


class Gate:
    """A job that begins, and ends when it is told to."""

    def __init__(self) -> None:
        self.begun, self.opened = threading.Event(), threading.Event()

    def __call__(self) -> str:
        self.begun.set()
        assert self.opened.wait(5)
        return "done"

    async def started(self) -> None:
        while not self.begun.is_set():  # noqa: ASYNC110  set by another thread
            await asyncio.sleep(0.001)


async def test_a_job_runs_in_another_thread_and_its_result_comes_back(desk: Desk) -> None:
    assert await desk.run(lambda: threading.current_thread().name) != threading.current_thread().name


async def test_an_error_comes_back_and_the_next_job_runs(desk: Desk) -> None:
    def fail() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await desk.run(fail)
    assert await desk.run(lambda: 7) == 7


async def test_places_are_told_as_the_queue_moves(desk: Desk) -> None:
    gates = [Gate() for _ in range(4)]
    places: dict[int, list[int]] = {number: [] for number in range(4)}
    tasks = []
    for number, gate in enumerate(gates):
        tasks.append(asyncio.create_task(desk.run(gate, on_place=places[number].append)))
        await asyncio.sleep(0)
    assert desk.waiting == 3
    with pytest.raises(DeskFullError, match="3 questions wait already"):
        await desk.run(lambda: None)
    for gate in gates:
        gate.opened.set()
        await gate.started()
    assert await asyncio.gather(*tasks) == ["done"] * 4
    assert places == {0: [], 1: [1], 2: [2, 1], 3: [3, 2, 1]}


async def test_whoever_stops_waiting_frees_the_place(desk: Desk) -> None:
    first = Gate()
    running = asyncio.create_task(desk.run(first))
    await first.started()
    places: list[int] = []
    leaving = asyncio.create_task(desk.run(lambda: "never"))
    staying = asyncio.create_task(desk.run(lambda: "mine", on_place=places.append))
    await asyncio.sleep(0.01)
    leaving.cancel()
    first.opened.set()
    assert await running == "done"
    assert await staying == "mine"
    assert places == [2, 1]
    with pytest.raises(asyncio.CancelledError):
        await leaving


async def test_a_job_that_nobody_waits_for_any_more_keeps_its_thread_until_it_ends(desk: Desk) -> None:
    gate = Gate()
    task = asyncio.create_task(desk.run(gate))
    await gate.started()
    task.cancel()
    await asyncio.sleep(0)
    following = asyncio.create_task(desk.run(lambda: time.monotonic()))
    await asyncio.sleep(0.03)
    assert not following.done()
    opened = time.monotonic()
    gate.opened.set()
    assert await following >= opened


async def test_closing_lets_what_runs_end_and_turns_the_rest_away() -> None:
    desk = Desk(workers=1, most_waiting=5)
    gate = Gate()
    running = asyncio.create_task(desk.run(gate))
    await gate.started()
    waiting = asyncio.create_task(desk.run(lambda: "late"))
    await asyncio.sleep(0)
    closing = asyncio.create_task(desk.close(grace_s=0.05))
    await asyncio.sleep(0)
    with pytest.raises(DeskClosedError, match="shutting down"):
        await desk.run(lambda: None)
    assert await closing == 1
    with pytest.raises(DeskClosedError, match="before this question's turn"):
        await waiting
    gate.opened.set()
    assert await running == "done"


async def test_closing_waits_for_all_if_there_is_time() -> None:
    desk = Desk(workers=2, most_waiting=9)
    tasks = [asyncio.create_task(desk.run(lambda: time.sleep(0.01))) for _ in range(9)]
    await asyncio.sleep(0)
    assert await desk.close(grace_s=5) == 0
    assert all(task.done() for task in tasks)
