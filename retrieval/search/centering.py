"""Comparing a question and nodes of other languages without what their languages have in common.

Vectors of multilingual models carry their language: two texts of one language are near whatever they say. Subtracting
each language's mean vector before the cosine helps across languages and hurts within one, so only the former is
centred.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from retrieval.index.embedding import Vector
    from retrieval.search.fitted import FittedValues


def centred(vector: Vector, mean: Vector) -> Vector:
    """``vector - mean``, L2-normalised; shape ``(dim,)`` or ``(n, dim)``."""
    difference = vector - mean
    return np.asarray(difference / np.linalg.norm(difference, axis=-1, keepdims=True), dtype=np.float32)


def centred_cosine(
    fitted: FittedValues, *, question: Vector, asked_in: str, passage: Vector, written_in: str
) -> float | None:
    """Cosine of the centred vectors, or None where one of the languages has no mean.

    Args:
        fitted: Holds the means.
        question: ``(dim,)``, L2-normalised.
        asked_in: The question's language.
        passage: ``(dim,)``, L2-normalised.
        written_in: The passage's language.
    """
    if asked_in not in fitted.question_means or written_in not in fitted.passage_means:
        return None
    return float(
        centred(question, fitted.question_means[asked_in]) @ centred(passage, fitted.passage_means[written_in])
    )
