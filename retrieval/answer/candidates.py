"""The sentences that an answer may be made of, with their vectors."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from retrieval.index.embedding import Embedding, Vector, embed_passages
from retrieval.index.nodes import StoredNode
from retrieval.models import Span
from retrieval.search.passages import Passage
from retrieval.search.ranked import RankedNode

MAX_HEADING_CHARS = 80
UNPUNCTUATED = frozenset({"th", "lo", "km", "my"})
"""Languages whose sentences end without a mark."""
_SENTENCE_ENDS = frozenset(".!?…:;。！？．؟۔।॥：；")
_CLOSING = " »”\"’')]）」』》"

CACHED_SENTENCES = 20_000
"""Sentence vectors that are kept: 30 MB at 384 dimensions."""


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
        Candidate(passage, ranked, span, _text(ranked.node, span), place)
        for passage in passages
        for ranked in passage.nodes
        for place, span in enumerate(ranked.node.sentences)
    ]
    return [candidate for candidate in candidates if not _is_heading(candidate)] or candidates


def _text(node: StoredNode, span: Span) -> str:
    return node.text[span.start_char - node.start_char : span.end_char - node.start_char]


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


class SentenceVectors:
    """Embeds sentences, and remembers those it embedded last."""

    def __init__(self, embedding: Embedding, *, capacity: int = CACHED_SENTENCES) -> None:
        """Keep at most ``capacity`` vectors of ``embedding``."""
        self._embedding = embedding
        self._capacity = capacity
        self._kept: OrderedDict[str, Vector] = OrderedDict()

    def of(self, texts: Sequence[str]) -> Vector:
        """Vectors of sentences, ``(len(texts), dim)`` float32, L2-normalised."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._kept]
        fresh = dict(zip(missing, embed_passages(self._embedding, missing), strict=True)) if missing else {}
        for text in texts:
            if text in self._kept:
                self._kept.move_to_end(text)
        rows = [fresh[text] if text in fresh else self._kept[text] for text in texts]
        self._kept.update(fresh)
        while len(self._kept) > self._capacity:
            self._kept.popitem(last=False)
        return np.array(rows, dtype=np.float32)
