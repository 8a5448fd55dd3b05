"""Names of one or more words in a text, and which of them another text does not have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import regex

from retrieval.answer.translated_names import is_listed, is_named
from retrieval.answer.words import WORD, word_sets
from retrieval.index.analysis import is_function_word

_CONNECTORS = r"of|the|de|di|del|della|dei|da|do|du|des|d'|von|van|der|av|af|för|la|le|al|el"
_RUN = regex.compile(r"\p{Lu}[\p{L}\p{M}\d'’-]*(?:(?:\s+(?:" + _CONNECTORS + r")){0,2}\s+\p{Lu}[\p{L}\p{M}\d'’-]*)*")
_NORDIC = frozenset({"no", "da", "sv"})
_SENTENCE_ENDS = '.!?…:»”"'

# German gives every noun a capital; these tell the nouns that are no names.
_GERMAN_BEFORE_NOUNS = word_sets(
    {
        "de": "der die das den dem des ein eine einen einem einer eines kein keine keinen keinem keiner im am zum zur "
        "beim ins ans vom sein seine seiner seinen seinem ihr ihre ihrer ihren ihrem unser unsere dieser diese dieses "
        "diesen diesem jeder jede jedes jeden jedem alle allen aller viele vielen vieler einige einigen mehrere "
        "mehreren manche welche beide beiden zwei drei vier fünf sechs sieben acht neun zehn mehr wenige weniger"
    }
)["de"]
_GERMAN_ADJECTIVE = regex.compile(r"\p{Ll}+(?:e|en|er|es|em)|\d+\.?")
_GERMAN_NOUN = regex.compile(
    r"(?:ung|ungen|heit|heiten|keit|keiten|schaft|schaften|tion|tionen|tät|täten|ismus|mente?|nisse?|chen|lein|linge?|"
    r"tum|ik|enz|anz|zeit|jahre?|jahren|jahrhunderts?|teile?|land|schulen?|systeme?|gebiet|recht|gesetz)$"
)


@dataclass(frozen=True, slots=True)
class UnnamedRun:
    """A name of which a text lacks some words."""

    words: tuple[str, ...]
    """Those that it lacks."""
    whole: bool
    """Whether it lacks all of them."""
    first: bool
    """Whether it is the first word of a sentence, which has a capital anyway."""
    listed: bool
    """Whether a missing word is a country, language or city of CLDR's, whose other names would have been found."""


def unnamed_runs(
    text: str, language: str, other: str, other_language: str, *, is_common: Callable[[str], bool]
) -> list[UnnamedRun]:
    """The names in a text that another text does not have, or not wholly.

    Args:
        text: Has the names.
        language: Its language.
        other: Where they are looked for.
        other_language: Its language.
        is_common: Whether a word is more often written without a capital; such a one is part of a name ("Empire",
            "Major General"), which other languages translate, or begins a sentence.
    """
    found = []
    for first, words in _runs(text, language):
        missing = tuple(word for word in words if not is_named(word, language, other, other_language))
        if language != "de" and (first or language != other_language):
            missing = tuple(
                word
                for word in missing
                if is_listed(word, language) or not (is_common(word) or (first and _is_definite(word, language)))
            )
        if missing:
            listed = any(is_listed(word, language) for word in missing)
            found.append(UnnamedRun(missing, len(missing) == len(words), first, listed))
    return found


def _runs(text: str, language: str) -> Iterator[tuple[bool, tuple[str, ...]]]:
    """Capitalised words that follow each other, and whether it is but the one that begins a sentence."""
    for match in _RUN.finditer(text):
        before = text[: match.start()].rstrip()
        first = not before or before[-1] in _SENTENCE_ENDS
        words = [word for word in WORD.findall(match.group()) if word[0].isupper() and len(word) > 1]
        if language == "de":
            words = _german_names(words, before)
        if first and words and is_function_word(words[0], (language,)):
            words, first = words[1:], False
        if words:
            yield first and len(words) == 1, tuple(words)


def _is_definite(word: str, language: str) -> bool:
    """Whether a word has the ending that stands for "the" in the North, which names have not."""
    return language in _NORDIC and word.endswith(("en", "et", "ene", "ane", "na"))


def _german_names(words: list[str], before: str) -> list[str]:
    if len(words) == 1:
        previous = (WORD.findall(before) or [""])[-1]
        if previous.lower() in _GERMAN_BEFORE_NOUNS:
            return []
        if _GERMAN_ADJECTIVE.fullmatch(previous) and not is_function_word(previous, ("de",)):
            return []
    return [word for word in words if not _GERMAN_NOUN.search(word.lower())]
