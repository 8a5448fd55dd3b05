from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from retrieval.answer.given_passages import index_passages
from retrieval.errors import QuestionError, SettingsError
from retrieval.library import answer_from_passages
from retrieval.models import Answer, Refusal, Response, Turn
from retrieval.settings import Settings

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

SETTINGS = Settings(min_confidence=0)
"""Refuses nothing that has a sentence in it, whatever is fitted."""

AWKWARD = {
    "windows line ends": "Været var fint.\r\n\r\nBrua i Vikhamn åpnet lørdag.\r\nFerga legges ned.\r\n",
    "entities": "Br&oslash;d &amp; s&aring;nt. Brua i Vikhamn &aring;pnet l&oslash;rdag.",
    "leading blanks": "\n\n   \t Brua i Vikhamn åpnet lørdag.\n\n  Ferga legges ned.",
    "emoji": "🎉👩‍👩‍👧 Brua i Vikhamn åpnet lørdag! 🚢 Ferga legges ned.",
    "decomposed accents": unicodedata.normalize("NFD", "Brua i Vikhamn åpnet lørdag. Mælands kafé får kø."),
    "invisible characters": "\ufeffBrua i Vik\u00adhamn åpnet\u00a0lørdag.\u200b Ferga legges ned.",
    "markup": "<p>Brua i Vikhamn åpnet lørdag.</p>\n<p>Ferga legges ned.</p>",
    "right to left": "\u200fافتتح جسر ويكهامن يوم السبت.\r\nالعبّارة تتوقف.",
    "no spaces": "　维克港大桥星期六开放。渡轮停运。",
    "cyrillic": "Мост в Викхамне открыли в субботу…\tПаром отменён.",
    "one word": "Vikhamnbrua",
}


def ask(question: str, passages: list[str], embedding: BaseEmbedding, **more: object) -> Response:
    return answer_from_passages(question, passages, settings=SETTINGS, embedding=embedding, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("passage", AWKWARD.values(), ids=AWKWARD)
def test_quotes_are_the_passages_own_characters(embedding: BaseEmbedding, passage: str) -> None:
    found = ask("Når åpnet brua i Vikhamn?", [passage], embedding)
    assert isinstance(found, Answer)
    for citation in found.citations:
        assert passage[citation.start_char : citation.end_char] == citation.quote
        assert citation.article_id == citation.source == "passage:1"
        assert "\n" not in citation.quote
    assert [(place.start_char, place.end_char) for place in found.retrieved] == [(0, len(passage))]


def test_nodes_hold_the_whole_of_every_passage(embedding: BaseEmbedding) -> None:
    source, lexical = index_passages(list(AWKWARD.values()), embedding)
    for number, passage in enumerate(AWKWARD.values(), start=1):
        assert source.article_text(f"passage:{number}") == passage
    assert lexical.count() == sum(source.languages().values()) == len(AWKWARD)


@pytest.mark.parametrize(
    ("question", "passage"),
    [
        ("Hvem klippet snoren på brua?", "Ordfører Sigrun Hatlen klippet snoren på den nye brua."),
        ("Who saved the books?", "La direttrice Livia Sartorel ha salvato i libri dall'umidità."),
        ("Сколько лет самке барса?", "Самке снежного барса четыре года."),
        ("من تبرع بنصف الكلفة؟", "تبرع صاحب المصنع بنصف كلفة المستشفى."),
        ("火箭课的老师是谁？", "退休工程师林远舟担任火箭课的老师。"),
    ],
)
def test_the_passage_that_answers_is_cited_by_its_number(embedding: BaseEmbedding, question: str, passage: str) -> None:
    found = ask(question, ["Das Hallenbad in Kesselbruck bleibt geschlossen.", passage], embedding)
    assert isinstance(found, Answer)
    assert (found.citations[0].article_id, found.citations[0].quote) == ("passage:2", passage)


def test_a_follow_up_is_searched_for_with_its_topic(embedding: BaseEmbedding) -> None:
    passages = ["Brua i Vikhamn åpnet lørdag.", "Museet i Kesselbruck åpnet tirsdag."]
    history = [Turn("Hva skjer med museet i Kesselbruck?", "Det åpner.")]
    found = ask("Og når?", passages, embedding, history=history)
    assert isinstance(found, Answer)
    assert found.question == "Og når?"
    assert found.standalone_question == "Og når? (Hva skjer med museet i Kesselbruck)"
    assert found.citations[0].article_id == "passage:2"


def test_no_passages_is_an_error(embedding: BaseEmbedding) -> None:
    with pytest.raises(SettingsError, match="there are no passages to answer from; give at least one text"):
        ask("Når åpnet brua?", [], embedding)


@pytest.mark.parametrize("passages", [[""], ["  \n\t", "\r\n\u3000"]])
def test_blank_passages_are_a_refusal(embedding: BaseEmbedding, passages: list[str]) -> None:
    found = ask("Når åpnet brua?", passages, embedding)
    assert isinstance(found, Refusal)
    assert (found.confidence, found.closest, found.retrieved) == (0.0, (), ())


def test_a_bad_question_is_an_error_here_too(embedding: BaseEmbedding) -> None:
    with pytest.raises(QuestionError, match="The question is empty"):
        ask(" ", ["Brua åpnet."], embedding)


def test_nothing_is_written(embedding: BaseEmbedding, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", min_confidence=0)
    answer_from_passages("Når åpnet brua?", ["Brua åpnet lørdag."], settings=settings, embedding=embedding)
    assert list(tmp_path.iterdir()) == []


def test_half_a_character_costs_no_answer(embedding: BaseEmbedding) -> None:
    found = ask("Når åpnet brua?", ["Brua i Vikhamn \ud83d åpnet lørdag."], embedding)
    assert isinstance(found, Answer)
    assert found.citations[0].quote == "Brua i Vikhamn \ufffd åpnet lørdag."
