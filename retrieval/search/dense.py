"""Dense retrieval: the nodes whose vectors are nearest to the question's, on one scale for all languages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from retrieval.index.embedding import Vector
from retrieval.index.nodes import StoredNode
from retrieval.models import Filters
from retrieval.search.centering import centred, centred_cosine
from retrieval.search.fitted import FittedValues
from retrieval.search.question import Question
from retrieval.search.source import NodeSource

CANDIDATES = 100
"""Nodes taken from the store for each way of asking it; rescored exactly afterwards."""


@dataclass(frozen=True, slots=True)
class DenseMatch:
    """A node and how near its meaning is to the question's."""

    node: StoredNode
    similarity: float
    """Cosine for the question's own language; for others brought to the same scale."""


class DenseSearch:
    """Nearest nodes by vector. Within a language by cosine, across languages by the cosine and the centred cosine."""

    def __init__(self, source: NodeSource, fitted: FittedValues | None) -> None:
        """Search ``source``; ``fitted`` belongs to the model that embedded it (None: nothing does)."""
        self._source = source
        self._fitted = fitted

    def rank(self, question: Question, *, k: int, filters: Filters | None = None) -> list[DenseMatch]:
        """The ``k`` nearest nodes, nearest first."""
        candidates = max(k, CANDIDATES)
        found = {
            match.node.id: (match.node, match.vector)
            for vector in self._vectors(question, filters)
            for match in self._source.query(vector, candidates, filters=filters)
        }
        return sorted(self.rescore(question, found.values()), key=lambda match: (-match.similarity, match.node.id))[:k]

    def rescore(self, question: Question, nodes: Iterable[tuple[StoredNode, Vector]]) -> list[DenseMatch]:
        """Similarities of given nodes, in their order."""
        return [DenseMatch(node, self._similarity(question, node, vector)) for node, vector in nodes]

    def rescore_ids(self, question: Question, node_ids: Sequence[str]) -> list[DenseMatch]:
        """Similarities of nodes that something else found."""
        if not node_ids:
            return []
        vectors = self._source.vectors_of(node_ids)
        return self.rescore(
            question, [(node, vectors[node.id]) for node in self._source.get(node_ids) if node.id in vectors]
        )

    def _vectors(self, question: Question, filters: Filters | None) -> list[Vector]:
        """The question's vector, and its centred one if articles of other languages may answer.

        The first favours nodes in the question's language; the second favours none, so it
        finds the others without a filter.
        """
        vectors = [question.vector]
        means = self._fitted.question_means if self._fitted else {}
        languages = set((filters.languages if filters else ()) or self._source.languages())
        if question.language in means and languages - {question.language}:
            vectors.append(centred(question.vector, means[question.language]))
        return vectors

    def _similarity(self, question: Question, node: StoredNode, vector: Vector) -> float:
        cosine = float(question.vector @ vector)
        if self._fitted is None or node.language == question.language:
            return cosine
        across = centred_cosine(
            self._fitted, question=question.vector, asked_in=question.language, passage=vector, written_in=node.language
        )
        if across is None:
            return cosine
        scalars = self._fitted.scalars
        mixed = cosine + scalars["centred_weight"] * across
        return scalars["cross_shift"] + scalars["cross_scale"] * mixed
