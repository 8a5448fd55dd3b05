"""Where nodes are searched: the store of a library, or a few passages in memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from retrieval.index.embedding import Vector
from retrieval.index.nodes import StoredNode
from retrieval.index.store import Match
from retrieval.models import Filters


class NodeSource(Protocol):
    """Vector search over nodes; `retrieval.index.store.Store` is one."""

    def query(self, vector: Vector, k: int, *, filters: Filters | None = None) -> list[Match]:
        """The ``k`` nodes nearest to a unit vector, nearest first."""
        ...

    def get(self, node_ids: Sequence[str]) -> list[StoredNode]:
        """Nodes by id, in that order; ids that are not stored are left out."""
        ...

    def vectors_of(self, node_ids: Sequence[str]) -> dict[str, Vector]:
        """Vectors by node id; ids that are not stored are left out."""
        ...

    def languages(self) -> dict[str, int]:
        """Number of articles by language."""
        ...
