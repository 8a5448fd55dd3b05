"""Answers that a language model writes, from the question to the answer, with a real server that follows a script."""

from __future__ import annotations

import importlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from retrieval.errors import ModelError
from retrieval.library import MODEL_SETTINGS, Library, load_shared_model
from retrieval.models import Answer, Draft, Filters, Refusal, Turn
from retrieval.settings import Settings
from tests.retrieval.answer.llm.scripted_server import ScriptedServer, scripted_server
from tests.retrieval.conftest import ARTICLES

__all__ = ["scripted_server"]

QUESTION = "When did Maud Pellerin retire?"
HOLDS = "The last keeper, Maud Pellerin, retired in April."
Opened = Callable[..., Library]


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a library of small articles, and one that contradicts another."""
    folder = tmp_path_factory.mktemp("newsroom")
    for name, text in ARTICLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "bru-feil.txt").write_text(
        "Title: Tårnbrua i Vikhamn\nOutlet: Kystposten\nDate: 2031-03-06\n\n"
        "Den nye Tårnbrua i Vikhamn er 421 meter lang og kostet 96 millioner kroner.\n",
        encoding="utf-8",
    )
    data = tmp_path_factory.mktemp("data")
    with Library.open(data) as library:
        library.index([folder])
    return data


@pytest.fixture
def opened(newsroom: Path, scripted_server: ScriptedServer) -> Iterator[Opened]:
    """Opens the library with a model on the scripted server, and settings of one's own."""
    importlib.import_module("llama_index.llms.openai_like")  # at a model's first use, which short limits would count
    libraries: list[Library] = []

    def open_library(**changes: Any) -> Library:
        values: dict[str, Any] = {
            "data_dir": newsroom,
            "llm": "openai-like:scripted",
            "llm_url": scripted_server.url,
            "llm_key": "hush-hush",
            "llm_first_word_s": 20,
            "llm_stall_s": 20,
            "llm_total_s": 40,
        }
        library = Library.open(settings=Settings(**values | changes), create=False)
        library.load()
        libraries.append(library)
        return library

    yield open_library
    for library in libraries:
        settings = library.store.settings
        model = load_shared_model(Settings(**{name: getattr(settings, name) for name in MODEL_SETTINGS}))
        assert model is not None
        model.close()
        library.close()
    load_shared_model.cache_clear()


def quoted(library: Library, *, within_s: float) -> Answer:
    """The answer to the question, which is quoted and there in time."""
    started = time.monotonic()
    answer = library.ask(QUESTION)
    spent = time.monotonic() - started
    print(f"\nquoted after {spent:.2f} s")  # noqa: T201  shown by `pytest -s`
    assert isinstance(answer, Answer)
    assert (answer.mode, answer.text) == (
        "extractive",
        "The last keeper, Maud Pellerin, retired in April after 31 years.",
    )
    assert answer.fallback is not None
    assert "scripted" in answer.fallback.message
    assert "hush-hush" not in answer.fallback.message
    assert spent < within_s + READING_S
    return answer


READING_S = 15.0
"""What reading may take beside the model on a machine that is busy with other tests."""


def why(answer: Answer) -> str:
    return answer.fallback.reason if answer.fallback else ""


def test_sentences_are_shown_once_they_are_checked(opened: Opened, scripted_server: ScriptedServer) -> None:
    scripted_server.add(
        "USED: [1.2]\nThe last kee",
        "per, Maud Pellerin, ",
        "retired in April. [1.2]\nMaud Pellerin retired after 41 years. [1.2]\n",
        usage={"prompt_tokens": 900, "completion_tokens": 30, "prompt_tokens_details": {"cached_tokens": 512}},
    )
    scripted_server.add("Maud Pellerin retired after 31 years. [1.2]\n")
    drafts: list[Draft] = []
    answer = opened().ask(QUESTION, on_draft=drafts.append)
    assert isinstance(answer, Answer)
    assert (answer.mode, answer.fallback) == ("generative", None)
    assert [sentence.text for sentence in drafts[0].sentences] == [HOLDS]
    assert [sentence.text for sentence in answer.sentences] == [HOLDS, "Maud Pellerin retired after 31 years."]
    assert [citation.quote for citation in answer.citations] == [
        "The last keeper, Maud Pellerin, retired in April after 31 years."
    ]
    assert answer.model is not None
    assert [(one.text, one.flaw, one.detail) for one in answer.model.dropped] == [
        ("Maud Pellerin retired after 41 years.", "number", "41")
    ]
    assert (answer.model.requests, answer.model.cached_tokens) == (2, 512)
    repair = scripted_server.requests[1].body["messages"]
    assert repair[:2] == scripted_server.requests[0].body["messages"], "the repair goes on from the same prompt"
    assert "does not have the number 41" in repair[-1]["content"]


def test_the_same_question_costs_nothing_the_second_time(opened: Opened, scripted_server: ScriptedServer) -> None:
    scripted_server.add(f"USED: [1.2]\n{HOLDS} [1.2]\n")
    library = opened()
    first, again = library.ask(QUESTION), library.ask(QUESTION)
    assert isinstance(again, Answer)
    assert isinstance(first, Answer)
    assert again.sentences == first.sentences
    assert again.model is not None
    assert (again.model.from_cache, again.model.requests) == (True, 0)
    assert len(scripted_server.requests) == 1


