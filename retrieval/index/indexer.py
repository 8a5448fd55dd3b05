"""One run of ``kilde index``: read what changed, embed it, commit it batch by batch, remove what vanished."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from retrieval.articles.files import SourceFile
from retrieval.articles.reader import read_file
from retrieval.errors import ArticleError
from retrieval.index.article_state import ArticleState
from retrieval.index.embedding import Embedding, Vector, embed_passages, token_counter
from retrieval.index.lexical import LexicalIndex
from retrieval.index.lock import writer_lock
from retrieval.index.nodes import StoredNode, split_article
from retrieval.index.scope import Scope
from retrieval.index.seen_files import SeenArticle, SeenFile, SeenFiles
from retrieval.index.store import Store
from retrieval.models import Article, Failure, IndexProgress, IndexReport

logger = logging.getLogger(__name__)

BATCH_NODES = 64
"""Nodes a commit: with the default model 5 to 9 seconds of embedding, against 0.3 s for the commit itself."""
EMBED_NODES = 16
"""Nodes between two reports of progress."""

OnProgress = Callable[[IndexProgress], None]
Stage = Literal["scan", "read", "embed", "finish"]


def index_paths(
    store: Store,
    lexical: LexicalIndex,
    paths: Sequence[Path | str],
    *,
    load_embedding: Callable[[], Embedding],
    prune: bool = False,
    on_progress: OnProgress | None = None,
) -> IndexReport:
    """Add, update and remove articles so that the library equals the files of ``paths``.

    Killed at any moment, the next run finishes to the same library. On Ctrl-C the current batch is committed or
    dropped whole.

    Args:
        store: An open library.
        lexical: Its lexical index.
        paths: Files and folders.
        load_embedding: Gives the embedding model; called only if something has to be embedded.
        prune: Also remove the articles of paths that are missing, unreadable or empty.
        on_progress: Called with the number of articles that are done.

    Raises:
        LibraryBusyError: If another process is writing and does not finish in time.
        StoreError: If the store cannot be written.
        StoreUnavailableError: If the Chroma server does not answer.
    """
    started = time.perf_counter()
    with writer_lock(store.settings.data_dir, timeout_s=store.settings.lock_timeout_s):
        store.reopen_if_changed()
        lexical.reload()
        lexical.sync(store)
        run = _Run(store, lexical, load_embedding, on_progress or _ignore, SeenFiles(store.settings))
        run.report_progress("scan")
        scope = Scope.of(paths, prune=prune, data_dir=store.settings.data_dir)
        try:
            run.index(scope)
        finally:
            run.seen_files.save()
    return run.report(scope, seconds=time.perf_counter() - started)


def remove_articles(store: Store, lexical: LexicalIndex, article_ids: Sequence[str]) -> list[str]:
    """Remove articles.

    Returns:
        The ids of those that were stored, in the order given.

    Raises:
        LibraryBusyError: If another process is writing and does not finish in time.
        StoreError: If the store cannot be written.
    """
    with writer_lock(store.settings.data_dir, timeout_s=store.settings.lock_timeout_s):
        store.reopen_if_changed()
        lexical.reload()
        lexical.sync(store)
        states = store.article_states()
        found = [article_id for article_id in dict.fromkeys(article_ids) if article_id in states]
        _commit(
            store, lexical, _Batch(remove=[node_id for article_id in found for node_id in states[article_id].ids()])
        )
    return found


@dataclass(slots=True)
class _Batch:
    """What one commit changes."""

    nodes: list[StoredNode] = field(default_factory=list)
    vectors: list[Vector] = field(default_factory=list)
    remove: list[str] = field(default_factory=list)
    articles: int = 0


def _commit(store: Store, lexical: LexicalIndex, batch: _Batch) -> None:
    if not batch.nodes and not batch.remove:
        return
    try:
        _write(store, lexical, batch)
    except KeyboardInterrupt:
        # Everything in it can be done twice, so a commit that Ctrl-C cut short is simply finished.
        _write(store, lexical, batch)
        raise


def _write(store: Store, lexical: LexicalIndex, batch: _Batch) -> None:
    with store.writing(len(batch.nodes) + len(batch.remove)):
        # New nodes first: killed in between, the article is there twice, never missing, and the next run removes the
        # old.
        if batch.nodes:
            store.upsert(batch.nodes, np.concatenate(batch.vectors))
        if batch.remove:
            store.delete(batch.remove)
    lexical.update(add=batch.nodes, remove=batch.remove, version=store.version())


@dataclass(slots=True)
class _Run:
    store: Store
    lexical: LexicalIndex
    load_embedding: Callable[[], Embedding]
    on_progress: OnProgress
    seen_files: SeenFiles
    states: dict[str, ArticleState] = field(default_factory=dict)
    found: set[str] = field(default_factory=set)
    """Ids of the articles that this run came across."""
    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    unchanged: int = 0
    nodes_embedded: int = 0
    done: int = 0
    total: int = 0
    batch: _Batch = field(default_factory=_Batch)
    embedding: Embedding | None = None

    def index(self, scope: Scope) -> None:
        self.states = self.store.article_states()
        self.total = len(scope.files)
        self.report_progress("read")
        for article in self._articles(scope):
            self._add(article)
        self._commit_batch()
        self._remove_vanished(scope)
        self.report_progress("finish")

    def report(self, scope: Scope, *, seconds: float) -> IndexReport:
        return IndexReport(
            added=tuple(sorted(self.added)),
            updated=tuple(sorted(self.updated)),
            unchanged=self.unchanged,
            removed=tuple(sorted(self.removed)),
            failed=tuple(sorted([*scope.failures, *self.failed], key=lambda failure: (failure.source, failure.reason))),
            warnings=(*scope.warnings, *self.warnings),
            nodes_embedded=self.nodes_embedded,
            seconds=seconds,
        )

    def report_progress(self, stage: Stage) -> None:
        self.on_progress(IndexProgress(stage, self.done, self.total or None))

    def _articles(self, scope: Scope) -> Iterator[Article]:
        """Articles that are new or changed; counts the others."""
        for file in scope.files:
            seen = self.seen_files.find(file)
            if seen is not None and all(self._is_stored(article.id, article.hash_prefix) for article in seen.articles):
                self._take_unread(scope, file, seen)
                continue
            try:
                read = list(read_file(file, settings=self.store.settings))
            except ArticleError as error:
                self.failed.append(Failure(file.relative, str(error)))
                scope.keep_file(file)
                self.total -= 1
                continue
            articles = [item for item in read if isinstance(item, Article)]
            failures = [item for item in read if isinstance(item, Failure)]
            self.failed += failures
            held = [SeenArticle.of(article) for article in articles]
            scope.keep_failed_items(file, failures, found=[article.source for article in held])
            self.total += len(articles) - 1
            yield from articles
            self.seen_files.note(file, held, failures)

    def _take_unread(self, scope: Scope, file: SourceFile, seen: SeenFile) -> None:
        self.failed += seen.failures
        scope.keep_failed_items(file, seen.failures, found=[article.source for article in seen.articles])
        self.total += len(seen.articles) - 1
        for article in seen.articles:
            self._keep(article.id, article.hash_prefix)

    def _is_stored(self, article_id: str, content_hash: str) -> bool:
        state = self.states.get(article_id)
        return state is not None and state.is_complete(content_hash)

    def _keep(self, article_id: str, content_hash: str) -> None:
        if article_id in self.found:
            return
        self.found.add(article_id)
        self.unchanged += 1
        self.done += 1
        self.batch.remove += self.states[article_id].ids(except_hash=content_hash)  # of a run that was killed

    def _add(self, article: Article) -> None:
        if article.id in self.found:
            return
        if self._is_stored(article.id, article.content_hash):
            self._keep(article.id, article.content_hash)
            return
        nodes = split_article(article, count_tokens=self._tokens())
        if not nodes:
            self.failed.append(Failure(article.source, "holds no text: nothing to index"))
            return
        self.found.add(article.id)
        self.warnings += [f"{article.source}: {unread}" for unread in article.unread]
        state = self.states.get(article.id)
        (self.updated if state else self.added).append(article.source)
        stored = set(state.ids()) if state else set()
        # Nodes that are there already are of a long article whose first batches were committed before a run was killed.
        new = [node for node in nodes if node.id not in stored]
        if self.batch.nodes and len(self.batch.nodes) + len(new) > BATCH_NODES:
            self._commit_batch()  # so that readers see an article whole, unless it is longer than a batch
        for node in new:
            if len(self.batch.nodes) >= BATCH_NODES:
                self._commit_batch()
            self.batch.nodes.append(node)
        if state is not None:
            self.batch.remove += state.ids(except_hash=article.content_hash)
        self.batch.articles += 1

    def _embedding(self) -> Embedding:
        if self.embedding is None:
            self.embedding = self.load_embedding()
        return self.embedding

    def _tokens(self) -> Callable[[str], int]:
        return token_counter(self._embedding())

    def _commit_batch(self) -> None:
        batch = self.batch
        for start in range(0, len(batch.nodes), EMBED_NODES):
            texts = [node.embedded_text for node in batch.nodes[start : start + EMBED_NODES]]
            batch.vectors.append(embed_passages(self._embedding(), texts))
            self.nodes_embedded += len(texts)
            self.report_progress("embed")
        _commit(self.store, self.lexical, batch)
        self.done += batch.articles
        self.batch = _Batch()
        self.report_progress("embed")

    def _remove_vanished(self, scope: Scope) -> None:
        missing = {article_id: state for article_id, state in self.states.items() if article_id not in self.found}
        locations = self.store.locations([state.ids()[0] for state in missing.values()])
        vanished = scope.vanished(locations)
        self.removed += [locations[article_id][1] for article_id in vanished]
        _commit(
            self.store, self.lexical, _Batch(remove=[i for article_id in vanished for i in missing[article_id].ids()])
        )


def _ignore(progress: IndexProgress) -> None:
    logger.debug("%s", progress)
