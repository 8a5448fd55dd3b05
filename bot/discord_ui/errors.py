"""The bot's boundary: whatever goes wrong, the person is told in a sentence, and a fault gets an id."""

from __future__ import annotations

import logging
import math
from collections.abc import Awaitable, Callable
from typing import Any

import discord

from bot.discord_ui.admission import ChannelError, CooldownError, ManagerError, RoleError
from bot.discord_ui.desk import DeskClosedError, DeskFullError
from bot.discord_ui.markdown import plain
from bot.discord_ui.metrics import DISCORD_ERRORS
from bot.discord_ui.questions import LanguageError, NoArticlesError, QuotaError
from bot.discord_ui.texts import Texts, texts_for
from bot.logs import note_incident
from retrieval.errors import KildeError

logger = logging.getLogger(__name__)

_UNKNOWN_INTERACTION = 10062
"""Discord's code for a request that it has closed."""


_SAID: dict[type[BaseException], str] = {
    RoleError: "error.role",
    NoArticlesError: "answer.nothing_searched",
    DeskFullError: "error.too_many_waiting",
    DeskClosedError: "error.closing",
}
"""Errors whose text needs no values."""


async def guarded(interaction: discord.Interaction[Any], action: Callable[[], Awaitable[None]]) -> None:
    """Do what a button or form asks for, and tell the person if it fails."""
    try:
        await action()
    except Exception as error:  # the boundary
        await tell(interaction, error)


async def tell(interaction: discord.Interaction[Any], error: Exception) -> None:
    """Answer a failed interaction, for its user's eyes only."""
    if isinstance(error, discord.HTTPException):
        DISCORD_ERRORS.labels(error.code or error.status).inc()
    if isinstance(error, discord.NotFound) and error.code == _UNKNOWN_INTERACTION:
        logger.warning("an interaction had expired before it was answered")
        return
    text = explain(error, texts_for(interaction.locale))
    try:
        if interaction.response.is_done():
            await interaction.followup.send(text, ephemeral=True)
        else:
            await interaction.response.send_message(text, ephemeral=True)
    except discord.HTTPException as failed:
        logger.warning("an error could not be told: %s", failed)


def explain(error: BaseException, texts: Texts) -> str:
    """An error in the person's language; one that nobody foresaw is noted under an id that the text gives."""
    if isinstance(error, ManagerError):
        return texts("error.permission", permission=texts("manage.permission"))
    if isinstance(error, ChannelError):
        return texts("error.channel", channels=" ".join(f"<#{channel}>" for channel in error.channels))
    if isinstance(error, CooldownError):
        return texts("error.cooldown", seconds=math.ceil(error.seconds))
    if isinstance(error, QuotaError):
        return texts("error.quota", count=error.limit)
    if isinstance(error, LanguageError):
        return texts("error.language", languages=", ".join(texts.language_name(code) for code in error.languages))
    if type(error) in _SAID:
        return texts(_SAID[type(error)])
    if isinstance(error, KildeError):
        return plain(str(error))
    return texts("error.fault", incident=note_incident(error))
