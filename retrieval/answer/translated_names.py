"""Whether a name stands in a text that may be in another language.

Countries, languages and cities have names of their own in each language: those that Unicode's CLDR lists are known
(through Babel, https://babel.pocoo.org). Others are the same name if they are spelt nearly alike.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache

import regex
from babel.core import get_global

from retrieval.answer.locales import locale_of
from retrieval.answer.words import WORD

NEARLY_ALIKE = 0.72
"""Share of letters in common from which two names are one (difflib's ratio): Normanni, Normans."""
MIN_STEM_CHARS = 4
ENDING_CHARS = 2
"""Last letters that an inflection may change."""

_FOLDED_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "ß": "ss", "ı": "i"})
_MARKS = regex.compile(r"\p{M}")
_SCRIPT = regex.compile(
    r"(?P<latin>\p{Latin})|(?P<cyrillic>\p{Cyrillic})|(?P<greek>\p{Greek})|(?P<arabic>\p{Arabic})|"
    r"(?P<han>[\p{Han}\p{Hiragana}\p{Katakana}])"
)


def is_named(name: str, language: str, text: str, text_language: str) -> bool:
    """Whether a text has a name, as it is or as its own language or an inflection spells it.

    Args:
        name: One word with a capital.
        language: Of the text that the name is from, ISO 639-1.
        text: Where it is looked for.
        text_language: ISO 639-1.
    """
    words = _words(text)
    wanted = folded(name)
    if any(_alike(wanted, word) for word in words):
        return True
    if language == text_language:
        return False
    there = folded(text)
    return any(other in there for other in _translations(wanted, language, text_language))


def comparable(text: str, other: str) -> bool:
    """Whether names can be compared: a name in another script is spelt by sound, which nothing here can tell."""
    script = _script_of(text)
    return script is not None and script == _script_of(other)


def folded(text: str) -> str:
    """Small letters without accents."""
    return _MARKS.sub("", unicodedata.normalize("NFD", text.casefold())).translate(_FOLDED_LETTERS)


def _script_of(text: str) -> str | None:
    """The script of most of its letters; None for scripts that are not listed."""
    counts = Counter(match.lastgroup for match in _SCRIPT.finditer(text))
    return counts.most_common(1)[0][0] if counts else None


def _alike(name: str, word: str) -> bool:
    if _inflected(name, word):
        return True
    if name.isdecimal() or min(len(name), len(word)) < MIN_STEM_CHARS or name[0] != word[0]:
        return False
    return SequenceMatcher(None, name, word).ratio() >= NEARLY_ALIKE


def _inflected(name: str, word: str) -> bool:
    """Whether they are one word but for the ending."""
    if name == word:
        return True
    stem = max(MIN_STEM_CHARS, len(name) - ENDING_CHARS)
    return not name.isdecimal() and min(len(name), len(word)) >= MIN_STEM_CHARS and name[:stem] == word[:stem]


@lru_cache(maxsize=5000)
def _words(text: str) -> frozenset[str]:
    return frozenset(WORD.findall(folded(text)))


@lru_cache(maxsize=5000)
def _translations(name: str, language: str, other: str) -> tuple[str, ...]:
    """What a name, or a name that begins with it, is in another language."""
    there = _names(other)
    codes = [code for code, own in _names(language).items() if any(_inflected(name, word) for word in own.split())]
    return tuple(there[code] for code in codes if code in there)


@lru_cache(maxsize=50)
def _names(language: str) -> dict[str, str]:
    """Folded names by code."""
    locale = locale_of(language)
    if locale is None:
        return {}
    cities = {zone: locale.time_zones.get(zone, {}).get("city") or zone.rpartition("/")[2].replace("_", " ")
              for zone in get_global("zone_territories")}  # fmt: skip
    listed: Iterable[tuple[str, str]] = (
        *((f"country {code}", name) for code, name in locale.territories.items() if not code.isdecimal()),
        *((f"region {code}", name) for code, name in locale.territories.items() if code.isdecimal()),
        *((f"language {code}", name) for code, name in locale.languages.items()),
        *((f"city {code}", name) for code, name in cities.items()),
    )
    return {code: folded(str(name)) for code, name in listed}


@lru_cache(maxsize=5000)
def is_listed(name: str, language: str) -> bool:
    """Whether a word is of the name of a country, language or city that CLDR lists."""
    wanted = folded(name)
    return any(_inflected(wanted, word) for own in _names(language).values() for word in own.split())
