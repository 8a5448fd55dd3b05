"""Keeps folders indexed while the bot answers: the embedded store has one writing process, and the bot is it."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from watchfiles import awatch

from bot.discord_ui.desk import Desk, DeskClosedError
from bot.logs import note_incident
from retrieval.errors import KildeError, SettingsError
from retrieval.models import IndexProgress, IndexReport

if TYPE_CHECKING:
    from retrieval import Library

LOOK_AGAIN_MS = 600_000
"""So often the folders are read even though nothing was noticed: network drives may tell nothing."""

logger = logging.getLogger(__name__)


class _StoppedError(Exception):
    """The bot goes down in the middle of an index run; what is indexed is kept."""


@asynccontextmanager
async def keep_indexed(
    paths: Sequence[Path], open_library: Callable[[], Library], writing: Desk
) -> AsyncIterator[None]:
    """Index the paths now and whenever something in them changes, meanwhile.

    Args:
        paths: Files and folders; none does nothing.
        open_library: Opens the library to write.
        writing: Where that is done.

    Raises:
        SettingsError: One of the paths is not there.
    """
    for path in paths:
        if not path.exists():
            raise SettingsError(f"--watch {path}: there is no such file or folder.")
    stopped = threading.Event()
    watching = asyncio.create_task(_watch(paths, open_library, writing, stopped)) if paths else None
    try:
        yield
    finally:
        stopped.set()
        if watching is not None:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching


async def _watch(
    paths: Sequence[Path], open_library: Callable[[], Library], writing: Desk, stopped: threading.Event
) -> None:
    changed = asyncio.Event()
    changed.set()
    async with asyncio.TaskGroup() as group:
        # It watches before the first run begins, so that no change falls between.
        group.create_task(_notice(paths, changed))
        while True:
            await changed.wait()
            changed.clear()
            await _index(paths, open_library, writing, stopped)


async def _notice(paths: Sequence[Path], changed: asyncio.Event) -> None:
    async for _ in awatch(*paths, rust_timeout=LOOK_AGAIN_MS, yield_on_timeout=True):
        changed.set()


async def _index(
    paths: Sequence[Path], open_library: Callable[[], Library], writing: Desk, stopped: threading.Event
) -> None:
    def check(_progress: IndexProgress) -> None:
        if stopped.is_set():
            raise _StoppedError

    def index() -> IndexReport:
        with open_library() as library:
            return library.index(paths, on_progress=check)

    try:
        _log(await writing.run(index))
    except (_StoppedError, DeskClosedError):
        logger.info("indexing was stopped; the next start goes on from here")
    except KildeError as error:
        logger.warning("the watched folders could not be indexed: %s", error)
    except Exception as error:  # a boundary: the bot goes on answering, and tries again at the next change
        note_incident(error)


def _log(report: IndexReport) -> None:
    logger.info(
        "%d added, %d updated, %d unchanged, %d removed, %d failed",
        len(report.added),
        len(report.updated),
        report.unchanged,
        len(report.removed),
        len(report.failed),
    )
    for failure in report.failed:
        logger.warning("%s: %s", failure.source, failure.reason)
