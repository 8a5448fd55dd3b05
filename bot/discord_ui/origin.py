"""Where a question comes from, as the rest of the bot needs to know it."""

from __future__ import annotations

from typing import Any

import discord

from bot.discord_ui.questions import Question
from bot.state.models import Turn
from retrieval.models import Filters


def question_of_interaction(
    interaction: discord.Interaction[Any],
    text: str,
    *,
    filters: Filters | None = None,
    parent: Turn | None = None,
    private: bool = False,
) -> Question:
    """A question that was asked by a command, a button or a form."""
    channel = interaction.channel
    return Question(
        text,
        asker_id=interaction.user.id,
        guild_id=interaction.guild_id,
        channel_id=interaction.channel_id or 0,
        channel_ids=_channel_ids(channel) or frozenset({interaction.channel_id or 0}),
        role_ids=_role_ids(interaction.user),
        filters=filters,
        parent=parent,
        private=private,
    )


def question_of_message(message: discord.Message, text: str, *, parent: Turn | None) -> Question:
    """A question that was written in a message."""
    return Question(
        text,
        asker_id=message.author.id,
        guild_id=message.guild.id if message.guild else None,
        channel_id=message.channel.id,
        channel_ids=_channel_ids(message.channel),
        role_ids=_role_ids(message.author),
        parent=parent,
        message_id=message.id,
    )


def _channel_ids(channel: object) -> frozenset[int]:
    """The channel, and for a thread the channel that it is in."""
    if isinstance(channel, discord.Thread):
        return frozenset({channel.id, channel.parent_id})
    return frozenset({channel.id}) if isinstance(channel, discord.abc.Snowflake) else frozenset()


def _role_ids(person: discord.User | discord.Member) -> frozenset[int]:
    return frozenset(role.id for role in person.roles) if isinstance(person, discord.Member) else frozenset()
