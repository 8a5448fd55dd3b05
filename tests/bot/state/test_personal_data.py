from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date

import pytest

from bot.state.database import State
from bot.state.models import NewTurn, Turn

pytestmark = pytest.mark.asyncio
TODAY = date(2025, 3, 1)
Fill = Callable[[], Awaitable[list[Turn]]]


@pytest.fixture
def fill(state: State, make_turn: Callable[..., NewTurn]) -> Fill:
    async def fill() -> list[Turn]:
        """Person 100 asks in two guilds, 101 follows up; each judges the other's answer."""
        mine = [await state.turns.add(make_turn(guild_id=guild)) for guild in (1, None)]
        theirs = await state.turns.add(make_turn(asker_id=101, parent_id=mine[0].id))
        for number, turn in enumerate((*mine, theirs)):
            await state.turns.attach(turn.id, 1000 + number)
        await state.feedback.give(mine[0].id, 101, helpful=True)
        await state.feedback.give(theirs.id, 100, helpful=False, reason="太短")
        for user in (100, 101):
            await state.quotas.take(None, user, TODAY, None)
        return [*mine, theirs]

    return fill


async def test_an_export_holds_what_the_person_did_and_nothing_else(state: State, fill: Fill) -> None:
    mine, direct, theirs = await fill()
    exported = json.loads(json.dumps(await state.personal.export(100)))
    assert exported["user_id"] == 100
    assert [turn["id"] for turn in exported["turns"]] == [mine.id, direct.id]
    assert exported["turns"][0]["question"] == mine.question
    assert exported["turns"][0]["asked_at"] == "2025-03-01T12:30:15.123456+00:00"
    assert exported["turns"][0]["citations"][0]["published"] == "2025-02-20"
    assert [(item["turn_id"], item["reason"]) for item in exported["feedback"]] == [(theirs.id, "太短")]
    assert exported["quotas"] == [{"guild_id": 0, "day": "2025-03-01", "used": 1}]


async def test_nothing_is_known_of_a_stranger(state: State, fill: Fill) -> None:
    await fill()
    assert await state.personal.export(999) == {"user_id": 999, "turns": [], "feedback": [], "quotas": []}
    assert await state.personal.count(999) == await state.personal.delete(999) == 0


async def test_deleting_a_person_leaves_the_others(state: State, fill: Fill) -> None:
    mine, direct, theirs = await fill()
    # Two turns with a message each, a verdict of the person, one on the person's turn, a quota.
    assert await state.personal.count(100) == 7
    assert await state.personal.delete(100) == 7
    assert await state.personal.count(100) == 0
    assert await state.turns.get(mine.id) is await state.turns.get(direct.id) is None
    assert await state.turns.of_message(1000) is None
    assert await state.feedback.of(mine.id) == await state.feedback.of(theirs.id) == []
    assert await state.turns.of_message(1002) == replace(theirs, parent_id=None)
    assert await state.personal.count(101) == 3
    assert await state.quotas.used(None, 101, TODAY) == 1
