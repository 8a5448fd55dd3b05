"""**Check this message**, in the menu of every message."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.discord_ui.answer_view import notice
from bot.discord_ui.delivery import InteractionDelivery
from bot.discord_ui.origin import question_of_interaction
from bot.discord_ui.texts import texts_for
from bot.discord_ui.translator import text

if TYPE_CHECKING:
    from bot.discord_ui.client import KildeBot

_LINK = re.compile(r"\[([^\]]+)\]\(<?https?://[^)\s]+>?\)")
_REFERENCES = re.compile(r"<(?:@[!&]?|#|a?:\w+:|t:|id:)[\w:-]*>|</[^>]+:\d+>|<?https?://[^\s<>)\]。，、！？」]+>?")
"""Mentions, commands, emoji, times and addresses: nothing that is stated."""
_TIMES = re.compile(r"(?<=\d)\*(?=\d)")


class CheckCog(commands.Cog):
    """What the articles say of somebody's words."""

    def __init__(self, bot: KildeBot) -> None:
        self._bot = bot
        self._menu = app_commands.ContextMenu(name=text("check", section="menu"), callback=self.check)

    async def cog_load(self) -> None:
        """Menus belong to the tree; a cog does not add them by itself."""
        self._bot.tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        """Take the menu away."""
        self._bot.tree.remove_command(self._menu.name, type=self._menu.type)

    async def check(self, interaction: discord.Interaction[Any], message: discord.Message) -> None:
        """Show it to who asked alone."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        texts, words = texts_for(interaction.locale), without_markup(message.content)
        if not words:  # pictures, embeds, the bot's own answers
            await interaction.followup.send(view=notice(texts("check.no_claims")), ephemeral=True)
            return
        asked = question_of_interaction(interaction, words, private=True)
        await self._bot.asking.check(asked, InteractionDelivery(interaction, private=True), texts)


def without_markup(content: str) -> str:
    """What a message says, without Discord's markup."""
    said = _TIMES.sub("×", _REFERENCES.sub(" ", _LINK.sub(r"\1", content)))
    return discord.utils.remove_markdown(said).strip()
