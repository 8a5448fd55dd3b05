"""A cited passage in its article, the quote in bold."""

from __future__ import annotations

from discord import ui

from bot.discord_ui.answer_view import ANSWER_COLOUR, Layout, notice
from bot.discord_ui.markdown import link, plain, plain_lines
from bot.discord_ui.texts import Texts, flag
from bot.state.models import StoredCitation

CONTEXT_CHARS = 700
"""About how much of the article stands on either side of the quote."""
MOST_CHARS = 3000
"""Most characters of article text, before what makes it safe is added."""


def passage_layout(cited: StoredCitation, text: str, texts: Texts) -> Layout:
    """The message.

    Args:
        cited: What was quoted.
        text: The article's cleaned text as it is now, one paragraph a line; empty if it is gone.
        texts: The language of who reads it.
    """
    if not text:
        return notice(texts("passage.gone"))
    if text[cited.start_char : cited.end_char] != cited.quote:
        return notice(texts("passage.changed"))
    details = [plain(cited.outlet)] if cited.outlet else []
    details += [texts.day(cited.published)] if cited.published else []
    head = f"### {plain(cited.title or cited.source)}\n-# " + " · ".join(
        [f"{flag(cited.language)} {texts.language_name(cited.language)}", *details, *_address(cited)]
    )
    return Layout().add_item(
        ui.Container(
            ui.TextDisplay(head), ui.Separator(), ui.TextDisplay(_excerpt(cited, text)), accent_colour=ANSWER_COLOUR
        )
    )


def _address(cited: StoredCitation) -> list[str]:
    return [link(cited.source, cited.url)] if cited.url else []


def _excerpt(cited: StoredCitation, text: str) -> str:
    """Text around the quote, cut at paragraphs where they are near, with the quote in bold."""
    room = max(0, MOST_CHARS - len(cited.quote)) // 2
    start = _paragraph_start(text, cited.start_char, min(CONTEXT_CHARS, room))
    end = _paragraph_end(text, cited.end_char, min(CONTEXT_CHARS, room))
    before, after = text[start : cited.start_char], text[cited.end_char : end]
    quote = cited.quote[:MOST_CHARS]
    shown = f"{plain_lines(before)}**{plain(quote)}**{plain_lines(after)}"
    return f"{'… ' if start else ''}{shown}{' …' if end < len(text) else ''}"


def _paragraph_start(text: str, place: int, reach: int) -> int:
    first = max(0, place - reach)
    line = text.find("\n", first, place)
    return first if first == 0 else line + 1 if line >= 0 else text.find(" ", first, place) + 1 or first


def _paragraph_end(text: str, place: int, reach: int) -> int:
    last = min(len(text), place + reach)
    if last == len(text):
        return last
    line = text.rfind("\n", place, last)
    blank = text.rfind(" ", place, last)
    return line if line >= 0 else blank if blank >= 0 else last
