"""What an article says of itself. Nothing is guessed: a value that could mean two things is absent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import parsedate_to_datetime

from retrieval.articles.cleaning import clean_line
from retrieval.articles.language import language_code

MAX_CHARS = 500
"""Longest title, outlet or author; a longer one is the page's text in the wrong place."""

_NUMERIC_DATES = (
    re.compile(r"^(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?:$|[T ]\d{2}(?::?\d{2}.*)?$)"),
    # No country writes dots and begins with the month.
    re.compile(r"^(?P<day>\d{1,2})\. ?(?P<month>\d{1,2})\. ?(?P<year>\d{4})$"),
    re.compile(r"^(?P<year>\d{4})(?P<mark>[/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})$"),
)
_RFC_2822 = re.compile(r"^(?:[A-Z][a-z]{2},\s+)?\d{1,2}\s+[A-Z][a-z]{2}\s+\d{4}\s+\d{2}:\d{2}(?::\d{2})?(?:\s+\S.*)?$")
_WEB_URL = re.compile(r"^https?://[^\s/]+\S*$", re.IGNORECASE)
_YEARS = range(1400, 2200)


@dataclass(frozen=True, slots=True)
class Metadata:
    """The fields beside the text, as the article gives them, each cleaned; None where it does not."""

    title: str | None = None
    outlet: str | None = None
    author: str | None = None
    published: date | None = None
    url: str | None = None
    language: str | None = None
    """ISO 639-1."""
    unread: tuple[str, ...] = ()
    """What the article states and nobody can read, in words: a date in an unknown spelling, for one."""


_WANTED = {
    "published": "date {} is not understood; write it as 2026-03-14",
    "url": "address {} is no http or https URL",
    "language": "language {} is no code such as en, it or zh",
}


def metadata_from(fields: Mapping[str, str | None]) -> Metadata:
    """Interpret the fields ``title outlet author published url language`` of any source.

    Args:
        fields: Raw values by name; unknown names are ignored.
    """
    published, url = parse_date(fields.get("published")), web_url(fields.get("url"))
    language = language_code(fields.get("language"))
    found = {"published": published, "url": url, "language": language}
    return Metadata(
        title=short_text(fields.get("title")),
        outlet=short_text(fields.get("outlet")),
        author=short_text(fields.get("author")),
        published=published,
        url=url,
        language=language,
        unread=tuple(
            wanted.format(repr(value[:40]))
            for name, wanted in _WANTED.items()
            if found[name] is None and (value := (fields.get(name) or "").strip())
        ),
    )


def short_text(value: str | None) -> str | None:
    """One clean line of at most 500 characters, or None when it is empty or longer."""
    line = clean_line(value or "")
    return line if 0 < len(line) <= MAX_CHARS else None


def web_url(value: str | None) -> str | None:
    """The address when it is an http(s) URL, else None."""
    address = (value or "").strip()
    return address if _WEB_URL.match(address) else None


def parse_date(value: str | None) -> date | None:
    """Read a date as written in ISO 8601 (``2024-03-05``, ``2024-03-05T10:00:00Z``), RFC 2822 or digits of one meaning.

    The last are ``5.3.2024`` and ``2024/03/05``.

    Other spellings are absent: ``05/03/2024`` is a day in March or in May. The date is that of the place where it was
    written: time zones are not converted.
    """
    text = " ".join((value or "").split())
    numeric = next((match for pattern in _NUMERIC_DATES if (match := pattern.match(text))), None)
    try:
        if numeric is not None:
            found = date(int(numeric["year"]), int(numeric["month"]), int(numeric["day"]))
        elif _RFC_2822.match(text):
            parsed: datetime = parsedate_to_datetime(text)
            found = parsed.date()
        else:
            return None
    except (ValueError, OverflowError):
        return None
    return found if found.year in _YEARS else None
