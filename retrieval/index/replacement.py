"""A collection that is made beside a library and takes its place, in steps that a kill may stop anywhere.

While it is made it is called ``NAME.reindex`` and marked as ``building``. Then it is marked as ``complete``, the old
one is renamed to ``NAME.replaced``, the new one to ``NAME``, and the old one is deleted. Each step is one transaction
of Chroma's. Killed after the second, there is no ``NAME``: whoever looks for it next finishes the third.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from retrieval.index.connection import Connection

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection

BESIDE = ".reindex"
REPLACED = ".replaced"
"""Added to a library's name."""
STATE_KEY = "kilde_reindex"
BUILDING = "building"
COMPLETE = "complete"
OLD = "old"
"""Values of STATE_KEY in a collection's metadata; a library that is in its place has none."""


def find_collection(connection: Connection, name: str) -> Collection | None:
    """The collection as it is now, or None."""
    from chromadb.errors import NotFoundError  # late: 0.7 s

    try:
        return connection.client.get_collection(name, embedding_function=None)
    except NotFoundError:
        return None


def find_library(connection: Connection, name: str) -> Collection | None:
    """The library's collection as it is now, or None; finishes a replacement that was killed midway."""
    collection = find_collection(connection, name)
    if collection is not None:
        return collection
    rebuilt = find_collection(connection, name + BESIDE)
    if rebuilt is None or (rebuilt.metadata or {}).get(STATE_KEY) != COMPLETE:
        return None
    _take_place(rebuilt, name)
    return find_collection(connection, name)


def replace_library(connection: Connection, name: str, *, version: int) -> None:
    """Put the collection that was made beside a library in its place, and delete the library's old one.

    Args:
        connection: To Chroma.
        name: Of the library.
        version: Of the new collection; larger than the old one's, which tells readers to reopen.
    """
    rebuilt = connection.client.get_collection(name + BESIDE, embedding_function=None)
    rebuilt.modify(metadata={**(rebuilt.metadata or {}), STATE_KEY: COMPLETE, "version": version})
    old = find_collection(connection, name)
    if old is not None:
        old.modify(name=name + REPLACED, metadata={**(old.metadata or {}), STATE_KEY: OLD})
    _take_place(rebuilt, name)
    drop_replaced(connection, name)


def drop_replaced(connection: Connection, name: str) -> None:
    """Delete the old collection, which a replacement that was killed at its end leaves."""
    _drop(connection, name + REPLACED)


def drop_rebuilt(connection: Connection, name: str) -> None:
    """Delete what was made beside a library that is in its place."""
    _drop(connection, name + BESIDE)


def _take_place(rebuilt: Collection, name: str) -> None:
    # Done twice at once, by a reader and by the process that replaces, it comes to the same.
    metadata = {key: value for key, value in (rebuilt.metadata or {}).items() if key != STATE_KEY}
    rebuilt.modify(name=name, metadata=metadata)


def _drop(connection: Connection, name: str) -> None:
    collection = find_collection(connection, name)
    # A library that somebody gave such a name has no mark and stays.
    if collection is not None and STATE_KEY in (collection.metadata or {}):
        connection.client.delete_collection(name)
