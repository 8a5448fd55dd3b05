"""Ranked nodes become passages: neighbours are joined, and no article crowds out the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.index.nodes import StoredNode
from retrieval.models import Span
from retrieval.search.ranked import RankedNode

MAX_PASSAGES_PER_ARTICLE = 2


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of neighbouring nodes of one article, in the article's order."""

    nodes: tuple[RankedNode, ...]

    @property
    def first(self) -> StoredNode:
        """The node that begins the passage; it also knows the article's title, outlet, date and source."""
        return self.nodes[0].node

    @property
    def start_char(self) -> int:
        """Where it begins in the article's text."""
        return self.first.start_char

    @property
    def end_char(self) -> int:
        """Where it ends in the article's text (exclusive)."""
        return self.nodes[-1].node.end_char

    @property
    def text(self) -> str:
        """The article's text from ``start_char`` to ``end_char``."""
        return "".join(ranked.node.text for ranked in self.nodes)

    @property
    def sentences(self) -> tuple[Span, ...]:
        """Its sentences, with offsets into the article's text."""
        return tuple(span for ranked in self.nodes for span in ranked.node.sentences)

    @property
    def best(self) -> RankedNode:
        """Its best node, whose score is the passage's."""
        return max(self.nodes, key=lambda ranked: ranked.score)

    @property
    def score(self) -> float:
        """Score of its best node."""
        return self.best.score


def join_passages(ranked: Sequence[RankedNode], *, limit: int) -> list[Passage]:
    """Choose the best nodes and join those that are neighbours.

    Args:
        ranked: Nodes, best first.
        limit: How many nodes to use.

    Returns:
        Passages, best first. At most two of one article unless no other article was found.
    """
    only_source = len({item.node.article_id for item in ranked}) == 1
    chosen: dict[str, list[RankedNode]] = {}
    count = 0
    for item in ranked:
        if count == limit:
            break
        nodes = chosen.setdefault(item.node.article_id, [])
        if only_source or len(_runs([*nodes, item])) <= MAX_PASSAGES_PER_ARTICLE:
            nodes.append(item)
            count += 1
    passages = [Passage(tuple(run)) for nodes in chosen.values() for run in _runs(nodes)]
    return sorted(passages, key=lambda passage: (-passage.score, passage.first.id))


def _runs(nodes: Sequence[RankedNode]) -> list[list[RankedNode]]:
    """Group one article's nodes into runs without a gap."""
    runs: list[list[RankedNode]] = []
    for item in sorted(nodes, key=lambda item: item.node.node_index):
        if runs and runs[-1][-1].node.node_index + 1 == item.node.node_index:
            runs[-1].append(item)
        else:
            runs.append([item])
    return runs
