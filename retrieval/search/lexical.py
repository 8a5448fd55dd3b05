"""Lexical retrieval: the nodes that hold the question's words, scored by how much of the question they cover."""

from __future__ import annotations

from dataclasses import dataclass

from retrieval.index.lexical import LexicalIndex
from retrieval.models import Filters

CANDIDATES = 200


@dataclass(frozen=True, slots=True)
class LexicalMatch:
    """A node that shares words with the question."""

    node_id: str
    coverage: float
    """BM25 divided by about the most that this question could score, 0 to 1.

    Unlike BM25 itself it means the same for every question, and stays near 0 for one asked in another language.
    """


class LexicalSearch:
    """Nodes by BM25 over words, stems and names."""

    def __init__(self, index: LexicalIndex) -> None:
        """Search ``index``."""
        self._index = index

    def rank(self, text: str, language: str, *, k: int, filters: Filters | None = None) -> list[LexicalMatch]:
        """The ``k`` nodes that cover most of a question.

        Args:
            text: The question.
            language: Its language, which decides the stems.
            k: How many at most.
            filters: Which articles to look in.
        """
        index = self._index
        most = index.max_score(text, language=language)
        if most <= 0:
            return []
        hits = index.search(text, language=language, k=k, filters=filters)
        return [LexicalMatch(node_id, min(1.0, score / most)) for node_id, score in hits]
