from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from bot.render.text import render_response
from bot.repl.session import HISTORY_TURNS, Session
from bot.terminal import Terminal
from retrieval.errors import QuestionError
from retrieval.models import Draft, Filters, Turn


class Conversation:
    """A session with what it wrote."""

    def __init__(self, app: Any, *, streaming: bool = False) -> None:
        self.written: list[str] = []
        self.streamed: list[str] = []
        stream = self.streamed.append if streaming else None
        self.session = Session(app, terminal=Terminal(), write=self.written.append, stream=stream)

    def say(self, line: str) -> str:
        """What the session wrote about a line; it must not have left."""
        self.written.clear()
        assert self.session.handle(line)
        return "\n".join(self.written)


@pytest.fixture
def talk(app: Any) -> Iterator[Conversation]:
    conversation = Conversation(app)
    yield conversation
    conversation.session.close()


def test_a_follow_up_carries_what_was_asked_before(talk: Conversation, library: Any, make_answer: Any) -> None:
    library.responses = {
        "Chi riapre il ponte?": make_answer("Chi riapre il ponte?"),
        "E quando?": make_answer("E quando?", standalone_question="Quando riapre il ponte?"),
        "E a che ora?": make_answer(),
    }
    for question in library.responses:
        talk.say(question)
    quote = "Il ponte sul torrente Lesina riaprirà il 3 marzo 2025."
    assert library.asked[2][2] == (Turn("Chi riapre il ponte?", quote), Turn("Quando riapre il ponte?", quote))


def test_the_conversation_is_bounded_and_can_be_forgotten(talk: Conversation, library: Any, make_answer: Any) -> None:
    library.responses = {f"Q{number}?": make_answer(f"Q{number}?") for number in range(HISTORY_TURNS + 3)}
    for question in library.responses:
        talk.say(question)
    assert len(library.asked[-1][2]) == HISTORY_TURNS
    talk.say("/new")
    talk.say("Q0?")
    assert library.asked[-1][2] == ()
    assert talk.say("/new") == "The next question stands on its own."


def test_sources_and_open(talk: Conversation, library: Any, make_answer: Any, make_refusal: Any) -> None:
    library.responses = {"Quando?": make_answer("Quando?"), "Wer?": make_refusal("Wer?")}
    assert talk.say("/sources") == "There is no answer yet whose sources could be shown."
    assert talk.say("/open 1") == "There is no answer yet with a passage to open."
    talk.say("Quando?")
    assert talk.say("/sources").startswith("[1] “Il ponte sul torrente Lesina")
    opened = talk.say("/open 1")
    assert "[[Il ponte sul torrente Lesina riaprirà il 3 marzo 2025.]] Lo ha detto la sindaca" in opened
    assert talk.say("/open [1]") == talk.say("/open") == opened
    assert talk.say("/open 2") == "'2' is not the number of a citation; the last answer has 1."
    assert talk.say("/open uno") == "'uno' is not the number of a citation; the last answer has 1."
    talk.say("Wer?")
    assert (
        talk.say("/open 1")
        == talk.say("/sources")
        == "The last question was not answered, so there is nothing to show."
    )


def test_filters(talk: Conversation, library: Any, make_answer: Any) -> None:
    library.responses = {"Quando?": make_answer("Quando?")}
    assert talk.say("/filter") == "Filter: none; all articles are searched."
    assert talk.say('/filter language=nb outlet="Il Corriere di Lesina"') == (
        "Filter: language=no outlet='Il Corriere di Lesina'"
    )
    assert talk.say("/filter from=2025-01-01 language=it").endswith(
        "language=it outlet='Il Corriere di Lesina' from=2025-01-01"
    )
    talk.say("Quando?")
    assert library.asked[-1][1] == Filters(("it",), "Il Corriere di Lesina", date(2025, 1, 1), None)
    assert talk.say("/filter outlet=") == "Filter: language=it from=2025-01-01"
    assert talk.say("/filter to=2024-01-01").startswith("No date is from 2025-01-01 and to 2024-01-01")
    assert talk.say("/filter lang=it").startswith("'lang=it' is not a filter; write language=it,")
    assert talk.say('/filter outlet="x').startswith("A quotation mark is not closed")
    assert talk.say("/filter clear") == "Filter: none; all articles are searched."


def test_what_a_follow_up_was_taken_to_mean(talk: Conversation, library: Any, make_answer: Any) -> None:
    assert talk.say("/meaning") == "There is no question yet."
    library.responses = {
        "Quando?": make_answer("Quando?"),
        "E chi?": make_answer("E chi?", standalone_question="Chi riapre\x1b il ponte?"),
    }
    talk.say("Quando?")
    assert talk.say("/meaning") == "The last question was taken as it stands."
    talk.say("E chi?")
    assert talk.say("/meaning") == "Taken to mean: Chi riapre␛ il ponte?"


def test_the_answers_language(talk: Conversation, app: Any, library: Any, make_answer: Any) -> None:
    library.responses = {"Quando?": make_answer("Quando?")}
    assert talk.say("/answer-language") == "Answers are written in: the language of the question."
    assert talk.say("/answer-language nb").splitlines() == [
        "Answers are written in: no.",
        "KILDE_LLM is none, so answers are quoted in their article's language all the same.",
    ]
    talk.say("Quando?")
    assert talk.say("/answer-language it, de").startswith("'it, de' is more than one language")
    assert talk.say("/answer-language Italian").startswith("'Italian' is not a language code")
    app.config = app.config.model_copy(update={"llm": "openai-like:test"})
    assert talk.say("/answer-language de") == "Answers are written in: de."
    talk.say("/answer-language auto")
    talk.say("Quando?")
    assert library.languages == ["no", None]


