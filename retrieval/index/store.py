"""The library: a Chroma collection of nodes, on disk or on a server."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from retrieval.errors import KildeError, StoreError
from retrieval.index.article_state import ArticleState
from retrieval.index.connection import CHROMA_FOLDER, Connection, check_free_space, translated_errors
from retrieval.index.embedding import EmbeddingIdentity, Vector
from retrieval.index.index_guard import guarded_index
from retrieval.index.libraries import (
    checked_identity,
    create_library,
    existing_library,
    list_libraries,
    not_found,
)
from retrieval.index.nodes import NodeId, StoredNode
from retrieval.index.records import to_location, to_metadata, to_node, to_where
from retrieval.models import ArticleSummary, Filters
from retrieval.settings import Settings

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection

__all__ = ["ArticleState", "Match", "Store", "list_libraries"]

logger = logging.getLogger(__name__)

FAILED_VERSION = 0
"""Stands for the version of a client whose last commit failed; smaller than any."""
MISSING = "\ufffd"
PAGE_SIZE = 5000
"""Ids read or written at a time; Chroma's own limit is 5,461 (a limit on variables of SQLite)."""


@dataclass(frozen=True, slots=True)
class Match:
    """A node near a vector."""

    node: StoredNode
    similarity: float
    """Cosine, -1 to 1."""
    vector: Vector
    """``(dim,)`` float32, L2-normalised."""


