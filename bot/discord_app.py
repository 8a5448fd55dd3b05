"""Composition root of the Discord bot: makes its parts, runs it, and ends it without leaving anyone unanswered."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import discord

from bot.config import Config
from bot.discord_health import health_page
from bot.discord_ui.client import KildeBot
from bot.discord_ui.desk import Desk
from bot.discord_ui.guild_articles import GuildArticles
from bot.discord_ui.libraries import Libraries
from bot.discord_ui.questions import Questions
from bot.discord_watch import keep_indexed
from bot.state.database import State
from bot.state.engine import state_url
from retrieval import Library
from retrieval.errors import KildeError, SettingsError

logger = logging.getLogger(__name__)

_AUTHENTICATION_FAILED = 4004
"""The gateway's code for a token that it does not know (any more)."""
_LOGIN_HELP = (
    "Put the token of your Discord application into KILDE_DISCORD_TOKEN, or into a file that "
    "KILDE_DISCORD_TOKEN_FILE names."
)


class DiscordLoginError(KildeError):
    """Discord does not let the bot in as it is set up."""


def read_token(config: Config) -> str:
    """The token, from the environment or the file.

    Raises:
        SettingsError: There is none, or the file cannot be read.
    """
    if config.discord_token is not None:
        return config.discord_token.get_secret_value().strip()
    file = config.discord_token_file
    if file is None:
        raise SettingsError(f"There is no token for Discord. {_LOGIN_HELP}")
    try:
        token = file.expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The file {file} that KILDE_DISCORD_TOKEN_FILE names cannot be read: {error}.") from error
    if not token:
        raise SettingsError(f"The file {file} that KILDE_DISCORD_TOKEN_FILE names is empty. {_LOGIN_HELP}")
    return token


@asynccontextmanager
async def open_bot(config: Config, **options: Any) -> AsyncIterator[KildeBot]:
    """The bot with all its parts, not yet connected; at the end answers under way may finish, and all is closed.

    Args:
        config: Every setting.
        options: For discord.py, ``shard_count`` for example.
    """
    url = state_url(config.discord_database_url, config.data_dir)
    settings = config.retrieval

    def open_library(name: str, create: bool = False) -> Library:
        return Library.open(name=name, settings=settings, create=create)

    async with await State.open(url) as state:
        desk = Desk(workers=config.discord_workers, most_waiting=config.discord_queue, name="kilde-answer")
        writing = Desk(workers=1, most_waiting=config.discord_queue, name="kilde-write")
        libraries = Libraries(open_library, writes=settings.llm != "none")
        bot = KildeBot(
            questions=Questions(desk=desk, libraries=libraries, state=state, settings=config),
            articles=GuildArticles(open_library, data_dir=settings.data_dir, max_article_mb=settings.max_article_mb),
            writing=writing,
            state=state,
            message_content=config.discord_message_content,
            **options,
        )
        try:
            yield bot
        finally:
            turned_away = await bot.asking.close(grace_s=config.discord_shutdown_s)
            await desk.close(grace_s=0)
            await writing.close(grace_s=config.discord_shutdown_s)
            if turned_away:
                logger.warning("%d questions were turned away because the bot was stopped", turned_away)
            await bot.close()
            await asyncio.to_thread(libraries.close)


async def run(config: Config, *, watch: Sequence[Path] = ()) -> None:
    """Run until SIGTERM or SIGINT.

    Args:
        config: Every setting.
        watch: Files and folders to keep indexed in the configured library.

    Raises:
        SettingsError: There is no token, or a path to watch is not there.
        DiscordLoginError: Discord refuses it, or an intent that is not switched on in the developer portal.
    """
    token = read_token(config)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):  # Windows
            loop.add_signal_handler(name, stop.set)
    async with (
        open_bot(config) as bot,
        health_page(bot, config.discord_health_port),
        keep_indexed(watch, lambda: Library.open(settings=config.retrieval), bot.writing),
    ):
        connected = asyncio.create_task(bot.start(token))
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({connected, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if connected.done():
            _raise_in_words(connected, config)
        logger.info("stopping: answers under way may end")
    await _ended(connected)


def _raise_in_words(connected: asyncio.Task[None], config: Config) -> None:
    try:
        connected.result()
    except discord.LoginFailure as error:
        raise DiscordLoginError(f"Discord does not know this token. {_LOGIN_HELP}") from error
    except discord.ConnectionClosed as error:
        if error.code != _AUTHENTICATION_FAILED:
            raise
        raise DiscordLoginError(f"Discord does not know this token. {_LOGIN_HELP}") from error
    except discord.PrivilegedIntentsRequired as error:
        raise DiscordLoginError(
            "KILDE_DISCORD_MESSAGE_CONTENT is on, but Discord does not grant this bot the message content intent. "
            "Switch it on in the developer portal (Bot, Privileged Gateway Intents), or the setting off."
        ) from error


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
