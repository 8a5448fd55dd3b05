"""How a text is laid out in lines: hard-wrapped prose is joined to paragraphs, all other line breaks stay.

Prose that was wrapped at a column is filled greedily: nearly every line would have been too long with the next line's
first word on it. Verse, lists, code and one-paragraph-a-line text do not behave so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

MIN_WIDTH = 40
MAX_WIDTH = 132
"""Columns at which text is wrapped by programs: from narrow mail to wide terminals."""

_PAGE_WIDTH = 60

_MIN_FILLED_SHARE = 0.85
_MIN_PAIRS = 3
_MIN_BLOCK_SHARE = 0.75
_MIN_OPEN_SHARE = 0.5
"""Share of filled lines that end inside a sentence: 85% and more in wrapped prose, while paragraphs that
merely have the same length end in full stops."""

_LIST_ITEM = re.compile(r"^(?:[-–—*•▪◦·+>|#]|\d{1,3}[.)]|[a-zA-Z][.)])\s")
_ENDS_SENTENCE = re.compile(r"[.!?…:;。！？：；؟۔।॥]['\"»”’)\]]*$")
_UNSPACED_CHARS = r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]"
_UNSPACED = re.compile(_UNSPACED_CHARS)
_LINE_END = re.compile(r"\s+")
_UNSPACED_LINE_END = re.compile(rf"(?<={_UNSPACED_CHARS})[ \t]*[\r\n]\s*(?={_UNSPACED_CHARS})")
_WIDE = re.compile(
    r"[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60"
    r"\uffe0-\uffe6\U0001f300-\U0001faff\U00020000-\U0003fffd]"
)
_MARKS = re.compile(
    r"[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4"
    r"\u0900-\u0902\u093c\u0941-\u0948\u094d\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u200c\u200d\ufe00-\ufe0f]"
)
_HYPHEN_CUT = re.compile(r"[^\W\d_]-$")
_SUSPENDED = re.compile(r"^(?:og|eller|och|und|oder|bzw|en|of|and|or|et|ou|e|o|y|i|lub|a|nebo|ja|tai)\b", re.IGNORECASE)


def join_wrapped_lines(lines: Sequence[str]) -> list[str]:
    """Join the lines of hard-wrapped prose.

    Args:
        lines: Stripped lines; an empty one separates blocks.

    Returns:
        The paragraphs, none empty.
    """
    blocks = _blocks(lines)
    width = _wrap_width(blocks)
    paragraphs: list[str] = []
    for block in blocks:
        paragraphs.extend(block if width is None else _joined(block, width))
    return paragraphs


def unwrap(text: str) -> str:
    """Turn the line ends inside a paragraph into blanks, or into nothing between characters written unspaced."""
    return _LINE_END.sub(" ", _UNSPACED_LINE_END.sub("", text))


def text_width(text: str) -> int:
    """Columns that a text takes in a terminal: wide East Asian characters two, marks on other characters none."""
    if text.isascii():
        return len(text)
    return len(text) + len(_WIDE.findall(text)) - len(_MARKS.findall(text))


def _blocks(lines: Sequence[str]) -> list[list[str]]:
    blocks: list[list[str]] = [[]]
    for line in lines:
        if line:
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    return [block for block in blocks if block]


def _wrap_width(blocks: Sequence[Sequence[str]]) -> int | None:
    """The column at which the text is wrapped, or None when it is not."""
    pairs = [(line, below) for block in blocks for line, below in pairwise(block)]
    if not pairs:
        return None
    width = max(text_width(line) for line, _ in pairs)
    longest_last = max(text_width(block[-1]) for block in blocks)
    if not MIN_WIDTH <= width <= MAX_WIDTH or longest_last > MAX_WIDTH:
        return None
    # A block that is narrow throughout (a poem in an article) says nothing about the others.
    prose = [
        (line, below)
        for block in blocks
        if max(text_width(line) for line in block) >= _MIN_BLOCK_SHARE * width
        for line, below in pairwise(block)
        if not _LIST_ITEM.match(below)
    ]
    filled = [line for line, below in prose if _is_full(line, below, width)]
    # A paragraph's short last line before the next one, in a text without blank lines, is no evidence against wrapping.
    undecided = sum(bool(_ENDS_SENTENCE.search(line)) for line, below in prose if not _is_full(line, below, width))
    open_lines = [line for line in filled if not _ENDS_SENTENCE.search(line)]
    if len(open_lines) < _MIN_OPEN_SHARE * len(filled):
        return None
    if len(filled) < _MIN_PAIRS:
        return width if prose and _must_run_on(prose, width) else None
    return width if len(filled) >= _MIN_FILLED_SHARE * (len(prose) - min(undecided, len(prose) // 4)) else None


def _must_run_on(pairs: Sequence[tuple[str, str]], width: int) -> bool:
    """Two or three lines are too few for statistics: all must be full, at the width of a page, and one must run on."""
    if not all(_is_full(line, below, width) for line, below in pairs):
        return False
    cut = [(line, below) for line, below in pairs if not _ENDS_SENTENCE.search(line)]
    if any(text_width(line) >= _PAGE_WIDTH and below[0].islower() for line, below in cut):
        return True
    # Without capital letters one line below another may be a headline above its article; two cuts are wrapping.
    return len(pairs) > 1 and any(below[0].isalpha() and not below[0].isupper() for _, below in cut)


def _is_full(line: str, below: str, width: int) -> bool:
    """Whether the first word below would not have fitted on the line."""
    if _UNSPACED.match(below[0]) and _UNSPACED.match(line[-1]):
        return text_width(line) + 4 > width  # One wide character, and one that may not begin a line.
    first_word = below.split(" ", 1)[0]
    return text_width(line) + 1 + text_width(first_word) > width


def _joined(block: Sequence[str], width: int) -> list[str]:
    paragraphs = [block[0]]
    for line, below in pairwise(block):
        if _LIST_ITEM.match(below) or not _is_full(line, below, width):
            paragraphs.append(below)
        else:
            paragraphs[-1] = _run_on(paragraphs[-1], below)
    return paragraphs


def _run_on(text: str, below: str) -> str:
    if _UNSPACED.match(text[-1]) and _UNSPACED.match(below[0]):
        return text + below
    if _HYPHEN_CUT.search(text) and below[0].isalpha() and not _SUSPENDED.match(below):
        return text + below
    return f"{text} {below}"
