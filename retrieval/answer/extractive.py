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
MIN_PROBABILITY, MIN_SHARE_OF_BEST = 0.04, 0.15
"""A further sentence is given if it holds the answer at least this probably, and at least this share of the best one's
probability. Of the answers .916 are then right with 2.2 sentences, .928 with always three (in the articles' language,
calibration fold of the fit)."""


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
    least = max(MIN_PROBABILITY, MIN_SHARE_OF_BEST * float(probabilities[order[0]]))
    chosen: list[int] = []
    seen: set[str] = set()
    for index in order:
        wording = _wording(candidates[index].text)
        if len(chosen) == MAX_SENTENCES or (chosen and probabilities[index] < least):
            break
        if wording not in seen:
            seen.add(wording)
            chosen.append(int(index))
    return Selection(
        candidates=tuple(candidates[index] for index in chosen),
        probabilities=tuple(float(probabilities[index]) for index in chosen),
    )


def compose(selection: Selection) -> tuple[tuple[AnswerSentence, ...], tuple[Citation, ...]]:
    """Quote the chosen sentences, best first, each with what it needs to be understood; three sentences in all."""
    quoted: list[tuple[str, Span]] = []
    citations: list[Citation] = []
    left = MAX_SENTENCES
    for candidate, probability in zip(selection.candidates, selection.probabilities, strict=True):
        article = candidate.ranked.node.article_id
        earlier = [span for name, span in quoted if name == article]
        if any(_overlap(candidate.span, span) for span in earlier):
            continue
        span, size = with_context(candidate)
        if size > left or any(_overlap(span, other) for other in earlier):
            span, size = candidate.span, 1
        if size > left:
            break
        left -= size
        quoted.append((article, span))
        citations.append(cite(candidate, span, number=len(citations) + 1, score=probability))
    return tuple(AnswerSentence(item.quote, (item.number,)) for item in citations), tuple(citations)


def cite(candidate: Candidate, span: Span, *, number: int, score: float) -> Citation:
    """A span of a candidate's passage as a citation; not yet compared with the store."""
    node, passage = candidate.ranked.node, candidate.passage
    return Citation(
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
        quote=passage.text[span.start_char - passage.start_char : span.end_char - passage.start_char],
        score=score,
    )


def with_context(candidate: Candidate) -> tuple[Span, int]:
    """The sentence's span, with the sentence before it if it only makes sense after that one; and how many that is.

    A quote never crosses a line of the article, so it never spans text that cleaning removed.
    """
    spans = candidate.passage.sentences
    place = spans.index(candidate.span)
    if place == 0 or not depends_on_previous(candidate.text, candidate.ranked.node.language):
        return candidate.span, 1
    before = spans[place - 1]
    start = candidate.passage.start_char
    gap = candidate.passage.text[before.end_char - start : candidate.span.start_char - start]
    return (candidate.span, 1) if "\n" in gap else (Span(before.start_char, candidate.span.end_char), 2)


def _overlap(one: Span, other: Span) -> bool:
    return one.start_char < other.end_char and other.start_char < one.end_char


def _wording(text: str) -> str:
    return " ".join(text.casefold().split())
