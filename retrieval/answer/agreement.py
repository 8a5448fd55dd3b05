"""Where a statement and a text about the same thing differ: numbers, dates, weekdays, negation.

What is compared is written differently in every language, so month and weekday names and the words for thousands and
millions come from the CLDR data of Babel (https://babel.pocoo.org).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import regex

from retrieval.answer.locales import locale_of
from retrieval.answer.negations import IMPLIED, NEGATIONS, NOT_DENYING, SHORT_NOT, UNSEGMENTED_NEGATIONS
from retrieval.answer.words import UNSEGMENTED, WORD, word_sets

INFLECTED = frozenset({"ar", "cs", "el", "fi", "hu", "pl", "ro", "ru", "tr", "uk"})
MIN_INFLECTED_CHARS = 5
"""Names of months and weekdays of so many letters may have an ending in these languages ("heinäkuussa"); elsewhere a
longer word is another word ("maggio", "maggiore")."""

_ENGLISH_WORDS = frozenset({"March", "May", "August"})
"""Months whose names are also verbs, names of people and adjectives; they are months after these words."""
_BEFORE_MONTH = word_sets({"en": "in of since until till by from last next this early late mid on before after"})["en"]
_LONGEST_UNIT = 40
"""Characters after a number that are looked at for its unit."""
_MIN_SHORT_UNIT = 3
"""Shorter abbreviations of units ("M", "k") are too often something else."""
YEARS = range(1000, 2200)
"""Numbers that are taken for years."""
T = TypeVar("T")
_DIGITS = regex.compile(
    r"(?<!\d)(?:\d{1,2}(?:,\d{2})+,\d{3}(?!\d)|"  # 1,50,000 in India
    r"\d{1,3}(?P<group>[.,'’٬\u00a0\u202f ])\d{3}(?:(?P=group)\d{3})*(?!\d)|\d+)(?:[.,٫]\d+)?"
)
_CLOCK = regex.compile(r"(?<!\d)(\d{1,2})[:.](\d{2})(?![\d.:,])")
_DATE = regex.compile(r"(?<!\d)(\d{1,2})\.(\d{1,2})\.(\d{4})(?!\d)|(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_DIGIT_MONTH = regex.compile(r"(?<!\d)(\d{1,2})月")
_PATTERN_WORDS = regex.compile(r"[^0\s'.\u00a0]+")


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
    months_missing: int
    weekdays_missing: int
    negation_differs: bool


def facts_of(text: str, language: str) -> Facts:
    """Find them; nothing of the text is kept.

    Args:
        text: Of any length.
        language: ISO 639-1; of a language without CLDR data only numbers are found.
    """
    calendar = _calendar(language)
    months = {int(month) for month in _DIGIT_MONTH.findall(text)} | set(_named(text, calendar.months, language))
    rest = _DIGIT_MONTH.sub(" ", text)
    for match in _DATE.finditer(rest):
        months.add(int(match[2] or match[5]))
    rest = _DATE.sub(lambda match: f" {match[1] or match[6]} ; {match[3] or match[4]} ", rest)
    return Facts(
        numbers=frozenset(_numbers(rest, language)),
        months=frozenset(months) & frozenset(range(1, 13)),
        weekdays=frozenset(_named(text, calendar.weekdays, language)),
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
        numbers_missing=_missing(statement.numbers, evidence.numbers, around.numbers),
        months_missing=_missing(statement.months, evidence.months, around.months),
        weekdays_missing=_missing(statement.weekdays, evidence.weekdays, around.weekdays),
        negation_differs=statement.negated != evidence.negated,
    )


def instead(said: frozenset[T], told: frozenset[T]) -> bool:
    """Whether each of two texts has something in the place of what the other has."""
    return bool(said - told and told - said)


def _missing(said: frozenset[T], told: frozenset[T], around: frozenset[T]) -> int:
    """How many values are said and not told, if others are told instead: what is only left out contradicts nothing."""
    return len(said - around) if told - said else 0


@dataclass(frozen=True, slots=True)
class _Calendar:
    months: dict[str, int]
    weekdays: dict[str, int]


@lru_cache(maxsize=200)
def _calendar(language: str) -> _Calendar:
    locale = locale_of(language)
    if locale is None:
        return _Calendar({}, {})
    forms = ("format", "stand-alone")
    return _Calendar(
        {name: month for form in forms for month, name in locale.months[form]["wide"].items()},
        {name: day for form in forms for day, name in locale.days[form]["wide"].items()},
    )


def _named(text: str, names: dict[str, int], language: str) -> set[int]:
    """Values whose name the text has."""
    if UNSEGMENTED.search("".join(names)):
        # 一月 is the end of 十一月
        return {value for name, value in names.items() if regex.search(rf"(?<![\d十]){regex.escape(name)}", text)}
    found = set()
    words = WORD.findall(text)
    for before, word in zip(["", *words], words, strict=False):
        for name, value in names.items():
            if name in _ENGLISH_WORDS and language == "en" and not _in_date(name, before, word, text):
                continue
            known = word.casefold()
            ending = language in INFLECTED and len(name) >= MIN_INFLECTED_CHARS
            if known == name.casefold() or (ending and known.startswith(name.casefold())):
                found.add(value)
    return found


def _in_date(name: str, before: str, word: str, text: str) -> bool:
    """Whether an English month that is also a word stands as a month: after "in" or beside a number."""
    if word != name:
        return False
    return before.casefold() in _BEFORE_MONTH or before.isdecimal() or bool(regex.search(rf"{name},? \d", text))


def _numbers(text: str, language: str) -> list[float]:
    """Numbers in digits of any script, with the word for thousands or millions that follows."""
    multipliers, decimal = _multipliers(language), _decimal_mark(language)
    found = []
    for match in _DIGITS.finditer(_CLOCK.sub(r"\1.\2", text)):
        value = _value(match.group(), match["group"], decimal)
        rest = text[match.end() : match.end() + _LONGEST_UNIT]
        unit = next((size for word, size in multipliers if _begins(rest, word)), 1)
        found.append(round(value * unit, 6))
    return found


def _value(written: str, group: str | None, decimal: str) -> float:
    """The number that digits and marks stand for; one group of three after the decimal mark is a fraction."""
    indian = group is None and written.count(",") > 1
    if group is not None and group in ".," and written.count(group) == 1 and (group == decimal or written[0] == "0"):
        group = None
    if group is not None or indian:
        written = written.replace(group or ",", "")
    return float("".join(str(int(char)) if char.isdigit() else "." for char in written))


@lru_cache(maxsize=200)
def _decimal_mark(language: str) -> str:
    locale = locale_of(language)
    return str(locale.number_symbols["latn"]["decimal"]) if locale and "latn" in locale.number_symbols else "."


def _begins(rest: str, word: str) -> bool:
    rest = rest.lstrip(" \u00a0-").lower()
    return rest.startswith(word) and (bool(UNSEGMENTED.match(word)) or not rest[len(word) : len(word) + 1].isalpha())


@lru_cache(maxsize=200)
def _multipliers(language: str) -> tuple[tuple[str, int], ...]:
    """Words for 1,000 and more with their sizes, longest first: "mila", "millioner", "万"."""
    locale = locale_of(language)
    if locale is None:
        return ()
    sizes: dict[str, int] = {}
    for length in ("short", "long"):
        for by_size in locale.compact_decimal_formats.get(length, {}).values():
            for size, pattern in by_size.items():
                text = str(getattr(pattern, "pattern", pattern))
                zeros = text.count("0")
                word = " ".join(_PATTERN_WORDS.findall(text)).lower()
                if zeros and (len(word) >= _MIN_SHORT_UNIT or UNSEGMENTED.match(word)):
                    sizes[word] = int(size) // 10 ** (zeros - 1)
    return tuple(sorted(sizes.items(), key=lambda item: -len(item[0])))


def _negated(text: str, language: str) -> bool:
    if language in UNSEGMENTED_NEGATIONS:
        for word in NOT_DENYING.get(language, ()):
            text = text.replace(word, " ")
        return any(word in text for word in UNSEGMENTED_NEGATIONS[language])
    lowered = text.lower().replace("’", "'")
    if language == "en" and SHORT_NOT in lowered:
        return True
    words = NEGATIONS.get(language, frozenset())
    return any(word in words for word in WORD.findall(lowered))


def implies_denial(text: str, language: str) -> bool:
    """Whether a text has a word that denies without a negation; never in a language whose words are not listed."""
    words = [word.lower() for word in WORD.findall(text)]
    listed = IMPLIED.get(language, frozenset())
    beginnings = tuple(word[:-1] for word in listed if word.endswith("*"))
    return any(word in listed or (beginnings and word.startswith(beginnings)) for word in words)
