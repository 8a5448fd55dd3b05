"""Where a statement and a text about the same thing differ: numbers, dates, weekdays, negation.

What is compared is written differently in every language, so month and weekday names and the words for thousands and
millions come from the CLDR data of Babel (https://babel.pocoo.org).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import regex
from babel import Locale, UnknownLocaleError

from retrieval.answer.negations import NEGATIONS, UNSEGMENTED_NEGATIONS

MIN_INFLECTED_CHARS = 5
"""Names of months and weekdays of so many letters may have an ending ("heinäkuussa"); shorter ones stand alone."""

_LOCALES = {"no": "nb"}
_DIGITS = regex.compile(r"\d+(?:(?P<group>[.,'’٬\u00a0\u202f ])\d{3}(?:(?P=group)\d{3})*(?!\d))?(?:[.,٫]\d+)?")
_WORD = regex.compile(r"[\p{L}\p{M}\d]+")
_NEXT_WORD = regex.compile(r"[\s\u00a0-]*([\p{L}\p{M}]+)")
_PATTERN_WORDS = regex.compile(r"[^0\s'.\u00a0]+")
_UNSEGMENTED = regex.compile(r"[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]")


@dataclass(frozen=True, slots=True)
class Facts:
    """What of a text can be compared with another text, whatever their languages."""

    numbers: frozenset[float]
    months: frozenset[int]
    """1 to 12."""
    weekdays: frozenset[int]
    """0 is Monday."""
    negated: bool


@dataclass(frozen=True, slots=True)
class Disagreement:
    """How far a text goes against a statement; all counts are of things that the statement says."""

    numbers_missing: int
    numbers_shared: int
    months_missing: int
    weekdays_missing: int
    negation_differs: bool


@lru_cache(maxsize=20_000)
def facts_of(text: str, language: str) -> Facts:
    """Find them.

    Args:
        text: Of any length.
        language: ISO 639-1; of a language without CLDR data only numbers are found.
    """
    calendar = _calendar(language)
    return Facts(
        numbers=frozenset(_numbers(text, language)),
        months=frozenset(_named(text, calendar.months)),
        weekdays=frozenset(_named(text, calendar.weekdays)),
        negated=_negated(text, language),
    )


def compare(statement: Facts, evidence: Facts, around: Facts) -> Disagreement:
    """Compare a statement with the sentence that tells of the same thing.

    Args:
        statement: What is said.
        evidence: What the sentence says.
        around: What the sentence and its neighbours say; a number that stands there is not missing.
    """
    return Disagreement(
        numbers_missing=len(statement.numbers - around.numbers) if evidence.numbers else 0,
        numbers_shared=len(statement.numbers & evidence.numbers),
        months_missing=len(statement.months - around.months) if around.months else 0,
        weekdays_missing=len(statement.weekdays - around.weekdays) if around.weekdays else 0,
        negation_differs=statement.negated != evidence.negated,
    )


@dataclass(frozen=True, slots=True)
class _Calendar:
    months: dict[str, int]
    weekdays: dict[str, int]


@lru_cache(maxsize=200)
def _locale(language: str) -> Locale | None:
    try:
        return Locale(_LOCALES.get(language, language))
    except (UnknownLocaleError, ValueError):
        return None


@lru_cache(maxsize=200)
def _calendar(language: str) -> _Calendar:
    locale = _locale(language)
    if locale is None:
        return _Calendar({}, {})
    forms = ("format", "stand-alone")
    return _Calendar(
        {name: month for form in forms for month, name in locale.months[form]["wide"].items()},
        {name: day for form in forms for day, name in locale.days[form]["wide"].items()},
    )


def _named(text: str, names: dict[str, int]) -> set[int]:
    """Values whose name the text has; a name that CLDR writes with a capital needs one ("May", not "may")."""
    if _UNSEGMENTED.search("".join(names)):
        # 1月 is the end of 11月
        return {value for name, value in names.items() if regex.search(rf"(?<!\d){regex.escape(name)}", text)}
    found = set()
    for word in _WORD.findall(text):
        for name, value in names.items():
            known = word if name[:1].isupper() else word.lower()
            if known == name or (len(name) >= MIN_INFLECTED_CHARS and known.startswith(name)):
                found.add(value)
    return found


def _numbers(text: str, language: str) -> list[float]:
    """Numbers in digits of any script, with the word for thousands or millions that follows."""
    multipliers = _multipliers(language)
    found = []
    for match in _DIGITS.finditer(text):
        value = _value(match.group(), match["group"])
        rest = text[match.end() :]
        unit = next((size for word, size in multipliers if _begins(rest, word)), 1)
        found.append(round(value * unit, 6))
    return found


def _value(written: str, group: str | None) -> float:
    if group is not None:
        written = written.replace(group, "", written.count(group) if group not in ".," else -1)
    digits = "".join(str(int(char)) if char.isdigit() else "." for char in written)
    return float(digits)


def _begins(rest: str, word: str) -> bool:
    rest = rest.lstrip(" \u00a0-").lower()
    return rest.startswith(word) and (bool(_UNSEGMENTED.match(word)) or not rest[len(word) : len(word) + 1].isalpha())


@lru_cache(maxsize=200)
def _multipliers(language: str) -> tuple[tuple[str, int], ...]:
    """Words for 1,000 and more with their sizes, longest first: "mila", "millioner", "万"."""
    locale = _locale(language)
    if locale is None:
        return ()
    sizes: dict[str, int] = {}
    formats = locale.compact_decimal_formats
    for by_size in (formats["long"] if "long" in formats else formats["short"]).values():
        for size, pattern in by_size.items():
            text = str(getattr(pattern, "pattern", pattern))
            zeros = text.count("0")
            word = " ".join(_PATTERN_WORDS.findall(text)).lower()
            if zeros and word:
                sizes[word] = int(size) // 10 ** (zeros - 1)
    return tuple(sorted(sizes.items(), key=lambda item: -len(item[0])))


def _negated(text: str, language: str) -> bool:
    if language in UNSEGMENTED_NEGATIONS:
        return any(word in text for word in UNSEGMENTED_NEGATIONS[language])
    words = NEGATIONS.get(language, frozenset())
    return any(word in words for word in _WORD.findall(text.lower()))
