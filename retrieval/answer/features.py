"""What the reader and the search say of a sentence, as numbers for the scorer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from retrieval.answer.candidates import Candidate
from retrieval.answer.names import capitalized, names_in, numbers_in, share_found
from retrieval.answer.reading import FLOOR, Reading
from retrieval.index.analysis import Term, analyze
from retrieval.index.embedding import Vector
from retrieval.search.fitted import Matrix
from retrieval.search.question import Question

FEATURES = (
    "held", "alone", "nearby", "nothing", "coverage", "node_coverage", "node_score", "score_below_best", "node_rank",
    "node_bm25", "node_similarity", "log_length", "new_numbers", "new_names", "shared_numbers", "shared_names", "place",
    "is_first", "same_language", "question_terms", "question_numbers", "question_names", "rarest_missing",
    "names_found",
)  # fmt: skip
"""Names of the columns; a scorer's weights belong to exactly these. ``held`` is the log-odds of the sentence against
nothing in its node; ``alone`` and ``nearby`` are those of the second look; ``names_found`` is the share of the
question's names that its node or header has."""


@dataclass(frozen=True, slots=True)
class QuestionTerms:
    """The words of a question that carry its meaning, and how rare each is in the library."""

    terms: tuple[Term, ...]
    idf: Vector
    """``(len(terms),)`` float32, positive."""
    numbers: frozenset[str]
    names: frozenset[str]

    @classmethod
    def of(cls, question: Question, terms: Sequence[Term], idf: Callable[[Term], float]) -> QuestionTerms:
        """Look up each term's rarity."""
        return cls(
            terms=tuple(terms),
            idf=np.array([idf(term) for term in terms], dtype=np.float32),
            numbers=numbers_in(question.text),
            names=capitalized(question.text),
        )

    def held_by(self, keys: frozenset[str]) -> Vector:
        """Which terms a text with these keys holds: 1 or 0 each, ``(len(terms),)``."""
        return np.array([any(key in keys for key in term.keys) for term in self.terms], dtype=np.float32)

    def coverage(self, held: Vector) -> float:
        """Share of the question's words that is held, weighted by rarity, 0 to 1."""
        total = float(self.idf.sum())
        return float(self.idf @ held) / total if total > 0 else 0.0


def feature_matrix(
    question: Question,
    asked: QuestionTerms,
    candidates: Sequence[Candidate],
    readings: Mapping[str, Reading],
    looks: Matrix,
) -> Matrix:
    """Features of every candidate, ``(len(candidates), len(FEATURES))`` float32.

    Args:
        question: The question.
        asked: Its terms.
        candidates: Sentences, best passage first.
        readings: What each node says about the question, by node id.
        looks: What the second look found, ``(len(candidates), 2)``.
    """
    best = max(candidate.ranked.score for candidate in candidates)
    order = {node_id: rank for rank, node_id in enumerate(_nodes_by_score(candidates))}
    held_by_node = {node_id: asked.held_by(keys) for node_id, keys in _node_keys(candidates).items()}
    names_asked = names_in(question.text)
    rows = []
    for candidate, (alone, nearby) in zip(candidates, looks, strict=True):
        node, reading = candidate.ranked.node, readings[candidate.ranked.node.id]
        numbers, names = numbers_in(candidate.text), names_in(candidate.text)
        held, held_near = asked.held_by(_keys(candidate.text, node.language)), held_by_node[node.id]
        rows.append(
            (
                reading.log_odds(candidate.place),
                alone,
                nearby,
                np.log(reading.nothing + FLOOR),
                asked.coverage(held),
                asked.coverage(held_near),
                candidate.ranked.score,
                candidate.ranked.score - best,
                order[node.id],
                candidate.ranked.coverage,
                candidate.ranked.dense,
                np.log1p(len(candidate.text)),
                len(numbers - asked.numbers),
                len(names - asked.names),
                len(numbers & asked.numbers),
                len(names & asked.names),
                candidate.place / max(1, len(node.sentences)),
                candidate.place == 0,
                node.language == question.language,
                len(asked.terms),
                len(asked.numbers),
                len(asked.names),
                _rarest_missing(asked, held_near),
                share_found(names_asked, node.embedded_text),
            )
        )
    return np.array(rows, dtype=np.float32)


def _nodes_by_score(candidates: Sequence[Candidate]) -> list[str]:
    scores = {candidate.ranked.node.id: candidate.ranked.score for candidate in candidates}
    return sorted(scores, key=lambda node_id: (-scores[node_id], node_id))


def _node_keys(candidates: Sequence[Candidate]) -> dict[str, frozenset[str]]:
    keys: dict[str, frozenset[str]] = {}
    for candidate in candidates:
        node = candidate.ranked.node
        keys[node.id] = keys.get(node.id, frozenset()) | _keys(candidate.text, node.language)
    return keys


def _rarest_missing(asked: QuestionTerms, held: Vector) -> float:
    """Rarity of the rarest word that the node lacks, as a share of the question's rarest; 0 if it has all."""
    if not len(asked.idf) or asked.idf.max() <= 0:
        return 0.0
    return float((asked.idf * (1 - held)).max() / asked.idf.max())


@lru_cache(maxsize=20_000)
def _keys(text: str, language: str) -> frozenset[str]:
    return frozenset(key for term in analyze(text, language) for key in term.keys)
