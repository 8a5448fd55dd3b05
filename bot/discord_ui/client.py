"""The Discord client: intents, commands, buttons, and nothing that can ping."""

from __future__ import annotations

import hashlib
import json
import logging
from typing import Any

import discord
from discord.ext import commands

from bot.discord_ui.actions import Actions
from bot.discord_ui.asking import Asking
from bot.discord_ui.buttons import ITEMS
from bot.discord_ui.cogs.ask import AskCog
from bot.discord_ui.cogs.check import CheckCog
from bot.discord_ui.cogs.conversation import ConversationCog
from bot.discord_ui.cogs.manage import ManageCog
from bot.discord_ui.cogs.privacy import PrivacyCog
from bot.discord_ui.desk import Desk
from bot.discord_ui.errors import tell
from bot.discord_ui.guild_articles import GuildArticles
from bot.discord_ui.questions import Questions
from bot.discord_ui.translator import CatalogueTranslator
from bot.state.database import State

logger = logging.getLogger(__name__)

discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # it never speaks

_COMMANDS_HASH = "commands"
"""Under this the state keeps the hash of the commands that Discord knows."""


class KildeBot(commands.AutoShardedBot):
    """The bot. What it does is in the cogs and in `Actions`."""

    def __init__(
        self,
        *,
        questions: Questions,
        articles: GuildArticles,
        writing: Desk,
        state: State,
        message_content: bool,
        **options: Any,
    ) -> None:
        """Make it, not yet connected.

        Args:
            questions: Answers them.
            articles: Writes guilds' libraries.
            writing: Where that is done, one job at a time.
            state: Remembers.
            message_content: Ask Discord for messages that do not mention the bot.
            options: For discord.py, the number of shards for example.
        """
        intents = discord.Intents(guilds=True, messages=True, message_content=message_content)
        super().__init__(
            command_prefix=(),  # every command is a slash command
            help_command=None,
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            allowed_contexts=discord.app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
            allowed_installs=discord.app_commands.AppInstallationType(guild=True, user=True),
            max_messages=None,
            **options,
        )
        self.questions = questions
        self.articles = articles
        self.writing = writing
        self.state = state
        self.asking = Asking(questions, state)
        self.actions = Actions(self.asking, questions, state)
        self.tree.on_error = self._on_command_error  # type: ignore[method-assign]  # discord.py's own way to set it

    async def setup_hook(self) -> None:
        """Before connecting: commands, buttons of earlier runs, and Discord's list of commands if it is out of date."""
        await self.tree.set_translator(CatalogueTranslator())
        await self.add_cog(AskCog(self))
        await self.add_cog(CheckCog(self))
        await self.add_cog(ConversationCog(self))
        await self.add_cog(ManageCog(self))
        await self.add_cog(PrivacyCog(self))
        self.add_dynamic_items(*ITEMS)
        await self._sync_commands()

    async def on_message(self, message: discord.Message) -> None:
        """Messages are heard by a cog; there are no commands with a prefix."""

    async def _sync_commands(self) -> None:
        """Tell Discord the commands, unless it knows them already: it allows few such calls a day."""
        translator = self.tree.translator
        payload = [
            await command.get_translated_payload(self.tree, translator) if translator else command.to_dict(self.tree)
            for command in self.tree.get_commands()
        ]
        text = json.dumps([self.application_id, payload], sort_keys=True, ensure_ascii=False)
        current = hashlib.sha256(text.encode()).hexdigest()
        if await self.state.facts.get(_COMMANDS_HASH) == current:
            return
        await self.tree.sync()
        await self.state.facts.set(_COMMANDS_HASH, current)
        logger.info("told Discord %d commands", len(payload))

    async def _on_command_error(
        self, interaction: discord.Interaction[Any], error: discord.app_commands.AppCommandError
    ) -> None:
        cause = error.original if isinstance(error, discord.app_commands.CommandInvokeError) else error
        await tell(interaction, cause)
