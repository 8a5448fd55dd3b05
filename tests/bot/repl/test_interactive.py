from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from bot.repl.interactive import ReplCompleter, run_interactive
from bot.repl.session import Session
from bot.terminal import Terminal


@pytest.fixture
def written() -> list[str]:
    return []


@pytest.fixture
def session(app: Any, written: list[str]) -> Iterator[Session]:
    session = Session(app, terminal=Terminal(width=80), write=written.append)
    session.wait_until_loaded()
    yield session
    session.close()


def type_keys(session: Session, keys: str) -> None:
    with create_pipe_input() as keyboard, create_app_session(input=keyboard, output=DummyOutput()):
        keyboard.send_text(keys)
        run_interactive(session)


def test_questions_are_answered_until_ctrl_d(
    session: Session, library: Any, make_answer: Any, written: list[str]
) -> None:
    library.responses = {"Quando?": make_answer("Quando?")}
    type_keys(session, "Quando?\r\x04")
    assert written[0].startswith("Il ponte sul torrente")


def test_ctrl_c_at_the_prompt_drops_the_line(session: Session, written: list[str]) -> None:
    type_keys(session, "half a quest\x03/library absent\r/quit\r")
    assert len(written) == 2
    assert written[0].startswith("There is no library absent")


def test_history_is_kept_in_the_data_folder_for_its_owner_only(
    session: Session, library: Any, make_answer: Any
) -> None:
    folder = session.app.config.data_dir
    folder.mkdir()
    library.responses = {"Quando?": make_answer("Quando?")}
    type_keys(session, "Quando?\r\x04")
    path = folder / "repl_history"
    assert "+Quando?" in path.read_text("utf-8")
    assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
    type_keys(session, "\x1b[A\r/quit\r")  # the arrow up brings it back
    assert [question for question, *_ in library.asked] == ["Quando?", "Quando?"]


def test_without_a_data_folder_nothing_is_written(session: Session, tmp_path: Path) -> None:
    type_keys(session, "/help\r\x04")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "completions"),
    [
        (
            "/",
            [
                "/sources",
                "/open",
                "/library",
                "/filter",
                "/answer-language",
                "/meaning",
                "/json",
                "/new",
                "/help",
                "/quit",
            ],
        ),
        ("/so", ["/sources"]),
        ("/open ", ["1"]),
        ("/filter l", ["language="]),
        ("/filter language=it o", ["outlet="]),
        ("Che cosa dice Valm", ["Il ponte di Valmora riapre"]),
        ("pon", ["Il ponte di Valmora riapre"]),
        ("onte", []),
        ("p", []),
    ],
)
def test_completion(session: Session, library: Any, make_answer: Any, text: str, completions: list[str]) -> None:
    library.responses = {"Quando?": make_answer("Quando?")}
    session.handle("Quando?")
    found = ReplCompleter(session).get_completions(Document(text), CompleteEvent())
    assert [completion.text for completion in found] == completions


def test_titles_complete_while_the_library_still_loads(app: Any) -> None:
    app.libraries.clear()
    session = Session(app, terminal=Terminal(), write=lambda _text: None)
    assert list(ReplCompleter(session).get_completions(Document("ponte"), CompleteEvent())) == []
    session.close()
