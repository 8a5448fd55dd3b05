"""From a message to what the articles say of each of its claims: search, read, compare.

A claim is supported by a sentence that tells of the same thing and differs in nothing that can be compared, refuted by
one that differs in a number, a date or in being denied; where no sentence tells of it, the articles say nothing. A
language model, where there is one, may be stricter than that and never more lenient: it can refute a claim or find that
nothing is said of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from retrieval.answer.agreement import compare, facts_of
from retrieval.answer.answerer import PASSAGE_NODES, Sources
from retrieval.answer.candidates import Candidate, list_candidates
from retrieval.answer.citations import verify
from retrieval.answer.claims import MOST_CLAIMS, Claim, numbered, split_claims
from retrieval.answer.extractive import Selection, compose
from retrieval.answer.reading import Reader
from retrieval.answer.second_look import first_look, log_odds, look_again
from retrieval.articles.language import detect_language
from retrieval.index.embedding import embed_question
from retrieval.models import CheckedClaim, CheckedMessage, Filters, Verdict
from retrieval.search.fitted import Matrix
from retrieval.search.passages import join_passages
from retrieval.search.question import Question, read_question

if TYPE_CHECKING:
    from retrieval.answer.generation.judging import Judge
    from retrieval.index.embedding import Embedding

COMPARED = 8
"""Sentences whose meaning is compared with the claim's, those that the reader finds likeliest to tell of it."""
EVIDENCE = ("similarity", "held", "alone", "node_score", "same_language")
"""What is known of a sentence beside a claim: cosine of both, the reader's log-odds in its node and alone, its node's
score in the search, and whether it is in the claim's language."""
EVIDENCE_WEIGHTS, EVIDENCE_BIAS = (44.292, 0.358, 0.407, 9.766, -1.101), -45.219
"""Logistic regression on being the sentence that tells of the claim: ``python -m benchmarks.claims --fit``."""
MOST_JUDGED = 3
"""Sentences that a language model is shown."""
MIN_EVIDENCE = 0.2
"""A sentence that is less likely to tell of the claim is none; of the claims in the half ``tune`` that no article tells
of, none reached it."""
MOST_MESSAGE_CHARS = 4000
"""Discord's longest message; what is longer is not read."""


class ClaimChecker:
    """Checks claims by quoting."""

    def __init__(self, embedding: Embedding, reader: Reader, judge: Judge | None = None) -> None:
        """Read with ``embedding`` and ``reader``, and let ``judge`` have a say."""
        self._embedding = embedding
        self._reader = reader
        self._judge = judge

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

    def _check(self, claim: Claim, sources: Sources, filters: Filters | None) -> CheckedClaim:
        ranked = sources.search.rank(read_question(claim.standalone, self._embedding), filters=filters)
        candidates = list_candidates(join_passages(ranked, limit=PASSAGE_NODES))
        if not candidates:
            return CheckedClaim(claim.text, "not_enough_info", ())
        question = read_question(claim.text, self._embedding)
        likeliest, evidence = self.evidence(question, candidates)
        logits = evidence @ np.array(EVIDENCE_WEIGHTS, dtype=np.float32) + EVIDENCE_BIAS
        best, probability = likeliest[int(np.argmax(logits))], float(1 / (1 + np.exp(-logits.max())))
        if probability < MIN_EVIDENCE:
            return CheckedClaim(claim.text, "not_enough_info", ())
        verdict: Verdict = "refuted" if disagrees(question, best) else "supported"
        if verdict == "supported" and self._judge is not None:
            order = np.argsort(-logits, kind="stable")[:MOST_JUDGED]
            judged = self._judge.verdict(claim.text, [likeliest[index].text for index in order])
            if judged is not None:
                verdict = judged[0]
                best = likeliest[order[judged[1]]] if judged[1] is not None else best
        if verdict == "not_enough_info":
            return CheckedClaim(claim.text, verdict, ())
        _, citations = compose(Selection((best,), (probability,)))
        return CheckedClaim(claim.text, verdict, citations)

    def evidence(self, question: Question, candidates: Sequence[Candidate]) -> tuple[list[Candidate], Matrix]:
        """What is known of the sentences that likeliest tell of a claim.

        Args:
            question: The claim.
            candidates: At least one.

        Returns:
            At most `COMPARED` candidates, and ``(n, len(EVIDENCE))`` float32.
        """
        readings = first_look(question, candidates, self._reader)
        held = log_odds(candidates, readings)
        order = np.argsort(-held, kind="stable")[:COMPARED]
        likeliest = [candidates[index] for index in order]
        looks = look_again(question, likeliest, readings, self._reader, around=(0,))
        rows = [
            (
                float(question.vector @ embed_question(self._embedding, candidate.text)),
                held_in_node,
                alone,
                candidate.ranked.score,
                candidate.ranked.node.language == question.language,
            )
            for candidate, held_in_node, alone in zip(likeliest, held[order], looks[:, 0], strict=True)
        ]
        return likeliest, np.array(rows, dtype=np.float32)


def disagrees(claim: Question, evidence: Candidate) -> bool:
    """Whether a sentence that tells of the same thing goes against the claim in what can be compared.

    Negation is compared within a language only: across languages one says "free" where another says "costs nothing".
    """
    node, place = evidence.ranked.node, evidence.place
    around = " ".join(node.sentence_texts[max(0, place - 1) : place + 2])
    said = compare(
        facts_of(claim.text, claim.language),
        facts_of(evidence.text, node.language),
        facts_of(f"{node.header}\n{around}", node.language),
    )
    missing = said.numbers_missing + said.months_missing + said.weekdays_missing
    return missing > 0 or (said.negation_differs and node.language == claim.language)