@dataclass(slots=True)
class Store:
    """One library. Not thread-safe: one thread at a time."""

    settings: Settings
    identity: EmbeddingIdentity
    _connection: Connection
    _collection: Collection
    _open_version: int
    _summaries: tuple[int, list[ArticleSummary]] | None = field(default=None)

    @classmethod
    def open(cls, settings: Settings, *, create: bool, identity: EmbeddingIdentity | None) -> Store:
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

    # Versions

    def version(self) -> int:
        """The library's version now, whoever raised it; larger is newer (milliseconds since 1970 at the commit)."""
        with self._errors():
            return int(self._fresh_metadata()["version"])

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
            with _guarded(self.settings, changes=changes):
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
        """
        version = self.version()
        if version == self._open_version:
            return False
        if self.settings.chroma_url is None:
            self.close()
            self._connection, self._collection, metadata = _open_collection(self.settings)
            version = int(metadata["version"])
        self._open_version = version
        return True

    # Writing

    def upsert(self, nodes: Sequence[StoredNode], vectors: Vector) -> None:
        """Store nodes, replacing those with the same ids.

        Args:
            nodes: The nodes.
            vectors: ``(len(nodes), dim)`` float32, L2-normalised.
        """
        if vectors.shape != (len(nodes), self.identity.dimension):
            raise StoreError(
                f"{len(nodes)} nodes of {self.identity.dimension} dimensions came with vectors {vectors.shape}."
            )
        with self._errors():
            for start in range(0, len(nodes), PAGE_SIZE):
                page = nodes[start : start + PAGE_SIZE]
                self._collection.upsert(
                    ids=[node.id for node in page],
                    embeddings=vectors[start : start + PAGE_SIZE],
                    documents=[node.text for node in page],
                    metadatas=[dict(to_metadata(node)) for node in page],
                )

    def delete(self, node_ids: Sequence[str]) -> None:
        """Delete nodes; ids that are not stored are ignored."""
        with self._errors():
            for start in range(0, len(node_ids), PAGE_SIZE):
                self._collection.delete(ids=list(node_ids[start : start + PAGE_SIZE]))

    # Reading

    def count(self) -> int:
        """Number of nodes."""
        with self._errors():
            return self._collection.count()

    def all_ids(self) -> list[str]:
        """Ids of all nodes (24 ms for 6,000)."""
        with self._errors():
            return list(self._collection.get(include=[])["ids"])

    def article_states(self) -> dict[str, ArticleState]:
        """What is stored of each article, from the node ids alone."""
        by_article: dict[str, dict[str, list[NodeId]]] = {}
        for text in self.all_ids():
            node = NodeId.parse(text)
            by_article.setdefault(node.article_id, {}).setdefault(node.hash_prefix, []).append(node)
        return {article_id: ArticleState(article_id, versions) for article_id, versions in by_article.items()}

    def get(self, node_ids: Sequence[str]) -> list[StoredNode]:
        """The stored nodes among ``node_ids``, in that order."""
        nodes: dict[str, StoredNode] = {}
        with self._errors():
            for start in range(0, len(node_ids), PAGE_SIZE):
                page = self._collection.get(
                    ids=list(node_ids[start : start + PAGE_SIZE]), include=["metadatas", "documents"]
                )
                nodes.update({node.id: node for node in _nodes(page)})
        return [nodes[node_id] for node_id in node_ids if node_id in nodes]

    def locations(self, node_ids: Sequence[str]) -> dict[str, tuple[str, str]]:
        """Root and source by article id, of the articles that these nodes belong to."""
        found: dict[str, tuple[str, str]] = {}
        with self._errors():
            for start in range(0, len(node_ids), PAGE_SIZE):
                page = self._collection.get(ids=list(node_ids[start : start + PAGE_SIZE]), include=["metadatas"])
                found.update(
                    {str(metadata["article_id"]): to_location(metadata) for metadata in page["metadatas"] or ()}
                )
        return found

    def vectors_of(self, node_ids: Sequence[str]) -> dict[str, Vector]:
        """Vectors by node id; ids that are not stored are left out."""
        vectors: dict[str, Vector] = {}
        with self._errors():
            for start in range(0, len(node_ids), PAGE_SIZE):
                page = self._collection.get(ids=list(node_ids[start : start + PAGE_SIZE]), include=["embeddings"])
                rows = np.asarray(page["embeddings"], dtype=np.float32)
                vectors.update(zip(page["ids"], rows, strict=True))
        return vectors

    def text_of(self, article_id: str) -> str:
        """The text of an article; U+FFFD keeps the offsets right where a node is not stored (yet, or for a kill).

        Empty if the article is not stored. A complete version goes before one that is not.
        """
        versions = sorted(self._versions(article_id), key=lambda nodes: nodes[0].node_count - len(nodes))
        text = ""
        for node in versions[0] if versions else ():
            text += MISSING * (node.start_char - len(text)) + node.text
        return text

    def query(self, vector: Vector, k: int, *, filters: Filters | None = None) -> list[Match]:
        """The nodes whose vectors are nearest, nearest first.

        Args:
            vector: ``(dim,)`` float32, L2-normalised.
            k: How many at most.
            filters: Which articles to look in.
        """
        with self._errors():
            page = self._collection.query(
                query_embeddings=vector[np.newaxis, :],
                n_results=k,
                where=to_where(filters),
                include=["metadatas", "documents", "embeddings"],
            )
        columns = zip(page["ids"][0], page["documents"][0], page["metadatas"][0], page["embeddings"][0], strict=True)  # type: ignore[index]  # all were asked for
        matches = []
        for node_id, text, metadata, row in columns:
            if text is None or metadata is None:  # deleted by another process after this client was opened
                continue
            node_vector = np.asarray(row, dtype=np.float32)
            matches.append(Match(to_node(node_id, text, metadata), float(node_vector @ vector), node_vector))
        return sorted(matches, key=lambda match: (-match.similarity, match.node.id))

    def summaries(self) -> list[ArticleSummary]:
        """All articles, sorted by source; kept until the library's version changes."""
        version = self.version()
        if self._summaries is None or self._summaries[0] != version:
            with self._errors():
                page = self._collection.get(where={"node_index": 0}, include=["metadatas", "documents"])
            by_id = {node.article_id: node for node in _nodes(page)}
            found = [summary_of(node) for node in by_id.values()]
            self._summaries = (version, sorted(found, key=lambda article: (article.source, article.root, article.id)))
        return list(self._summaries[1])

    def languages(self) -> dict[str, int]:
        """Number of articles by language, most first."""
        return dict(Counter(article.language for article in self.summaries()).most_common())

    # Inside

    def _versions(self, article_id: str) -> list[list[StoredNode]]:
        """The nodes of one article by version, in order; versions in the order of their hashes."""
        with self._errors():
            page = self._collection.get(where={"article_id": article_id}, include=["metadatas", "documents"])
        versions: dict[str, list[StoredNode]] = {}
        for node in sorted(_nodes(page), key=lambda node: (node.content_hash, node.node_index)):
            versions.setdefault(node.content_hash, []).append(node)
        return list(versions.values())

    def _errors(self) -> Any:
        return translated_errors(self._connection.where)

    def _fresh_metadata(self) -> dict[str, Any]:
        self._collection, metadata = existing_library(self._connection, self.settings)
        return metadata


def _open_collection(settings: Settings) -> tuple[Connection, Collection, dict[str, Any]]:
    with _guarded(settings, changes=0):
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


def _guarded(settings: Settings, *, changes: int) -> AbstractContextManager[None]:
    folder = settings.data_dir.absolute() / CHROMA_FOLDER
    if settings.chroma_url is not None or not folder.exists():
        return nullcontext()
    if changes:
        check_free_space(folder)
    return guarded_index(folder, settings.library, changes=changes)


def _nodes(page: Any) -> list[StoredNode]:
    return [
        to_node(node_id, text, metadata)
        for node_id, text, metadata in zip(page["ids"], page["documents"], page["metadatas"], strict=True)
        if text is not None and metadata is not None
    ]


def summary_of(node: StoredNode) -> ArticleSummary:
    """What the store knows of the article that a node belongs to."""
    return ArticleSummary(
        id=node.article_id,
        root=node.root,
        source=node.source,
        language=node.language,
        nodes=node.node_count,
        title=node.title,
        outlet=node.outlet,
        author=node.author,
        published=node.published,
        url=node.url,
    )
