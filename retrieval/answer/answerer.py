"""From a question to an answer or a refusal: search, read, choose or write, check."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from retrieval.answer.answer_cache import AnswerCache, AnswerKey
from retrieval.answer.candidates import Candidate, list_candidates
from retrieval.answer.citations import verify
from retrieval.answer.confidence import Confidence
from retrieval.answer.disagreement import find_disagreement, say
from retrieval.answer.extractive import Selection, compose, select_sentences
from retrieval.answer.features import QuestionTerms, feature_matrix
from retrieval.answer.follow_up import Standalone, search_for, standalone_question
from retrieval.answer.generation.judging import Judge
from retrieval.answer.generation.rewriting import Rewriter
from retrieval.answer.generation.writer import OnDraft, Task, Writer
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
    Draft,
    Filters,
    ModelUse,
    Refusal,
    Response,
    Retrieved,
    Timings,
    Turn,
)
from retrieval.search.passages import join_passages
from retrieval.search.question import Question, clean_question, read_question

if TYPE_CHECKING:
    from retrieval.index.embedding import Embedding, Vector
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
    version: Callable[[], int] = lambda: 0
    """Of what is searched; another one whenever an article has changed."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a question is to be answered."""

    filters: Filters | None = None
    """Which articles to look in."""
    caution: Caution = "normal"
    language: str | None = None
    """The answer's language where a model writes it; None: the question's."""
    on_draft: OnDraft | None = None
    """Called with the sentences that are written and checked, whenever there is one more."""
    stop: threading.Event | None = None
    """Set by whoever does not want the answer any more."""
    write: bool = True
    """Whether a model may write; False: the answer is quoted, and no model is asked."""


ANY_ANSWER = Wanted()


@dataclass(frozen=True, slots=True)
class _Found:
    """What the search made of a question."""

    question: Question
    ranked: list[RankedNode]
    embed_ms: float
    search_ms: float


@dataclass(frozen=True, slots=True)
class _Reading:
    """What was found for one question."""

    question: Question
    ranked: list[RankedNode]
    selection: Selection | None
    confidence: float
    embed_ms: float
    search_ms: float
    candidates: Sequence[Candidate] = ()
    probabilities: Vector | None = None
    """Of each candidate to answer; None if there are none."""
    task: Task | None = None
    """The answer that a model has begun to write."""


