"""Numbers that are written in words, as digits.

The words of each language come from num2words (https://github.com/savoirfairelinux/num2words).
"""

from __future__ import annotations

from functools import lru_cache

import regex

CARDINALS = (*range(2, 101), 1000)
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
    "de": {"dritten": 3, "dritter": 3, "drittes": 3, "vierten": 4, "fünften": 5, "sechsten": 6, "hundert": 100,
           "tausend": 1000, "dreißig": 30},
    "en": {"hundred": 100, "thousand": 1000, "dozen": 12, "twice": 2},
    "it": {"terza": 3, "quarta": 4, "quinta": 5, "sesta": 6},
    "no": {"hundre": 100, "tusen": 1000, "sju": 7, "syv": 7, "tyve": 20, "tretti": 30, "tredve": 30},
    "ru": {"двух": 2, "две": 2, "трёх": 3, "трех": 3, "четырёх": 4, "четырех": 4, "пяти": 5, "шести": 6, "семи": 7,
           "восьми": 8, "девяти": 9, "десяти": 10, "тысяча": 1000},
}  # fmt: skip
"""What num2words does not list: inflected forms, and hundreds and thousands without their "one"."""

_WORD = regex.compile(r"\p{L}[\p{L}\p{M}]*(?:-\p{L}[\p{L}\p{M}]*)*")


def in_digits(text: str, language: str) -> str:
    """The text with its numbers from two to a hundred, and a thousand, in digits.

    Args:
        text: Of any length.
        language: ISO 639-1; a text in a language that num2words does not know stays as it is.
    """
    values = _values(language)
    if not values:
        return text
    return _WORD.sub(lambda match: str(values.get(match.group().lower(), match.group())), text)


@lru_cache(maxsize=50)
def _values(language: str) -> dict[str, int]:
    """Numbers by their words."""
    from num2words import num2words  # late: a tenth of a second

    values: dict[str, int] = {}
    for kind, numbers in (("cardinal", CARDINALS), ("ordinal", ORDINALS)):
        for number in numbers:
            try:
                words = str(num2words(number, lang=language, to=kind)).lower()
            except (NotImplementedError, KeyError, IndexError, TypeError):
                continue
            if _WORD.fullmatch(words):
                values.setdefault(words, number)
    values.update(OTHER_FORMS.get(language, {}) if values else {})
    return {word: number for word, number in values.items() if word not in NO_NUMBERS.get(language, ())}
