from __future__ import annotations

import asyncio
from datetime import date

import pytest

from bot.state.database import State
from bot.state.models import Quota

pytestmark = pytest.mark.asyncio

TODAY, TOMORROW = date(2025, 3, 1), date(2025, 3, 2)


async def test_questions_count_up_to_the_limit_and_no_further(state: State) -> None:
    assert await state.quotas.take(1, 100, TODAY, 2) == Quota(1, 2, allowed=True)
    assert await state.quotas.take(1, 100, TODAY, 2) == Quota(2, 2, allowed=True)
    assert await state.quotas.take(1, 100, TODAY, 2) == Quota(2, 2, allowed=False)
    assert await state.quotas.take(1, 100, TODAY, 1) == Quota(2, 1, allowed=False)
    assert await state.quotas.take(1, 100, TODAY, None) == Quota(3, None, allowed=True)
    assert await state.quotas.used(1, 100, TODAY) == 3


async def test_a_limit_of_zero_allows_nothing(state: State) -> None:
    assert await state.quotas.take(1, 100, TODAY, 0) == Quota(0, 0, allowed=False)
    assert await state.quotas.used(1, 100, TODAY) == 0


async def test_guilds_people_and_days_count_apart(state: State) -> None:
    for guild, user, day in ((1, 100, TODAY), (2, 100, TODAY), (1, 101, TODAY), (1, 100, TOMORROW), (None, 100, TODAY)):
        assert await state.quotas.take(guild, user, day, 1) == Quota(1, 1, allowed=True)
    assert await state.quotas.used(None, 100, TODAY) == await state.quotas.used(0, 100, TODAY) == 1


async def test_a_question_given_back_can_be_asked_again(state: State) -> None:
    for guild in (1, None):
        await state.quotas.take(guild, 100, TODAY, 1)
        await state.quotas.give_back(guild, 100, TODAY)
        assert await state.quotas.used(guild, 100, TODAY) == 0
        await state.quotas.give_back(guild, 100, TODAY)
        assert await state.quotas.used(guild, 100, TODAY) == 0
        assert (await state.quotas.take(guild, 100, TODAY, 1)).allowed


async def test_fifty_at_once_never_exceed_the_limit(url: str, state: State) -> None:
    async with await State.open(url) as other:  # its own connections, as another process would have
        stores = [state.quotas, other.quotas] * 25
        quotas = await asyncio.gather(*(store.take(1, 100, TODAY, 20) for store in stores))
    assert sorted(quota.used for quota in quotas if quota.allowed) == list(range(1, 21))
    assert sum(not quota.allowed for quota in quotas) == 30
    assert await state.quotas.used(1, 100, TODAY) == 20
