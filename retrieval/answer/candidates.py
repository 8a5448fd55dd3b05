"""The sentences that an answer may be made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.models import Span
from retrieval.search.passages import Passage
from retrieval.search.ranked import RankedNode

MAX_HEADING_CHARS = 80
UNPUNCTUATED = frozenset({"th", "lo", "km", "my"})
"""Languages whose sentences end without a mark."""
_SENTENCE_ENDS = frozenset(".!?…:;。！？．؟۔।॥：；")
_CLOSING = " »”\"’')]）」』》"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One sentence of a passage."""

    passage: Passage
    ranked: RankedNode
    """The node that holds it."""
    span: Span
    text: str
    place: int
    """Position among the sentences of its node, from 0."""


def list_candidates(passages: Sequence[Passage]) -> list[Candidate]:
    """Every sentence of the passages, best passage first, in the articles' order within one.

    Headings announce what an article says and don't say it, so they are left out where there is anything else.
    """
    candidates = [
        Candidate(passage, ranked, span, text, place)
        for passage in passages
        for ranked in passage.nodes
        for place, (span, text) in enumerate(zip(ranked.node.sentences, ranked.node.sentence_texts, strict=True))
    ]
    return [candidate for candidate in candidates if not _is_heading(candidate)] or candidates


def _is_heading(candidate: Candidate) -> bool:
    """Whether it is the title, or a short line of its own that does not end as sentences do."""
    node, text = candidate.ranked.node, candidate.text
    if text == node.title:
        return True
    if len(text) > MAX_HEADING_CHARS or node.language in UNPUNCTUATED or text.rstrip(_CLOSING)[-1:] in _SENTENCE_ENDS:
        return False
    before = node.text[: candidate.span.start_char - node.start_char]
    after = node.text[candidate.span.end_char - node.start_char :]
    return (not before or before.endswith("\n")) and (not after or after.startswith("\n")) and bool(before or after)
