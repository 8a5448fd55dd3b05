"""Questions in messages: mentions, replies to the bot, threads of its answers, direct messages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import discord
from discord.ext import commands

from bot.discord_ui.actions import can_thread
from bot.discord_ui.answer_view import notice
from bot.discord_ui.asking import Manner
from bot.discord_ui.delivery import MessageDelivery
from bot.discord_ui.origin import question_of_message
from bot.discord_ui.texts import Texts, texts_for
from bot.state.models import Turn

if TYPE_CHECKING:
    from bot.discord_ui.client import KildeBot


class ConversationCog(commands.Cog):
    """Hears messages and decides which are questions."""

    def __init__(self, bot: KildeBot) -> None:
        self._bot = bot

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Answer it if it is for the bot; other bots and webhooks are never answered."""
        if message.author.bot or message.webhook_id is not None or message.type not in _SPOKEN:
            return
        parent = await self._parent(message)
        if not self._is_for_the_bot(message, parent):
            return
        texts = texts_for(message.guild.preferred_locale if message.guild else None)
        words = self._without_mention(message.content)
        if not words:
            await message.reply(view=notice(texts("error.empty_question")), mention_author=False)
            return
        async with message.channel.typing():
            await self._answer(message, words, parent, texts)

    @commands.Cog.listener()
    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """A question that is deleted while it is answered needs no answer."""
        self._bot.asking.withdraw(payload.message_id)

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """The same for many at once."""
        for message_id in payload.message_ids:
            self._bot.asking.withdraw(message_id)

    async def _answer(self, message: discord.Message, words: str, parent: Turn | None, texts: Texts) -> None:
        question = question_of_message(message, words, parent=parent)
        manner = Manner(texts, with_question=False, with_thread=can_thread(message.channel))
        await self._bot.asking.ask(question, MessageDelivery(message), manner)

    def _is_for_the_bot(self, message: discord.Message, parent: Turn | None) -> bool:
        user = self._bot.user
        if message.guild is None or (user is not None and user in message.mentions):
            return True
        return parent is not None and bool(message.content)

    async def _parent(self, message: discord.Message) -> Turn | None:
        """The answer that a message goes on from: the one it replies to, else the last one in its thread or chat."""
        turns = self._bot.state.turns
        if message.reference is not None and message.reference.message_id is not None:
            turn = await turns.of_message(message.reference.message_id)
        elif message.guild is None:
            turn = await turns.last_in(message.channel.id)
        elif isinstance(message.channel, discord.Thread):
            # A thread has the id of the message that it was started from.
            turn = await turns.last_in(message.channel.id) or await turns.of_message(message.channel.id)
        else:
            return None
        here = message.guild.id if message.guild else None
        return turn if turn is not None and turn.guild_id == here and not turn.private else None

    def _without_mention(self, content: str) -> str:
        user = self._bot.user
        return re.sub(rf"<@!?{user.id}>", " ", content).strip() if user else content.strip()


_SPOKEN = {discord.MessageType.default, discord.MessageType.reply}
