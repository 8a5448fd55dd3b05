"""Keeps Chroma's vector index whole when its process is killed.

Chroma 1.5 keeps the newest vectors in SQLite and, every ``SYNC_THRESHOLD`` changes, writes its whole vector index over
the old files and then forgets those vectors. Killed while it writes, it leaves files that can never be read again
(measured: 1 of 80 kills with a threshold of 10). So the files are copied before a change that will make Chroma write
them; a copy that is still there at the next start is put back, unless SQLite says that the new files were finished.
"""

from __future__ import annotations

import json
import logging
import re
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from retrieval.errors import LibraryBusyError, StoreError

logger = logging.getLogger(__name__)

SYNC_THRESHOLD = 1000
"""Changes after which Chroma writes its index; set on every collection, so that we know it."""
MARGIN = 100
LOCK_NAME = "commit.lock"
LOCK_TIMEOUT_S = 60.0
"""A commit takes a fraction of a second; a minute covers copying the index of a million nodes."""
POLL_S = 0.005
PAUSE_S = 0.02
"""Four times as long as a waiting reader sleeps between two attempts."""
BACKUP_FOLDER = "index-backup"
NOTE_NAME = "note.json"
SEGMENT_NAME = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SQLITE_TIMEOUT_S = 10.0


@contextmanager
def guarded_index(chroma_folder: Path, library: str, *, changes: int) -> Iterator[None]:
    """Hold the vector index for one commit or one opening, so that nobody else opens or writes it meanwhile.

    Opening needs it as well: it reads files that a commit may be writing, replays what SQLite holds, and may write.

    Args:
        chroma_folder: Chroma's folder.
        library: Name of the collection.
        changes: Most vectors that will be added, replaced or deleted.

    Raises:
        LibraryBusyError: If another process holds it for more than a minute.
        StoreError: If the copy cannot be made.
    """
    backup = chroma_folder.parent / BACKUP_FOLDER / library
    try:
        with FileLock(chroma_folder.parent / LOCK_NAME).acquire(timeout=LOCK_TIMEOUT_S, poll_interval=POLL_S):
            _recover(chroma_folder, backup, library)
            state = _IndexState.read(chroma_folder, library)
            due = state is not None and state.waiting + changes + MARGIN >= SYNC_THRESHOLD
            if state is not None and due:
                _copy(chroma_folder / state.segment, backup, state)
            yield
            if due:
                _drop(backup)
        if changes:
            # The lock is not fair: a writer that commits without a pause would keep every reader out (seen).
            time.sleep(PAUSE_S)
    except Timeout as error:
        raise LibraryBusyError(
            f"Another process has been committing to {chroma_folder} for more than {LOCK_TIMEOUT_S:g} s. "
            "Wait until it has finished, or stop it, and try again."
        ) from error
    except OSError as error:
        raise StoreError(
            f"The data folder {chroma_folder.parent} cannot be locked: {error}. "
            "Check that you may write there and that its disk has space."
        ) from error


def remove_unused_segments(chroma_folder: Path) -> None:
    """Remove the index files of collections that were deleted, which Chroma leaves for ever.

    Only for the holder of the writer lock and of `guarded_index`, so that no collection is being made meanwhile.
    """
    try:
        with closing(sqlite3.connect(chroma_folder / "chroma.sqlite3", timeout=SQLITE_TIMEOUT_S)) as connection:
            used = {str(row[0]) for row in connection.execute("SELECT id FROM segments")}
    except sqlite3.Error as error:
        logger.warning("Chroma's tables in %s cannot be read (%s); nothing is removed", chroma_folder, error)
        return
    for folder in chroma_folder.iterdir():
        if SEGMENT_NAME.fullmatch(folder.name) and folder.name not in used:
            shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class _IndexState:
    segment: str
    """Name of the folder with the index files."""
    written: int
    """Number of the last change that is in those files; 0 before there are any."""
    waiting: int
    """Changes since, which are in SQLite alone."""

    @classmethod
    def read(cls, chroma_folder: Path, library: str) -> _IndexState | None:
        """From Chroma's own tables; None if there is no such library, or if the tables are not those of Chroma 1.5."""
        database = chroma_folder / "chroma.sqlite3"
        if not database.exists():
            return None
        try:
            with closing(sqlite3.connect(database, timeout=SQLITE_TIMEOUT_S)) as connection:
                row = connection.execute(
                    "SELECT segments.id, collections.id FROM segments "
                    "JOIN collections ON segments.collection = collections.id "
                    "WHERE segments.scope = 'VECTOR' AND collections.name = ?",
                    (library,),
                ).fetchone()
                if row is None:
                    return None
                segment, collection = row
                found = connection.execute("SELECT seq_id FROM max_seq_id WHERE segment_id = ?", (segment,)).fetchone()
                written = int(found[0]) if found else 0
                (waiting,) = connection.execute(
                    "SELECT count(*) FROM embeddings_queue WHERE seq_id > ? AND topic LIKE ?",
                    (written, f"%{collection}"),
                ).fetchone()
        except (sqlite3.Error, TypeError, ValueError) as error:
            logger.warning("Chroma's tables in %s cannot be read (%s); its index is not guarded", database, error)
            return None
        return cls(str(segment), written, int(waiting))


def _copy(index_folder: Path, backup: Path, state: _IndexState) -> None:
    shutil.rmtree(backup, ignore_errors=True)
    backup.mkdir(parents=True)
    if index_folder.exists():
        shutil.copytree(index_folder, backup / state.segment)
    # The note comes last and at once: a copy without it is not complete.
    note = backup / f"{NOTE_NAME}.new"
    note.write_text(json.dumps({"segment": state.segment, "written": state.written}), encoding="utf-8")
    note.replace(backup / NOTE_NAME)


def _drop(backup: Path) -> None:
    (backup / NOTE_NAME).unlink(missing_ok=True)
    shutil.rmtree(backup, ignore_errors=True)


def _recover(chroma_folder: Path, backup: Path, library: str) -> None:
    if not backup.exists():
        return
    try:
        note = json.loads((backup / NOTE_NAME).read_text(encoding="utf-8"))
    except FileNotFoundError:
        _drop(backup)  # killed while copying, so nothing had been written yet
        return
    state = _IndexState.read(chroma_folder, library)
    if state is not None and state.segment == note["segment"] and state.written == note["written"]:
        logger.warning(
            "A process was killed while it wrote the index in %s; the one before it is put back", chroma_folder
        )
        target = chroma_folder / state.segment
        shutil.rmtree(target, ignore_errors=True)
        if (backup / state.segment).exists():
            shutil.copytree(backup / state.segment, target)
    _drop(backup)
