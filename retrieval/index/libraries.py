"""Libraries as Chroma collections: which exist, making one, and whether one fits the embedding model."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from retrieval.errors import EmbeddingMismatchError, LibraryNotFoundError, StoreError
from retrieval.index.connection import Connection, translated_errors
from retrieval.index.embedding import EmbeddingIdentity
from retrieval.index.index_guard import SYNC_THRESHOLD
from retrieval.index.lock import writer_lock
from retrieval.index.replacement import STATE_KEY, find_library
from retrieval.settings import Settings

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection

FORMAT_VERSION = 1
HNSW = {
    "space": "ip",
    "ef_construction": 200,
    "max_neighbors": 32,
    "ef_search": 300,
    "sync_threshold": SYNC_THRESHOLD,
}
"""Inner product of unit vectors is their cosine; Chroma's "cosine" changes a vector's last bits when it stores it.

``ef_search`` bounds how many nearest nodes are found well; the defaults (16 neighbours, 100) are meant for ten results.
"""


def list_libraries(settings: Settings) -> list[str]:
    """Names of the libraries in the data folder or on the server, sorted.

    Raises:
        StoreError: If the data folder cannot be read.
        StoreUnavailableError: If the Chroma server does not answer.
    """
    connection = Connection.open(settings, create=False)
    if connection is None:
        return []
    try:
        with translated_errors(connection.where):
            return library_names(connection)
    finally:
        connection.close()


def library_names(connection: Connection) -> list[str]:
    """Names of the libraries, sorted; collections that Kilde did not make, or is still making, are left out."""
    found = {collection.name: collection.metadata or {} for collection in connection.client.list_collections()}
    return sorted(name for name, metadata in found.items() if "kilde_format" in metadata and STATE_KEY not in metadata)


def existing_library(connection: Connection, settings: Settings) -> tuple[Collection, dict[str, Any]]:
    """The collection as it is now, and its metadata.

    Raises:
        LibraryNotFoundError: If there is none of that name.
    """
    collection = find_library(connection, settings.library)
    if collection is None:
        raise not_found(settings, library_names(connection))
    return collection, dict(collection.metadata or {})


def create_library(settings: Settings, identity: EmbeddingIdentity) -> None:
    """Make the data folder and the library if they do not exist, one process at a time."""
    connection = Connection.open(settings, create=False)
    try:
        if connection is not None:
            with translated_errors(connection.where):
                if find_library(connection, settings.library) is not None:
                    return
        with writer_lock(settings.data_dir, timeout_s=settings.lock_timeout_s):
            connection = connection or Connection.open(settings, create=True)
            if connection is None:
                raise not_found(settings, [])
            with translated_errors(connection.where):
                if find_library(connection, settings.library) is None:  # not made while we waited
                    make_collection(connection, settings.library, identity)
    finally:
        if connection is not None:
            connection.close()


def make_collection(connection: Connection, name: str, identity: EmbeddingIdentity, **marks: str) -> None:
    """Make an empty library.

    Args:
        connection: To Chroma.
        name: Of the collection.
        identity: The embedding model that its vectors will be of.
        marks: More to say in its metadata.
    """
    connection.client.create_collection(
        name,
        metadata=_library_metadata(identity) | marks,
        configuration={"hnsw": dict(HNSW)},  # type: ignore[arg-type]  # chromadb wants its own TypedDict
        embedding_function=None,
    )


def _library_metadata(identity: EmbeddingIdentity) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        "kilde_format": FORMAT_VERSION,
        "embedding": identity.fingerprint,
        "dimension": identity.dimension,
        "version": time.time_ns() // 1_000_000,
    }
    if identity.probe:
        metadata["probe"] = json.dumps(identity.probe)
    return metadata


def checked_identity(
    settings: Settings, metadata: dict[str, Any], identity: EmbeddingIdentity | None
) -> EmbeddingIdentity:
    """The embedding model that a library was made with.

    Raises:
        StoreError: If the collection is not a library of this format.
        EmbeddingMismatchError: If ``identity`` is another model; None accepts any.
    """
    if metadata.get("kilde_format") != FORMAT_VERSION:
        raise StoreError(
            f"The Chroma collection {settings.library!r} was not made by this version of Kilde "
            f"(format {metadata.get('kilde_format', 'none')}, needed {FORMAT_VERSION}). "
            "Index the articles under another name: --library."
        )
    probe = tuple(json.loads(metadata.get("probe") or "[]"))
    found = EmbeddingIdentity(str(metadata["embedding"]), int(metadata["dimension"]), probe)
    if identity is not None:
        check_identity(settings, found, identity)
    return found


def check_identity(settings: Settings, found: EmbeddingIdentity, identity: EmbeddingIdentity) -> None:
    """See that a library's vectors may be compared with those of a model.

    Raises:
        EmbeddingMismatchError: If ``identity`` is not the model that ``found`` was made with.
    """
    if identity.fits(found):
        return
    if identity.fingerprint == found.fingerprint:
        raise EmbeddingMismatchError(
            f"The library {settings.library!r} was made with the embedding model {found.fingerprint}, "
            "and a model of that name gives other vectors now, which cannot be compared. "
            "Correct KILDE_EMBED (or KILDE_EMBED_URL), or change the library over to the new model: kilde reindex"
        )
    dimension = "" if identity.dimension is None else f" ({identity.dimension})"
    raise EmbeddingMismatchError(
        f"The library {settings.library!r} was made with the embedding model {found.fingerprint} "
        f"({found.dimension} dimensions), and {identity.fingerprint}{dimension} is configured. Vectors of two models "
        "cannot be compared. Set KILDE_EMBED to the former, or change the library over to the latter: kilde reindex"
    )


def not_found(settings: Settings, names: Sequence[str]) -> LibraryNotFoundError:
    """The error that names the libraries there are."""
    where = settings.chroma_url or f"the data folder {settings.data_dir}"
    known = f"It has: {', '.join(names)}." if names else "It has none yet; make one with `kilde index PATH`."
    return LibraryNotFoundError(f"There is no library {settings.library!r} in {where}. {known}")
