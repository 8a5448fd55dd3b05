"""A state in a real file, and turns to put in it: fictional people and places throughout."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.state.database import State
from bot.state.engine import sqlite_url
from bot.state.models import NewTurn, StoredCitation

CITATION = StoredCitation(
    library="articles",
    article_id="0123456789abcdef0123",
    source="γέφυρα.txt",
    title="Η γέφυρα της Βαλμόρας",
    url=None,
    outlet="Τα Νέα της Βαλμόρας",
    published=date(2025, 2, 20),
    language="el",
    start_char=12,
    end_char=35,
    quote="Η γέφυρα ανοίγει αύριο.",
    number=1,
)


@pytest.fixture
def make_turn() -> Callable[..., NewTurn]:
    def make(**changes: Any) -> NewTurn:
        values: dict[str, Any] = {
            "guild_id": 1,
            "channel_id": 10,
            "asker_id": 100,
            "parent_id": None,
            "question": "متى يفتح الجسر؟",
            "standalone_question": "متى يفتح جسر فالمورا؟",
            "answer": "يفتح الجسر غدا.",
            "language": "ar",
            "refused": False,
            "confidence": 0.8125,
            "citations": (CITATION,),
            "private": False,
            "asked_at": datetime(2025, 3, 1, 12, 30, 15, 123456, tzinfo=UTC),
        }
        return NewTurn(**values | changes)

    return make


@pytest.fixture
def url(tmp_path: Path) -> str:
    return sqlite_url(tmp_path / "state.db")


@pytest_asyncio.fixture
async def state(url: str) -> AsyncIterator[State]:
    async with await State.open(url) as opened:
        yield opened
