"""Numbers that are written in words, as digits.

The words of each language come from num2words (https://github.com/savoirfairelinux/num2words).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import regex

CARDINALS = (*range(2, 101), *range(200, 1000, 100), *range(1000, 101_000, 1000))
ORDINALS = range(3, 31)
"""The second of something is spelt like other words too often ("secondo", "second")."""
NO_NUMBERS = {
    "de": frozenset({"acht"}),
    "fr": frozenset({"neuf"}),
    "it": frozenset({"sei"}),
    "no": frozenset({"ti"}),
}
"""Words that more often mean something else: heed, new, you are."""
OTHER_FORMS: dict[str, dict[str, int]] = {
    "ar": {"اثنين": 2, "مئة": 100, "مائة": 100},
    "de": {"hundert": 100, "tausend": 1000},
    "en": {"hundred": 100, "thousand": 1000, "dozen": 12, "twice": 2},
    "no": {"hundre": 100, "tusen": 1000, "sju": 7, "syv": 7, "tyve": 20, "tretti": 30, "tredve": 30},
    "ru": {"двух": 2, "две": 2, "трёх": 3, "трех": 3, "четырёх": 4, "четырех": 4, "пяти": 5, "шести": 6, "семи": 7,
           "восьми": 8, "девяти": 9, "десяти": 10, "тысяча": 1000},
}  # fmt: skip
"""What num2words does not list: inflected forms, and hundreds and thousands without their "one"."""

RANKS: dict[str, tuple[str, ...]] = {
    "de": ("erst[ernms]+", "zweit[ernms]+", "dritt[ernms]+", "viert[ernms]+", "fünft[ernms]+"),
    "en": ("first", "second", "third", "fourth", "fifth"),
    "es": ("primer[oa]?s?", "segund[oa]s?", "tercer[oa]?s?", "cuart[oa]s?", "quint[oa]s?"),
    "fr": ("premi(?:er|ère)s?", "deuxièmes?|seconde?s?", "troisièmes?", "quatrièmes?", "cinquièmes?"),
    "it": ("prim[oaie]", "second[ai]", "terz[oaie]", "quart[oaie]", "quint[oaie]"),
    "no": ("første", "annen|andre", "tredje", "fjerde", "femte"),
}
"""First to fifth with their endings; the Italian second that also means "according to" is left out."""

_ROMAN = regex.compile(r"\b(?=[XVI]{2})X{0,3}(?:IX|IV|V?I{0,3})(?<=[XVI])\b")
_ROMAN_DIGITS = {"X": 10, "V": 5, "I": 1}
_YEARS = regex.compile(r"\b([12]\d{3})[-–](\d{2})\b(?![-–]\d)")
_PRODUCT = regex.compile(r"\b(\d{1,3}) (100|1000)\b")
_WORD = regex.compile(r"\p{L}[\p{L}\p{M}]*(?:-\p{L}[\p{L}\p{M}]*)*")


def in_digits(text: str, language: str, *, doubtful: bool = False) -> str:
    """The text with its numbers from two on in digits: words, Roman numerals, and the ends of ranges of years.

    Args:
        text: Of any length.
        language: ISO 639-1; of a language that num2words does not know words stay as they are.
        doubtful: Whether words that more often mean something else count too.
    """
    values = _values(language, doubtful)
    text = _ROMAN.sub(lambda match: f" {_from_roman(match.group())} ", text)
    text = _YEARS.sub(lambda match: f"{match[1]}-{match[1][:2]}{match[2]}", text)
    if values:
        text = _WORD.sub(lambda match: _in_digits(match.group(), values), text)
    return _PRODUCT.sub(lambda match: str(int(match[1]) * int(match[2])), text)


def _from_roman(numeral: str) -> int:
    digits = [_ROMAN_DIGITS[letter] for letter in numeral]
    return sum(-one if one < following else one for one, following in zip(digits, [*digits[1:], 0], strict=True))


def ranks_in(text: str, language: str) -> frozenset[int]:
    """Which of first to fifth a text names; none in a language whose words are not listed."""
    lowered = text.lower()
    return frozenset(
        rank for rank, form in enumerate(RANKS.get(language, ()), start=1) if regex.search(rf"\b(?:{form})\b", lowered)
    )


def _in_digits(word: str, values: Mapping[str, int]) -> str:
    """A word's number, or of a compound that is none the numbers of its parts: "two-thirds"."""
    known = values.get(word.lower())
    if known is not None:
        return str(known)
    parts = word.split("-")
    return "-".join(str(values.get(part.lower(), part)) for part in parts) if len(parts) > 1 else word


@lru_cache(maxsize=50)
def _values(language: str, doubtful: bool) -> dict[str, int]:
    """Numbers by their words."""
    from num2words import num2words  # late: a tenth of a second

    values: dict[str, int] = {}
    for kind, numbers in (("cardinal", CARDINALS), ("ordinal", ORDINALS)):
        for number in numbers:
            try:
                words = str(num2words(number, lang=language, to=kind)).lower()
            except (NotImplementedError, KeyError, IndexError, TypeError):
                continue
            for form in _forms(words, language):
                values.setdefault(form, number)
    values.update(OTHER_FORMS.get(language, {}))
    left_out = frozenset[str]() if doubtful else NO_NUMBERS.get(language, frozenset())
    return {word: number for word, number in values.items() if word not in left_out}


def _forms(words: str, language: str) -> list[str]:
    """A number's word with its endings; none for a number of several words."""
    if not _WORD.fullmatch(words):
        return []
    if language == "de" and words.endswith("te"):
        return [words, *(words + ending for ending in "nrsm")]
    if language == "it" and words.endswith("o"):
        return [words, words[:-1] + "a"]
    return [words]
