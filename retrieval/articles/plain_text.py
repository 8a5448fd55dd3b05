"""Plain text: an optional header of ``key: value`` lines, then the article."""

from __future__ import annotations

import re
from dataclasses import replace

from retrieval.articles.characters import clean_characters
from retrieval.articles.cleaning import clean_line, clean_text
from retrieval.articles.draft import Draft
from retrieval.articles.layout import text_width
from retrieval.articles.metadata import metadata_from
from retrieval.articles.teasers import is_teaser

HEADER_KEYS = {
    "title": "title",
    "outlet": "outlet",
    "author": "author",
    "published": "published",
    "date": "published",
    "url": "url",
    "language": "language",
}
"""Names in the header, in any case, and the field that each gives."""

_HEADER_LINE = re.compile(r"^([A-Za-z]+)\s*:\s*(\S.*)$")
_MAX_HEADLINE_WIDTH = 140
_MIN_PARAGRAPH_WIDTH = 60
_NO_HEADLINE_START = re.compile(r"^[-–—*•>|#\[(\d]")
_NO_HEADLINE_END = re.compile(r"[.…:;,，。；：、،؛।]['\"»”’)\]]*$")


def read_plain_text(text: str) -> Draft:
    """Read the text of a ``.txt`` file.

    The header counts only when every line before the first blank line is a known key, a colon and a value. Without a
    title in it, a first line that the article itself sets apart as a headline (a blank line below it, no full stop,
    prose after it) is the title, and stays in the text.

    Args:
        text: The decoded file.

    Returns:
        The cleaned article; its text may be empty.
    """
    text = clean_characters(text).lstrip("\n ")
    fields, body = _split_header(text)
    metadata = metadata_from(fields)
    if metadata.title is None:
        metadata = replace(metadata, title=_headline(body))
    return Draft(clean_text(body), metadata)


def _split_header(text: str) -> tuple[dict[str, str | None], str]:
    head, blank, body = text.partition("\n\n")
    fields: dict[str, str | None] = {}
    for line in head.split("\n"):
        match = _HEADER_LINE.match(line.strip())
        name = HEADER_KEYS.get(match[1].lower()) if match else None
        if match is None or name is None or name in fields:
            return {}, text
        fields[name] = match[2]
    return (fields, body) if blank else ({}, text)


def _headline(text: str) -> str | None:
    first, blank, rest = text.lstrip("\n ").partition("\n\n")
    line = clean_line(first)
    if not blank or "\n" in first.strip() or not line or text_width(line) > _MAX_HEADLINE_WIDTH:
        return None
    if _NO_HEADLINE_START.match(line) or _NO_HEADLINE_END.search(line) or is_teaser(line):
        return None
    # Above verse, a list or a table the first line may be anything.
    has_prose = any(text_width(paragraph) >= _MIN_PARAGRAPH_WIDTH for paragraph in clean_text(rest).split("\n"))
    return line if has_prose else None
