"""What the buttons under an answer do."""

from __future__ import annotations

from typing import Any, Final

import discord
from discord import ui

from bot.discord_ui.answer_text import shortened
from bot.discord_ui.asking import Asking, Manner
from bot.discord_ui.delivery import InteractionDelivery
from bot.discord_ui.errors import guarded
from bot.discord_ui.markdown import plain
from bot.discord_ui.origin import question_of_interaction
from bot.discord_ui.passage_view import passage_layout
from bot.discord_ui.questions import Questions
from bot.discord_ui.texts import texts_for
from bot.state.database import State
from bot.state.models import Turn

QUESTION_CHARS = 1000
"""Most characters in a form's field for a question."""
REASON_CHARS = 500
MEANING_CHARS = 900
"""So short that the message holds it even if each character has to be made safe."""
THREAD_NAME_CHARS = 90
THREAD_MINUTES: Final = 1440
"""A thread without messages is put away after a day."""

Interaction = discord.Interaction[Any]


class Actions:
    """Serves presses of buttons, also of those that an earlier run sent."""

    def __init__(self, asking: Asking, questions: Questions, state: State) -> None:
        """Put the parts together."""
        self._asking = asking
        self._questions = questions
        self._state = state

    async def show_passage(self, interaction: Interaction, turn_id: int, number: int) -> None:
        """The passage in its article, the quote in bold, for who pressed alone."""
        texts = texts_for(interaction.locale)
        await interaction.response.defer(ephemeral=True, thinking=True)
        turn = await self._turn(interaction, turn_id)
        found = await self._questions.passage(turn, number) if turn else None
        if found is None:
            await interaction.followup.send(texts("error.forgotten"), ephemeral=True)
            return
        await interaction.followup.send(view=passage_layout(*found, texts), ephemeral=True)

    async def show_meaning(self, interaction: Interaction, turn_id: int) -> None:
        """What a follow-up was taken to mean, for who pressed alone."""
        texts = texts_for(interaction.locale)
        turn = await self._turn(interaction, turn_id)
        meaning = shortened(turn.standalone_question, MEANING_CHARS) if turn else ""
        said = texts("follow_up.meaning", question=plain(meaning)) if turn else texts("error.forgotten")
        await interaction.response.send_message(said, ephemeral=True)

    async def open_follow_up(self, interaction: Interaction, turn_id: int) -> None:
        """A form for the next question."""
        texts = texts_for(interaction.locale)
        turn = await self._turn(interaction, turn_id)
        if turn is None:
            await interaction.response.send_message(texts("error.forgotten"), ephemeral=True)
            return
        await interaction.response.send_modal(FollowUpForm(self, turn, interaction))

    async def ask_follow_up(self, interaction: Interaction, turn: Turn, text: str) -> None:
        """Answer what was written in the form, as a new message."""
        await interaction.response.defer(ephemeral=turn.private, thinking=True)
        question = question_of_interaction(interaction, text, parent=turn, private=turn.private)
        manner = Manner(texts_for(interaction.locale), with_question=True, with_thread=can_thread(interaction.channel))
        await self._asking.ask(question, InteractionDelivery(interaction, private=turn.private), manner)

    async def start_thread(self, interaction: Interaction, turn_id: int) -> None:
        """A thread from the answer's message; what is written there goes on from this answer."""
        texts = texts_for(interaction.locale)
        turn = await self._turn(interaction, turn_id)
        message, channel = interaction.message, interaction.channel
        if turn is None or message is None:
            await interaction.response.send_message(texts("error.forgotten"), ephemeral=True)
            return
        guild = await self._questions.guild_settings(interaction.guild_id)
        if not guild.threads or not can_thread(channel):
            refused = "thread.not_possible" if guild.threads else "thread.off"
            await interaction.response.send_message(texts(refused), ephemeral=True)
            return
        await interaction.response.defer(ephemeral=True)
        name = texts("thread.name", question=" ".join(turn.question.split()))[:THREAD_NAME_CHARS]
        thread = await message.create_thread(name=name, auto_archive_duration=THREAD_MINUTES)
        heard = interaction.client.intents.message_content
        await thread.send(texts("thread.started" if heard else "thread.started_mention"))

    async def take_verdict(self, interaction: Interaction, turn_id: int, *, helpful: bool) -> None:
        """Note it; where the answer did not help, a form asks why, which may stay empty."""
        texts = texts_for(interaction.locale)
        turn = await self._turn(interaction, turn_id)
        if turn is None:
            await interaction.response.send_message(texts("error.forgotten"), ephemeral=True)
            return
        await self._state.feedback.give(turn.id, interaction.user.id, helpful)
        if helpful:
            await interaction.response.send_message(texts("feedback.thanks"), ephemeral=True)
        else:
            await interaction.response.send_modal(ReasonForm(self, turn, interaction))

    async def note_reason(self, interaction: Interaction, turn: Turn, reason: str) -> None:
        """Keep what was written in the form."""
        await self._state.feedback.give(turn.id, interaction.user.id, False, reason.strip() or None)
        await interaction.response.send_message(texts_for(interaction.locale)("feedback.noted"), ephemeral=True)

    async def _turn(self, interaction: Interaction, turn_id: int) -> Turn | None:
        """The turn, if it belongs to where the button was pressed; a forged id finds nothing."""
        turn = await self._state.turns.get(turn_id)
        if turn is None or turn.guild_id != interaction.guild_id:
            return None
        if turn.private and turn.asker_id != interaction.user.id:
            return None
        return turn


class FollowUpForm(ui.Modal):
    """One field for a question."""

    def __init__(self, actions: Actions, turn: Turn, interaction: Interaction) -> None:
        texts = texts_for(interaction.locale)
        super().__init__(title=texts("follow_up.title"))
        self._actions, self._turn = actions, turn
        self._field: ui.TextInput[Any] = ui.TextInput(
            style=discord.TextStyle.paragraph,
            placeholder=texts("follow_up.placeholder"),
            max_length=QUESTION_CHARS,
        )
        self.add_item(ui.Label(text=texts("follow_up.question"), component=self._field))

    async def on_submit(self, interaction: Interaction) -> None:
        """Ask it."""
        await guarded(interaction, lambda: self._actions.ask_follow_up(interaction, self._turn, self._field.value))


class ReasonForm(ui.Modal):
    """One field, which may stay empty, for why an answer did not help."""

    def __init__(self, actions: Actions, turn: Turn, interaction: Interaction) -> None:
        texts = texts_for(interaction.locale)
        super().__init__(title=texts("feedback.title"))
        self._actions, self._turn = actions, turn
        self._field: ui.TextInput[Any] = ui.TextInput(
            style=discord.TextStyle.paragraph, required=False, max_length=REASON_CHARS
        )
        self.add_item(ui.Label(text=texts("feedback.reason"), component=self._field))

    async def on_submit(self, interaction: Interaction) -> None:
        """Keep it."""
        await guarded(interaction, lambda: self._actions.note_reason(interaction, self._turn, self._field.value))


def can_thread(channel: object) -> bool:
    """Whether messages of this channel can begin a thread."""
    return isinstance(channel, discord.TextChannel)
