"""Extractive answers: the one to three sentences that answer, word for word, each with its citation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from retrieval.answer.candidates import Candidate
from retrieval.answer.dependent import depends_on_previous
from retrieval.index.embedding import Vector
from retrieval.models import AnswerSentence, Citation, Span

MAX_SENTENCES = 3
MIN_PROBABILITY = 0.08
"""A further sentence is given if it holds the answer at least this probably; see ``benchmarks/retrieval.py``."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Candidates chosen for an answer, best first, with their probabilities."""

    candidates: tuple[Candidate, ...]
    probabilities: tuple[float, ...]


def select_sentences(candidates: Sequence[Candidate], probabilities: Vector) -> Selection:
    """Choose the best sentence, and up to two more that may hold the answer too.

    A sentence that stands word for word in another article adds nothing and is left out.

    Args:
        candidates: Sentences of the passages; at least one.
        probabilities: ``(len(candidates),)``.
    """
    order = np.argsort(-probabilities, kind="stable")
    chosen: list[int] = []
    seen: set[str] = set()
    for index in order:
        wording = _wording(candidates[index].text)
        if len(chosen) == MAX_SENTENCES or (chosen and probabilities[index] < MIN_PROBABILITY):
            break
        if wording not in seen:
            seen.add(wording)
            chosen.append(int(index))
    return Selection(
        candidates=tuple(candidates[index] for index in chosen),
        probabilities=tuple(float(probabilities[index]) for index in chosen),
    )


def compose(selection: Selection) -> tuple[tuple[AnswerSentence, ...], tuple[Citation, ...]]:
    """Quote the chosen sentences, each with what it needs to be understood, best first."""
    sentences: list[AnswerSentence] = []
    citations: list[Citation] = []
    quoted: list[tuple[str, Span]] = []
    for candidate, probability in zip(selection.candidates, selection.probabilities, strict=True):
        node = candidate.ranked.node
        span = with_context(candidate)
        if any(article == node.article_id and _within(candidate.span, earlier) for article, earlier in quoted):
            continue
        quoted.append((node.article_id, span))
        quote = candidate.passage.text[
            span.start_char - candidate.passage.start_char : span.end_char - candidate.passage.start_char
        ]
        number = len(citations) + 1
        citations.append(
            Citation(
                number=number,
                article_id=node.article_id,
                source=node.source,
                title=node.title,
                url=node.url,
                outlet=node.outlet,
                published=node.published,
                language=node.language,
                start_char=span.start_char,
                end_char=span.end_char,
                quote=quote,
                score=round(probability, 4),
            )
        )
        sentences.append(AnswerSentence(quote, (number,)))
    return tuple(sentences), tuple(citations)


def with_context(candidate: Candidate) -> Span:
    """The sentence's span, from the start of the one before it if it only makes sense after that one.

    A quote never crosses a line of the article, so it never spans text that cleaning removed.
    """
    spans = candidate.passage.sentences
    place = spans.index(candidate.span)
    if place == 0 or not depends_on_previous(candidate.text, candidate.ranked.node.language):
        return candidate.span
    before = spans[place - 1]
    start = candidate.passage.start_char
    gap = candidate.passage.text[before.end_char - start : candidate.span.start_char - start]
    return candidate.span if "\n" in gap else Span(before.start_char, candidate.span.end_char)


def _within(inner: Span, outer: Span) -> bool:
    return outer.start_char <= inner.start_char and inner.end_char <= outer.end_char


def _wording(text: str) -> str:
    return " ".join(text.casefold().split())
