"""Passages as a prompt shows them: every sentence with a number, and none of it able to pass for an instruction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import regex

from retrieval.answer.candidates import Candidate
from retrieval.answer.locales import locale_of
from retrieval.search.passages import Passage

Number = tuple[int, int]
"""Passage and sentence, both from 1: ``(2, 3)`` is written ``[2.3]``."""

_BLANKS = regex.compile(r"\s+")
_DELIMITERS = str.maketrans({"<": "‹", ">": "›", "[": "(", "]": ")", "|": "¦"})
"""Characters that a prompt or a chat template is built with."""


@dataclass(frozen=True, slots=True)
class NumberedPassages:
    """Sentences by the numbers that a model knows them by."""

    sentences: dict[Number, Candidate]
    text: str

    def of_passage(self, number: int) -> list[Candidate]:
        """All sentences of one passage, in order; empty if there is none of that number."""
        return [candidate for (passage, _), candidate in self.sentences.items() if passage == number]


def number_passages(
    passages: Sequence[Passage], *, budget_tokens: int, count_tokens: Callable[[str], int]
) -> NumberedPassages:
    """Number the sentences of as many nodes as fit; the last one is cut behind a sentence.

    The passages stand in the order of their articles, not of their rank, so that the next question about the same
    articles begins with the same text.

    Args:
        passages: Best first.
        budget_tokens: How long the text may be, in the model's tokens.
        count_tokens: The model's own count.
    """
    left = budget_tokens
    kept: list[tuple[Passage, int]] = []
    for passage in passages:
        cost = count_tokens(_head(passage, 99) + _FOOT)
        fitting = 0
        for candidate in _candidates(passage):
            cost += count_tokens(_line((99, fitting + 1), candidate.text))
            if cost > left:
                break
            fitting += 1
            spent = cost
        if fitting == 0:
            break
        left -= spent
        kept.append((passage, fitting))
    sentences: dict[Number, Candidate] = {}
    text = ""
    in_order = sorted(kept, key=lambda item: (item[0].first.article_id, item[0].start_char))
    for number, (passage, fitting) in enumerate(in_order, start=1):
        text += _head(passage, number)
        for place, candidate in enumerate(_candidates(passage)[:fitting], start=1):
            sentences[number, place] = candidate
            text += _line((number, place), candidate.text)
        text += _FOOT
    return NumberedPassages(sentences, text.rstrip())


def quoted_material(text: str) -> str:
    """A text on one line, without the characters that prompts and chat templates give a meaning."""
    return _BLANKS.sub(" ", text).strip().translate(_DELIMITERS)


def language_name(code: str) -> str:
    """The English name of a language, which every model knows; the code itself if it has none."""
    locale = locale_of(code)
    return (locale and locale.get_language_name("en")) or code


def _candidates(passage: Passage) -> list[Candidate]:
    return [
        Candidate(passage, ranked, span, text, place)
        for ranked in passage.nodes
        for place, (span, text) in enumerate(zip(ranked.node.sentences, ranked.node.sentence_texts, strict=True))
    ]


def _head(passage: Passage, number: int) -> str:
    node = passage.first
    known = (node.outlet, node.published and node.published.isoformat(), language_name(node.language), node.title)
    return f"<passage {number}: {quoted_material(', '.join(part for part in known if part))}>\n"


def _line(number: Number, text: str) -> str:
    return f"[{number[0]}.{number[1]}] {quoted_material(text)}\n"


_FOOT = "</passage>\n\n"
