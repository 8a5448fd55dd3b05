"""A library's Chroma collection with the version that every commit raises."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from retrieval.errors import KildeError
from retrieval.index.connection import CHROMA_FOLDER, Connection, check_free_space, translated_errors
from retrieval.index.embedding import EmbeddingIdentity
from retrieval.index.index_guard import guarded_index
from retrieval.index.libraries import checked_identity, create_library, existing_library, not_found
from retrieval.settings import Settings

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection

FAILED_VERSION = 0
"""Stands for the version of a client whose last commit failed; smaller than any."""


@dataclass(slots=True)
class VersionedCollection:
    """An open collection that notices when another process has written to it. Not thread-safe: one thread at a time."""

    settings: Settings
    identity: EmbeddingIdentity
    _connection: Connection
    _collection: Collection
    _open_version: int

    @classmethod
    def open(cls, settings: Settings, *, create: bool, identity: EmbeddingIdentity | None) -> Self:
        """Open a library, or make it.

        Args:
            settings: Where it is and what it is called.
            create: Make it (and the data folder) if it does not exist.
            identity: The embedding model that will be used; None accepts any (for reading only).

        Raises:
            LibraryNotFoundError: If it does not exist and is not to be made.
            EmbeddingMismatchError: If it was made with another embedding model.
            StoreError: If the data folder cannot be read or written, or the files are damaged.
            StoreUnavailableError: If the Chroma server does not answer.
        """
        if create and identity is not None:
            create_library(settings, identity)
        connection, collection, metadata = _open_collection(settings)
        try:
            found = checked_identity(settings, metadata, identity)
        except KildeError:
            connection.close()
            raise
        return cls(settings, found, connection, collection, int(metadata["version"]))

    def close(self) -> None:
        """Release files and connections."""
        self._connection.close()

    def version(self) -> int:
        """The library's version now, whoever raised it; larger is newer (milliseconds since 1970 at the commit)."""
        with self._errors():
            return int(self._fresh_metadata()["version"])

    @property
    def open_version(self) -> int:
        """The version that this client has seen."""
        return self._open_version

    def bump_version(self) -> int:
        """Raise the version, which tells every reader to reopen."""
        with self._errors():
            metadata = self._fresh_metadata()
            # A clock, not a count: a library that was deleted and made again must not repeat a version.
            metadata["version"] = max(int(metadata["version"]) + 1, time.time_ns() // 1_000_000)
            self._collection.modify(metadata=metadata)
            self._open_version = int(metadata["version"])
        return self._open_version

    @contextmanager
    def writing(self, changes: int) -> Iterator[None]:
        """One commit: raises the version before and after, so that a commit that was killed midway is noticed too.

        Args:
            changes: Most nodes that will be stored or deleted.
        """
        if self._open_version == FAILED_VERSION:
            self.reopen_if_changed()
        try:
            with guarded(self.settings, changes=changes):
                self.bump_version()
                yield
                self.bump_version()
        except BaseException:
            # What the client has in memory may not be what is on disk now.
            self._open_version = FAILED_VERSION
            raise

    def reopen_if_changed(self) -> bool:
        """Reopen the client if the library was changed since it was opened; returns whether it was.

        An open embedded client goes on returning deleted ids and missing new vectors that another process wrote.

        Raises:
            EmbeddingMismatchError: If the library was changed over to another embedding model.
        """
        with self._errors():
            metadata = self._fresh_metadata()
        version = int(metadata["version"])
        if version == self._open_version:
            return False
        checked_identity(self.settings, metadata, self.identity)
        if self.settings.chroma_url is None:
            self.close()
            self._connection, self._collection, metadata = _open_collection(self.settings)
            version = int(metadata["version"])
        self._open_version = version
        return True

    def _errors(self) -> Any:
        return translated_errors(self._connection.where)

    def _fresh_metadata(self) -> dict[str, Any]:
        self._collection, metadata = existing_library(self._connection, self.settings)
        return metadata


def _open_collection(settings: Settings) -> tuple[Connection, Collection, dict[str, Any]]:
    with guarded(settings, changes=0):
        connection = Connection.open(settings, create=False)
        if connection is None:
            raise not_found(settings, [])
        try:
            with translated_errors(connection.where):
                collection, metadata = existing_library(connection, settings)
                collection.count()  # makes Chroma read its index now, while nobody writes it
        except KildeError:
            connection.close()
            raise
    return connection, collection, metadata


def guarded(settings: Settings, *, changes: int) -> AbstractContextManager[None]:
    """Hold the data folder's vector indexes for a commit or an opening; a server guards its own."""
    folder = settings.data_dir.absolute() / CHROMA_FOLDER
    if settings.chroma_url is not None or not folder.exists():
        return nullcontext()
    if changes:
        check_free_space(folder)
    return guarded_index(folder, settings.library, changes=changes)
