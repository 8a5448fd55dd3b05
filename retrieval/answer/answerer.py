"""From a question to an answer or a refusal: search, read, choose, check."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from retrieval.answer.candidates import Candidate, list_candidates
from retrieval.answer.citations import verify
from retrieval.answer.confidence import Confidence
from retrieval.answer.extractive import Selection, compose, select_sentences
from retrieval.answer.features import QuestionTerms, feature_matrix
from retrieval.answer.follow_up import Standalone, about_topic, standalone_question
from retrieval.answer.reading import Reader
from retrieval.answer.scorer import SentenceScorer
from retrieval.answer.second_look import LOOKED_AT, first_look, look_again
from retrieval.articles.language import detect_language
from retrieval.index.store import summary_of
from retrieval.models import (
    UNKNOWN_LANGUAGE,
    Answer,
    ArticleSummary,
    Caution,
    Filters,
    Refusal,
    Response,
    Retrieved,
    Timings,
    Turn,
)
from retrieval.search.passages import join_passages
from retrieval.search.question import Question, clean_question, read_question

if TYPE_CHECKING:
    from retrieval.index.embedding import Embedding
    from retrieval.index.lexical import LexicalIndex
    from retrieval.search.fitted import FittedValues, Matrix
    from retrieval.search.hybrid import HybridSearch
    from retrieval.search.ranked import RankedNode

PASSAGE_NODES = 6
"""Nodes whose sentences are read; of six, .95 hold the answer within a language and .88 from en, de, es, ro to it."""
SHOWN_PASSAGES = 10
CLOSEST_ARTICLES = 3


@dataclass(frozen=True, slots=True)
class Sources:
    """What an answerer searches and checks against."""

    search: HybridSearch
    lexical: LexicalIndex
    article_text: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class _Reading:
    """What was found for one question."""

    question: Question
    ranked: list[RankedNode]
    selection: Selection | None
    confidence: float
    embed_ms: float
    search_ms: float


class Answerer:
    """Answers questions by quoting."""

    def __init__(
        self,
        embedding: Embedding,
        reader: Reader,
        fitted: FittedValues | None,
        *,
        max_question_chars: int,
        min_confidence: float | None,
    ) -> None:
        """Read with ``embedding`` and the values fitted to it.

        Args:
            embedding: The model that the articles were embedded with.
            reader: Reads the passages that the search found.
            fitted: Values fitted to both; without them confidence is uncalibrated and nothing found is refused.
            max_question_chars: Longer questions are an error.
            min_confidence: Answers below it become refusals; None takes the fitted ones.
        """
        self._embedding = embedding
        self.reader = reader
        self._looked_at = LOOKED_AT if fitted else 0  # only fitted values make something of it
        self._scorer = SentenceScorer(fitted)
        self._confidence = Confidence(fitted, minimum=min_confidence)
        self._max_question_chars = max_question_chars

    def ask(
        self,
        text: str,
        sources: Sources,
        *,
        filters: Filters | None = None,
        history: Sequence[Turn] = (),
        caution: Caution = "normal",
    ) -> Response:
        """Answer one question.

        Raises:
            QuestionError: The question is empty, too long, or not in words that can be read.
            CitationError: A quote does not match the store.
        """
        started = time.perf_counter()
        asked = clean_question(text, max_chars=self._max_question_chars)
        standalone = standalone_question(asked, history)
        reading = self._read(standalone, sources, filters)
        response = self._respond(asked, reading, sources, caution)
        total_ms = _ms_since(started)
        return _with_timings(
            response,
            Timings(
                embed=reading.embed_ms,
                search=reading.search_ms,
                answer=round(total_ms - reading.embed_ms - reading.search_ms, 3),
                total=total_ms,
            ),
        )

    def _read(self, standalone: Standalone, sources: Sources, filters: Filters | None) -> _Reading:
        started = time.perf_counter()
        question = read_question(standalone.text, self._embedding)
        embed_ms = _ms_since(started)
        started = time.perf_counter()
        ranked = about_topic(sources.search.rank(question, filters=filters), standalone.topic_names)
        passages = join_passages(ranked, limit=PASSAGE_NODES)
        search_ms = _ms_since(started)
        candidates = list_candidates(passages)
        if not candidates:
            return _Reading(question, ranked, None, 0.0, embed_ms, search_ms)
        features = self._features(question, candidates, sources.lexical)
        probabilities = self._scorer.probabilities(features)
        selection = select_sentences(candidates, probabilities)
        return _Reading(question, ranked, selection, self._confidence.of(features, probabilities), embed_ms, search_ms)

    def _minimum(self, question: Question, selection: Selection, caution: Caution) -> float:
        best = selection.candidates[0].ranked.node
        return self._confidence.minimum(same_language=best.language == question.language, caution=caution)

    def _features(self, question: Question, candidates: Sequence[Candidate], lexical: LexicalIndex) -> Matrix:
        readings = first_look(question, candidates, self.reader)
        asked = QuestionTerms.of(question, lexical.terms(question.text, language=question.language), lexical.idf)
        looks = look_again(question, candidates, readings, self.reader, most=self._looked_at)
        return feature_matrix(question, asked, candidates, readings, looks)

    def _respond(self, asked: str, reading: _Reading, sources: Sources, caution: Caution) -> Response:
        spoken = detect_language(asked)
        language = reading.question.language if spoken == UNKNOWN_LANGUAGE else spoken
        retrieved = tuple(_retrieved(item) for item in reading.ranked[:SHOWN_PASSAGES])
        selection = reading.selection
        if selection is None or reading.confidence < self._minimum(reading.question, selection, caution):
            return Refusal(
                question=asked,
                language=language,
                confidence=reading.confidence,
                mode="extractive",
                closest=_closest(reading.ranked),
                retrieved=retrieved,
                timings=Timings(),
                standalone_question=reading.question.text,
            )
        sentences, citations = compose(selection)
        verify(citations, sources.article_text)
        return Answer(
            question=asked,
            language=language,
            sentences=sentences,
            citations=citations,
            confidence=reading.confidence,
            mode="extractive",
            retrieved=retrieved,
            timings=Timings(),
            standalone_question=reading.question.text,
        )


def _with_timings(response: Response, timings: Timings) -> Response:
    return replace(response, timings=timings)


def _retrieved(item: RankedNode) -> Retrieved:
    node = item.node
    return Retrieved(node.article_id, node.source, node.start_char, node.end_char, item.score)


def _closest(ranked: Sequence[RankedNode]) -> tuple[ArticleSummary, ...]:
    """The articles of the best nodes, each once."""
    nodes = {item.node.article_id: item.node for item in reversed(ranked)}
    best_first = dict.fromkeys(item.node.article_id for item in ranked)
    return tuple(summary_of(nodes[article_id]) for article_id in list(best_first)[:CLOSEST_ARTICLES])


def _ms_since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 3)
