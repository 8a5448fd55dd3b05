"""A folder that is kept indexed, with the real watcher."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.discord_ui.desk import Desk
from bot.discord_watch import keep_indexed
from retrieval.errors import LibraryBusyError, SettingsError
from retrieval.models import Failure, IndexProgress, IndexReport

SOON_S = 10


class Indexed:
    """A library that notes what is indexed."""

    def __init__(self) -> None:
        self.runs = 0
        self.report: IndexReport | Exception = IndexReport(added=("ponte.txt",))

    def __enter__(self) -> Indexed:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def index(self, paths: Any, *, on_progress: Callable[[IndexProgress], None]) -> IndexReport:
        self.runs += 1
        on_progress(IndexProgress(stage="scan", done=0, total=None))
        if isinstance(self.report, Exception):
            raise self.report
        return self.report


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(SOON_S):
        while not condition():  # noqa: ASYNC110  the condition is met in a thread
            await asyncio.sleep(0.02)


async def test_a_folder_is_indexed_at_once_and_after_a_change(desk: Desk, tmp_path: Path) -> None:
    library: Any = Indexed()
    async with keep_indexed([tmp_path], lambda: library, desk):
        await _until(lambda: library.runs == 1)
        (tmp_path / "ponte.txt").write_text("Il ponte riapre sabato.", encoding="utf-8")
        await _until(lambda: library.runs == 2)
    (tmp_path / "altro.txt").write_text("Un altro articolo.", encoding="utf-8")
    await asyncio.sleep(0.3)
    assert library.runs == 2, "nobody watches any more"


async def test_what_fails_is_told_and_tried_again(desk: Desk, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    library: Any = Indexed()
    library.report = LibraryBusyError("another process writes")
    async with keep_indexed([tmp_path], lambda: library, desk):
        await _until(lambda: "another process writes" in caplog.text)
        library.report = IndexReport(failed=(Failure("vuoto.txt", "is empty"),))
        (tmp_path / "vuoto.txt").touch()
        await _until(lambda: "vuoto.txt: is empty" in caplog.text)


async def test_stopping_in_the_middle_of_a_run(desk: Desk, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="bot.discord_watch")
    running = asyncio.Event()
    loop = asyncio.get_running_loop()

    class Slow(Indexed):
        def index(self, paths: Any, *, on_progress: Callable[[IndexProgress], None]) -> IndexReport:
            loop.call_soon_threadsafe(running.set)
            while True:  # only a callback that raises ends it
                on_progress(IndexProgress(stage="embed", done=1, total=2))

    library: Any = Slow()
    async with keep_indexed([tmp_path], lambda: library, desk):
        await asyncio.wait_for(running.wait(), SOON_S)
    await desk.close(grace_s=SOON_S)


async def test_a_path_that_is_not_there(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="there is no such file or folder"):
        async with keep_indexed([tmp_path / "absent"], Indexed, desk):  # type: ignore[arg-type]
            pass
