"""Words that date something without a number: seasons, and the days around today."""

from __future__ import annotations

from retrieval.answer.words import WORD, word_sets

_WORDS = {
    kind: word_sets(words)
    for kind, words in {
        "spring": {"de": "frühling frühjahr", "en": "spring", "es": "primavera", "fr": "printemps", "it": "primavera",
                   "no": "vår våren vårens", "sv": "våren", "ru": "весна весной весны"},
        "summer": {"de": "sommer", "en": "summer", "es": "verano", "it": "estate",
                   "no": "sommer sommeren sommerens", "ru": "лето летом лета"},
        "autumn": {"de": "herbst", "en": "autumn fall", "es": "otoño", "fr": "automne", "it": "autunno",
                   "no": "høst høsten høstens", "ru": "осень осенью осени"},
        "winter": {"de": "winter", "en": "winter", "es": "invierno", "fr": "hiver", "it": "inverno",
                   "no": "vinter vinteren vinterens", "ru": "зима зимой зимы"},
        "today": {"de": "heute", "en": "today tonight", "es": "hoy", "fr": "aujourd", "it": "oggi stasera",
                  "ru": "сегодня"},
        "tomorrow": {"de": "morgen", "en": "tomorrow", "es": "mañana", "fr": "demain", "it": "domani", "ru": "завтра"},
        "yesterday": {"de": "gestern", "en": "yesterday", "es": "ayer", "fr": "hier", "it": "ieri", "ru": "вчера"},
    }.items()
}  # fmt: skip
_NORWEGIAN_DAYS = {"i dag": "today", "i morgen": "tomorrow", "i går": "yesterday"}


def times_in(text: str, language: str) -> frozenset[str]:
    """The seasons and days that a text names; none in a language whose words are not listed."""
    lowered = text.lower()
    words = set(WORD.findall(lowered))
    found = {kind for kind, listed in _WORDS.items() if words & listed.get(language, frozenset())}
    if language == "no":
        found |= {kind for phrase, kind in _NORWEGIAN_DAYS.items() if phrase in lowered}
    return frozenset(found)