def test_two_articles_that_disagree_are_both_cited(opened: Opened, scripted_server: ScriptedServer) -> None:
    scripted_server.add("USED: [1.1]\nTårnbrua i Vikhamn er 412 meter lang.\n")
    answer = opened().ask("Hvor lang er Tårnbrua i Vikhamn?")
    assert isinstance(answer, Answer)
    assert answer.sentences[-1].text == (
        "Artiklene er uenige om dette: Vikhamn Blad (4. mars 2031) og Kystposten (6. mars 2031)."
    ) or answer.sentences[-1].text == (
        "Artiklene er uenige om dette: Kystposten (6. mars 2031) og Vikhamn Blad (4. mars 2031)."
    )
    cited = {citation.number: citation.outlet for citation in answer.citations}
    assert {cited[number] for number in answer.sentences[-1].citations} == {"Vikhamn Blad", "Kystposten"}


def test_markup_that_a_model_writes_is_removed(opened: Opened, scripted_server: ScriptedServer) -> None:
    scripted_server.add(
        "**The last keeper**, [Maud Pellerin](https://evil.example/x), retired in April ![x](https://evil.example/i) "
        "<@123> @everyone <b>https://evil.example</b>. [1.2]\n"
    )
    answer = opened().ask(QUESTION)
    assert answer.mode == "generative"
    assert isinstance(answer, Answer)
    assert answer.text == "The last keeper, Maud Pellerin, retired in April everyone."


def test_the_answer_is_in_the_language_that_was_asked_for(opened: Opened, scripted_server: ScriptedServer) -> None:
    scripted_server.add(f"USED: [1.2]\n{HOLDS} [1.2]\n")
    scripted_server.add("L'ultima guardiana, Maud Pellerin, è andata in pensione ad aprile. [1.2]\n")
    answer = opened().ask(QUESTION, language="it")
    assert isinstance(answer, Answer)
    assert answer.text == "L'ultima guardiana, Maud Pellerin, è andata in pensione ad aprile."
    assert "Write the answer in Italian." in scripted_server.requests[0].body["messages"][1]["content"]


def test_a_refused_question_stops_the_model(opened: Opened, scripted_server: ScriptedServer) -> None:
    scripted_server.add(60.0, "late")
    answer = opened(min_confidence=0.3).ask("How many elephants live in the zoo of Atlantis?")
    assert isinstance(answer, Refusal)
    assert scripted_server.requests[0].hung_up.wait(5)


def test_whoever_stops_waiting_stops_the_model(opened: Opened, scripted_server: ScriptedServer) -> None:
    scripted_server.add("USED: [1.2]\n", 60.0)
    stop = threading.Event()
    library = opened()
    threading.Timer(1.0, stop.set).start()
    with pytest.raises(ModelError) as caught:
        library.ask(QUESTION, stop=stop)
    assert caught.value.reason == "stopped"
    assert scripted_server.requests[0].hung_up.wait(5)


def test_a_prefix_is_the_same_for_questions_about_the_same_passages(
    opened: Opened, scripted_server: ScriptedServer
) -> None:
    library = opened()
    for question in ("When did Maud Pellerin retire?", "What did Maud Pellerin paint white?"):
        scripted_server.add("USED: none\n")
        library.ask(question, filters=Filters(languages=("en", "no")))
    first, second = (request.body["messages"] for request in scripted_server.requests[:2])
    assert first[0] == second[0], "the rules"
    passages = first[1]["content"].partition("Question:")[0]
    assert second[1]["content"].startswith(passages)


# What can go wrong: each ends in a quoted answer.


def test_nothing_listens(opened: Opened) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{held.getsockname()[1]}"
    library = opened(llm_url=url)
    answer = quoted(library, within_s=2)
    assert why(answer) == "unreachable"
    assert answer.fallback is not None
    assert "KILDE_LLM_URL" in answer.fallback.message
    for _ in range(2):
        library.ask(QUESTION)
    assert why(quoted(library, within_s=0.1)) == "open", "three failures in a row: it is not tried for a while"


def test_slow_to_the_first_word(opened: Opened, scripted_server: ScriptedServer) -> None:
    scripted_server.add(60.0, "late")
    assert why(quoted(opened(llm_first_word_s=0.5), within_s=1)) == "slow"


def test_stalled_in_the_middle(opened: Opened, scripted_server: ScriptedServer) -> None:
    scripted_server.add("USED: [1.2]\nThe last keeper ", 60.0)
    assert why(quoted(opened(llm_stall_s=0.5), within_s=1)) == "stalled"


