"""Dense and lexical retrieval fused into one ranking.

The sum ``dense + weight * coverage`` is convex in two scores that mean the same for every question. Fusing by ranks
would let the lexical side speak as loudly in questions that share no word with the articles because they are in another
language.
"""

from __future__ import annotations

from retrieval.models import Filters
from retrieval.search import dense, lexical
from retrieval.search.dense import DenseSearch
from retrieval.search.fitted import FittedValues
from retrieval.search.lexical import LexicalSearch
from retrieval.search.question import Question
from retrieval.search.ranked import RankedNode

DEFAULT_K = 50
LEXICAL_WEIGHT = 0.3
"""Weight of coverage within a language; .2 to .4 measured alike on odd groups of xquad and norquad."""


class HybridSearch:
    """The ranking that answers are taken from."""

    def __init__(self, dense_side: DenseSearch, lexical_side: LexicalSearch, *, fitted: FittedValues | None) -> None:
        """Fuse the two; ``fitted`` belongs to the embedding model (None: nothing does)."""
        self._dense = dense_side
        self._lexical = lexical_side
        self._cross_weight = fitted.scalars["cross_lexical_weight"] if fitted else LEXICAL_WEIGHT

    def rank(self, question: Question, *, k: int = DEFAULT_K, filters: Filters | None = None) -> list[RankedNode]:
        """The ``k`` best nodes, best first."""
        near = self._dense.rank(question, k=dense.CANDIDATES, filters=filters)
        covered = self._lexical.rank(question.text, question.language, k=lexical.CANDIDATES, filters=filters)
        coverage = {match.node_id: match.coverage for match in covered}
        known = {match.node.id for match in near}
        near += self._dense.rescore_ids(
            question, [node_id for node_id in coverage if node_id not in known][: dense.CANDIDATES]
        )
        ranked = [
            RankedNode(
                node=match.node,
                score=match.similarity + self._weight(question, match.node.language) * coverage.get(match.node.id, 0.0),
                dense=match.similarity,
                coverage=coverage.get(match.node.id, 0.0),
            )
            for match in near
        ]
        return sorted(ranked, key=lambda item: (-item.score, item.node.id))[:k]

    def _weight(self, question: Question, language: str) -> float:
        return LEXICAL_WEIGHT if language == question.language else self._cross_weight
