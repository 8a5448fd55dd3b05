"""From a message to what the articles say of each of its claims: search, read, compare.

A claim is supported by a sentence that tells of the same thing and differs in nothing that can be compared, refuted by one
that differs in a number, a date or in being denied; where no sentence tells of it, the articles say nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from retrieval.answer.agreement import Disagreement, compare, facts_of
from retrieval.answer.candidates import Candidate, list_candidates
from retrieval.answer.citations import verify
from retrieval.answer.claims import MOST_CLAIMS, numbered, split_claims
from retrieval.answer.extractive import Selection, compose
from retrieval.answer.reading import Reader
from retrieval.answer.second_look import look_again
from retrieval.articles.language import detect_language
from retrieval.index.embedding import Vector, embed_question
from retrieval.models import CheckedClaim, CheckedMessage, Filters, Verdict
from retrieval.search.passages import join_passages
from retrieval.search.question import Question, read_question

if TYPE_CHECKING:
    from retrieval.answer.answerer import Sources
    from retrieval.index.embedding import Embedding

PASSAGE_NODES = 6
COMPARED = 8
"""Sentences whose meaning is compared with the claim's, those that the reader finds likeliest to tell of it."""
MOST_MESSAGE_CHARS = 4000
"""Discord's longest message; what is longer is not read."""


class ClaimChecker:
    """Checks claims by quoting."""

    def __init__(self, embedding: Embedding, reader: Reader) -> None:
        """Read with ``embedding`` and ``reader``."""
        self._embedding = embedding
        self._reader = reader

    def check(self, message: str, sources: Sources, *, filters: Filters | None = None) -> CheckedMessage:
        """What the articles say of each claim.

        Args:
            message: What somebody wrote, without markup.
            sources: Where to look.
            filters: Which articles to look in.

        Raises:
            CitationError: A quote does not match the store.
        """
        claims = split_claims(message[:MOST_MESSAGE_CHARS])
        checked = numbered([self._check(claim, sources, filters) for claim in claims[:MOST_CLAIMS]])
        verify([citation for claim in checked for citation in claim.citations], sources.article_text)
        return CheckedMessage(detect_language(message), checked, unchecked=max(0, len(claims) - MOST_CLAIMS))

    def _check(self, claim: str, sources: Sources, filters: Filters | None) -> CheckedClaim:
        question = read_question(claim, self._embedding)
        ranked = sources.search.rank(question, filters=filters)
        candidates = list_candidates(join_passages(ranked, limit=PASSAGE_NODES))
        evidence = self._evidence(question, candidates) if candidates else None
        if evidence is None:
            return CheckedClaim(claim, "not_enough_info", ())
        _, citations = compose(Selection((evidence.candidate,), (evidence.probability,)))
        return CheckedClaim(claim, evidence.verdict, citations)
