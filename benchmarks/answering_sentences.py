"""Which sentences answer a question, of all that hold the answer's words: names come back all over the news."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache

from benchmarks.datasets import Document, WrittenQuestion, folded, holds_answer
from retrieval.articles import split_sentences
from retrieval.index.analysis import Term, analyze, question_terms


@lru_cache(maxsize=20_000)
def sentences_of(document: Document) -> tuple[tuple[int, str], ...]:
    """A document's sentences, each with its end in the text."""
    spans = split_sentences(document.text, document.language)
    return tuple((span.end_char, document.text[span.start_char : span.end_char]) for span in spans)


def answering_sentences(document: Document, question: str, answers: Sequence[str]) -> frozenset[str]:
    """The sentences that hold an answer and share most words with the question.

    Args:
        document: What answers.
        question: The question in the document's language.
        answers: The strings that count as its answer.
    """
    holding = [sentence for _, sentence in sentences_of(document) if holds_answer(sentence, answers)]
    asked = question_terms(question, [document.language])
    shared = {sentence: _shared(asked, sentence, document.language) for sentence in holding}
    most = max(shared.values(), default=0)
    return frozenset(sentence for sentence, count in shared.items() if count == most)


def answering_sentence(question: WrittenQuestion) -> frozenset[str]:
    """The one sentence in which the answer to one of our own questions begins; none for a near miss."""
    if question.answer is None:
        return frozenset()
    return frozenset(
        {next(sentence for end, sentence in sentences_of(question.document) if question.answer_start < end)}
    )


def is_among(text: str, sentences: Collection[str]) -> bool:
    """Whether a sentence that the product found is one of these, which were split from uncleaned text."""
    found = folded(text)
    return any(found in folded(sentence) or folded(sentence) in found for sentence in sentences)


def _shared(asked: Sequence[Term], sentence: str, language: str) -> int:
    keys = {key for term in analyze(sentence, language) for key in term.keys}
    return sum(any(key in keys for key in term.keys) for term in asked)
