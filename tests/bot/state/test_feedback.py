from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from bot.state import feedback as feedback_module
from bot.state.database import State
from bot.state.models import NewTurn

pytestmark = pytest.mark.asyncio
MakeTurn = Callable[..., NewTurn]


async def test_a_verdict_says_who_when_and_why(state: State, make_turn: MakeTurn) -> None:
    turn = await state.turns.add(make_turn())
    before = datetime.now(UTC)
    assert await state.feedback.give(turn.id, 101, helpful=False, reason="τίποτα\0 νέο")
    assert await state.feedback.give(turn.id, 100, helpful=True)
    first, second = await state.feedback.of(turn.id)
    assert (first.user_id, first.helpful, first.reason) == (100, True, None)
    assert (second.turn_id, second.user_id, second.helpful) == (turn.id, 101, False)
    assert second.reason == "τίποτα\ufffd νέο"
    assert before <= second.given_at <= datetime.now(UTC)


@pytest.mark.parametrize(
    ("then", "reason", "kept"),
    [
        (False, None, "old"),
        (False, "new", "new"),
        (True, None, None),
        (True, "new", "new"),
    ],
)
async def test_a_second_verdict_replaces_the_first(
    state: State, make_turn: MakeTurn, then: bool, reason: str | None, kept: str | None
) -> None:
    turn = await state.turns.add(make_turn())
    await state.feedback.give(turn.id, 100, helpful=False, reason="old")
    await state.feedback.give(turn.id, 101, helpful=False, reason="of another")
    await state.feedback.give(turn.id, 100, then, reason)
    verdict, other = await state.feedback.of(turn.id)
    assert (verdict.helpful, verdict.reason) == (then, kept)
    assert (other.helpful, other.reason) == (False, "of another")


async def test_clicks_at_once_leave_one_verdict(state: State, make_turn: MakeTurn) -> None:
    turn = await state.turns.add(make_turn())
    await asyncio.gather(*(state.feedback.give(turn.id, 100, number % 2 == 0) for number in range(20)))
    assert len(await state.feedback.of(turn.id)) == 1


async def test_no_verdict_on_a_forgotten_turn(state: State) -> None:
    assert not await state.feedback.give(999, 100, helpful=True)
    assert await state.feedback.of(999) == []


async def test_an_export_is_ordered_and_complete_over_pages(
    state: State, make_turn: MakeTurn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feedback_module, "PAGE", 2)
    turns = [await state.turns.add(make_turn(guild_id=guild)) for guild in (1, 2, 1, None)]
    for turn in turns[::-1]:
        for user in (102, 101, 100):
            await state.feedback.give(turn.id, user, helpful=True)
    pairs = [(turn, verdict.user_id) async for turn, verdict in state.feedback.export()]
    assert pairs == [(turn, user) for turn in turns for user in (100, 101, 102)]
    assert [turn.id async for turn, _ in state.feedback.export(guild_id=1)] == [turns[0].id] * 3 + [turns[2].id] * 3
    assert [turn async for turn, _ in state.feedback.export(guild_id=3)] == []
