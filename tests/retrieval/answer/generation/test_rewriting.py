from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from prompts import load_prompts
from retrieval.answer.answerer import Answerer, Sources
from retrieval.answer.follow_up import Standalone
from retrieval.answer.generation.rewriting import MAX_GROWTH_CHARS, Rewriter
from retrieval.answer.given_passages import index_passages
from retrieval.answer.reading import SimilarityReader
from retrieval.errors import ModelError
from retrieval.models import Turn
from retrieval.search.dense import DenseSearch
from retrieval.search.hybrid import HybridSearch
from retrieval.search.lexical import LexicalSearch
from tests.retrieval.answer.llm.conftest import LoadModel
from tests.retrieval.answer.llm.scripted_server import ScriptedServer

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

HISTORY = [Turn("Hvem åpnet Tårnbrua i Vikhamn i 2031?", "Ordfører Sigrun Hatlen.")]
ASKED = "Og hva kostet den?"
UNCLEAR = "Hvor mange millioner kostet arbeidet?"
"""Whether it leans, only the search tells."""
BY_RULE = Standalone("Og hva kostet den? (Tårnbrua i Vikhamn 2031)", frozenset({"tårnbrua", "vikhamn"}))
PASSAGES = [
    "Tårnbrua i Vikhamn åpnet lørdag. Den kostet 96 millioner.",
    "Ferga legges ned i juni.",
    "清溪镇的新桥开放了。",
]


@pytest.fixture
def rewriter(load_model: LoadModel) -> Rewriter:
    return Rewriter(load_model(), load_prompts())


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("Hva kostet Tårnbrua i Vikhamn?", "Hva kostet Tårnbrua i Vikhamn?"),
        ("**Hva kostet Tårnbrua i 2031?**\n\nSvar: 96 millioner.", "Hva kostet Tårnbrua i 2031?"),
        ("Hva kostet brua som Sigrun Hatlen åpnet?", "Hva kostet brua som Sigrun Hatlen åpnet?"),
    ],
)
def test_a_good_rewrite_is_used(rewriter: Rewriter, scripted_server: ScriptedServer, written: str, text: str) -> None:
    scripted_server.add(written)
    rewritten = rewriter.rewrite(ASKED, HISTORY, BY_RULE)
    assert rewritten.text == text
    assert rewritten.topic_names >= BY_RULE.topic_names
    prompt = scripted_server.requests[0].body["messages"][-1]["content"]
    assert HISTORY[0].question in prompt
    assert HISTORY[0].answer in prompt
    assert ASKED in prompt


@pytest.mark.parametrize(
    ("asked", "before", "written"),
    [
        ("А когда?", "Кто открыл мост в Лесогорске?", "Когда открыли мост в Лесогорске?"),
        ("ومتى؟", "من افتتح مستشفى وادي الزيتون؟", "متى افتتح مستشفى وادي الزيتون؟"),
        ("为什么？", "谁在清溪镇当老师？", "为什么他在清溪镇当老师？"),
    ],
)
def test_it_rewrites_in_any_script(
    rewriter: Rewriter, scripted_server: ScriptedServer, asked: str, before: str, written: str
) -> None:
    scripted_server.add(written)
    assert rewriter.rewrite(asked, [Turn(before, "")], Standalone("by rule")).text == written


@pytest.mark.parametrize(
    "written",
    [
        "Hva kostet Håkonsbrua i Bergen?",
        "Hva kostet Tårnbrua i Vikhamn i 1987?",
        "Hva kostet Tårnbrua? " + "Den er lang. " * (MAX_GROWTH_CHARS // 10),
        "  \n ",
    ],
    ids=["name", "number", "long", "nothing"],
)
def test_what_was_invented_falls_back_on_the_rule(
    rewriter: Rewriter, scripted_server: ScriptedServer, written: str
) -> None:
    scripted_server.add(written)
    assert rewriter.rewrite(ASKED, HISTORY, BY_RULE) == BY_RULE


def test_an_error_falls_back_on_the_rule(
    rewriter: Rewriter, scripted_server: ScriptedServer, caplog: pytest.LogCaptureFixture
) -> None:
    scripted_server.add(status=401, body={"error": {"message": "no such key"}})
    assert rewriter.rewrite(ASKED, HISTORY, BY_RULE) == BY_RULE
    assert "taken apart by rule" in caplog.text
    assert ASKED not in caplog.text


def test_an_answer_that_nobody_wants_any_more_is_stopped(rewriter: Rewriter, scripted_server: ScriptedServer) -> None:
    scripted_server.add(5.0, "Hva kostet Tårnbrua?")
    stop = threading.Event()
    threading.Timer(0.1, stop.set).start()
    with pytest.raises(ModelError, match="stopped") as caught:
        rewriter.rewrite(ASKED, HISTORY, BY_RULE, stop=stop)
    assert caught.value.reason == "stopped"


@pytest.fixture(scope="module")
def sources(embedding: BaseEmbedding) -> Sources:
    source, lexical = index_passages(PASSAGES, embedding)
    search = HybridSearch(DenseSearch(source, None), LexicalSearch(lexical), fitted=None)
    return Sources(search, lexical, source.article_text, version=lambda: 1)


@pytest.mark.parametrize(
    ("asked", "written", "searched"),
    [
        (ASKED, "Hva kostet Tårnbrua i Vikhamn?", "Hva kostet Tårnbrua i Vikhamn?"),
        (ASKED, "Hva kostet Håkonsbrua?", BY_RULE.text),
        (UNCLEAR, "Hvor mange millioner kostet Tårnbrua?", "Hvor mange millioner kostet Tårnbrua?"),
        ("Når blir ferga endelig lagt ned?", None, "Når blir ferga endelig lagt ned?"),
        ("Hvor lang er brua i Vikhamn?", None, "Hvor lang er brua i Vikhamn?"),
    ],
)
def test_the_model_is_asked_only_about_follow_ups(
    embedding: BaseEmbedding,
    sources: Sources,
    rewriter: Rewriter,
    scripted_server: ScriptedServer,
    asked: str,
    written: str | None,
    searched: str,
) -> None:
    if written is not None:
        scripted_server.add(written)
    reader = SimilarityReader(embedding)
    answerer = Answerer(embedding, reader, None, max_question_chars=100, min_confidence=None, rewriter=rewriter)
    assert answerer.ask(asked, sources, history=HISTORY).standalone_question == searched
    assert len(scripted_server.requests) == (written is not None)
