from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from retrieval.answer.candidates import Candidate
from retrieval.answer.features import FEATURES, QuestionTerms, feature_matrix
from retrieval.answer.reading import Reading
from retrieval.index.lexical import LexicalIndex
from retrieval.index.nodes import StoredNode
from retrieval.search.question import Question

CutArticle = Callable[..., list[StoredNode]]
CandidatesOf = Callable[..., list[Candidate]]


def unit(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


def table(question: Question, candidates: list[Candidate], *held: float) -> list[dict[str, float]]:
    """Features of the candidates; ``held``: what the reader says of each, or else nothing is said of any."""
    nodes = {candidate.ranked.node.id: candidate.ranked.node for candidate in candidates}
    said = dict(zip(((item.ranked.node.id, item.place) for item in candidates), held, strict=False))
    readings = {}
    for node in nodes.values():
        own = np.array([said.get((node.id, place), 0.0) for place in range(len(node.sentences))], dtype=np.float32)
        readings[node.id] = Reading(own, 1 - float(own.sum()))
    lexical = LexicalIndex.in_memory(nodes.values())
    asked = QuestionTerms.of(question, lexical.terms(question.text, language=question.language), lexical.idf)
    looks = np.zeros((len(candidates), 2), dtype=np.float32)
    matrix = feature_matrix(question, asked, candidates, readings, looks)
    assert matrix.shape == (len(candidates), len(FEATURES))
    assert matrix.dtype == np.float32
    assert np.isfinite(matrix).all()
    return [dict(zip(FEATURES, row.tolist(), strict=True)) for row in matrix]


def test_numbers_names_and_places_are_counted(cut_article: CutArticle, candidates_of: CandidatesOf) -> None:
    question = Question("Hvor lang er Tårnbrua i Vikhamn i 2031?", "no", unit(1, 0))
    candidates = candidates_of(
        cut_article("a", "Tårnbrua i Vikhamn er 412 meter lang. I 2031 ledet Sigrun Hatlen arbeidet."),
        cut_article("b", "Det regner."),
    )
    first, second, third = table(question, candidates, 0.6, 0.1, 0.0)
    expected = [np.log(0.6001 / 0.3001), np.log(0.1001 / 0.3001), np.log(0.0001 / 1.0001)]
    assert [row["held"] for row in (first, second, third)] == pytest.approx(expected, abs=1e-4)
    assert [row["nothing"] for row in (first, second)] == pytest.approx([np.log(0.3001)] * 2, abs=1e-4)
    assert (first["new_numbers"], first["shared_numbers"]) == (1, 0)
    assert (second["new_numbers"], second["shared_numbers"]) == (0, 1)
    assert first["shared_names"] == 1  # Vikhamn; a word that begins a sentence is no name
    assert second["new_names"] == 2
    assert [row["is_first"] for row in (first, second, third)] == [1, 0, 1]
    assert [row["place"] for row in (first, second, third)] == [0, 0.5, 0]
    assert [row["node_rank"] for row in (first, second, third)] == [0, 0, 1]
    assert first["score_below_best"] == 0 > third["score_below_best"]
    assert {row["question_numbers"] for row in (first, second, third)} == {1}


def test_coverage_is_the_rarity_weighted_share_of_the_questions_words(
    cut_article: CutArticle, candidates_of: CandidatesOf
) -> None:
    question = Question("brua ferga", "no", unit(1, 0))
    candidates = candidates_of(cut_article("a", "Brua åpner. Ferga stopper. Det regner. Brua og ferga."))
    rows = table(question, candidates)
    # Both words stand in the one node, so they are equally rare.
    assert [row["coverage"] for row in rows] == pytest.approx([0.5, 0.5, 0.0, 1.0])
    assert [row["node_coverage"] for row in rows] == pytest.approx([1.0] * 4)
    assert [row["rarest_missing"] for row in rows] == [0.0] * 4


@pytest.mark.parametrize(
    ("language", "question", "text"),
    [
        ("ru", "Сколько барсов в зоопарке?", "В зоопарке два барса. Мост закрыт."),
        ("ar", "أين المستشفى الجديد؟", "افتتح المستشفى الجديد اليوم. الجسر مغلق."),
        ("zh", "火箭是谁制作的？", "学生制作了火箭。大桥关闭了。"),
    ],
)
def test_words_are_recognised_in_any_script(
    cut_article: CutArticle, candidates_of: CandidatesOf, language: str, question: str, text: str
) -> None:
    candidates = candidates_of(cut_article("a", text, language=language))
    about, other = table(Question(question, language, unit(1, 0)), candidates)
    assert about["coverage"] > 0.4
    assert other["coverage"] == 0
    assert about["same_language"] == other["same_language"] == 1


def test_another_language_is_seen(cut_article: CutArticle, candidates_of: CandidatesOf) -> None:
    candidates = candidates_of(
        cut_article("a", "Il museo apre.", language="it"), cut_article("b", "It opens.", language="en")
    )
    italian, english = table(Question("What opens?", "en", unit(1, 0)), candidates)
    assert (italian["same_language"], english["same_language"]) == (0, 1)


def test_a_question_of_function_words_alone_covers_nothing(
    cut_article: CutArticle, candidates_of: CandidatesOf
) -> None:
    candidates = candidates_of(cut_article("a", "Brua åpner."))
    asked = QuestionTerms.of(Question("?", "no", unit(1, 0)), [], lambda term: 1.0)
    readings = {candidates[0].ranked.node.id: Reading(np.array([0.5], dtype=np.float32), 0.5)}
    looks = np.array([[0.5, 2.0]], dtype=np.float32)
    matrix = feature_matrix(Question("?", "no", unit(1, 0)), asked, candidates, readings, looks)
    assert [matrix[0, FEATURES.index(name)] for name in ("alone", "nearby")] == [0.5, 2.0]
    assert matrix[0, FEATURES.index("coverage")] == 0
    assert matrix[0, FEATURES.index("question_terms")] == 0


@pytest.mark.parametrize(
    ("question", "share"),
    [
        ("Wer leitet die Havsula heute?", 1.0),
        ("Who met Solvang in Germany?", 0.5),
        ("Hvem er det?", 1.0),
        ("Chi comanda la Gamla Rolf?", 0.0),
    ],
)
def test_names_are_found_by_their_beginning_in_the_node_and_its_title(
    cut_article: CutArticle, candidates_of: CandidatesOf, question: str, share: float
) -> None:
    (node,) = cut_article("a", "Berit Solvang kom til Oslo. Det regnet.")
    candidates = candidates_of([replace(node, title="«Havsula» i rute")])
    assert [row["names_found"] for row in table(Question(question, "?", unit(1, 0)), candidates)] == [share] * 2
