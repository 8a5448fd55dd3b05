from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest

from retrieval.answer.passage_reader import PassageReader
from retrieval.answer.reading import Reader, SimilarityReader
from retrieval.library import load_passage_reader
from retrieval.search.question import Question, read_question

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

    from retrieval.index.nodes import StoredNode

CutArticle = Callable[..., "list[StoredNode]"]

BRIDGE = (
    "Samferdselsminister Berit Solvang åpnet Tårnbrua i Vikhamn mandag. Brua er 412 meter lang. "
    "Den kostet 780 millioner kroner. Arbeidet tok fire år."
)


@pytest.fixture(scope="module")
def reader() -> PassageReader:
    found = load_passage_reader(None)
    assert found is not None
    return found


def asked(text: str) -> Question:
    return Question(text, "?", np.zeros(0, dtype=np.float32))


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("Hvem åpnet Tårnbrua?", 0),
        ("Hvor lang er Tårnbrua?", 1),
        ("How much did the Tårnbrua bridge cost?", 2),
        ("Quanti anni sono durati i lavori?", 3),
    ],
)
def test_the_sentence_that_answers_is_found(
    reader: PassageReader, cut_article: CutArticle, question: str, place: int
) -> None:
    reading = reader.read(asked(question), cut_article("a", BRIDGE)[0].sentence_texts)
    assert int(np.argmax(reading.held)) == place


@pytest.mark.parametrize("question", ["Hvor gammel er Berit Solvang?", "Who designed the bridge?", "Wer ist Papst?"])
def test_what_is_not_said_is_less_likely_than_what_is(
    reader: PassageReader, cut_article: CutArticle, question: str
) -> None:
    sentences = cut_article("a", BRIDGE)[0].sentence_texts
    answered = reader.read(asked("Hvor lang er Tårnbrua?"), sentences)
    assert reader.read(asked(question), sentences).nothing > answered.nothing


@pytest.mark.parametrize("text", [BRIDGE, "大桥开放。市长高兴。", "Ord " * 2000 + "slutt.", "."])
def test_probabilities_sum_to_one_however_long_the_text(
    reader: PassageReader, cut_article: CutArticle, text: str
) -> None:
    sentences = cut_article("a", text)[0].sentence_texts
    for question in ("Hvem?", "hva " * 300):
        reading = reader.read(asked(question), sentences)
        assert reading.held.shape == (len(sentences),)
        assert (reading.held >= 0).all()
        assert reading.held.sum() + reading.nothing == pytest.approx(1, abs=1e-4)


def test_similarity_finds_the_nearest_sentence(embedding: BaseEmbedding, cut_article: CutArticle) -> None:
    reader: Reader = SimilarityReader(embedding)
    sentences = cut_article("a", BRIDGE)[0].sentence_texts
    reading = reader.read(read_question("Hvor mange meter lang er brua?", embedding), sentences)
    assert int(np.argmax(reading.held)) == 1
    assert reading.held.sum() + reading.nothing == pytest.approx(1, abs=1e-5)
