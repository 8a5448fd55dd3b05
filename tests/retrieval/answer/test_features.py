from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from retrieval.answer.candidates import Candidate
from retrieval.answer.features import FEATURES, QuestionTerms, feature_matrix
from retrieval.index.lexical import LexicalIndex
from retrieval.index.nodes import StoredNode
from retrieval.search.fitted import FittedValues
from retrieval.search.question import Question

CutArticle = Callable[..., list[StoredNode]]
CandidatesOf = Callable[..., list[Candidate]]


def unit(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


def table(
    question: Question, candidates: list[Candidate], vectors: np.ndarray, fitted: FittedValues | None = None
) -> list[dict[str, float]]:
    nodes = {candidate.ranked.node.id: candidate.ranked.node for candidate in candidates}
    lexical = LexicalIndex.in_memory(nodes.values())
    asked = QuestionTerms.of(question, lexical.terms(question.text, language=question.language), lexical.idf)
    matrix = feature_matrix(question, asked, candidates, vectors, fitted=fitted)
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
    first, second, third = table(question, candidates, np.array([[0.6, 0.8], [1, 0], [0, 1]], dtype=np.float32))
    assert [row["cosine"] for row in (first, second, third)] == pytest.approx([0.6, 1.0, 0.0])
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
    rows = table(question, candidates, np.tile(unit(1, 0), (4, 1)))
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
    about, other = table(Question(question, language, unit(1, 0)), candidates, np.tile(unit(1, 0), (2, 1)))
    assert about["coverage"] > 0.4
    assert other["coverage"] == 0
    assert about["same_language"] == other["same_language"] == 1


def test_across_languages_the_means_are_taken_off(cut_article: CutArticle, candidates_of: CandidatesOf) -> None:
    fitted = FittedValues("test", {"en": unit(0, 0.8)}, {"it": unit(0, 0.6)}, {}, {})
    candidates = candidates_of(
        cut_article("a", "Il museo apre.", language="it"), cut_article("b", "Мост закрыт.", language="ru")
    )
    vectors = np.array([[0.8, 0.6], [0.8, 0.6]], dtype=np.float32)
    question = Question("What opens?", "en", unit(0.6, 0.8))
    italian, russian = table(question, candidates, vectors, fitted)
    assert italian["cosine"] == russian["cosine"] == pytest.approx(0.96)
    assert italian["centred_cosine"] == pytest.approx(1.0)
    assert russian["centred_cosine"] == pytest.approx(0.96)
    plain, _ = table(question, candidates, vectors)
    assert plain["centred_cosine"] == plain["cosine"]
    assert italian["same_language"] == 0


def test_a_question_of_function_words_alone_covers_nothing(
    cut_article: CutArticle, candidates_of: CandidatesOf
) -> None:
    candidates = candidates_of(cut_article("a", "Brua åpner."))
    asked = QuestionTerms.of(Question("?", "no", unit(1, 0)), [], lambda term: 1.0)
    matrix = feature_matrix(Question("?", "no", unit(1, 0)), asked, candidates, np.array([[1, 0]]), fitted=None)
    assert matrix[0, FEATURES.index("coverage")] == 0
    assert matrix[0, FEATURES.index("question_terms")] == 0
