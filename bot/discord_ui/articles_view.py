"""A list of articles, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from bot.discord_ui.answer_text import article_line
from bot.discord_ui.answer_view import ANSWER_COLOUR
from bot.discord_ui.texts import Texts
from retrieval.models import ArticleSummary

PAGE = 8
TIMEOUT_S = 600
"""The list is for one person's eyes and need not outlive a restart."""


class ArticlePages(ui.LayoutView):
    """A few articles, and buttons to the next and the previous ones."""

    def __init__(self, articles: Sequence[ArticleSummary], texts: Texts) -> None:
        """Show the first page."""
        super().__init__(timeout=TIMEOUT_S)
        self._articles, self._texts, self._page = articles, texts, 0
        self._fill()

    @property
    def last_page(self) -> int:
        """Number of the last page, from 0."""
        return (len(self._articles) - 1) // PAGE

    def _fill(self) -> None:
        self.clear_items()
        start = self._page * PAGE
        shown = self._articles[start : start + PAGE]
        lines = [
            f"{number}. {article_line(article, self._texts)}" for number, article in enumerate(shown, start=start + 1)
        ]
        head = self._texts("manage.list_head", first=start + 1, last=start + len(shown), count=len(self._articles))
        container: ui.Container[Any] = ui.Container(
            ui.TextDisplay(f"-# {head}"), ui.TextDisplay("\n".join(lines)), accent_colour=ANSWER_COLOUR
        )
        if self.last_page:
            back = _Turn(-1, self._texts("button.previous"), disabled=self._page == 0)
            on = _Turn(1, self._texts("button.next"), disabled=self._page == self.last_page)
            container.add_item(ui.ActionRow(back, on))
        self.add_item(container)

    async def turn(self, interaction: discord.Interaction[Any], by: int) -> None:
        """Show another page."""
        self._page = min(max(self._page + by, 0), self.last_page)
        self._fill()
        await interaction.response.edit_message(view=self)


class _Turn(ui.Button[ArticlePages]):
    def __init__(self, by: int, label: str, *, disabled: bool) -> None:
        super().__init__(label=label, disabled=disabled)
        self._by = by

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        if self.view is not None:
            await self.view.turn(interaction, self._by)
