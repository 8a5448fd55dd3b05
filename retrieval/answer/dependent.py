"""Sentences that make no sense without the one before them, told by how they begin."""

from __future__ import annotations

import regex

from retrieval.answer.pointing_words import SENTENCE_OPENERS, UNSEGMENTED_SENTENCE_OPENERS

_FIRST_WORD = regex.compile(r"^[^\p{L}]*(\p{L}[\p{L}\p{M}]*)")


def depends_on_previous(sentence: str, language: str) -> bool:
    """Whether a sentence begins with a word that points back to the one before it."""
    if language in UNSEGMENTED_SENTENCE_OPENERS:
        return sentence.lstrip("「『“‘《—– ").startswith(UNSEGMENTED_SENTENCE_OPENERS[language])
    found = _FIRST_WORD.match(sentence)
    return found is not None and found[1].lower() in SENTENCE_OPENERS.get(language, ())
