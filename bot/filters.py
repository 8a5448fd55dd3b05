"""Filters as a person or a batch file gives them, checked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import regex

from retrieval.errors import SettingsError
from retrieval.models import Filters

_LANGUAGE = regex.compile(r"[a-z]{2,3}")
_DAY = regex.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NORWEGIAN = {"nb", "nn"}


def parse_filters(values: Mapping[str, Any]) -> Filters:
    """Reads filters; a name that is absent, None or blank admits all articles.

    Args:
        values: ``language``, one code or several with commas between, ``outlet``, ``published_from`` and
            ``published_to``; dates as ``YYYY-MM-DD``.

    Raises:
        SettingsError: An unknown name, or a value that cannot be used.
    """
    unknown = sorted(set(values) - {"language", "outlet", "published_from", "published_to"})
    if unknown:
        raise SettingsError(
            f"{unknown[0]!r} is not a filter; the filters are language, outlet, published_from and published_to."
        )
    given = {name: _text(name, value) for name, value in values.items()}
    published_from = parse_date(given.get("published_from"))
    published_to = parse_date(given.get("published_to"))
    if published_from and published_to and published_from > published_to:
        raise SettingsError(
            f"No date is from {published_from} and to {published_to}: the first is later than the second."
        )
    return Filters(
        languages=parse_languages(given.get("language")),
        outlet=given.get("outlet"),
        published_from=published_from,
        published_to=published_to,
    )


def parse_languages(codes: str | None) -> tuple[str, ...]:
    """Language codes in lower case, each once; both written forms of Norwegian are ``no``."""
    found = []
    for code in (codes or "").replace(",", " ").split():
        lower = code.lower()
        if not _LANGUAGE.fullmatch(lower):
            raise SettingsError(f"{code!r} is not a language code; use ISO 639-1, such as en, it, no or zh.")
        found.append("no" if lower in _NORWEGIAN else lower)
    return tuple(dict.fromkeys(found))


def parse_answer_language(value: Any) -> str | None:
    """The language that an answer shall be written in; None for ``auto`` and for nothing: the question's.

    Raises:
        SettingsError: It is not one language code.
    """
    if value is not None and not isinstance(value, str):
        raise SettingsError(f"The answer's language is {value!r}, but should be text, such as it.")
    text = (value or "").strip()
    if text.lower() in {"", "auto"}:
        return None
    codes = parse_languages(text)
    if len(codes) != 1:
        raise SettingsError(f"{text!r} is more than one language; an answer is written in one, such as it.")
    return codes[0]


def parse_date(text: str | None) -> date | None:
    """A day written ``YYYY-MM-DD``."""
    if text is None:
        return None
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:  # the 31st of February
        day = None
    if day is None:
        raise SettingsError(f"{text!r} is not a date; write year, month and day, such as 2025-03-31.")
    return day


def _text(name: str, value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise SettingsError(f"The filter {name} is {value!r}, but should be text.")
    return value.strip() or None
