"""Answers that were written before: asking the same again costs a model nothing."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from retrieval.models import Answer, Caution, Filters

MOST_ANSWERS = 500
"""About 2 MB; the one that was not asked for longest goes first."""


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """All that a written answer depends on."""

    question: str
    """As it was searched for."""
    language: str
    filters: Filters | None
    caution: Caution
    version: int
    """The library's."""
    model: str


class AnswerCache:
    """The answers that were asked for last. Not thread-safe: one thread at a time."""

    def __init__(self, most: int = MOST_ANSWERS) -> None:
        """Keep so many."""
        self._answers: OrderedDict[AnswerKey, Answer] = OrderedDict()
        self._most = most

    def get(self, key: AnswerKey) -> Answer | None:
        """The answer that was written for the same question, articles and model."""
        if key not in self._answers:
            return None
        self._answers.move_to_end(key)
        return self._answers[key]

    def put(self, key: AnswerKey, answer: Answer) -> None:
        """Keep an answer."""
        self._answers[key] = answer
        self._answers.move_to_end(key)
        while len(self._answers) > self._most:
            self._answers.popitem(last=False)
