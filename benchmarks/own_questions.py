"""Questions that the project wrote itself: how they are kept, asked and judged.

An answer is right if one of its quotes is from a right article and holds one of the strings expected of that article.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from retrieval import Library
from retrieval.models import Answer, Citation


@dataclass(frozen=True, slots=True)
class OwnQuestion:
    """A question and the strings that count as its answer."""

    language: str
    text: str
    expected: Mapping[str, tuple[str, ...]]
    """Beginning of an article's source to strings of its text; empty if no article answers."""
    near_miss: bool
    """No article answers, but one is about the same person or thing."""

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> OwnQuestion:
        """Read one question of a file; ``also`` names further articles that answer it."""
        expected = {} if row["article"] is None else {row["article"]: row["must_contain"], **row.get("also", {})}
        return cls(
            row["language"],
            row["question"],
            {source: tuple(texts) for source, texts in expected.items()},
            row.get("near_miss", False),
        )

    def is_answered_by(self, source: str, text: str) -> bool:
        """Whether a text of this source holds an expected string."""
        return any(
            source.startswith(start) and any(string in text for string in strings)
            for start, strings in self.expected.items()
        )


@dataclass(frozen=True, slots=True)
class Score:
    """How many questions came out how; the first three are of those that an article answers."""

    right: int
    wrong: int
    refused: int
    answered: int
    """Questions that no article answers and that were answered all the same."""
    unanswerable: int

    def __str__(self) -> str:
        answerable = self.right + self.wrong + self.refused
        return (
            f"{self.right} of {answerable} right ({self.right / answerable:.0%}), {self.wrong} wrong, "
            f"{self.refused} refused; {self.answered} of {self.unanswerable} without an answer were answered"
        )


def ask_all(library: Library, questions: Sequence[OwnQuestion]) -> Score:
    """Ask every question and print a line for each."""
    verdicts = []
    for question in questions:
        reply = library.ask(question.text)
        verdicts.append(verdict(question, reply.citations if isinstance(reply, Answer) else ()))
        kind = "" if question.expected else "near miss" if question.near_miss else "other subject"
        print(f"{verdicts[-1]:9}{reply.confidence:.3f} {question.language} {question.text}  {kind}")
    return Score(
        right=verdicts.count("right"),
        wrong=verdicts.count("WRONG"),
        refused=verdicts.count("REFUSED"),
        answered=verdicts.count("ANSWERED"),
        unanswerable=sum(not question.expected for question in questions),
    )


def verdict(question: OwnQuestion, citations: Sequence[Citation]) -> str:
    """One word for a reply, in capitals if it is a mistake; a refusal has no citations."""
    if not question.expected:
        return "ANSWERED" if citations else "refused"
    if any(question.is_answered_by(citation.source, citation.quote) for citation in citations):
        return "right"
    return "WRONG" if citations else "REFUSED"