class Answerer:
    """Answers questions by quoting, or has a model write and quotes when that fails."""

    def __init__(
        self,
        embedding: Embedding,
        reader: Reader,
        fitted: FittedValues | None,
        *,
        max_question_chars: int,
        min_confidence: float | None,
        writer: Writer | None = None,
        rewriter: Rewriter | None = None,
        judge: Judge | None = None,
    ) -> None:
        """Read with ``embedding`` and the values fitted to it.

        Args:
            embedding: The model that the articles were embedded with.
            reader: Reads the passages that the search found.
            fitted: Values fitted to both; without them confidence is uncalibrated and nothing found is refused.
            max_question_chars: Longer questions are an error.
            min_confidence: Answers below it become refusals; None takes the fitted ones.
            writer: Writes answers; None quotes only.
            rewriter: Makes follow-ups stand alone; None does so by rule.
            judge: Has a say when claims are checked; this class only keeps it.
        """
        self._embedding = embedding
        self.reader = reader
        self.judge = judge
        self._looked_at = LOOKED_AT if fitted else 0  # only fitted values make something of it
        self._scorer = SentenceScorer(fitted)
        self._confidence = Confidence(fitted, minimum=min_confidence)
        self._max_question_chars = max_question_chars
        self._writer = writer
        self._rewriter = rewriter
        self._cache = AnswerCache()

    def ask(
        self, text: str, sources: Sources, *, history: Sequence[Turn] = (), wanted: Wanted = ANY_ANSWER
    ) -> Response:
        """Answer one question.

        Raises:
            QuestionError: The question is empty, too long, or not in words that can be read.
            CitationError: A quote does not match the store.
            ModelError: With the reason ``stopped``, if the answer was not wanted any more.
        """
        started = time.perf_counter()
        asked = clean_question(text, max_chars=self._max_question_chars)
        found: _Found | None = None
        standalone = standalone_question(asked, history)
        if standalone.with_topic is not None:  # only the search tells what it means
            found = self._find(standalone, sources, wanted)
            standalone = Standalone(asked) if found.question.text == asked else standalone.with_topic
        if self._rewriter is not None and wanted.write and standalone.text != asked:
            rewritten = self._rewriter.rewrite(asked, history, standalone, stop=wanted.stop)
            if rewritten != standalone:
                standalone, found = rewritten, None
        key = self._key(asked, standalone, sources, wanted)
        if key is not None and (kept := self._cache.get(key)) is not None:
            return replace(kept, question=asked, model=_from_cache(kept), timings=Timings(total=_ms_since(started)))
        reading = self._read(asked, found or self._find(standalone, sources, wanted), sources, wanted)
        response = self._respond(asked, reading, sources, wanted)
        total_ms = _ms_since(started)
        timings = Timings(
            embed=reading.embed_ms,
            search=reading.search_ms,
            answer=round(total_ms - reading.embed_ms - reading.search_ms, 3),
            total=total_ms,
        )
        response = replace(response, timings=timings)
        if key is not None and isinstance(response, Answer) and response.mode == "generative":
            self._cache.put(key, response)
        return response

    def _key(self, asked: str, standalone: Standalone, sources: Sources, wanted: Wanted) -> AnswerKey | None:
        if self._writer is None or not wanted.write:
            return None
        language = wanted.language or detect_language(asked)
        model = self._writer.model.name
        return AnswerKey(standalone.text, language, wanted.filters, wanted.caution, sources.version(), model)

    def _find(self, standalone: Standalone, sources: Sources, wanted: Wanted) -> _Found:
        embed_ms = 0.0

        def search(text: str) -> tuple[Question, list[RankedNode]]:
            nonlocal embed_ms
            started = time.perf_counter()
            question = read_question(text, self._embedding)
            embed_ms += _ms_since(started)
            return question, sources.search.rank(question, filters=wanted.filters)

        started = time.perf_counter()
        question, ranked = search_for(standalone, search)
        return _Found(question, ranked, round(embed_ms, 3), round(_ms_since(started) - embed_ms, 3))

    def _read(self, asked: str, found: _Found, sources: Sources, wanted: Wanted) -> _Reading:
        question, ranked, embed_ms, search_ms = found.question, found.ranked, found.embed_ms, found.search_ms
        passages = join_passages(ranked, limit=PASSAGE_NODES)
        candidates = list_candidates(passages)
        if not candidates:
            return _Reading(question, ranked, None, 0.0, embed_ms, search_ms)
        task = None
        if self._writer is not None and wanted.write:  # it thinks while the passages are read
            language = wanted.language or _language_of(asked, question, ranked)
            task = self._writer.begin(question, language, passages, stop=wanted.stop)
        try:
            features = self._features(question, candidates, sources.lexical)
            probabilities = self._scorer.probabilities(features)
            selection = select_sentences(candidates, probabilities)
            confidence = self._confidence.of(features, probabilities)
        except BaseException:
            if self._writer is not None and task is not None:
                self._writer.cancel(task)
            raise
        return _Reading(question, ranked, selection, confidence, embed_ms, search_ms, candidates, probabilities, task)

    def _minimum(self, question: Question, selection: Selection, caution: Caution) -> float:
        best = selection.candidates[0].ranked.node
        return self._confidence.minimum(same_language=best.language == question.language, caution=caution)

    def _features(self, question: Question, candidates: Sequence[Candidate], lexical: LexicalIndex) -> Matrix:
        readings = first_look(question, candidates, self.reader)
        asked = QuestionTerms.of(question, lexical.terms(question.text, language=question.language), lexical.idf)
        looks = look_again(question, candidates, readings, self.reader, most=self._looked_at)
        return feature_matrix(question, asked, candidates, readings, looks)

    def _respond(self, asked: str, reading: _Reading, sources: Sources, wanted: Wanted) -> Response:
        spoken = detect_language(asked)
        language = reading.question.language if spoken == UNKNOWN_LANGUAGE else spoken
        selection = reading.selection
        if selection is None or reading.confidence < self._minimum(reading.question, selection, wanted.caution):
            use = self._writer.cancel(reading.task) if self._writer is not None and reading.task is not None else None
            return replace(_refusal(asked, language, reading), model=use)
        sentences, citations = compose(selection)
        quoted = Answer(
            question=asked,
            language=language,
            sentences=sentences,
            citations=citations,
            confidence=reading.confidence,
            mode="extractive",
            retrieved=_shown(reading),
            timings=Timings(),
            standalone_question=reading.question.text,
        )
        answer: Response = quoted
        if self._writer is not None and reading.task is not None:
            answer = self._finish(self._writer, reading.task, quoted, reading, sources, wanted)
        if isinstance(answer, Refusal):
            return answer
        answer = self._with_disagreement(answer, reading, wanted.language or language)
        verify(answer.citations, sources.article_text)
        return answer

    def _with_disagreement(self, answer: Answer, reading: _Reading, language: str) -> Answer:
        """The answer, saying so if two articles contradict each other on what was asked."""
        if reading.selection is None or reading.probabilities is None:
            return answer
        pair = find_disagreement(
            reading.question.text,
            reading.selection.candidates[0],
            reading.candidates,
            reading.probabilities,
            self._embedding,
        )
        if pair is None:
            return answer
        sentence, citations = say(pair, language, answer.citations)
        return replace(answer, sentences=(*answer.sentences, sentence), citations=citations)

    def _finish(
        self, writer: Writer, task: Task, quoted: Answer, reading: _Reading, sources: Sources, wanted: Wanted
    ) -> Response:
        """What the model makes of the passages; the quoted answer if it fails."""
        show = wanted.on_draft

        def show_verified(draft: Draft) -> None:
            verify(draft.citations, sources.article_text)
            if show is not None:
                show(draft)

        written = writer.finish(task, on_draft=show_verified if show is not None else None)
        if written.fallback is None:
            return replace(
                quoted, sentences=written.sentences, citations=written.citations, mode="generative", model=written.use
            )
        # Small models miss what stands there, so that theirs is the last word only where quoting is unsure too.
        unsure = reading.selection is None or (
            reading.confidence < self._minimum(reading.question, reading.selection, "high")
        )
        if written.fallback.reason == "found_nothing" and unsure:
            return replace(_refusal(quoted.question, quoted.language, reading), mode="generative", model=written.use)
        return replace(quoted, model=written.use, fallback=written.fallback)


def _refusal(asked: str, language: str, reading: _Reading) -> Refusal:
    return Refusal(
        question=asked,
        language=language,
        confidence=reading.confidence,
        mode="extractive",
        closest=_closest(reading.ranked),
        retrieved=_shown(reading),
        timings=Timings(),
        standalone_question=reading.question.text,
    )


def _language_of(asked: str, question: Question, ranked: Sequence[RankedNode]) -> str:
    """The language to answer in: that of what was asked, or where a name is all of it, of the best article."""
    languages = (detect_language(asked), question.language, ranked[0].node.language)
    return next((language for language in languages if language != UNKNOWN_LANGUAGE), UNKNOWN_LANGUAGE)


def _from_cache(answer: Answer) -> ModelUse | None:
    return replace(ModelUse(answer.model.model), from_cache=True) if answer.model else None


def _shown(reading: _Reading) -> tuple[Retrieved, ...]:
    return tuple(_retrieved(item) for item in reading.ranked[:SHOWN_PASSAGES])


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