def test_written_sentences_come_one_by_one_and_stand_once(app: Any, library: Any, make_answer: Any) -> None:
    talk = Conversation(app, streaming=True)
    answer = make_answer("Quando?")
    library.responses = {"Quando?": answer}
    library.drafts = {"Quando?": [Draft(answer.sentences, answer.citations)]}
    talk.say("Quando?")
    assert talk.streamed[0] == "Il ponte sul torrente Lesina riaprirà il 3 marzo 2025. [1]"
    assert "".join(talk.streamed) == render_response(answer, Terminal()) + "\n"
    assert talk.written == []
    talk.session.close()


def test_json_is_the_last_answer(talk: Conversation, library: Any, make_answer: Any) -> None:
    assert talk.say("/json") == "There is no answer yet."
    library.responses = {"Quando?": make_answer("Quando?")}
    talk.say("Quando?")
    assert talk.say("/json").startswith('{\n  "id": null,\n  "question": "Quando?",')


def test_another_library_starts_another_conversation(
    talk: Conversation, app: Any, library: Any, make_answer: Any
) -> None:
    library.responses = {"Quando?": make_answer("Quando?")}
    app.libraries["city"].responses = {"E quando?": make_answer("E quando?")}
    talk.say("Quando?")
    assert talk.say("/library city") == "Asking city now (1 article, 1 node)."
    talk.say("E quando?")
    assert app.libraries["city"].asked[0][2] == ()
    assert talk.say("/library town").startswith("There is no library town")
    assert talk.session.library_name == "city"


def test_an_empty_library_says_how_to_fill_it(talk: Conversation, app: Any, library: Any, make_refusal: Any) -> None:
    library.held = []
    library.responses = {"Wer?": make_refusal("Wer?", closest=(), retrieved=())}
    hint = (
        f"The library articles holds no articles yet. Fill it with: kilde index PATH --data-dir {app.config.data_dir}"
    )
    assert talk.say("Wer?").endswith(hint)
    app.libraries.clear()
    assert talk.say("Wer?") == hint


def test_a_filter_that_lets_nothing_through_is_pointed_out(talk: Conversation, library: Any, make_refusal: Any) -> None:
    library.responses = {"Wer?": make_refusal("Wer?", closest=(), retrieved=())}
    talk.say("/filter language=fi")
    assert talk.say("Wer?").endswith("No article passed the filter; /filter shows it, /filter clear removes it.")


def test_slips_are_met_with_a_hint(talk: Conversation) -> None:
    assert talk.say("/source") == "/source is not a command. Did you mean /sources?"
    assert talk.say("/xyzzy\x1b[2J") == "/xyzzy␛[2J is not a command. /help lists the commands."
    assert talk.say("  ") == ""
    assert talk.say("help") == talk.say("?") == talk.say("/help")
    for name in ("sources", "open N", "library", "filter", "answer-language", "meaning", "json", "new", "help", "quit"):
        assert f"  /{name}" in talk.say("/help")


@pytest.mark.parametrize("line", ["/quit", "/exit", "q", "quit", "EXIT"])
def test_ways_out(talk: Conversation, line: str) -> None:
    assert not talk.session.handle(line)


def test_errors_do_not_end_the_conversation(talk: Conversation, library: Any) -> None:
    library.responses = {"!": QuestionError("The question has no words."), "Wer?": ZeroDivisionError("oops")}
    assert talk.say("!") == "The question has no words."
    assert talk.say("Wer?").startswith("Kilde hit a fault of its own (ZeroDivisionError). Incident ")


def test_ctrl_c_gives_the_prompt_back_and_the_late_answer_is_dropped(
    app: Any, library: Any, make_answer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = Conversation(app)
    library.responses = {"Lento?": make_answer("Lento?"), "Quando?": make_answer("Quando?")}
    library.release.clear()

    def interrupt_the_answer() -> None:
        while not library.asked:  # the library is loaded first
            time.sleep(0.01)
        raise KeyboardInterrupt

    waits: list[Callable[..., Any]] = [interrupt_the_answer]

    def wait(futures: Any, timeout: float) -> None:
        waits.pop()() if waits else time.sleep(timeout)

    monkeypatch.setattr("bot.repl.worker.wait", wait)
    assert talk.say("Lento?") == "(cancelled)"
    assert library.stopped.wait(10), "the model goes on"
    assert talk.say("/json") == "There is no answer yet."
    threading.Timer(0.1, library.release.set).start()
    assert talk.say("Quando?").startswith("Il ponte")
    assert library.asked[-1][2] == ()
    talk.session.close()
    assert library.closed is False  # the fake app closes nothing; the real one does


def test_a_misspelt_library_names_those_that_are_there(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retrieval.index.libraries.list_libraries", lambda _settings: ["articles"])
    app.config = app.config.model_copy(update={"library": "artcles"})
    talk = Conversation(app)
    assert talk.say("Wer?").startswith("There is no library artcles")
    assert talk.say("Wer?").endswith("/library NAME turns to one.")
    talk.session.close()
