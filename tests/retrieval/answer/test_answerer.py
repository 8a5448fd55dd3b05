from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from retrieval.answer.answerer import Answerer, Sources, Wanted
from retrieval.answer.given_passages import index_passages
from retrieval.answer.reading import SimilarityReader
from retrieval.errors import CitationError, QuestionError
from retrieval.models import Answer, Filters, Refusal, Turn
from retrieval.search.dense import DenseSearch
from retrieval.search.fitted import FittedValues
from retrieval.search.hybrid import HybridSearch
from retrieval.search.lexical import LexicalSearch

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

FittedWith = Callable[..., FittedValues]

PASSAGES = [
    "Tårnbrua i Vikhamn åpnet lørdag. Sigrun Hatlen er ordfører. Hun klippet snoren.",
    "Ferga legges ned i juni.",
    "Зоопарк Лесогорска получил двух снежных барсов.",
    "افتتحت مدينة وادي الزيتون مستشفى للأطفال.",
    "退休工程师林远舟担任火箭课的老师。",
]
QUESTION = "Når åpnet Tårnbrua i Vikhamn?"


@pytest.fixture(scope="module")
def sources(embedding: BaseEmbedding) -> Sources:
    source, lexical = index_passages(PASSAGES, embedding)
    search = HybridSearch(DenseSearch(source, None), LexicalSearch(lexical), fitted=None)
    return Sources(search, lexical, source.article_text, version=lambda: 1)


@pytest.fixture(scope="module")
def answerer(embedding: BaseEmbedding) -> Answerer:
    return Answerer(embedding, SimilarityReader(embedding), None, max_question_chars=100, min_confidence=None)


def test_an_answer_is_whole(answerer: Answerer, sources: Sources) -> None:
    found = answerer.ask(f"  {QUESTION}\n", sources)
    assert isinstance(found, Answer)
    assert (found.question, found.standalone_question, found.language) == (QUESTION, QUESTION, "no")
    assert found.mode == "extractive"
    assert 0 <= found.confidence <= 1
    assert 1 <= len(found.citations) <= 3
    assert found.text.startswith("Tårnbrua i Vikhamn åpnet lørdag.")
    assert found.retrieved[0].article_id == "passage:1"
    assert len(found.retrieved) == 5
    scores = [place.score for place in found.retrieved]
    assert scores == sorted(scores, reverse=True)


def test_stages_take_the_whole_time(answerer: Answerer, sources: Sources) -> None:
    timings = answerer.ask(QUESTION, sources).timings
    assert min(timings.embed, timings.search, timings.answer) >= 0
    assert timings.embed + timings.search + timings.answer == pytest.approx(timings.total, abs=0.01)


@pytest.mark.parametrize(
    ("question", "language", "number"),
    [
        ("Сколько снежных барсов получил зоопарк?", "ru", 3),
        ("أين افتتح مستشفى للأطفال؟", "ar", 4),
        ("谁担任火箭课的老师？", "zh", 5),
    ],
)
def test_it_answers_in_any_script(
    answerer: Answerer, sources: Sources, question: str, language: str, number: int
) -> None:
    found = answerer.ask(question, sources)
    assert isinstance(found, Answer)
    assert found.language == language
    assert (found.citations[0].article_id, found.citations[0].quote) == (f"passage:{number}", PASSAGES[number - 1])


def test_a_follow_up_is_searched_for_with_the_question_before_it(answerer: Answerer, sources: Sources) -> None:
    found = answerer.ask("Og hvem klippet snoren?", sources, history=[Turn(QUESTION, "Lørdag.")])
    assert (found.question, found.standalone_question) == (
        "Og hvem klippet snoren?",
        "Og hvem klippet snoren? (Tårnbrua i Vikhamn)",
    )


def test_a_second_follow_up_keeps_the_topic(answerer: Answerer, sources: Sources) -> None:
    history = [Turn("Кто кормит барсов в зоопарке Лесогорска?", ""), Turn(QUESTION, "Lørdag."), Turn("Hvorfor?", "")]
    found = answerer.ask("Og av hvem?", sources, history=history)
    assert found.standalone_question == "Og av hvem? (Tårnbrua i Vikhamn)"


