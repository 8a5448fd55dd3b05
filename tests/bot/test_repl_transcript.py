"""Whole conversations, asserted word for word.

A transcript is what `kilde repl` prints when questions come from a pipe. To record one anew after a deliberate change:

    kilde index bot/samples --data-dir build/demo
    sed -n 's/^kilde> //p' tests/bot/transcripts/NAME.txt | kilde repl --data-dir build/demo > /tmp/NAME.txt

and read the difference before it replaces the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.app import App
from bot.config import load_config
from bot.repl.plain import PROMPT, run_plain
from bot.repl.session import Session
from bot.terminal import Terminal

SAMPLES = Path(__file__).parents[2] / "bot" / "samples"
TRANSCRIPTS = sorted((Path(__file__).parent / "transcripts").glob("*.txt"))


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of the sample articles."""
    from retrieval import Library

    folder = tmp_path_factory.mktemp("transcripts") / "data"
    with Library.open(folder) as library:
        report = library.index([SAMPLES])
    assert report.failed == ()
    return folder


@pytest.fixture
def session(data_dir: Path) -> Iterator[tuple[Session, list[str]]]:
    written: list[str] = []
    session = Session(App(load_config({"data_dir": str(data_dir)})), terminal=Terminal(), write=written.append)
    yield session, written
    session.close()


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_transcript(session: tuple[Session, list[str]], path: Path) -> None:
    wanted = path.read_text("utf-8")
    lines = [line.removeprefix(PROMPT) for line in wanted.splitlines() if line.startswith(PROMPT)]
    conversation, written = session
    run_plain(conversation, lines, written.append)
    assert "\n".join([*written, ""]) == wanted


def test_there_are_transcripts() -> None:
    assert TRANSCRIPTS
