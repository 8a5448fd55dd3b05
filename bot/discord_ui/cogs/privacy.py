"""``/privacy``: what is kept of a person, for that person."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.discord_ui.answer_view import REFUSAL_COLOUR, notice
from bot.discord_ui.errors import guarded
from bot.discord_ui.texts import Texts, texts_for
from bot.discord_ui.translator import text

if TYPE_CHECKING:
    from bot.discord_ui.client import KildeBot

Interaction = discord.Interaction[Any]

TIMEOUT_S = 600


class PrivacyCog(commands.Cog):
    """Shows, hands over and deletes what is kept of the person who asks for it."""

    def __init__(self, bot: KildeBot) -> None:
        self._bot = bot

    @app_commands.command(name=text("privacy.name"), description=text("privacy.description"))
    async def privacy(self, interaction: Interaction) -> None:
        """Show what is kept, with buttons for the rest."""
        texts = texts_for(interaction.locale)
        await interaction.response.defer(ephemeral=True, thinking=True)
        kept = await self._bot.state.personal.count(interaction.user.id)
        await interaction.followup.send(view=PrivacyView(self._bot, kept, texts), ephemeral=True)


class PrivacyView(ui.LayoutView):
    """How much is kept, and what can be done with it; only its person sees it."""

    def __init__(self, bot: KildeBot, kept: int, texts: Texts) -> None:
        super().__init__(timeout=TIMEOUT_S)
        self._bot, self._texts = bot, texts
        said = texts("privacy.kept", count=kept) if kept else texts("privacy.nothing")
        container: ui.Container[Any] = ui.Container(
            ui.TextDisplay(f"{said}\n-# {texts('privacy.what')}"), accent_colour=REFUSAL_COLOUR
        )
        if kept:
            container.add_item(
                ui.ActionRow(
                    _Do(self.export, texts("privacy.export"), discord.ButtonStyle.secondary),
                    _Do(self.delete, texts("privacy.delete"), discord.ButtonStyle.danger),
                )
            )
        self.add_item(container)

    async def export(self, interaction: Interaction) -> None:
        """Hand it over as a file."""
        found = await self._bot.state.personal.export(interaction.user.id)
        content = json.dumps(found, ensure_ascii=False, indent=1).encode()
        file = discord.File(io.BytesIO(content), filename="kilde.json")
        await interaction.response.send_message(file=file, ephemeral=True)

    async def delete(self, interaction: Interaction) -> None:
        """Delete it, for good."""
        await self._bot.state.personal.delete(interaction.user.id)
        await interaction.response.edit_message(view=notice(self._texts("privacy.deleted")))


class _Do(ui.Button[PrivacyView]):
    def __init__(self, action: Any, label: str, style: discord.ButtonStyle) -> None:
        super().__init__(label=label, style=style)
        self._action = action

    async def callback(self, interaction: Interaction) -> None:
        await guarded(interaction, lambda: self._action(interaction))
