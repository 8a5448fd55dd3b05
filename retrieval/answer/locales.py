"""CLDR's data of a language, through Babel (https://babel.pocoo.org)."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale, UnknownLocaleError

_NAMES = {"no": "nb"}
"""Languages that CLDR knows by another code than the articles do."""


@lru_cache(maxsize=200)
def locale_of(language: str) -> Locale | None:
    """The locale of a language; None for one without CLDR data.

    Args:
        language: ISO 639-1, ``no`` for both Norwegian forms.
    """
    try:
        return Locale(_NAMES.get(language, language))
    except (UnknownLocaleError, ValueError):
        return None
