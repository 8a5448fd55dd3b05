"""Words of a text, and scripts that are written without spaces between them."""

from __future__ import annotations

from collections.abc import Mapping

import regex

WORD = regex.compile(r"[\p{L}\p{M}\d]+")
UNSEGMENTED = regex.compile(r"[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]")
"""One character of a script without spaces."""


def word_sets(words_by_language: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Lists that are written as texts, words with blanks between them."""
    return {language: frozenset(words.split()) for language, words in words_by_language.items()}
