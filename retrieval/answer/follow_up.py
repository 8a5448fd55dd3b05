"""A follow-up question ("and when?") becomes one that can be searched for by itself.

Without a language model this is a rule: a question that leans on the one before it takes that question's words along.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

from retrieval.answer.pointing_words import (
    QUESTION_LAST_POINTERS,
    QUESTION_OPENERS,
    QUESTION_POINTERS,
    UNSEGMENTED_QUESTION_OPENERS,
    UNSEGMENTED_QUESTION_POINTERS,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retrieval.models import Turn

MAX_ELLIPTIC_WORDS = 3
"""A question of so few words that names nobody and nothing cannot stand alone: "And when?", "Hvor mange var det?"."""

_OPENERS = frozenset[str]().union(*QUESTION_OPENERS.values())
_POINTERS = frozenset[str]().union(*QUESTION_POINTERS.values())
_LAST_POINTERS = frozenset[str]().union(*QUESTION_LAST_POINTERS.values())

_WORD = regex.compile(r"\w+", flags=regex.V1)
_NAME_OR_NUMBER = regex.compile(r"(?<=\S\s+)\p{Lu}\w+|\d+", flags=regex.V1)
_UNSEGMENTED = regex.compile(r"[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]")
_END = regex.compile(r"[\s?？؟!.。;…]+$")


def standalone_question(question: str, history: Sequence[Turn]) -> str:
    """Give ``question`` the words it needs of the question before it.

    Args:
        question: A cleaned question.
        history: Earlier turns, oldest first; their questions as they were searched for (standalone) serve best.

    Returns:
        The question itself when it stands alone or nothing came before it, else one that carries its topic.
    """
    if not history or not leans_on_history(question):
        return question
    topic = _END.sub("", history[-1].question.strip())
    return f"{topic}? {question}" if topic else question


def leans_on_history(question: str) -> bool:
    """Whether the question cannot be understood without what was asked before it."""
    if _UNSEGMENTED.search(question):
        bare = _END.sub("", question)
        return (
            len(bare) <= 5
            or bare.startswith(UNSEGMENTED_QUESTION_OPENERS)
            or any(pointer in bare for pointer in UNSEGMENTED_QUESTION_POINTERS)
        )
    words = [word.lower() for word in _WORD.findall(question)]
    if not words:
        return False
    if words[0] in _OPENERS:
        return True
    if _NAME_OR_NUMBER.search(question):
        return False
    return (
        len(words) <= MAX_ELLIPTIC_WORDS or words[-1] in _LAST_POINTERS or any(word in _POINTERS for word in words[1:])
    )
