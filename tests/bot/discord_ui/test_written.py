"""Answers that a language model writes, as they appear in a simulated Discord."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY

from bot.discord_settings import DiscordSettings
from bot.discord_ui.answer_view import draft_layout
from bot.discord_ui.asking import Asking, Manner
from bot.discord_ui.desk import Desk
from bot.discord_ui.libraries import Libraries
from bot.discord_ui.metrics import note_response
from bot.discord_ui.questions import Question, Questions
from bot.discord_ui.texts import LANGUAGES, texts_in
from bot.state.database import State
from retrieval import Library
from retrieval.models import AnswerSentence, Draft, DroppedSentence, Fallback, ModelUse
from retrieval.settings import Settings
from tests.bot.discord_ui.shown import labels, shown_text
from tests.bot.discord_ui.test_delivery import Recorder
from tests.retrieval.answer.llm.scripted_server import ScriptedServer

QUESTION = "Quando riapre il ponte?"
FIRST = "Il ponte sul torrente Lesina riaprirà il 3 marzo 2025."
SECOND = "Il ponte riaprirà, lo ha detto la sindaca Ilda Ferrani."
REPLY = f"USED: [1.2]\n{FIRST} [1.2]\n"
USE = ModelUse(
    "openai-like:test", 2, 310, 120, 40, 250.0, 900.0, dropped=(DroppedSentence("Nel 2031.", "number", "2031"),)
)


class WithdrawableRecorder(Recorder):
    withdrawn = False

    async def withdraw(self) -> None:
        self.withdrawn = True


def make_draft(make_citation: Any, *texts: str) -> Draft:
    return Draft(tuple(AnswerSentence(text, (1,)) for text in texts), (make_citation(),))


def manner(**changes: bool) -> Manner:
    return Manner(texts_in("en"), **{"with_question": False, "with_thread": False} | changes)


async def until(condition: Callable[[], bool]) -> None:
    for _ in range(1000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came")


async def test_drafts_are_shown_while_the_answer_is_written(
    library: Any, questions: Questions, state: State, make_answer: Any, make_citation: Any
) -> None:
    library.responses[QUESTION] = make_answer(QUESTION, mode="generative", model=USE)
    library.drafts[QUESTION] = [make_draft(make_citation), make_draft(make_citation, FIRST)]
    library.release.clear()
    recorder = WithdrawableRecorder()
    questions._libraries._writes = True
    asked = asyncio.create_task(
        Asking(questions, state).ask(Question(QUESTION, 1, None, 2), recorder, manner(with_question=True))
    )
    await until(lambda: bool(recorder.shown))
    library.release.set()
    await asked
    assert [text for text, _ in recorder.shown] == [f"-# {QUESTION}\n**{FIRST}¹**\n-# ✍️ Writing …"]
    assert len(recorder.finished) == 1
    assert "Writing" not in recorder.finished[0]


async def test_nothing_is_shown_behind_the_finished_answer(
    library: Any, questions: Questions, state: State, make_answer: Any, make_citation: Any
) -> None:
    library.responses[QUESTION] = make_answer(QUESTION)
    library.drafts[QUESTION] = [make_draft(make_citation, FIRST)] * 3
    recorder = WithdrawableRecorder()
    questions._libraries._writes = True
    await Asking(questions, state).ask(Question(QUESTION, 1, None, 2), recorder, manner())
    shown = len(recorder.shown)
    await asyncio.sleep(0.05)
    assert len(recorder.shown) == shown
    assert recorder.finished


async def test_a_deleted_question_stops_the_model_and_leaves_nothing(
    library: Any, questions: Questions, state: State, make_answer: Any, make_citation: Any
) -> None:
    library.responses[QUESTION] = make_answer(QUESTION)
    library.drafts[QUESTION] = [make_draft(make_citation, FIRST)]
    library.release.clear()
    questions._libraries._writes = True
    recorder, asking = WithdrawableRecorder(), Asking(questions, state)
    asked = asyncio.create_task(asking.ask(Question(QUESTION, 1, None, 2, message_id=7), recorder, manner()))
    await until(lambda: bool(recorder.shown))
    asking.withdraw(8)  # somebody else's
    asking.withdraw(7)
    await asked
    assert await asyncio.to_thread(library.stopped.wait, 10)
    assert recorder.withdrawn
    assert recorder.finished == []


async def test_a_bot_that_is_stopped_stops_the_model_and_says_so(
    library: Any, questions: Questions, state: State, make_answer: Any
) -> None:
    library.responses[QUESTION] = make_answer(QUESTION)
    library.release.clear()
    recorder, asking = WithdrawableRecorder(), Asking(questions, state)
    asked = asyncio.create_task(asking.ask(Question(QUESTION, 1, None, 2), recorder, manner()))
    await until(lambda: bool(library.asked))
    assert await asking.close(grace_s=0) == 1
    await asked
    assert await asyncio.to_thread(library.stopped.wait, 10)
    assert recorder.finished == ["I am being restarted. Please ask again in a minute."]


async def test_deleting_the_message_withdraws_the_question(
    channel: Any, alice: Any, library: Any, bot: Any, make_answer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    withdrawn: list[int] = []
    monkeypatch.setattr(bot.asking, "withdraw", withdrawn.append)
    library.responses[QUESTION] = make_answer(QUESTION)
    message = await alice.send(channel, f"{bot.user.mention} {QUESTION}")
    await alice.delete(message)
    assert withdrawn == [message.id]


def test_what_a_model_writes_is_no_markup(make_citation: Any) -> None:
    draft = make_draft(make_citation, "**@everyone** [here](https://evil.example) <@1>")
    shown = shown_text(draft_layout(draft, texts_in("en"), question="*why*?").to_components())
    assert shown == (
        "-# \\*why\\*?\n"
        "**\\*\\*@\u200beveryone\\*\\* \\[here\\]\\(https\\://evil.example\\) \\<@\u200b1\\>¹**\n"
        "-# ✍️ Writing …"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_long_draft_fits_a_message(language: str, make_citation: Any) -> None:
    draft = make_draft(make_citation, *["*" * 900] * 5)
    assert len(shown_text(draft_layout(draft, texts_in(language), question="?" * 1000).to_components())) <= 4000


async def test_why_it_is_quoted_is_told_without_detail_and_logged_with_it(
    channel: Any, alice: Any, library: Any, make_answer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    fallback = Fallback("key", "openai-like:test refused the key (401). Set KILDE_LLM_KEY.")
    library.responses[QUESTION] = make_answer(QUESTION, model=USE, fallback=fallback)
    result = await alice.slash(channel, "ask", question=QUESTION)
    shown = shown_text(result.response.components)
    assert "-# These are quotes: the language model gave no answer that holds." in shown.splitlines()
    assert "KILDE_LLM_KEY" not in shown
    (record,) = [record for record in caplog.records if record.levelname == "WARNING" and "quoted" in record.message]
    assert record.message.endswith("Set KILDE_LLM_KEY.")
    assert record.fields["reason"] == "key"


async def test_what_a_follow_up_was_taken_to_mean_is_shown_on_request(
    channel: Any, alice: Any, library: Any, make_answer: Any, env: Any
) -> None:
    library.responses[QUESTION] = make_answer(QUESTION)
    meaning = "E quanto costa il *ponte*?"
    library.responses["E quanto?"] = make_answer("E quanto?", standalone_question=meaning)
    first = await alice.slash(channel, "ask", question=QUESTION)
    assert "What I understood" not in labels(first.response.components)
    form = await alice.click(first.response.message, label="Ask a follow-up")
    field = form.modal["components"][0]["component"]["custom_id"]
    second = await alice.submit_modal(form, {field: "E quanto?"})
    assert labels(second.response.components)[-2:] == ["Not helpful", "What I understood"]
    told = await alice.click(second.response.message, label="What I understood")
    assert told.ephemeral
    assert told.response.content == "I understood: E quanto costa il \\*ponte\\*?"


def test_what_the_model_costs_is_counted(make_answer: Any) -> None:
    def counts() -> dict[str, float]:
        names: dict[str, tuple[str, dict[str, str]]] = {
            "prompt": ("kilde_model_tokens_total", {"kind": "prompt"}),
            "cached": ("kilde_model_tokens_total", {"kind": "cached"}),
            "completion": ("kilde_model_tokens_total", {"kind": "completion"}),
            "seconds": ("kilde_model_seconds_sum", {}),
            "first word": ("kilde_model_first_word_seconds_sum", {}),
            "dropped": ("kilde_model_dropped_sentences_total", {"flaw": "number"}),
            "fallbacks": ("kilde_model_fallbacks_total", {"reason": "busy"}),
            "kept": ("kilde_model_cached_answers_total", {}),
        }
        return {key: REGISTRY.get_sample_value(name, kinds) or 0.0 for key, (name, kinds) in names.items()}

    before = counts()
    note_response(make_answer(model=USE, fallback=Fallback("busy", "later")), total_s=1)
    note_response(make_answer(model=ModelUse("openai-like:test", from_cache=True)), total_s=1)
    note_response(make_answer(), total_s=1)
    after = counts()
    assert {key: round(after[key] - before[key], 6) for key in after} == {
        "prompt": 310,
        "cached": 120,
        "completion": 40,
        "seconds": 0.9,
        "first word": 0.25,
        "dropped": 1,
        "fallbacks": 1,
        "kept": 1,
    }


@pytest.fixture
async def real_questions(
    tmp_path: Path, state: State, scripted_server: ScriptedServer, discord_settings: DiscordSettings
) -> AsyncIterator[Questions]:
    """Over two real libraries, of which one tells of the bridge, and a model on the scripted server."""
    settings = Settings(data_dir=tmp_path / "data", llm="openai-like:test", llm_url=scripted_server.url)
    texts = {"news": f"Il ponte di Valmora riapre\n\n{FIRST} {SECOND}\n", "sport": "Il Valmora vince\n\nTre a zero.\n"}
    for name, text in texts.items():
        file = tmp_path / f"{name}.txt"
        file.write_text(text, "utf-8")
        with Library.open(name=name, settings=settings) as library:
            library.index([file])
    libraries = Libraries(lambda name: Library.open(name=name, settings=settings, create=False), writes=True)
    desk = Desk(workers=1, most_waiting=5)
    shared = discord_settings.model_copy(update={"discord_shared": ("sport", "news")})
    yield Questions(desk=desk, libraries=libraries, state=state, settings=shared)
    await desk.close(grace_s=10)
    libraries.close()


async def test_of_two_libraries_one_is_written_from_and_the_model_is_asked_once(
    real_questions: Questions, scripted_server: ScriptedServer
) -> None:
    scripted_server.add(f"{REPLY}{SECOND} [1.3]\n")
    drafts: list[Draft] = []
    reply = await real_questions.answer(
        Question("Quando riaprirà il ponte sul torrente Lesina?", 1, None, 2), on_draft=drafts.append
    )
    assert reply.response.mode == "generative"
    assert reply.turn.answer == f"{FIRST} {SECOND}"
    assert [len(draft.sentences) for draft in drafts] == [1, 2]
    assert len(scripted_server.requests) == 1


async def test_a_cancelled_question_hangs_up_on_the_models_server(
    real_questions: Questions, scripted_server: ScriptedServer
) -> None:
    scripted_server.add(REPLY, 60.0, "never read")
    drafts: list[Draft] = []
    question = Question("Quando riaprirà il ponte sul torrente Lesina?", 1, None, 2)
    asked = asyncio.create_task(real_questions.answer(question, on_draft=drafts.append))
    await until(lambda: bool(drafts))
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked  # it gives the question back first, with a connection that must not outlive the database
    assert await asyncio.to_thread(scripted_server.requests[0].hung_up.wait, 10)
