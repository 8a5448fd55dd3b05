"""``/ask``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.discord_ui.actions import can_thread
from bot.discord_ui.asking import Manner
from bot.discord_ui.delivery import InteractionDelivery
from bot.discord_ui.origin import question_of_interaction
from bot.discord_ui.texts import texts_for
from bot.discord_ui.translator import text
from bot.filters import parse_answer_language, parse_filters

if TYPE_CHECKING:
    from bot.discord_ui.client import KildeBot

QUESTION_CHARS = 1000


class AskCog(commands.Cog):
    """Questions by command."""

    def __init__(self, bot: KildeBot) -> None:
        self._bot = bot

    @app_commands.command(name=text("ask.name"), description=text("ask.description"))
    @app_commands.rename(
        question=text("ask.question"),
        language=text("ask.language"),
        outlet=text("ask.outlet"),
        first=text("ask.from"),
        last=text("ask.to"),
        private=text("ask.private"),
        answer_language=text("ask.answer_language"),
    )
    @app_commands.describe(
        question=text("ask.question_description"),
        language=text("ask.language_description"),
        outlet=text("ask.outlet_description"),
        first=text("ask.from_description"),
        last=text("ask.to_description"),
        private=text("ask.private_description"),
        answer_language=text("ask.answer_language_description"),
    )
    async def ask(
        self,
        interaction: discord.Interaction[Any],
        question: app_commands.Range[str, 1, QUESTION_CHARS],
        language: str | None = None,
        outlet: str | None = None,
        first: str | None = None,
        last: str | None = None,
        private: bool = False,
        answer_language: str | None = None,
    ) -> None:
        """Answer a question."""
        filters = parse_filters({"language": language, "outlet": outlet, "published_from": first, "published_to": last})
        spoken = parse_answer_language(answer_language)
        await interaction.response.defer(ephemeral=private, thinking=True)
        asked = replace(
            question_of_interaction(interaction, question, filters=filters, private=private), answer_language=spoken
        )
        manner = Manner(texts_for(interaction.locale), with_question=True, with_thread=can_thread(interaction.channel))
        await self._bot.asking.ask(asked, InteractionDelivery(interaction, private=private), manner)
