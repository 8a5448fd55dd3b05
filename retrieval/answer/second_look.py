"""The second look: the likeliest sentences are read again, each alone and with its neighbours.

In a passage every sentence that names what is asked about draws attention to itself. Read alone, it has to hold the
answer; a question that is nearly answered shows it there (figures in ``benchmarks/README.md``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from retrieval.answer.candidates import Candidate
from retrieval.answer.reading import Reader, Reading
from retrieval.search.fitted import Matrix
from retrieval.search.question import Question

LOOKED_AT = 5
"""One of these is right for .86 of the questions with a right sentence among the candidates (calibration fold of the
fit; .80 with three, .91 with eight); each costs up to two readings."""


def look_again(
    question: Question,
    candidates: Sequence[Candidate],
    readings: Mapping[str, Reading],
    reader: Reader,
    *,
    most: int = LOOKED_AT,
) -> Matrix:
    """Log-odds of every candidate against nothing: alone, and with its neighbours; ``(len(candidates), 2)`` float32.

    Args:
        question: The question.
        candidates: Sentences of the passages.
        readings: What the first look found in each node, by node id; it stands for those not looked at again.
        reader: Reads.
        most: So many candidates are looked at, those that the first look found likeliest.
    """
    first = [readings[candidate.ranked.node.id].log_odds(candidate.place) for candidate in candidates]
    looks = np.array([first, first], dtype=np.float32).T
    for index in np.argsort(-looks[:, 0], kind="stable")[:most]:
        place, sentences = candidates[index].place, candidates[index].ranked.node.sentence_texts
        for column, around in enumerate((0, 1)):
            start, end = max(0, place - around), place + around + 1
            if start > 0 or end < len(sentences):  # else the first look saw the same
                looks[index, column] = reader.read(question, sentences[start:end]).log_odds(place - start)
    return looks
