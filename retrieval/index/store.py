"""The library: a Chroma collection of nodes, on disk or on a server."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from retrieval.errors import StoreError
from retrieval.index.article_state import ArticleState
from retrieval.index.embedding import Vector
from retrieval.index.nodes import NodeId, StoredNode
from retrieval.index.records import to_location, to_metadata, to_node, to_where
from retrieval.index.versioned_collection import VersionedCollection
from retrieval.models import ArticleSummary, Filters

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
class Store(VersionedCollection):
    """The nodes of one library. Not thread-safe: one thread at a time."""

    _summaries: tuple[int, list[ArticleSummary]] | None = field(default=None)

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
