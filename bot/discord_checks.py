"""What ``kilde discord --check`` looks at: can the bot log in, and will it be able to work?"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import discord

from bot.app import App
from bot.check import Check
from bot.config import Config
from bot.discord_app import read_token
from bot.render.report import counted
from bot.state.database import State
from bot.state.engine import state_url
from retrieval.errors import KildeError, LibraryNotFoundError

PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    create_public_threads=True,
    embed_links=True,
    read_message_history=True,
)
"""What the bot does in a guild."""
SCOPES = ("bot", "applications.commands")


async def run_discord_checks(app: App) -> AsyncIterator[Check]:
    """Checks of the settings, then of Discord, which is asked over HTTP alone: nobody sees the bot come online."""
    yield await _check_state(app.config)
    for name in app.config.discord_shared:
        yield _check_shared(app, name)
    if not app.config.discord_shared:
        yield Check(
            "shared",
            "ok",
            "none: each server asks what its own managers add; KILDE_DISCORD_SHARED names libraries for all",
        )
    try:
        token = read_token(app.config)
    except KildeError as error:
        yield Check("token", "fail", str(error))
        return
    async with discord.Client(intents=discord.Intents.none()) as client:
        try:
            await client.login(token)
        except discord.LoginFailure:
            yield Check("token", "fail", "Discord does not know it", "Copy it anew from the developer portal, Bot.")
            return
        except (discord.HTTPException, OSError) as error:
            yield Check("token", "fail", f"Discord cannot be asked: {error}", "Check this machine's connection.")
            return
        info = await client.application_info()
        yield Check("token", "ok", f"of {info.name}")
        yield _check_message_content(app.config, info)
        guilds = await client.http.get_guilds(200, with_counts=False)
        for check in _check_guilds(guilds):
            yield check
        yield Check("invite", "ok", invite_link(info.id))


def invite_link(application_id: int) -> str:
    """Where a server's managers add the bot."""
    return discord.utils.oauth_url(application_id, permissions=PERMISSIONS, scopes=SCOPES)


async def _check_state(config: Config) -> Check:
    try:
        async with await State.open(state_url(config.discord_database_url, config.data_dir)):
            return Check("state", "ok", "settings, conversations and feedback can be kept")
    except KildeError as error:
        return Check("state", "fail", str(error))


def _check_shared(app: App, name: str) -> Check:
    try:
        articles, _ = app.library(name).size()
    except LibraryNotFoundError as error:
        return Check("shared", "fail", str(error), f"Fill it with: {app.index_command(name)}")
    except KildeError as error:
        return Check("shared", "fail", str(error))
    if not articles:
        return Check("shared", "warn", f"{name} holds no articles", f"Fill it with: {app.index_command(name)}")
    return Check("shared", "ok", f"{name} holds {counted(articles, 'article')}")


def _check_message_content(config: Config, info: discord.AppInfo) -> Check:
    granted = info.flags.gateway_message_content or info.flags.gateway_message_content_limited
    if config.discord_message_content and not granted:
        return Check(
            "intents",
            "fail",
            "KILDE_DISCORD_MESSAGE_CONTENT is on, but the application lacks the message content intent",
            "Switch it on in the developer portal (Bot, Privileged Gateway Intents), or the setting off.",
        )
    if config.discord_message_content:
        return Check("intents", "ok", "message content: threads and replies go on without a mention")
    return Check("intents", "ok", "the default ones: threads and replies go on by a mention or the button")


def _check_guilds(guilds: Sequence[dict[str, Any] | Any]) -> list[Check]:
    if not guilds:
        return [Check("servers", "warn", "the bot is in no server yet", "Open the invite link below.")]
    checks = []
    for guild in guilds:
        held = discord.Permissions(int(guild["permissions"]))
        missing = (
            [] if held.administrator else [name for name, wanted in PERMISSIONS if wanted and not dict(held)[name]]
        )
        if missing:
            found = f"{guild['name']}: without {', '.join(name.replace('_', ' ') for name in missing)}"
            checks.append(Check("server", "warn", found, "Give the bot's role these permissions, or invite it anew."))
    return checks or [Check("servers", "ok", f"{counted(len(guilds), 'server')}, with all permissions needed")]
