"""A cited passage within its article, the quote highlighted."""

from __future__ import annotations

from bot.render.text import provenance
from bot.render.wrap import wrap
from bot.terminal import Terminal, safe_line
from retrieval.errors import CitationError
from retrieval.models import Citation

CONTEXT_CHARS = 300
"""About how much of the article is shown on either side of the quote."""

_MARKS = ("[[", "]]")
"""Frame the quote where there are no colours."""

_UNSEEN = ("\u2063", "\u2064")
"""Take no column: they lead the quote through line breaking where there are colours."""


def render_excerpt(citation: Citation, text: str, terminal: Terminal) -> str:
    """The article's head, then the paragraphs around the quote.

    Args:
        citation: What to show.
        text: The article's whole cleaned text, one paragraph a line.
        terminal: Where it is shown.

    Raises:
        CitationError: The article has changed or was removed since it was quoted.
    """
    if not text:
        raise CitationError(f"{citation.source} is no longer in the library.")
    if text[citation.start_char : citation.end_char] != citation.quote:
        raise CitationError(f"{citation.source} has changed since this answer; ask again to see what it says now.")
    start, end = _window(text, citation)
    lines = [
        terminal.paint(line, "bold") for line in wrap(safe_line(citation.title or citation.source), terminal.width)
    ]
    details = [*provenance(citation.outlet, citation.published, citation.language)]
    lines += [terminal.paint(line, "dim") for line in wrap(" · ".join(details), terminal.width)]
    lines.append("")
    if start > 0:
        lines.append(terminal.paint("…", "dim"))
    offset = start
    for paragraph in text[start:end].split("\n"):
        lines += _paragraph(paragraph, citation.start_char - offset, citation.end_char - offset, terminal)
        offset += len(paragraph) + 1
    if end < len(text):
        lines.append(terminal.paint("…", "dim"))
    return "\n".join(lines)


def _window(text: str, citation: Citation) -> tuple[int, int]:
    """Whole paragraphs that cover the quote and about `CONTEXT_CHARS` on either side."""
    start = text.rfind("\n", 0, max(citation.start_char - CONTEXT_CHARS, 0)) + 1
    after = text.find("\n", min(citation.end_char + CONTEXT_CHARS, len(text)))
    return start, len(text) if after < 0 else after


def _paragraph(paragraph: str, start: int, end: int, terminal: Terminal) -> list[str]:
    """Wraps one paragraph; the quote's part of each line is highlighted, and framed by marks without colours."""
    if end <= 0 or start >= len(paragraph):
        return wrap(safe_line(paragraph), terminal.width)
    opening, closing = _UNSEEN if terminal.colour else _MARKS
    before, quote, after = (
        _without_marks(safe_line(part))
        for part in (paragraph[: max(start, 0)], paragraph[max(start, 0) : end], paragraph[end:])
    )
    lines = wrap(f"{before}{opening}{quote}{closing}{after}", terminal.width)
    return _highlight(lines, terminal) if terminal.colour else lines


def _highlight(lines: list[str], terminal: Terminal) -> list[str]:
    """Paints what stands between the unseen marks, line by line, and drops them."""
    opening, closing = _UNSEEN
    painted: list[str] = []
    inside = False
    for line in lines:
        head, opened, rest = ("", "", line) if inside else line.partition(opening)
        marked, closed, tail = rest.partition(closing) if inside or opened else ("", "", "")
        painted.append(head + terminal.paint(marked, "mark") + tail)
        inside = (inside or bool(opened)) and not closed
    return painted


def _without_marks(text: str) -> str:
    return text.replace(_UNSEEN[0], "").replace(_UNSEEN[1], "")
