"""Nodes in memory, for a question about a few given texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import islice

import numpy as np

from retrieval.index.embedding import Vector
from retrieval.index.nodes import StoredNode
from retrieval.index.store import Match
from retrieval.models import Filters


class MemorySource:
    """A `NodeSource` over nodes that are stored nowhere; searched exactly."""

    def __init__(self, nodes: Sequence[StoredNode], vectors: Vector) -> None:
        """Hold nodes and their vectors, ``(len(nodes), dim)`` float32, L2-normalised."""
        if len(nodes) != len(vectors):
            raise ValueError(f"{len(nodes)} nodes came with {len(vectors)} vectors")
        self._nodes = {node.id: node for node in nodes}
        self._ids = list(self._nodes)
        self._rows = {node_id: row for row, node_id in enumerate(self._ids)}
        self._vectors = vectors
        self._languages = Counter(node.language for node in nodes)

    def query(self, vector: Vector, k: int, *, filters: Filters | None = None) -> list[Match]:
        """The ``k`` nearest nodes, nearest first; of the filters only the languages are looked at."""
        if not self._ids:
            return []
        similarities = self._vectors @ vector
        wanted = filters.languages if filters else ()
        rows = (int(row) for row in np.argsort(-similarities, kind="stable"))
        fitting = (row for row in rows if not wanted or self._nodes[self._ids[row]].language in wanted)
        return [
            Match(self._nodes[self._ids[row]], float(similarities[row]), self._vectors[row])
            for row in islice(fitting, k)
        ]

    def get(self, node_ids: Sequence[str]) -> list[StoredNode]:
        """Nodes by id, in that order."""
        return [self._nodes[node_id] for node_id in node_ids if node_id in self._nodes]

    def vectors_of(self, node_ids: Sequence[str]) -> dict[str, Vector]:
        """Vectors by node id."""
        return {node_id: self._vectors[self._rows[node_id]] for node_id in node_ids if node_id in self._rows}

    def languages(self) -> dict[str, int]:
        """Number of nodes by language."""
        return dict(self._languages)

    def article_text(self, article_id: str) -> str:
        """The whole text of an article, from its nodes."""
        nodes = sorted(
            (node for node in self._nodes.values() if node.article_id == article_id), key=lambda node: node.node_index
        )
        return "".join(node.text for node in nodes)
