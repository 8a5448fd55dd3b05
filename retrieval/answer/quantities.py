"""Words that tell how many without a number: a statement that says "few" where a text says "most" is wrong."""

from __future__ import annotations

import regex

from retrieval.answer.words import WORD, word_sets

KINDS = ("all", "most", "many", "few", "both", "half", "third", "quarter", "hundreds", "thousands")

_WORDS = {
    kind: word_sets(words)
    for kind, words in {
        "all": {
            "de": "alle allen aller sämtliche",
            "en": "all every",
            "es": "todos todas",
            "fr": "tous toutes",
            "it": "tutti tutte ogni",
            "no": "alle samtlige",
        },
        "most": {
            "de": "meisten mehrheit größtenteils großteil",
            "en": "most mostly majority largely",
            "es": "mayoría mayor",
            "fr": "plupart majorité",
            "it": "maggioranza maggior",
            "no": "flest fleste meste mesteparten flertallet",
        },
        "many": {
            "de": "viele vielen vieler zahlreiche zahlreichen",
            "en": "many numerous",
            "es": "muchos muchas numerosos numerosas",
            "fr": "nombreux nombreuses beaucoup",
            "it": "molti molte numerosi numerose tanti tante",
            "no": "mange tallrike",
        },
        "few": {
            "de": "wenige wenigen weniger kaum",
            "en": "few",
            "es": "pocos pocas",
            "fr": "peu",
            "it": "pochi poche",
            "no": "få færre",
        },
        "both": {
            "de": "beide beiden beider",
            "en": "both",
            "es": "ambos ambas",
            "it": "entrambi entrambe ambedue",
            "no": "begge",
        },
        "hundreds": {
            "de": "hunderte hunderten",
            "en": "hundreds",
            "es": "cientos centenares",
            "fr": "centaines",
            "it": "centinaia",
            "no": "hundrevis hundretalls",
        },
        "thousands": {
            "de": "tausende tausenden",
            "en": "thousands",
            "es": "miles millares",
            "fr": "milliers",
            "it": "migliaia",
            "no": "tusenvis tusentalls",
        },
        "half": {
            "de": "hälfte halbe halben",
            "en": "half halves",
            "es": "mitad medio media",
            "fr": "moitié demi",
            "it": "metà mezzo mezza mezz",
            "no": "halvparten halv halve halvt halvdelen",
        },
        "third": {
            "de": "drittel",
            "en": "thirds",
            "es": "tercio tercios",
            "fr": "tiers",
            "no": "tredjedel tredjedeler",
        },
        "quarter": {
            "de": "viertel viertelstunde",
            "en": "quarter quarters",
            "es": "cuarto",
            "fr": "quart quarts",
            "no": "kvart kvarter fjerdedel",
        },
    }.items()
}
_PARTS = regex.compile(r"[-‑]")


def quantities_in(text: str, language: str) -> frozenset[str]:
    """The kinds of quantity that a text has a word for; none in a language whose words are not listed."""
    words = set(WORD.findall(_PARTS.sub(" ", text.lower())))
    return frozenset(kind for kind in KINDS if words & _WORDS[kind].get(language, frozenset()))
