from __future__ import annotations

import pytest

from bot.state.database import State

pytestmark = pytest.mark.asyncio


async def test_a_fact_is_what_was_set_last(state: State) -> None:
    assert await state.facts.get("commands") is None
    await state.facts.set("commands", "one")
    await state.facts.set("commands", "two")
    await state.facts.set("other", "")
    assert await state.facts.get("commands") == "two"
    assert await state.facts.get("other") == ""
