"""Dense and lexical retrieval fused into one ranking.

The sum ``dense + weight * coverage`` is convex in two scores that mean the same for every question. Fusing by ranks
would let the lexical side speak as loudly in questions that share no word with the articles because they are in another
language.
"""

from __future__ import annotations

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.schema import NodeWithScore, QueryBundle

from retrieval.index.nodes import text_node
from retrieval.models import Filters
from retrieval.search import dense, lexical
from retrieval.search.dense import DenseRetriever
from retrieval.search.fitted import FittedValues
from retrieval.search.lexical import LexicalRetriever
from retrieval.search.question import Question, read_question
from retrieval.search.ranked import RankedNode

DEFAULT_K = 50
LEXICAL_WEIGHT = 0.3
"""Weight of coverage within a language; .2 to .4 measured alike on odd groups of xquad and norquad."""


class HybridRetriever(BaseRetriever):
    """The ranking that answers are taken from."""

    def __init__(
        self,
        dense_side: DenseRetriever,
        lexical_side: LexicalRetriever,
        *,
        embedding: BaseEmbedding,
        fitted: FittedValues | None,
    ) -> None:
        """Fuse the two; ``fitted`` belongs to ``embedding``."""
        super().__init__()
        self._dense = dense_side
        self._lexical = lexical_side
        self._embedding = embedding
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

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        question = read_question(query_bundle.query_str, self._embedding)
        return [NodeWithScore(node=text_node(item.node), score=item.score) for item in self.rank(question)]
