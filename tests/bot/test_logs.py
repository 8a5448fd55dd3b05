from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from bot import logs


@pytest.fixture(autouse=True)
def _restore() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name in ("bot", "retrieval", "prompts"):
        logging.getLogger(name).setLevel(logging.NOTSET)


def test_a_warning_is_short_and_safe(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("WARNING")
    logging.getLogger("retrieval.x").info("not shown")
    logging.getLogger("retrieval.x").warning("%s is odd", "a\x1b[2J.txt")
    assert capsys.readouterr().err == "warning: a␛[2J.txt is odd\n"


def test_details_show_our_own_messages_only(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("INFO")
    logging.getLogger("retrieval.x").info("three nodes")
    logging.getLogger("chromadb").info("chatter")
    shown = capsys.readouterr().err
    assert "INFO retrieval.x: three nodes" in shown
    assert "chatter" not in shown


def test_programs_read_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("INFO", "json")
    logging.getLogger("bot.x").info("answered a question", extra={logs.FIELDS: {"guild": 5, "seconds": 0.4}})
    logging.getLogger("bot.x").warning("two\nlines")
    first, second = map(json.loads, capsys.readouterr().err.splitlines())
    assert (first["level"], first["logger"], first["message"]) == ("INFO", "bot.x", "answered a question")
    assert (first["guild"], first["seconds"]) == (5, 0.4)
    assert first["time"].endswith("+00:00")
    assert second["message"] == "two\nlines"


def test_details_show_the_values_beside_a_message(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("INFO")
    logging.getLogger("bot.x").info("answered a question", extra={logs.FIELDS: {"guild": 5, "seconds": 0.4}})
    assert capsys.readouterr().err.rstrip().endswith("INFO bot.x: answered a question (guild=5 seconds=0.4)")
