"""Names and numbers in a text, and whether another text has them, whatever the languages.

A name is a word with a capital: German nouns count, scripts without capitals have none.
"""

from __future__ import annotations

from functools import lru_cache

import regex

from retrieval.answer.words import WORD

NAME_START = 4
"""Names are taken to be the same in two languages or inflections if so many letters at their beginning are (Germania,
Germany); of any word, as in `share_found`, that is weak evidence (Turin, turisti)."""
ENDING = 2
"""Last letters of a longer name that a language or a case may change (Москва, Москве)."""

_NUMBER = regex.compile(r"\d+")
_NAME = regex.compile(r"\p{Lu}[\p{L}\d]+")
_SENTENCE_STARTS = regex.compile(r"(?:^|[.!?…»”\"]\s+)[\"«“„(¿¡—–-]*\s*$")


def numbers_in(text: str) -> frozenset[str]:
    """Runs of digits."""
    return frozenset(_NUMBER.findall(text))


def capitalized(text: str) -> frozenset[str]:
    """Capitalised words, wherever they stand; casefolded."""
    return frozenset(name.casefold() for name in _NAME.findall(text))


@lru_cache(maxsize=20_000)
def names_in(text: str) -> frozenset[str]:
    """Capitalised words that do not begin a sentence; casefolded."""
    return frozenset(
        match.group().casefold() for match in _NAME.finditer(text) if not _SENTENCE_STARTS.search(text[: match.start()])
    )


def share_found(names: frozenset[str], text: str) -> float:
    """Share of the names that the text has; 1 if there are none."""
    starts = _word_starts(text)
    return sum(name[:NAME_START] in starts for name in names) / len(names) if names else 1.0


def names_any(names: frozenset[str], text: str) -> bool:
    """Whether a capitalised word of the text begins as one of the names does, but for its ending."""
    words = capitalized(text)
    return any(
        word[:size] == name[:size] for name in names for size in [max(NAME_START, len(name) - ENDING)] for word in words
    )


@lru_cache(maxsize=5_000)
def _word_starts(text: str) -> frozenset[str]:
    return frozenset(word[:NAME_START] for word in WORD.findall(text.casefold()))
