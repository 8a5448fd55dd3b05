"""What sentences say about a question, and the simplest way to find out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from retrieval.index.embedding import Embedding, Vector, embed_passages
from retrieval.search.question import Question

SHARPNESS = 20.0
"""Cosines of one model lie close together; times this, their differences tell the best sentence from the others."""
FLOOR = 1e-4
"""Added to probabilities before their logarithm is taken."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What sentences that stand together say about a question; the probabilities sum to 1."""

    held: Vector
    """Probability of each sentence to hold the answer, ``(sentences,)``."""
    nothing: float
    """Probability that none does."""

    def log_odds(self, place: int) -> float:
        """How much likelier one sentence is to hold the answer than none, as a logarithm."""
        return float(np.log(self.held[place] + FLOOR) - np.log(self.nothing + FLOOR))


class Reader(Protocol):
    """Reads a question and sentences together; `retrieval.answer.passage_reader.PassageReader` is the fitted one."""

    def read(self, question: Question, sentences: Sequence[str]) -> Reading:
        """How likely each of these sentences, which follow each other, holds what the question asks for."""
        ...


class SimilarityReader:
    """Takes the sentence nearest in meaning for the one that answers: all there is for another embedding model."""

    def __init__(self, embedding: Embedding) -> None:
        """Compare vectors of ``embedding``."""
        self._embedding = embedding

    def read(self, question: Question, sentences: Sequence[str]) -> Reading:
        """How near each sentence is to the question; no probability, though it looks like one."""
        cosines = np.clip(embed_passages(self._embedding, sentences) @ question.vector, 0.0, 1.0)
        shares = np.exp(SHARPNESS * (cosines - cosines.max()))
        best = float(cosines.max())
        return Reading(np.asarray(best * shares / shares.sum(), dtype=np.float32), 1.0 - best)
