from __future__ import annotations

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
