"""Line breaking by the columns that text takes on a terminal."""

from __future__ import annotations

import regex
from wcwidth import wcswidth

_PIECE = regex.compile(r"\s+(?!\p{M})|\X")
_CLOSING = regex.compile(r"^[\p{Pe}\p{Pf}\p{Po}ー々]")
"""Signs that do not begin a line in Chinese and Japanese: closing brackets, full stops, commas."""
_OPENING = regex.compile(r"[\p{Ps}\p{Pi}]$")
_UNSPACED = regex.compile(r"^[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")
"""Scripts without spaces between words, where a line may end after any character."""


def columns(text: str) -> int:
    """Columns that one line takes: 2 for a wide character, 0 for a combining one."""
    size: int = wcswidth(text)
    return size if size >= 0 else sum(max(wcswidth(sign), 0) for sign in text)  # negative: a control character


def wrap(text: str, width: int | None, *, indent: str = "", first_indent: str | None = None) -> list[str]:
    """Breaks one paragraph into lines, never inside a character with its accents.

    Text stays in logical order: turning right-to-left lines round is the terminal's part.

    Args:
        text: One paragraph without control characters.
        width: Columns of a line, indent included; None leaves one line.
        indent: Begins each line.
        first_indent: Begins the first line instead of ``indent``.
    """
    first = indent if first_indent is None else first_indent
    if width is None:
        return [first + text]
    lines: list[str] = []
    line, used, blank = first, columns(first), True
    for word in _words(text):
        size = columns(word.rstrip())
        if not blank and used + size > width:
            lines.append(line.rstrip())
            line, used, blank = indent, columns(indent), True
        while blank and used + size > width:  # longer than a whole line: a web address, say
            head, word = _cut(word, max(width - used, 1))
            if not word:
                word = head
                break
            lines.append(line + head)
            line, used, size = indent, columns(indent), columns(word.rstrip())
        line, used, blank = line + word, used + columns(word), False
    return [*lines, line.rstrip()]


def _words(text: str) -> list[str]:
    """Cuts where a line may end; each piece keeps the blanks after it."""
    words: list[str] = []
    for piece in _PIECE.findall(text):
        if piece.isspace():
            if words:
                words[-1] += " "
        elif words and not _may_break(words[-1], piece):
            words[-1] += piece
        else:
            words.append(piece)
    return words


def _may_break(before: str, piece: str) -> bool:
    if before.endswith(" "):
        return True
    if not (_UNSPACED.match(piece) or _UNSPACED.match(before[-1])):
        # A full-width stop ends an unspaced piece as well.
        return columns(before[-1]) == 2 and not _CLOSING.match(piece) and not _OPENING.search(before)
    return not _CLOSING.match(piece) and not _OPENING.search(before)


def _cut(word: str, width: int) -> tuple[str, str]:
    """The longest beginning of at least one character that fits, and the rest."""
    head, used = "", 0
    for sign in regex.findall(r"\X", word):
        size = columns(sign)
        if head and used + size > width:
            break
        head, used = head + sign, used + size
    return head, word[len(head) :]
