from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from retrieval.answer.candidates import Candidate
from retrieval.answer.reading import Reading
from retrieval.answer.second_look import look_again
from retrieval.index.nodes import StoredNode
from retrieval.search.question import Question

CutArticle = Callable[..., list[StoredNode]]
CandidatesOf = Callable[..., list[Candidate]]
QUESTION = Question("Hva skjer?", "no", np.zeros(0, dtype=np.float32))


class NotingReader:
    """Notes what it is given; the more sentences it reads at once, the less it finds in each."""

    def __init__(self) -> None:
        self.given: list[tuple[str, ...]] = []

    def read(self, question: Question, sentences: Sequence[str]) -> Reading:
        self.given.append(tuple(sentences))
        held = np.full(len(sentences), 0.9 / len(sentences) ** 2, dtype=np.float32)
        return Reading(held, 1 - float(held.sum()))


def readings_of(candidates: list[Candidate], *held: float) -> dict[str, Reading]:
    """One node's reading, for candidates that are all of one node."""
    return {candidates[0].ranked.node.id: Reading(np.array(held, dtype=np.float32), 1 - sum(held))}


def test_the_likeliest_are_read_alone_and_with_their_neighbours(
    cut_article: CutArticle, candidates_of: CandidatesOf
) -> None:
    candidates = candidates_of(cut_article("a", "En dag regner det. To dager snør det. Tre dager er det sol."))
    reader = NotingReader()
    readings = readings_of(candidates, 0.5, 0.1, 0.3)
    looks = look_again(QUESTION, candidates, readings, reader, most=2)
    first, second, third = (candidate.text for candidate in candidates)
    assert reader.given == [(first,), (first, second), (third,), (second, third)]
    assert looks.dtype == np.float32
    assert looks[0] == pytest.approx([np.log(0.9001 / 0.1001), np.log(0.2251 / 0.5501)], abs=1e-3)
    assert looks[1] == pytest.approx([np.log(0.1001 / 0.1001)] * 2, abs=1e-3)
    assert looks[2] == pytest.approx(looks[0])


def test_without_a_second_look_the_first_one_stands(cut_article: CutArticle, candidates_of: CandidatesOf) -> None:
    candidates = candidates_of(cut_article("a", "En dag regner det. To dager snør det."))
    reader = NotingReader()
    looks = look_again(QUESTION, candidates, readings_of(candidates, 0.5, 0.1), reader, most=0)
    assert reader.given == []
    assert looks[:, 0] == pytest.approx(looks[:, 1])
    assert looks[:, 0] == pytest.approx([np.log(0.5001 / 0.4001), np.log(0.1001 / 0.4001)], abs=1e-4)


def test_neighbours_are_those_of_the_node(cut_article: CutArticle, candidates_of: CandidatesOf) -> None:
    candidates = candidates_of(
        cut_article("a", "Brua åpner. Folk jubler. Det snør.", "Det regner. Ingen kommer. Vi går.")
    )
    readings = {candidate.ranked.node.id: Reading(np.full(3, 0.1, dtype=np.float32), 0.7) for candidate in candidates}
    reader = NotingReader()
    look_again(QUESTION, candidates, readings, reader, most=4)
    assert reader.given == [
        ("Brua åpner.",),
        ("Brua åpner.", "Folk jubler."),
        ("Folk jubler.",),
        ("Det snør.",),
        ("Folk jubler.", "Det snør."),
        ("Det regner.",),
        ("Det regner.", "Ingen kommer."),
    ]


def test_what_the_first_look_saw_is_not_read_again(cut_article: CutArticle, candidates_of: CandidatesOf) -> None:
    nodes = cut_article("a", "Brua åpner. Folk jubler.", "Det regner.")
    candidates = candidates_of(nodes)
    readings = {node.id: Reading(np.full(len(node.sentences), 0.1, dtype=np.float32), 0.5) for node in nodes}
    reader = NotingReader()
    looks = look_again(QUESTION, candidates, readings, reader)
    assert reader.given == [("Brua åpner.",), ("Folk jubler.",)]
    assert looks[2] == pytest.approx([np.log(0.1001 / 0.5001)] * 2, abs=1e-4)
