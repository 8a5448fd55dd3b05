"""A follow-up question ("and when?") becomes one that can be searched for by itself.

Without a language model this is a rule: a question that leans on the one before it takes that question's words along.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retrieval.models import Turn

MAX_ELLIPTIC_WORDS = 3
"""A question of so few words that names nobody and nothing cannot stand alone: "And when?", "Hvor mange var det?"."""

_OPENERS = frozenset(
    "and but so e ed ma og men und aber et mais y pero i и а но ve ama και αλλά și dar och en maar lub و".split()
)
"""Conjunctions that begin a question only when it goes on from another."""

_POINTERS = frozenset(
    # en, it, no, de, fr, es, then ru, tr, el, ro, ar: words that stand for somebody or something named before
    "he she they him his hers them their theirs its lui egli ella esso essa loro quest'ultimo ciò "
    "han hun ham henne hans hennes dem deres dette disse ihn ihm ihnen dies dabei damit dafür "
    "elles celui celle cela ça él ellos ellas eso ello "
    "он она оно они его её ему ей их onun onlar αυτός αυτή αυτό αυτοί ea ei ele هو هي هم ذلك تلك".split()
)

_LAST_POINTERS = frozenset(
    "it this that these those there her here den det de der denne sie er es diese dieser dort dort "
    "il elle ils lui leur y la lo los las le les su esto esta este allí "
    "lei questo questa questi queste quello quella lì là là-bas là это этот эта эти там bu şu o هذا هذه هناك".split()
)
"""Words that are articles or fillers elsewhere, and pointers at the end of a question ("Hvor ligger det?")."""

_POINTERS_UNSEGMENTED = ("他", "她", "它", "这", "那", "其", "彼", "それ", "これ")
_OPENERS_UNSEGMENTED = ("那", "那么", "还有", "而", "そして", "では", "それ")

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
        return len(bare) <= 5 or bare.startswith(_OPENERS_UNSEGMENTED) or any(p in bare for p in _POINTERS_UNSEGMENTED)
    words = [word.lower() for word in _WORD.findall(question)]
    if not words:
        return False
    if words[0] in _OPENERS:
        return True
    if _NAME_OR_NUMBER.search(question):
        return False
    return len(words) <= MAX_ELLIPTIC_WORDS or words[-1] in _LAST_POINTERS or any(word in _POINTERS for word in words[1:])
