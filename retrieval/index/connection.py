"""Opening and closing Chroma, and its errors in Kilde's words."""

from __future__ import annotations

import logging
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from retrieval.errors import LibraryNotFoundError, StoreError, StoreUnavailableError
from retrieval.index.lock import make_data_folder
from retrieval.settings import Settings

if TYPE_CHECKING:
    import httpx
    from chromadb.api import ClientAPI

logger = logging.getLogger(__name__)

CHROMA_FOLDER = "chroma"
DATABASE_NAME = "chroma.sqlite3"
HTTPS_PORT = 443
HTTP_PORT = 8000
MIN_FREE_BYTES = 32 * 1024 * 1024
"""Nothing is written with less space than this: Chroma, when its disk is full, may wait for ever (seen in 1.5.9)."""

DISK_SIGNS = ("disk is full", "Error in compaction", "disk I/O error", "No space left", "File too large", "apply logs")
READ_ONLY_SIGNS = (
    "readonly database",
    "unable to open database",
    "Permission denied",
    "Read-only file system",
    "os error 13",
)
DAMAGE_SIGNS = ("not a database", "malformed", "hnsw", "Error getting embedding", "Error finding id")


@dataclass(slots=True)
class Connection:
    """An open Chroma client. Each has its own copy of the index in memory, even in one process."""

    client: ClientAPI
    where: str
    """Folder or URL, for messages."""
    _slot: int = 0
    _slots_in_use: ClassVar[set[tuple[str, int]]] = set()
    _slots_lock: ClassVar[threading.Lock] = threading.Lock()

    def close(self) -> None:
        """Release files and connections."""
        for session in _sessions(self.client):
            session.close()
        with translated_errors(self.where):
            self.client.close()  # type: ignore[attr-defined]  # ClientAPI's type lacks what every client has
        with self._slots_lock:
            self._slots_in_use.discard((self.where, self._slot))

    @classmethod
    def open(cls, settings: Settings, *, create: bool) -> Connection | None:
        """Connect to the server, or open the data folder; None if that is absent and not to be created."""
        if settings.chroma_url is not None:
            return cls._open_server(settings.chroma_url, settings.chroma_timeout_s)
        folder = settings.data_dir.absolute() / CHROMA_FOLDER
        if not (folder / DATABASE_NAME).exists():
            if not create:
                return None
            make_data_folder(settings.data_dir)
            folder.mkdir(exist_ok=True)
            check_free_space(folder)
        return cls._open_folder(folder)

    @classmethod
    def _open_folder(cls, folder: Path) -> Connection:
        import chromadb  # late: 0.7 s
        from chromadb.config import Settings as ChromaSettings

        # Chroma shares one index among all clients of a process whose paths are spelled alike, and then none of them
        # can be reopened while another is open. "folder", "folder/.", "folder/./." are the same folder and separate
        # clients.
        with cls._slots_lock:
            slot = next(n for n in range(len(cls._slots_in_use) + 1) if (str(folder), n) not in cls._slots_in_use)
            cls._slots_in_use.add((str(folder), slot))
        try:
            with translated_errors(str(folder)):
                client = chromadb.PersistentClient(
                    os.path.join(folder, *["."] * slot),  # noqa: PTH118  pathlib would drop the dots
                    settings=ChromaSettings(anonymized_telemetry=False),
                )
        except StoreError:
            with cls._slots_lock:
                cls._slots_in_use.discard((str(folder), slot))
            raise
        return cls(client, str(folder), slot)

    @classmethod
    def _open_server(cls, url: str, timeout_s: float) -> Connection:
        import chromadb  # late: 0.7 s
        import httpx  # late: comes with chromadb
        from chromadb.config import Settings as ChromaSettings

        parts = urlsplit(url)
        secure = parts.scheme == "https"
        where = url.replace(f"{parts.netloc.rpartition('@')[0]}@", "") if "@" in parts.netloc else url
        with translated_errors(where):
            # Chroma's client has no timeout of its own, so a silent server must be found out first.
            httpx.get(f"{url.rstrip('/')}/api/v2/heartbeat", timeout=timeout_s).raise_for_status()
            client = chromadb.HttpClient(
                host=parts.hostname or "localhost",
                port=parts.port or (HTTPS_PORT if secure else HTTP_PORT),
                ssl=secure,
                settings=ChromaSettings(anonymized_telemetry=False),
            )
        for session in _sessions(client):
            session.timeout = httpx.Timeout(timeout_s)
        return cls(client, where)


def _sessions(client: ClientAPI) -> list[httpx.Client]:
    """Chroma's HTTP sessions, which it neither bounds in time nor closes, and offers no public way to."""
    servers = (getattr(owner, "_server", None) for owner in (client, getattr(client, "_admin_client", None)))
    found = (getattr(server, "_session", None) for server in servers)
    return [session for session in found if session is not None]


def check_free_space(folder: Path) -> None:
    """Refuse to write to a disk that is almost full.

    Raises:
        StoreError: If fewer than MIN_FREE_BYTES are free.
    """
    free_bytes = shutil.disk_usage(folder).free
    if free_bytes < MIN_FREE_BYTES:
        raise StoreError(
            f"The disk of {folder} is full: {free_bytes / 1e6:.0f} MB free, {MIN_FREE_BYTES / 1e6:.0f} MB needed. "
            "Nothing was damaged; free some space and run the same command again."
        )


@contextmanager
def translated_errors(where: str) -> Iterator[None]:
    """Turn what Chroma and its HTTP client raise into StoreError, StoreUnavailableError or LibraryNotFoundError."""
    import httpx  # late: comes with chromadb
    from chromadb.errors import ChromaError, NotFoundError  # late: 0.7 s

    try:
        yield
    except httpx.TransportError as error:
        raise StoreUnavailableError(_unavailable(where, error)) from error
    except httpx.HTTPStatusError as error:
        raise StoreUnavailableError(_unavailable(where, error)) from error
    except NotFoundError as error:
        raise LibraryNotFoundError(
            f"The library was deleted, or replaced by `kilde reindex`, while it was used in {where}. Try again."
        ) from error
    except ChromaError as error:
        raise StoreError(_explained(where, str(error))) from error
    except ValueError as error:
        if "Could not connect" in str(error):
            raise StoreUnavailableError(_unavailable(where, error)) from error
        raise StoreError(_explained(where, str(error))) from error


def _unavailable(where: str, error: Exception) -> str:
    return (
        f"The Chroma server at {where} does not answer ({str(error) or type(error).__name__}). "
        "Start it with `chroma run`, or correct KILDE_CHROMA_URL; "
        "without that setting Kilde keeps its articles in the data folder."
    )


def _explained(where: str, message: str) -> str:
    if any(sign in message for sign in DISK_SIGNS):
        return (
            f"The disk of {where} is full or failing ({message}). "
            "The library keeps what was stored before; free some space and run the same command again."
        )
    if any(sign in message for sign in READ_ONLY_SIGNS):
        return (
            f"The data folder {where} is not writable ({message}). "
            "Correct its permissions, or choose another with --data-dir or KILDE_DATA_DIR."
        )
    if any(sign in message for sign in DAMAGE_SIGNS):
        return (
            f"The library files in {where} are damaged ({message}). "
            "Restore them from a backup, or delete that folder and index the articles again."
        )
    return f"Chroma failed on {where}: {message}"
