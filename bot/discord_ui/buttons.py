"""The buttons under an answer. Each carries the answer's number in its id, so they work after a restart too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import discord
from discord import ui

from bot.discord_ui.answer_text import shortened
from bot.discord_ui.errors import guarded
from bot.discord_ui.texts import Texts, flag

if TYPE_CHECKING:
    import re

    from bot.discord_ui.client import KildeBot
    from bot.state.models import Turn

    Interaction = discord.Interaction[KildeBot]


class PassageButton(ui.DynamicItem[ui.Button[Any]], template=r"kilde:passage:(?P<turn>\d+):(?P<number>\d+)"):
    """Shows the passage that the answer's only citation is from."""

    def __init__(self, turn_id: int, number: int, label: str = "") -> None:
        super().__init__(ui.Button(label=label, emoji="📄", custom_id=f"kilde:passage:{turn_id}:{number}"))
        self.turn_id, self.number = turn_id, number

    @classmethod
    def of(cls, turn_id: int, number: int, texts: Texts) -> Self:
        """The button with its label."""
        return cls(turn_id, number, texts("button.passage"))

    @classmethod
    async def from_custom_id(cls, interaction: Any, item: Any, match: re.Match[str], /) -> Self:
        """The button that was pressed."""
        return cls(int(match["turn"]), int(match["number"]))

    async def callback(self, interaction: Any) -> None:
        """Shows it to who pressed alone."""
        await guarded(
            interaction, lambda: interaction.client.actions.show_passage(interaction, self.turn_id, self.number)
        )


class PassageSelect(ui.DynamicItem[ui.Select[Any]], template=r"kilde:passages:(?P<turn>\d+)"):
    """Shows the passage of the citation that is chosen."""

    def __init__(self, turn_id: int, placeholder: str = "", options: list[discord.SelectOption] | None = None) -> None:
        select: ui.Select[Any] = ui.Select(
            placeholder=placeholder,
            options=options or [discord.SelectOption(label="1")],
            custom_id=f"kilde:passages:{turn_id}",
        )
        super().__init__(select)
        self.turn_id = turn_id

    @classmethod
    def of(cls, turn: Turn, texts: Texts) -> Self:
        """The list with an entry a citation; what stands in an option is no markup."""
        options = [
            discord.SelectOption(
                label=shortened(f"{one.number}. {one.title or one.source}"),
                description=shortened(one.quote),
                value=str(one.number),
                emoji=flag(one.language),
            )
            for one in turn.citations
        ]
        return cls(turn.id, texts("button.passages"), options)

    @classmethod
    async def from_custom_id(cls, interaction: Any, item: Any, match: re.Match[str], /) -> Self:
        """The list that was used."""
        return cls(int(match["turn"]))

    async def callback(self, interaction: Any) -> None:
        """Shows it to who chose alone."""
        number = int(interaction.data["values"][0])
        await guarded(interaction, lambda: interaction.client.actions.show_passage(interaction, self.turn_id, number))


class FollowUpButton(ui.DynamicItem[ui.Button[Any]], template=r"kilde:follow:(?P<turn>\d+)"):
    """Opens a form for the next question."""

    def __init__(self, turn_id: int, label: str = "") -> None:
        button: ui.Button[Any] = ui.Button(
            style=discord.ButtonStyle.primary, label=label, emoji="💬", custom_id=f"kilde:follow:{turn_id}"
        )
        super().__init__(button)
        self.turn_id = turn_id

    @classmethod
    def of(cls, turn_id: int, texts: Texts) -> Self:
        """The button with its label."""
        return cls(turn_id, texts("button.follow_up"))

    @classmethod
    async def from_custom_id(cls, interaction: Any, item: Any, match: re.Match[str], /) -> Self:
        """The button that was pressed."""
        return cls(int(match["turn"]))

    async def callback(self, interaction: Any) -> None:
        """Opens it."""
        await guarded(interaction, lambda: interaction.client.actions.open_follow_up(interaction, self.turn_id))


class ThreadButton(ui.DynamicItem[ui.Button[Any]], template=r"kilde:thread:(?P<turn>\d+)"):
    """Moves the conversation into a thread."""

    def __init__(self, turn_id: int, label: str = "") -> None:
        super().__init__(ui.Button(label=label, emoji="🧵", custom_id=f"kilde:thread:{turn_id}"))
        self.turn_id = turn_id

    @classmethod
    def of(cls, turn_id: int, texts: Texts) -> Self:
        """The button with its label."""
        return cls(turn_id, texts("button.thread"))

    @classmethod
    async def from_custom_id(cls, interaction: Any, item: Any, match: re.Match[str], /) -> Self:
        """The button that was pressed."""
        return cls(int(match["turn"]))

    async def callback(self, interaction: Any) -> None:
        """Starts it."""
        await guarded(interaction, lambda: interaction.client.actions.start_thread(interaction, self.turn_id))


class FeedbackButton(ui.DynamicItem[ui.Button[Any]], template=r"kilde:(?P<verdict>yes|no):(?P<turn>\d+)"):
    """Takes a verdict on the answer."""

    def __init__(self, turn_id: int, helpful: bool, label: str = "") -> None:
        verdict = "yes" if helpful else "no"
        emoji = "👍" if helpful else "👎"
        super().__init__(ui.Button(label=label, emoji=emoji, custom_id=f"kilde:{verdict}:{turn_id}"))
        self.turn_id, self.helpful = turn_id, helpful

    @classmethod
    def of(cls, turn_id: int, helpful: bool, texts: Texts) -> Self:
        """The button with its label."""
        return cls(turn_id, helpful, texts("button.helpful" if helpful else "button.not_helpful"))

    @classmethod
    async def from_custom_id(cls, interaction: Any, item: Any, match: re.Match[str], /) -> Self:
        """The button that was pressed."""
        return cls(int(match["turn"]), match["verdict"] == "yes")

    async def callback(self, interaction: Any) -> None:
        """Notes it, and asks for a reason where it did not help."""
        await guarded(
            interaction,
            lambda: interaction.client.actions.take_verdict(interaction, self.turn_id, helpful=self.helpful),
        )


class MeaningButton(ui.DynamicItem[ui.Button[Any]], template=r"kilde:meaning:(?P<turn>\d+)"):
    """Tells what a follow-up was taken to mean."""

    def __init__(self, turn_id: int, label: str = "") -> None:
        super().__init__(ui.Button(label=label, emoji="🔎", custom_id=f"kilde:meaning:{turn_id}"))
        self.turn_id = turn_id

    @classmethod
    def of(cls, turn_id: int, texts: Texts) -> Self:
        """The button with its label."""
        return cls(turn_id, texts("button.meaning"))

    @classmethod
    async def from_custom_id(cls, interaction: Any, item: Any, match: re.Match[str], /) -> Self:
        """The button that was pressed."""
        return cls(int(match["turn"]))

    async def callback(self, interaction: Any) -> None:
        """Tells it to who pressed alone."""
        await guarded(interaction, lambda: interaction.client.actions.show_meaning(interaction, self.turn_id))


ITEMS = (PassageButton, PassageSelect, FollowUpButton, ThreadButton, FeedbackButton, MeaningButton)
"""What the client must know to recognise a button of an earlier run."""
