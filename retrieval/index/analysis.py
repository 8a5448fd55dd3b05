"""Texts as the terms that the lexical index holds: the same rules for articles, questions and sentences."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

import regex
import tantivy

from retrieval.index.function_words import QUESTION_PHRASES, QUESTION_WORDS

STEMMERS = {
    "ar": "arabic", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish", "fi": "finnish",
    "fr": "french", "hu": "hungarian", "it": "italian", "nl": "dutch", "no": "norwegian", "pt": "portuguese",
    "ro": "romanian", "ru": "russian", "sv": "swedish", "ta": "tamil", "tr": "turkish",
}  # fmt: skip
STOP_WORD_LISTS = frozenset({"da", "de", "en", "es", "fi", "fr", "hu", "it", "nl", "no", "pt", "ru", "sv"})
MAX_TERM_CHARS = 64

_UNSEGMENTED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}ー"
# A run of a script without spaces, or a word by Unicode's rules (UAX 29), which keep combining marks inside words.
_WORD = regex.compile(rf"(?V1w)(?P<run>[{_UNSEGMENTED}][{_UNSEGMENTED}\p{{M}}]*)|\b\w.*?\b")
_APOSTROPHE = regex.compile(r"['’ʼ‘`]")
_INITIALS = regex.compile(r"\p{L}(?:\.\p{L})+")
# Accents, vowel points of Hebrew and Arabic, hamza and the Arabic stretch mark: written or not as the writer likes.
_FOLDED_MARKS = regex.compile(r"[\u0300-\u036f\u0591-\u05c7\u0640\u064b-\u065f\u0670]")
_FOLDED_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ى": "ي", "ة": "ه"}
)
_QUESTION_PHRASE = regex.compile("|".join(sorted(map(regex.escape, QUESTION_PHRASES), key=len, reverse=True)))


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a text under the keys it is indexed by.

    ``it:lavor`` is a stem of a language, ``=lavori`` a word without accents (the same in every language, for names),
    ``~北京`` two neighbouring characters of a script without spaces.
    """

    keys: tuple[str, ...]


def analyze(text: str, language: str) -> list[Term]:
    """The terms of a text in order, repeats included.

    Args:
        text: Any text.
        language: ISO 639-1; without a stemmer for it, terms have their plain form only.
    """
    return _analyze(text, (language,))


def question_terms(question: str, languages: Iterable[str]) -> list[Term]:
    """The different terms of a question, without the words that questions are made with (unless it has no others).

    Args:
        question: What the user asked.
        languages: The languages to stem it in: its own, or if that is not known, those of the articles.
    """
    languages = tuple(languages)
    bare = _QUESTION_PHRASE.sub("\n", question)
    terms = [
        term for term in _analyze(bare, languages, keep=lambda word: not is_function_word(word, languages)) if term.keys
    ]
    return list(dict.fromkeys(terms or _analyze(question, languages)))


def _analyze(text: str, languages: tuple[str, ...], *, keep: Callable[[str], bool] = bool) -> list[Term]:
    words: list[str] = []
    terms: list[Term | None] = []
    for match in _WORD.finditer(unicodedata.normalize("NFKC", text)):
        if match["run"]:
            terms.extend(Term((f"~{gram}",)) for gram in _grams(match["run"]))
            continue
        kept = [word[:MAX_TERM_CHARS] for word in _split_word(match.group()) if keep(word)]
        words.extend(kept)
        terms.extend([None] * len(kept))
    stems = [_stems(words, language) for language in languages if language in STEMMERS]
    word_terms = (
        Term((*(f"{language}:{stem}" for language, stem in word_stems), f"={fold(word)}"))
        for word, *word_stems in zip(words, *stems, strict=True)
    )
    return [term if term is not None else next(word_terms) for term in terms]


def fold(word: str) -> str:
    """The word in small letters without accents, so that names match across languages and keyboards."""
    decomposed = unicodedata.normalize("NFD", word.casefold())
    folded = _FOLDED_MARKS.sub("", decomposed).translate(_FOLDED_LETTERS)
    return unicodedata.normalize("NFC", folded) or word


def _grams(run: str) -> Iterable[str]:
    return (run[i : i + 2] for i in range(len(run) - 1)) if len(run) > 1 else (run,)


def _split_word(word: str) -> list[str]:
    """Elided articles and suffixes come off at the apostrophe (l'embargo, Rossi's, Ankara'da); U.S.A is one word."""
    if _INITIALS.fullmatch(word):
        return [word.replace(".", "")]
    pieces = [piece for piece in _APOSTROPHE.split(word) if piece]
    if len(pieces) < 2:
        return pieces
    return [piece for piece in pieces if len(piece) > 1] or pieces


def _stems(words: list[str], language: str) -> list[tuple[str, str]]:
    if not words:
        return []
    return [(language, stem) for stem in _stemmer(language).analyze(" ".join(_lower(word, language) for word in words))]


def _lower(word: str, language: str) -> str:
    if language == "tr":
        word = word.replace("İ", "i").replace("I", "ı")
    return word.lower()


def is_function_word(word: str, languages: Iterable[str]) -> bool:
    """Whether a word is one that questions and sentences are made with, in any of these languages."""
    return any(
        _lower(word, language) in QUESTION_WORDS.get(language, ())
        or (language in STOP_WORD_LISTS and not _stop_words(language).analyze(_lower(word, language)))
        for language in languages
    )


@cache
def _stemmer(language: str) -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
    return builder.filter(tantivy.Filter.stemmer(STEMMERS[language])).build()


@cache
def _stop_words(language: str) -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
    return builder.filter(tantivy.Filter.stopword(STEMMERS[language])).build()