@pytest.mark.parametrize(
    ("status", "reason", "setting"),
    [(401, "key", "KILDE_LLM_KEY"), (404, "unknown_model", "KILDE_LLM"), (500, "server", "KILDE_LLM_URL")],
)
def test_a_server_that_refuses(
    opened: Opened, scripted_server: ScriptedServer, status: int, reason: str, setting: str
) -> None:
    for _ in range(3 if status == 500 else 1):
        scripted_server.add(status=status, body={"error": {"message": "no"}})
    answer = quoted(opened(), within_s=2)
    assert why(answer) == reason
    assert answer.fallback is not None
    assert setting in answer.fallback.message


def test_too_many_requests(opened: Opened, scripted_server: ScriptedServer) -> None:
    scripted_server.add(status=429, headers={"Retry-After": "600"}, body={"error": {"message": "slow down"}})
    assert why(quoted(opened(), within_s=1)) == "busy"


def test_too_many_requests_for_a_moment(opened: Opened, scripted_server: ScriptedServer) -> None:
    scripted_server.add(status=429, headers={"Retry-After": "1"}, body={"error": {"message": "slow down"}})
    scripted_server.add(f"{HOLDS} [1.2]\n")
    assert opened().ask(QUESTION).mode == "generative"


def test_a_broken_stream(opened: Opened, scripted_server: ScriptedServer) -> None:
    scripted_server.add(raw=b"data: {not json\n\n")
    assert why(quoted(opened(), within_s=1)) == "malformed"


def test_an_empty_answer(opened: Opened, scripted_server: ScriptedServer) -> None:
    scripted_server.add("")
    assert why(quoted(opened(), within_s=1)) == "empty"


def test_endless_repetition(opened: Opened, scripted_server: ScriptedServer) -> None:
    scripted_server.add(*["the keeper and the tower "] * 300)
    assert why(quoted(opened(), within_s=2)) in {"repetition", "unsupported"}


def test_the_wrong_language(opened: Opened, scripted_server: ScriptedServer) -> None:
    scripted_server.add("Die letzte Wärterin Maud Pellerin ging im April in den Ruhestand. [1.2]\n")
    scripted_server.add("Die letzte Wärterin Maud Pellerin ging im April in den Ruhestand. [1.2]\n")
    answer = quoted(opened(), within_s=2)
    assert why(answer) == "unsupported"
    assert answer.model is not None
    assert {one.flaw for one in answer.model.dropped} == {"language"}


def test_invented_passage_numbers(opened: Opened, scripted_server: ScriptedServer) -> None:
    scripted_server.add("USED: [9.9]\nThe lighthouse was sold to a rich man from Boston. [9.9]\n")
    scripted_server.add("The lighthouse was sold to a rich man from Boston. [8.1]\n")
    answer = quoted(opened(), within_s=2)
    assert why(answer) == "unsupported"
    assert answer.model is not None
    assert answer.model.dropped[0].flaw == "citation"


def test_an_overflow_is_tried_with_half_of_the_passages(opened: Opened, scripted_server: ScriptedServer) -> None:
    overflow = {"error": {"message": "This model's maximum context length is 512 tokens.", "code": 400}}
    scripted_server.add(status=400, body=overflow)
    scripted_server.add(f"{HOLDS} [1.2]\n")
    assert opened().ask(QUESTION).mode == "generative"
    whole, half = (len(request.body["messages"][1]["content"]) for request in scripted_server.requests)
    assert half < whole


def test_an_overflow_that_stays(opened: Opened, scripted_server: ScriptedServer) -> None:
    overflow = {"error": {"message": "This model's maximum context length is 512 tokens.", "code": 400}}
    for _ in range(2):
        scripted_server.add(status=400, body=overflow)
    assert why(quoted(opened(), within_s=2)) == "overflow"


def test_a_model_that_finds_nothing(opened: Opened, scripted_server: ScriptedServer) -> None:
    scripted_server.add("USED: none\n")
    assert why(quoted(opened(), within_s=1)) == "found_nothing"


def test_a_follow_up_is_rewritten_by_the_model(opened: Opened, scripted_server: ScriptedServer) -> None:
    scripted_server.add("When did Maud Pellerin retire?")
    scripted_server.add(f"{HOLDS} [1.2]\n")
    history = [Turn("Who was the last keeper of the lighthouse on Gull Point?", "Maud Pellerin.")]
    answer = opened().ask("And when did she retire?", history=history)
    assert answer.standalone_question == QUESTION


@pytest.mark.parametrize(
    ("says", "verdict"),
    [("SUPPORTED [1]", "supported"), ("REFUTED [1]", "refuted"), ("UNKNOWN", "not_enough_info"), ("Hmm", "supported")],
)
def test_a_model_may_be_stricter_with_a_claim(
    opened: Opened, scripted_server: ScriptedServer, says: str, verdict: str
) -> None:
    scripted_server.add(says)
    checked = opened().check("Maud Pellerin, the last keeper, retired in April after 31 years.")
    assert [claim.verdict for claim in checked.claims] == [verdict]


def test_a_model_cannot_save_a_claim_with_a_wrong_number(opened: Opened, scripted_server: ScriptedServer) -> None:
    checked = opened().check("Maud Pellerin, the last keeper, retired in April after 41 years.")
    assert [claim.verdict for claim in checked.claims] == ["refuted"]
    assert not scripted_server.requests
