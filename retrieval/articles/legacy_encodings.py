"""Which older encoding a text is in, told by the letters that its languages use.

charset-normalizer alone mistakes one short Western European article in three (``ø`` read as ``ř``): the byte values fit
many encodings, and only the alphabet of a language tells them apart. Measured on 25 paragraphs of 150, 600 and 3,000
characters each in 19 pairs of language and encoding; see `decode`.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise

from retrieval.articles.language import detect_language
from retrieval.models import UNKNOWN_LANGUAGE

_SAMPLE_CHARS = 20_000
_LEAST_SCORE = 0.8
"""Share of the foreign characters that must be at home in one language; a wrong encoding seldom reaches a half."""

_LATIN_BESIDE_OTHER = re.compile(r"[A-Za-z][\u0370-\u0eff]|[\u0370-\u0eff][A-Za-z]")
_NOT_ASCII = re.compile(rb"[^\x09\x0a\x0d\x20-\x7e]")
_MIN_PLAIN_WORDS = 5
_BONUS = 0.15
"""For the language that the text is in (of Latin script: that its words without a foreign letter are in): decides when
there are only one or two foreign letters, and between alphabets that fill the same bytes."""

_NEUTRAL = frozenset(
    "«»“”„‘’‚‹›–—…•·°§©®™€£¥½¼¾²³¹±×÷¿¡ªºµ´`¨¸¶\u00a0\u00ad\u200c\u200d\u200e\u200f"
    "、。，．：；！？「」『』（）《》〈〉【】・ー～　％＆／－\n"
)
_LATIN = {
    "no": "æøåéèêóòôàüöä",
    "da": "æøåéüöä",
    "sv": "åäöéèüàáæø",
    "fi": "åäöšžé",
    "is": "áðéíóúýþæö",
    "de": "äöüßéèàáçñ",
    "nl": "éèëêïíóöüáàç",
    "fr": "àâæçéèêëîïôœùûüÿñ",
    "it": "àèéìíîòóùúü",
    "es": "áéíóúüñçàèï",
    "pt": "áâãàçéêíóôõúü",
    "ca": "àçéèíïóòúü",
    "pl": "ąćęłńóśźżé",
    "cs": "áčďéěíňóřšťúůýžöü",
    "sk": "áäčďéíĺľňóôŕšťúýž",
    "hu": "áéíóöőúüű",
    "ro": "ăâîșțşţ",
    "hr": "čćđšž",
    "tr": "çğıöşüâîûi\u0307",
    "et": "äõöüšž",
    "lv": "āčēģīķļņšūž",
    "lt": "ąčęėįšųūž",
    "vi": "àáâãèéêìíòóôõùúýăđĩũơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ",
}
_LETTERS = {
    **_LATIN,
    "ru": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "bg": "абвгдежзийклмнопрстуфхцчшщъьюя",
    "sr": "абвгдђежзијклљмнњопрстћуфхцчџш",
    "el": "αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώϊϋΐΰ",
    "he": "אבגדהוזחטיךכלםמןנסעףפץצקרשת",
    "ar": "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيًٌٍَُِّْـ،؛؟",
    "fa": "ءآأؤئابپتثجچحخدذرزژسشصضطظعغفقکگلمنهویيك،؛؟",
    "th": "".join(chr(code) for code in [*range(0x0E01, 0x0E3B), *range(0x0E40, 0x0E4F)]),
}
# The more usual encoding first: it wins when a text fits both.
_CANDIDATES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("cp1252", ("no", "da", "sv", "fi", "is", "de", "nl", "fr", "it", "es", "pt", "ca")),
    # Before Cyrillic, whose letters fill all the bytes of Hebrew, while Russian seldom reads as Hebrew.
    ("cp1255", ("he",)),
    ("cp1251", ("ru", "uk", "bg", "sr")),
    ("koi8_r", ("ru",)),
    ("koi8_u", ("uk",)),
    ("cp866", ("ru",)),
    ("iso8859_5", ("ru", "bg", "sr")),
    ("cp1250", ("pl", "cs", "sk", "hu", "ro", "hr")),
    ("iso8859_2", ("pl", "cs", "sk", "hu", "ro", "hr")),
    ("cp1254", ("tr",)),
    ("cp1257", ("lt", "lv", "et")),
    ("cp1253", ("el",)),
    ("iso8859_7", ("el",)),
    ("cp1256", ("ar", "fa")),
    ("iso8859_6", ("ar",)),
    ("cp874", ("th",)),
    ("cp1258", ("vi",)),
    ("mac_roman", ("no", "da", "sv", "fi", "de", "nl", "fr", "it", "es", "pt")),
    ("cp850", ("no", "da", "sv", "fi", "de", "nl", "fr", "it", "es", "pt")),
)
# Korean first: the bytes of Hangul are all common Chinese characters, not the other way round.
_WIDE_CANDIDATES = {"cp949": "ko", "gb18030": "zh", "big5hkscs": "zh", "cp932": "ja", "euc_jp": "ja"}


def guess_encoding(data: bytes) -> str | None:
    """Name the encoding of a text that is not Unicode.

    Args:
        data: Its first bytes; a character that is cut at the end does no harm.

    Returns:
        A Python codec, or None when no language's letters fit.
    """
    plain = _NOT_ASCII.sub(b" ", data[:_SAMPLE_CHARS]).decode("ascii")
    likely = detect_language(plain) if len(plain.split()) >= _MIN_PLAIN_WORDS else UNKNOWN_LANGUAGE
    scores: list[tuple[float, int, str]] = []
    for rank, (name, languages) in enumerate(_CANDIDATES):
        text = _decoded(data, name)
        if text is not None:
            score = max(_score(text, language, likely) for language in languages)
            scores.append((score, -rank, name))
    for rank, name in enumerate(_WIDE_CANDIDATES, start=len(_CANDIDATES)):
        text = _decoded(data, name)
        if text is not None:
            scores.append((_wide_score(text, name), -rank, name))
    best = max(scores, default=(0.0, 0, ""))
    return best[2] if best[0] >= _LEAST_SCORE else None


def _decoded(data: bytes, name: str) -> str | None:
    try:
        text = codecs.getincrementaldecoder(name)("strict").decode(data, final=False)[:_SAMPLE_CHARS]
    except UnicodeDecodeError:
        return None
    return unicodedata.normalize("NFC", text)


def _score(text: str, language: str, likely: str) -> float:
    """Share of the foreign characters that belong to the language, and a bonus when it is the text's language."""
    letters = _LETTERS[language]
    foreign = [char for char in text if char > "\x7f" and char not in _NEUTRAL]
    if not foreign:
        return 1.0 if language in _LATIN else 0.0
    at_home = sum(char.casefold() in letters for char in foreign)
    # A wrong single-byte encoding swaps the case of Cyrillic and puts capitals into words.
    at_home -= sum(a.islower() and b.isupper() for a, b in pairwise(text) if b > "\x7f")
    if language not in _LATIN:
        # Words are of one script: a letter of another beside a Latin one is a Latin letter misread.
        at_home -= 2 * len(_LATIN_BESIDE_OTHER.findall(text))
    score = at_home / len(foreign)
    if score < _LEAST_SCORE:
        return score
    return score + _BONUS * (language == (likely if language in _LATIN else detect_language(text)))


def _wide_score(text: str, name: str) -> float:
    foreign = [char for char in text if char > "\x7f" and char not in _NEUTRAL]
    if not foreign:
        return 0.0
    common = _common_test(name)
    score = sum(common(char) for char in foreign) / len(foreign)
    return score + _BONUS * (score >= _LEAST_SCORE and detect_language(text) == _WIDE_CANDIDATES[name])


@lru_cache(maxsize=8)
def _common_test(name: str) -> Callable[[str], bool]:
    """A test for the characters that make up nearly all of a text: the first level of the national standards."""
    codec, first, last = {
        "gb18030": ("gb2312", 0xB0, 0xD7),
        "big5hkscs": ("big5", 0xA4, 0xC6),
        "cp932": ("euc_jp", 0xA4, 0xCF),
        "euc_jp": ("euc_jp", 0xA4, 0xCF),
        "cp949": ("euc_kr", 0xB0, 0xC8),
    }[name]

    def is_common(char: str) -> bool:
        encoded = char.encode(codec, errors="ignore")
        return bool(encoded) and first <= encoded[0] <= last

    return is_common
