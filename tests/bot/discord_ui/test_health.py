"""The page for whatever watches over the bot, asked over a real socket."""

from __future__ import annotations

import socket
from typing import Any

import aiohttp
import pytest
import simcord

from bot.discord_health import health_page
from bot.discord_ui.client import KildeBot
from retrieval.errors import SettingsError

QUESTION = "Quando riapre il ponte?"


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
        return number


async def _get(port: int, path: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}{path}") as response:
        return response.status, await response.text()


def _value(metrics: str, name: str) -> float:
    return next((float(line.split()[-1]) for line in metrics.splitlines() if line.startswith(name + " ")), 0.0)


async def test_health_and_metrics(
    env: simcord.Env, bot: KildeBot, port: int, library: Any, make_answer: Any, make_refusal: Any
) -> None:
    channel = env.create_guild().create_text_channel("news")
    alice = channel.guild.add_member(env.create_user("alice"))
    library.responses[QUESTION] = make_answer(QUESTION)
    library.responses["Wer?"] = make_refusal("Wer?")
    async with health_page(bot, port):
        _, before = await _get(port, "/metrics")
        await alice.slash(channel, "ask", question=QUESTION)
        await alice.slash(channel, "ask", question="Wer?")
        status, health = await _get(port, "/health")
        _, after = await _get(port, "/metrics")
    assert status == 200
    assert '"connected": true, "servers": 1, "waiting": 0' in health
    for name in ('kilde_questions_total{outcome="answered"}', 'kilde_questions_total{outcome="refused"}'):
        assert _value(after, name) == _value(before, name) + 1
    stage = 'kilde_question_seconds_count{stage="total"}'
    assert _value(after, stage) == _value(before, stage) + 2


async def test_an_unconnected_bot_is_not_well(new_bot: Any, port: int) -> None:
    async with health_page(new_bot(), port):
        status, health = await _get(port, "/health")
    assert status == 503
    assert '"connected": false' in health


async def test_a_port_that_is_taken(new_bot: Any, port: int) -> None:
    bot = new_bot()
    async with health_page(bot, port):
        with pytest.raises(SettingsError, match=f"KILDE_DISCORD_HEALTH_PORT is {port}, but that port"):
            async with health_page(bot, port):
                pass


async def test_off_by_default(new_bot: Any) -> None:
    async with health_page(new_bot(), None):
        pass
