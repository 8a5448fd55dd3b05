"""A node with what the search knows about it."""

from __future__ import annotations

from dataclasses import dataclass

from retrieval.index.nodes import StoredNode


@dataclass(frozen=True, slots=True)
class RankedNode:
    """A node that was found for a question."""

    node: StoredNode
    score: float
    """What it is ranked by; on one scale for all languages."""
    dense: float
    """Similarity of meaning, -1 to 1, on the same-language scale."""
    coverage: float
    """Share of the question's words that it holds, weighted by rarity, 0 to 1."""