@pytest.mark.parametrize(
    ("before", "question", "language"),
    [
        (QUESTION, "Og når?", "no"),
        (QUESTION, "E quando?", "it"),
        (QUESTION, "А когда?", "ru"),
        (QUESTION, "为什么？", "zh"),
        ("Who cut the ribbon at the bridge in Vikhamn?", "And when?", "en"),  # too short to tell by itself
        ("Who cut the ribbon at the bridge in Vikhamn?", "لماذا؟", "ar"),
        ("من افتتح مستشفى الأطفال في وادي الزيتون؟", "Why?", "ar"),
    ],
)
@pytest.mark.parametrize("minimum", [0, 1])
def test_a_follow_up_is_answered_or_refused_in_its_own_language_when_that_can_be_told(
    embedding: BaseEmbedding, sources: Sources, before: str, question: str, language: str, minimum: float
) -> None:
    answerer = Answerer(embedding, SimilarityReader(embedding), None, max_question_chars=100, min_confidence=minimum)
    found = answerer.ask(question, sources, history=[Turn(before, "")])
    assert isinstance(found, Refusal if minimum else Answer)
    assert found.standalone_question != question
    assert found.language == language


@pytest.mark.parametrize(("confidence", "refused"), [(-3.0, True), (3.0, False)])
def test_what_is_too_unlikely_is_refused_with_the_closest_articles(
    embedding: BaseEmbedding, sources: Sources, fitted_with: FittedWith, confidence: float, refused: bool
) -> None:
    fitted = fitted_with(confidence=confidence, confidence_across=confidence)
    found = Answerer(embedding, SimilarityReader(embedding), fitted, max_question_chars=100, min_confidence=None).ask(
        QUESTION, sources
    )
    assert isinstance(found, Refusal) is refused
    assert found.confidence == pytest.approx(0.0474 if refused else 0.9526, abs=1e-4)  # 1 / (1 + e ** 3)
    if isinstance(found, Refusal):
        assert len(found.closest) == 3
        assert found.closest[0].id == "passage:1"
        assert len({article.id for article in found.closest}) == 3
        assert found.retrieved


@pytest.mark.parametrize(("minimum", "refused"), [(0.0, False), (0.04, False), (0.05, True), (1.0, True)])
def test_the_setting_goes_before_the_fitted_minimum(
    embedding: BaseEmbedding, sources: Sources, fitted_with: FittedWith, minimum: float, refused: bool
) -> None:
    fitted = fitted_with(confidence=-3.0, confidence_across=-3.0)
    answerer = Answerer(embedding, SimilarityReader(embedding), fitted, max_question_chars=100, min_confidence=minimum)
    assert isinstance(answerer.ask(QUESTION, sources), Refusal) is refused


@pytest.mark.parametrize(("question", "refused"), [(QUESTION, False), ("When did the bridge in Vikhamn open?", True)])
def test_an_answer_in_another_language_has_a_minimum_of_its_own(
    embedding: BaseEmbedding, sources: Sources, fitted_with: FittedWith, question: str, refused: bool
) -> None:
    fitted = fitted_with(min_confidence=0.4, min_confidence_across=0.6)
    answerer = Answerer(embedding, SimilarityReader(embedding), fitted, max_question_chars=100, min_confidence=None)
    assert isinstance(answerer.ask(question, sources), Refusal) is refused


def test_nothing_to_read_is_a_refusal(answerer: Answerer, sources: Sources) -> None:
    found = answerer.ask(QUESTION, sources, wanted=Wanted(Filters(languages=("fi",))))
    assert isinstance(found, Refusal)
    assert (found.confidence, found.closest, found.retrieved) == (0.0, (), ())


def test_a_question_beyond_the_limit_is_an_error(answerer: Answerer, sources: Sources) -> None:
    with pytest.raises(QuestionError, match="has 120 characters and the limit is 100"):
        answerer.ask("Hvem åpnet " + "a" * 109, sources)


def test_an_article_that_changed_meanwhile_is_never_quoted(answerer: Answerer, sources: Sources) -> None:
    changed = replace(sources, article_text=lambda article_id: sources.article_text(article_id).replace("å", "aa"))
    with pytest.raises(CitationError, match="does not match the stored article"):
        answerer.ask(QUESTION, changed)


def test_a_follow_up_looks_only_where_its_topic_is_named(answerer: Answerer, sources: Sources) -> None:
    asked = "Og når legges den ned?"
    followed = answerer.ask(asked, sources, history=[Turn(QUESTION, "")])
    assert {place.article_id for place in followed.retrieved} == {"passage:1"}
    alone = answerer.ask(asked, sources)
    assert alone.retrieved[0].article_id == "passage:2", "without the topic another passage is nearer"


def test_a_question_that_may_be_a_follow_up_means_what_is_found(answerer: Answerer, sources: Sources) -> None:
    history = [Turn(QUESTION, "Lørdag.")]
    followed = answerer.ask("Hvor gammel var personen som klippet snoren?", sources, history=history)
    assert followed.standalone_question == "Hvor gammel var personen som klippet snoren? (Tårnbrua i Vikhamn)"
    alone = answerer.ask("Når blir ferga endelig lagt ned?", sources, history=history)
    assert alone.standalone_question == "Når blir ferga endelig lagt ned?"
    assert alone.retrieved[0].article_id == "passage:2"
