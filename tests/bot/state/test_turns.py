from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from bot.state.database import State
from bot.state.errors import StateError
from bot.state.models import GuildSettings, NewTurn

pytestmark = pytest.mark.asyncio
MakeTurn = Callable[..., NewTurn]


async def test_a_turn_comes_back_as_it_went_in(state: State, make_turn: MakeTurn) -> None:
    new = make_turn(guild_id=2**62, channel_id=2**62 + 1, asker_id=2**62 + 2)
    turn = await state.turns.add(new)
    assert await state.turns.get(turn.id) == turn
    assert all(getattr(turn, name) == getattr(new, name) for name in NewTurn.__dataclass_fields__)
    assert await state.turns.get(turn.id + 1) is None


async def test_a_refusal_in_a_direct_message(state: State, make_turn: MakeTurn) -> None:
    turn = await state.turns.add(make_turn(guild_id=None, answer="", refused=True, citations=(), private=True))
    assert await state.turns.get(turn.id) == turn
    assert (turn.guild_id, turn.citations, turn.refused, turn.private) == (None, (), True, True)


async def test_a_citation_without_what_its_article_does_not_give(state: State, make_turn: MakeTurn) -> None:
    bare = replace(make_turn().citations[0], title=None, outlet=None, published=None)
    turn = await state.turns.add(make_turn(citations=(bare, make_turn().citations[0])))
    assert turn.citations == (bare, make_turn().citations[0])


async def test_moments_come_back_in_utc(state: State, make_turn: MakeTurn) -> None:
    moment = datetime(2025, 3, 1, 1, 0, tzinfo=timezone(timedelta(hours=9)))
    turn = await state.turns.add(make_turn(asked_at=moment))
    assert turn.asked_at == moment
    assert turn.asked_at.tzinfo is UTC


async def test_a_moment_without_a_time_zone_is_refused(state: State, make_turn: MakeTurn) -> None:
    with pytest.raises(StateError, match="has no time zone"):
        await state.turns.add(make_turn(asked_at=datetime(2025, 3, 1)))  # noqa: DTZ001


async def test_hostile_text(state: State, make_turn: MakeTurn) -> None:
    long = "橋" * 100_000
    quote = replace(make_turn().citations[0], quote="'); DROP TABLE turns;-- \0 👩‍👩‍👧 \ud83d", source=long)
    turn = await state.turns.add(make_turn(question="a\0b\ud83dc 👩‍👩‍👧 ' \" ; --", answer=long, citations=(quote,)))
    assert turn.question == "a\ufffdb\ufffdc 👩‍👩‍👧 ' \" ; --"
    assert turn.answer == long
    assert turn.citations == (quote,)  # a quote is never altered
    assert await state.turns.get(turn.id) == turn


async def test_any_message_of_an_answer_leads_to_its_turn(state: State, make_turn: MakeTurn) -> None:
    first, second = await state.turns.add(make_turn()), await state.turns.add(make_turn())
    for message, turn in ((1000, first), (1001, first), (1002, second)):
        assert await state.turns.attach(turn.id, message)
    assert await state.turns.of_message(1001) == first
    assert await state.turns.of_message(1002) == second
    assert await state.turns.of_message(1003) is None
    assert await state.turns.attach(second.id, 1000)
    assert await state.turns.of_message(1000) == second


async def test_a_message_of_a_forgotten_turn_is_not_attached(state: State) -> None:
    assert not await state.turns.attach(5, 1000)
    assert await state.turns.of_message(1000) is None


async def test_the_last_turn_of_a_channel_is_one_that_all_saw(state: State, make_turn: MakeTurn) -> None:
    assert await state.turns.last_in(10) is None
    await state.turns.add(make_turn())
    shown = await state.turns.add(make_turn())
    await state.turns.add(make_turn(private=True))
    await state.turns.add(make_turn(channel_id=11))
    assert await state.turns.last_in(10) == shown


async def test_a_chain_runs_from_the_oldest(state: State, make_turn: MakeTurn) -> None:
    turns = [await state.turns.add(make_turn())]
    for _ in range(7):
        turns.append(await state.turns.add(make_turn(parent_id=turns[-1].id)))
    assert await state.turns.chain(turns[-1].id) == turns[2:]
    assert await state.turns.chain(turns[2].id, most=2) == turns[1:3]
    assert await state.turns.chain(turns[0].id) == turns[:1]
    assert await state.turns.chain(999) == []
    assert await state.turns.chain(turns[0].id, most=0) == []


async def test_the_parent_may_be_forgotten_while_the_answer_is_made(state: State, make_turn: MakeTurn) -> None:
    assert (await state.turns.add(make_turn(parent_id=999))).parent_id is None


async def test_old_turns_are_forgotten_with_what_hangs_on_them(state: State, make_turn: MakeTurn) -> None:
    moment = datetime(2025, 3, 10, tzinfo=UTC)
    old = await state.turns.add(make_turn(asked_at=moment - timedelta(microseconds=1)))
    new = await state.turns.add(make_turn(asked_at=moment, parent_id=old.id))
    await state.turns.attach(old.id, 1000)
    await state.feedback.give(old.id, 100, helpful=True)
    for day in (9, 10):
        await state.quotas.take(1, 100, date(2025, 3, day), None)
    assert await state.turns.forget_before(moment) == 1
    assert await state.turns.get(old.id) is None
    assert await state.turns.of_message(1000) is None
    assert await state.feedback.of(old.id) == []
    assert await state.turns.chain(new.id) == [replace(new, parent_id=None)]
    assert [await state.quotas.used(1, 100, date(2025, 3, day)) for day in (9, 10)] == [0, 1]


async def test_forgetting_a_guild_leaves_the_others(state: State, make_turn: MakeTurn) -> None:
    today = date(2025, 3, 1)
    turns = {guild: await state.turns.add(make_turn(guild_id=guild)) for guild in (1, 2, None)}
    for guild, turn in turns.items():
        await state.turns.attach(turn.id, 1000 + turn.id)
        await state.feedback.give(turn.id, 100, helpful=False, reason="ไม่ตรงคำถาม")
        await state.quotas.take(guild, 100, today, None)
    for guild in (1, 2):
        await state.guilds.save(GuildSettings(guild, threads=False))
    assert await state.turns.forget_guild(1) == 1
    assert await state.guilds.get(1) == GuildSettings(1)
    assert await state.guilds.get(2) == GuildSettings(2, threads=False)
    for guild, turn in turns.items():
        left = guild != 1
        assert await state.turns.get(turn.id) == (turn if left else None)
        assert await state.turns.of_message(1000 + turn.id) == (turn if left else None)
        assert len(await state.feedback.of(turn.id)) == left
        assert await state.quotas.used(guild, 100, today) == left
