"""From what a file holds to what a person would read: one paragraph a line, without the junk that scraping leaves."""

from __future__ import annotations

import re
from collections.abc import Sequence

from retrieval.articles.characters import clean_characters
from retrieval.articles.layout import join_wrapped_lines, text_width
from retrieval.articles.tags import decode_entities, remove_tags
from retrieval.articles.teasers import is_teaser

CLEANING_VERSION = 2
"""Part of every content hash: raise it when cleaning changes, and every article is indexed again."""

_MAX_PASSES = 8
"""Removing one thing may uncover another (a tag inside a tag); real texts settle in two passes."""

_BLANKS = re.compile(r" {2,}")
_FENCE = re.compile(r"^\s{0,3}(`{3,}|~{3,})")
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")

_MIN_DOUBLED_WIDTH = 40
_MIN_HEADLINE_WIDTH = 15
_PROSE_WIDTH = 80
"""A line at least this wide is a paragraph: verse does not have them, so a doubled line beside one is no refrain."""


def clean_text(text: str) -> str:
    r"""Clean the text of an article that is not HTML any more.

    Removes tags (also broken ones), entities, invisible characters, teaser lines and doubled lines; joins hard-wrapped
    paragraphs. Leaves the words, their order and their punctuation as they are. Cleaning a clean text changes nothing.

    Args:
        text: Any text.

    Returns:
        One paragraph a line, separated by ``\n``; no blanks around a line, no empty line, NFC. Empty when nothing
        is left.
    """
    for _ in range(_MAX_PASSES):
        cleaned = _clean_once(text)
        if cleaned == text:
            break
        text = cleaned
    return text


def clean_parts(parts: Sequence[tuple[bool, str]]) -> str:
    """Clean a text whose program code is known.

    Args:
        parts: (is code, text), in order; each begins a paragraph.

    Returns:
        As `clean_text`.
    """
    cleaned: list[str] = []
    prose: list[str] = []
    for is_code, text in [*parts, (True, "")]:
        if is_code:
            cleaned.extend([clean_text("\n\n".join(prose)), clean_code(text)])
            prose = []
        else:
            prose.append(text)
    return "\n".join(text for text in cleaned if text)


def clean_line(text: str) -> str:
    """Clean a title, a name or another value that is one line."""
    return " ".join(clean_text(text).split())


def clean_code(text: str) -> str:
    """Clean the lines of a program: nothing but its characters, and the blanks around each line."""
    lines = (line.strip() for line in clean_characters(text).split("\n"))
    return "\n".join(line for line in lines if line)


def _clean_once(text: str) -> str:
    paragraphs: list[str] = []
    for is_code, part in _parts(clean_characters(text)):
        if is_code:
            paragraphs.extend(clean_code(part).split("\n"))
        else:
            paragraphs.extend(_clean_prose(part))
    return "\n".join(paragraphs)


def _parts(text: str) -> list[tuple[bool, str]]:
    """Split at fences of backticks or tildes: (is code, lines). A fence that is never closed is prose."""
    parts: list[tuple[bool, str]] = []
    prose: list[str] = []
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        fence = _FENCE.match(lines[number])
        end = _closing_fence(lines, number, fence[1]) if fence else None
        if end is None:
            prose.append(lines[number])
            number += 1
            continue
        parts.extend([(False, "\n".join(prose)), (True, "\n".join(lines[number : end + 1]))])
        prose = []
        number = end + 1
    parts.append((False, "\n".join(prose)))
    return parts


def _closing_fence(lines: Sequence[str], start: int, fence: str) -> int | None:
    return next((number for number in range(start + 1, len(lines)) if lines[number].strip() == fence), None)


def _clean_prose(text: str) -> list[str]:
    text = remove_tags(clean_characters(decode_entities(text)))
    lines = [_BLANKS.sub(" ", line).strip() for line in text.split("\n")]
    kept = _without_teasers(lines)
    return _without_doubles(join_wrapped_lines(kept))


def _without_teasers(lines: list[str]) -> list[str]:
    kept = ["" if is_teaser(line) else line for line in lines]
    # A text of nothing but such lines is no article with junk; it may be a list of them.
    return kept if any(_LETTER_OR_DIGIT.search(line) for line in kept) else lines


def _without_doubles(lines: list[str]) -> list[str]:
    kept: list[str] = []
    for number, line in enumerate(lines):
        if kept and line == kept[-1] and _is_junk_double(lines, number, at_top=len(kept) == 1):
            continue
        kept.append(line)
    return kept


def _is_junk_double(lines: Sequence[str], number: int, *, at_top: bool) -> bool:
    """Whether a line that repeats the one above is a scraping error and not a refrain."""
    width = text_width(lines[number])
    if width >= _PROSE_WIDTH:
        return True
    around = [line for line in lines[max(0, number - 3) : number + 3] if line != lines[number]]
    beside_prose = any(text_width(line) >= _PROSE_WIDTH for line in around)
    return beside_prose and width >= (_MIN_HEADLINE_WIDTH if at_top else _MIN_DOUBLED_WIDTH)
