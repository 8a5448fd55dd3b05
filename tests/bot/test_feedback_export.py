"""``kilde feedback export``, from a state on disk."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.cli import main
from bot.state.database import State
from bot.state.engine import STATE_FILE, sqlite_url
from bot.state.models import NewTurn, StoredCitation

CITATION = StoredCitation(
    library="articles",
    article_id="0" * 20,
    source="ponte.txt",
    title="Il ponte riapre",
    url=None,
    outlet=None,
    published=None,
    language="it",
    start_char=10,
    end_char=33,
    quote="Il ponte riapre sabato.",
    number=1,
)


async def _fill(folder: Path) -> None:
    async with await State.open(sqlite_url(folder / STATE_FILE)) as state:
        for guild, verdict, reason in ((7, True, None), (8, False, "è la domenica")):
            turn = await state.turns.add(
                NewTurn(
                    guild_id=guild,
                    channel_id=5,
                    asker_id=987654321,
                    parent_id=None,
                    question="E quando?",
                    standalone_question="Quando riapre il ponte?",
                    answer=CITATION.quote,
                    language="it",
                    refused=False,
                    confidence=0.75,
                    citations=(CITATION,),
                    private=False,
                    asked_at=datetime(2025, 3, 1, 12, tzinfo=UTC),
                )
            )
            await state.feedback.give(turn.id, 123456789, verdict, reason)


def test_a_verdict_becomes_a_line_without_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "data"
    asyncio.run(_fill(folder))
    assert main(["feedback", "export", "--data-dir", str(folder), "--guild", "8"]) == 0
    written = capsys.readouterr()
    assert written.err == "1 verdict exported.\n"
    assert "987654321" not in written.out
    assert "123456789" not in written.out
    assert json.loads(written.out) == {
        "id": "feedback-1",
        "question": "Quando riapre il ponte?",
        "asked": "E quando?",
        "language": "it",
        "answer": "Il ponte riapre sabato.",
        "refused": False,
        "confidence": 0.75,
        "citations": [
            {
                "library": "articles",
                "article_id": "0" * 20,
                "source": "ponte.txt",
                "start_char": 10,
                "end_char": 33,
                "quote": "Il ponte riapre sabato.",
            }
        ],
        "helpful": False,
        "reason": "è la domenica",
        "asked_at": "2025-03-01T12:00:00+00:00",
    }


def test_all_guilds_into_a_file(tmp_path: Path) -> None:
    folder, file = tmp_path / "data", tmp_path / "verdicts.jsonl"
    asyncio.run(_fill(folder))
    assert main(["feedback", "export", str(file), "--data-dir", str(folder)]) == 0
    assert [json.loads(line)["helpful"] for line in file.read_text(encoding="utf-8").splitlines()] == [True, False]


def test_without_a_state_nothing_is_exported_or_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["feedback", "export", "--data-dir", str(tmp_path / "data")]) == 0
    assert capsys.readouterr().err == "0 verdicts exported.\n"
    assert not (tmp_path / "data").exists()
