from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date

import pytest
from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import Response as LlamaResponse
from llama_index.core.schema import QueryBundle

from retrieval.answer.query_engine import KildeQueryEngine
from retrieval.errors import QuestionError
from retrieval.library import Library
from retrieval.models import Answer, Response


@pytest.fixture(scope="module")
def ask(library: Library) -> Callable[[str], Response]:
    return library.ask


def check(response: object, question: str, library: Library) -> LlamaResponse:
    """The response says what the library says."""
    assert isinstance(response, LlamaResponse)
    found = library.ask(question)
    assert isinstance(found, Answer)
    assert response.response == str(response) == found.text
    assert [node.node.get_content() for node in response.source_nodes] == [item.quote for item in found.citations]
    assert [node.score for node in response.source_nodes] == [item.score for item in found.citations]
    assert response.metadata == {"refused": False, "confidence": found.confidence, "language": found.language}
    return response


@pytest.mark.parametrize(
    ("question", "source"),
    [
        ("Hvem klippet snoren da Tårnbrua åpnet?", "bru.txt"),
        ("谁担任航天课的老师？", "xiaoxue.txt"),
        ("كم سريرا يضم مستشفى الأطفال؟", "mustashfa.txt"),
    ],
)
def test_an_answer_comes_with_its_source_nodes(library: Library, question: str, source: str) -> None:
    engine = library.query_engine()
    assert isinstance(engine, BaseQueryEngine)
    response = check(engine.query(question), question, library)
    node = response.source_nodes[0].node
    assert node.metadata["source"] == source
    text = library.article_text(node.metadata["article_id"])
    assert text[node.start_char_idx : node.end_char_idx] == node.get_content()  # type: ignore[attr-defined]


def test_metadata_can_be_written_as_json(library: Library) -> None:
    response = library.query_engine().query(QueryBundle("Wer oder was bleibt in Kesselbruck geschlossen?"))
    metadata = response.source_nodes[0].node.metadata
    assert metadata["outlet"] == "Kesselbrucker Bote"
    assert metadata["published"] == date(2031, 5, 2).isoformat()


def test_it_can_be_awaited(library: Library) -> None:
    question = "Hvem klippet snoren da Tårnbrua åpnet?"
    check(asyncio.run(library.query_engine().aquery(question)), question, library)


def test_a_refusal_has_no_text_and_no_nodes(library: Library) -> None:
    found = library.ask("Hvem klippet snoren da Tårnbrua åpnet?")
    assert isinstance(found, Answer)
    from retrieval.models import Refusal

    refusal = Refusal(
        question=found.question,
        language=found.language,
        confidence=0.0123,
        mode="extractive",
        closest=(),
        retrieved=found.retrieved,
        timings=found.timings,
        standalone_question=found.question,
    )
    response = KildeQueryEngine(ask=lambda _: refusal).query("Hvem?")
    assert isinstance(response, LlamaResponse)
    assert (response.response, response.source_nodes) == ("", [])
    assert response.metadata == {"refused": True, "confidence": 0.0123, "language": "no"}


def test_a_bad_question_raises_what_the_library_raises(library: Library) -> None:
    with pytest.raises(QuestionError, match="holds no word"):
        library.query_engine().query("?!")
