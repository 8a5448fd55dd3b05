"""Two looks: the nodes are read, then the likeliest sentences again, each alone and with its neighbours.

In a passage every sentence that names what is asked about draws attention to itself. Read alone, it has to hold the
answer; a question that is nearly answered shows it there (figures in ``benchmarks/README.md``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from retrieval.answer.candidates import Candidate
from retrieval.answer.reading import Reader, Reading
from retrieval.index.embedding import Vector
from retrieval.search.fitted import Matrix
from retrieval.search.question import Question

LOOKED_AT = 5
"""One of these is right for .86 of the questions with a right sentence among the candidates (calibration fold of the
fit; .80 with three, .91 with eight); each costs up to two readings."""


def first_look(question: Question, candidates: Sequence[Candidate], reader: Reader) -> dict[str, Reading]:
    """Read each node of the candidates once; by node id."""
    nodes = {candidate.ranked.node.id: candidate.ranked.node for candidate in candidates}
    return {node_id: reader.read(question, node.sentence_texts) for node_id, node in nodes.items()}


def log_odds(candidates: Sequence[Candidate], readings: Mapping[str, Reading]) -> Vector:
    """Of every candidate against nothing in its node, ``(len(candidates),)`` float32."""
    return np.array(
        [readings[candidate.ranked.node.id].log_odds(candidate.place) for candidate in candidates], dtype=np.float32
    )


def look_again(
    question: Question,
    candidates: Sequence[Candidate],
    readings: Mapping[str, Reading],
    reader: Reader,
    *,
    most: int = LOOKED_AT,
    around: Sequence[int] = (0, 1),
) -> Matrix:
    """Log-odds of every candidate against nothing, read with so many neighbours on each side: a column each.

    Args:
        question: The question.
        candidates: Sentences of the passages.
        readings: What the first look found in each node, by node id; it stands for those not looked at again.
        reader: Reads.
        most: So many candidates are looked at, those that the first look found likeliest.
        around: Numbers of neighbours.

    Returns:
        ``(len(candidates), len(around))`` float32.
    """
    first = log_odds(candidates, readings)
    looks = np.repeat(first[:, None], len(around), axis=1)
    for index in np.argsort(-first, kind="stable")[:most]:
        place, sentences = candidates[index].place, candidates[index].ranked.node.sentence_texts
        for column, neighbours in enumerate(around):
            start, end = max(0, place - neighbours), place + neighbours + 1
            if start > 0 or end < len(sentences):  # else the first look saw the same
                looks[index, column] = reader.read(question, sentences[start:end]).log_odds(place - start)
    return looks
