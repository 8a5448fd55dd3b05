"""An answer as Discord shows it: components in one or more messages, buttons under the last."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from bot.discord_ui.answer_text import MESSAGE_CHARS, answer_blocks, pages, refusal_blocks, superscript
from bot.discord_ui.buttons import (
    FeedbackButton,
    FollowUpButton,
    MeaningButton,
    PassageButton,
    PassageSelect,
    ThreadButton,
)
from bot.discord_ui.markdown import plain
from bot.discord_ui.questions import Reply
from bot.discord_ui.texts import Texts
from bot.state.models import Turn
from retrieval.models import Answer, Draft

ANSWER_COLOUR = discord.Colour(0x2E7D6B)
REFUSAL_COLOUR = discord.Colour(0x8A8F98)

ROW_BUTTONS = 5
"""As many as Discord takes in one row."""

_BREAK = "\x1e"
"""Stands between sentences and sources while blocks are shared out among messages."""


class Layout(ui.LayoutView):
    """A message of components. It never ends: its buttons carry all they need in their ids."""

    def __init__(self) -> None:
        super().__init__(timeout=None)


def reply_layouts(reply: Reply, texts: Texts, *, with_question: bool, with_thread: bool) -> list[Layout]:
    """The messages of one reply, in order.

    Args:
        reply: What was found.
        texts: The language that the asker reads.
        with_question: Show the question above the answer, where Discord itself does not.
        with_thread: Offer to go on in a thread.
    """
    response = reply.response
    answered = isinstance(response, Answer)
    said, sources = answer_blocks(response, texts) if isinstance(response, Answer) else refusal_blocks(response, texts)
    head = _head(reply.turn.question) if with_question else []
    if isinstance(response, Answer) and response.fallback is not None:
        said = [*said, f"-# {texts('answer.quoted')}"]
    shared = pages([*head, *said, _BREAK, *sources], cut_mark=texts("answer.cut"), most=MESSAGE_CHARS)
    layouts = []
    for number, page in enumerate(shared, start=1):
        container: ui.Container[Layout] = ui.Container(accent_colour=ANSWER_COLOUR if answered else REFUSAL_COLOUR)
        _fill(container, page)
        if number == len(shared):
            for row in _rows(reply.turn, texts, with_thread=with_thread):
                container.add_item(row)
        layouts.append(Layout().add_item(container))
    return layouts


def draft_layout(draft: Draft, texts: Texts, *, question: str | None) -> Layout:
    """The sentences that are written and checked so far.

    Args:
        draft: Not empty.
        texts: The language that the asker reads.
        question: Shown above, where Discord itself does not show it.
    """
    sentences = [f"**{plain(sentence.text)}{superscript(sentence.citations)}**" for sentence in draft.sentences]
    head = _head(question) if question is not None else []
    page = pages([*head, *sentences], cut_mark=texts("answer.cut"))[0]
    text = "\n".join([*page, f"-# {texts('progress.writing')}"])
    return Layout().add_item(ui.Container(ui.TextDisplay(text), accent_colour=ANSWER_COLOUR))


def _head(question: str) -> list[str]:
    return [f"-# {plain(question)}"]


def notice(text: str) -> Layout:
    """A message of one text, already safe."""
    return Layout().add_item(ui.Container(ui.TextDisplay(text), accent_colour=REFUSAL_COLOUR))


def _fill(container: ui.Container[Layout], page: list[str]) -> None:
    """Sentences in one text, sources in another, a line between them."""
    texts = [[]] if _BREAK not in page else [page[: page.index(_BREAK)], page[page.index(_BREAK) + 1 :]]
    if _BREAK not in page:
        texts = [page]
    shown = [blocks for blocks in texts if blocks]
    for index, blocks in enumerate(shown):
        if index:
            container.add_item(ui.Separator())
        container.add_item(ui.TextDisplay("\n".join(blocks)))


def _rows(turn: Turn, texts: Texts, *, with_thread: bool) -> list[ui.ActionRow[Any]]:
    rows: list[ui.ActionRow[Any]] = []
    if len(turn.citations) > 1:
        rows.append(ui.ActionRow(PassageSelect.of(turn, texts)))
    buttons: list[ui.Item[Any]] = []
    if len(turn.citations) == 1:
        buttons.append(PassageButton.of(turn.id, turn.citations[0].number, texts))
    buttons.append(FollowUpButton.of(turn.id, texts))
    if with_thread:
        buttons.append(ThreadButton.of(turn.id, texts))
    buttons += [FeedbackButton.of(turn.id, helpful, texts) for helpful in (True, False)]
    if turn.parent_id is not None and turn.standalone_question != turn.question:
        buttons.append(MeaningButton.of(turn.id, texts))
    rows += [ui.ActionRow(*buttons[start : start + ROW_BUTTONS]) for start in range(0, len(buttons), ROW_BUTTONS)]
    return rows
