"""The bot in a simulated Discord on a page of this machine: to try it without a token."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import discord

from bot.config import Config
from bot.discord_app import open_bot
from retrieval.errors import SettingsError

if TYPE_CHECKING:
    import simcord

SETTLE_S = 120.0
"""How long a person's action may take until the simulation calls it stuck; a first question loads the models."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A simulated server with one channel and two people."""

    mention: str
    """Of the bot."""
    env: simcord.Env
    channel: Any
    manager: Any
    member: Any


@asynccontextmanager
async def open_stage(config: Config) -> AsyncIterator[Stage]:
    """The real bot, connected to a simulated Discord.

    Raises:
        SettingsError: The extra that simulates Discord is not installed.
    """
    logging.getLogger("discord.state").setLevel(logging.ERROR)  # the simulation makes a client without intents
    try:
        import simcord  # late: only for the preview
    except ImportError as error:
        raise SettingsError(
            "The preview needs its extra: pip install -e '.[preview]' (or: make demo-discord)"
        ) from error
    async with (
        open_bot(config, shard_count=1) as bot,
        simcord.run(bot, settle_timeout=SETTLE_S, check_errors=False, strict_sync=False) as env,
    ):
        guild = env.create_guild("Newsroom")
        channel = guild.create_text_channel("ask-kilde")
        managers = guild.create_role("Managers", permissions=discord.Permissions(manage_guild=True))
        yield Stage(
            str(bot.user and bot.user.mention),
            env,
            channel,
            manager=guild.add_member(env.create_user("ingrid"), roles=[managers]),
            member=guild.add_member(env.create_user("paolo")),
        )


async def serve(config: Config, *, port: int | None, tell: Callable[[str], None]) -> None:
    """Serve the page until the task is cancelled.

    Args:
        config: Every setting.
        port: Of the page, on this machine alone; None takes a free one.
        tell: Told where the page is.
    """
    async with open_stage(config) as stage:
        await serve_page(stage, port=port, tell=tell)


async def serve_page(stage: Stage, *, port: int | None, tell: Callable[[str], None]) -> None:
    """Serve the page of a stage until the task is cancelled; arguments as for `serve`."""
    people = [stage.manager, stage.member]
    async with stage.env.preview(stage.channel, viewers=people, layout="channel", port=port) as page:
        tell(page.url)
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
