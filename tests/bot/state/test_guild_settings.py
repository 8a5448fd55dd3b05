from __future__ import annotations

import asyncio

import pytest

from bot.state.database import State
from bot.state.models import GuildSettings

pytestmark = pytest.mark.asyncio

FULL = GuildSettings(
    guild_id=2**62,
    shared=("città", "新聞"),
    channels=(2**61, 5),
    roles=(7,),
    daily_questions=0,
    languages=("it", "zh"),
    caution="high",
    threads=False,
)


async def test_defaults_hold_until_something_is_saved(state: State) -> None:
    assert await state.guilds.get(3) == GuildSettings(3)


async def test_each_guild_gets_back_its_own(state: State) -> None:
    for settings in (FULL, GuildSettings(1), GuildSettings(2, shared=())):
        await state.guilds.save(settings)
    assert await state.guilds.get(FULL.guild_id) == FULL
    assert await state.guilds.get(1) == GuildSettings(1)
    assert (await state.guilds.get(2)).shared == ()  # none is not all


async def test_saving_replaces_every_field(state: State) -> None:
    await state.guilds.save(FULL)
    await state.guilds.save(GuildSettings(FULL.guild_id))
    assert await state.guilds.get(FULL.guild_id) == GuildSettings(FULL.guild_id)


async def test_two_first_saves_at_once_are_no_conflict(state: State) -> None:
    await asyncio.gather(*(state.guilds.save(GuildSettings(1, daily_questions=number)) for number in range(10)))
    assert (await state.guilds.get(1)).daily_questions in range(10)
