"""One writer per data folder: a file lock that the operating system releases when its process dies."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from retrieval.errors import LibraryBusyError, StoreError

LOCK_NAME = "writer.lock"
HOLDER_NAME = "writer.json"
POLL_S = 0.05


@contextmanager
def writer_lock(data_dir: Path, *, timeout_s: float) -> Iterator[None]:
    """Hold the data folder's only writing right.

    Args:
        data_dir: The data folder; made if it does not exist.
        timeout_s: Seconds to wait for another writer; 0 tries once.

    Raises:
        LibraryBusyError: If another process (or another library object of this one) still writes after that time.
        StoreError: If the folder does not let us lock.
    """
    make_data_folder(data_dir)
    lock = FileLock(data_dir / LOCK_NAME)
    try:
        lock.acquire(timeout=timeout_s, poll_interval=POLL_S)
    except Timeout as error:
        raise LibraryBusyError(_busy_message(data_dir, timeout_s)) from error
    except (OSError, NotImplementedError) as error:
        raise StoreError(
            f"The data folder {data_dir} cannot be locked: {error}. Check that you may write there."
        ) from error
    holder = data_dir / HOLDER_NAME
    try:
        _note_holder(holder)
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def make_data_folder(data_dir: Path) -> None:
    """Make the data folder if it does not exist, and see that it can be written.

    Raises:
        StoreError: If it cannot.
    """
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"The data folder {data_dir} cannot be made: {error.strerror}. "
            "Choose another with --data-dir or KILDE_DATA_DIR."
        ) from error
    if not os.access(data_dir, os.W_OK | os.X_OK):
        raise StoreError(
            f"The data folder {data_dir} is not writable. Choose another with --data-dir or KILDE_DATA_DIR."
        )


def _note_holder(holder: Path) -> None:
    since = datetime.now(tz=UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    try:
        holder.write_text(json.dumps({"pid": os.getpid(), "since": since}), encoding="utf-8")
    except OSError as error:
        raise StoreError(f"The data folder {holder.parent} cannot be written: {error}.") from error


def _busy_message(data_dir: Path, timeout_s: float) -> str:
    try:
        holder = json.loads((data_dir / HOLDER_NAME).read_text(encoding="utf-8"))
        who = f"process {holder['pid']}, since {holder['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        who = "another process"
    return (
        f"The data folder {data_dir} is being written by {who}; waited {timeout_s:g} s. "
        "Wait until it has finished or stop it, or allow more time with KILDE_LOCK_TIMEOUT_S."
    )
