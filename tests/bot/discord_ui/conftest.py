"""The bot in a simulated Discord: real discord.py, libraries that give prepared answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import simcord

from bot.discord_settings import DiscordSettings
from bot.discord_ui.client import KildeBot
from bot.discord_ui.desk import Desk
from bot.discord_ui.guild_articles import GuildArticles
from bot.discord_ui.libraries import Libraries
from bot.discord_ui.questions import Questions
from bot.state.database import State
from bot.state.engine import sqlite_url
from retrieval.errors import LibraryNotFoundError


@pytest.fixture
async def state(tmp_path: Path) -> AsyncIterator[State]:
    async with await State.open(sqlite_url(tmp_path / "state.sqlite3")) as state:
        yield state


@pytest.fixture
def new_library(library: Any) -> Any:
    """Makes libraries that give prepared answers."""
    return type(library)


@pytest.fixture
def shelf(library: Any) -> dict[str, Any]:
    """Libraries by name; ``news`` is shared by all guilds."""
    return {"news": library}


@pytest.fixture
def discord_settings() -> DiscordSettings:
    return DiscordSettings(discord_shared=("news",), discord_cooldown_s=0)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk(workers=1, most_waiting=50)
    yield desk
    await desk.close(grace_s=10)


@pytest.fixture
async def questions(
    desk: Desk, shelf: dict[str, Any], state: State, discord_settings: DiscordSettings
) -> AsyncIterator[Questions]:
    def open_library(name: str) -> Any:
        if name not in shelf:
            raise LibraryNotFoundError(f"There is no library {name}.")
        return shelf[name]

    libraries = Libraries(open_library)
    yield Questions(desk=desk, libraries=libraries, state=state, settings=discord_settings)
    libraries.close()


@pytest.fixture
def new_bot(
    questions: Questions, state: State, desk: Desk, shelf: dict[str, Any], library: Any, tmp_path: Path
) -> Callable[[], KildeBot]:
    """Makes a bot as each start of the program does."""

    def open_for_writing(name: str, create: bool) -> Any:
        return shelf.setdefault(name, library) if create else shelf[name]

    articles = GuildArticles(open_for_writing, data_dir=tmp_path, max_article_mb=1)
    return lambda: KildeBot(
        questions=questions, articles=articles, writing=desk, state=state, message_content=False, shard_count=1
    )


@pytest.fixture
def bot(new_bot: Callable[[], KildeBot]) -> KildeBot:
    return new_bot()


@pytest.fixture
def simcord_bot(bot: KildeBot) -> KildeBot:
    return bot


@pytest.fixture
def env(simcord_env: simcord.Env) -> simcord.Env:
    return simcord_env


@pytest.fixture
def channel(env: simcord.Env) -> Any:
    """A channel of a server of its own."""
    return env.create_guild().create_text_channel("news")


@pytest.fixture
def alice(env: simcord.Env, channel: Any) -> Any:
    """A member of the channel's server."""
    return channel.guild.add_member(env.create_user("alice"))
