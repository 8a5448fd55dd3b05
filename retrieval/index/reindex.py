"""``kilde reindex``: make a library's vectors anew with another embedding model, from the text that is stored.

The nodes stay as they are: ids, texts, hashes. The old vectors answer until the new ones are whole.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from retrieval.errors import StoreError
from retrieval.index.connection import CHROMA_FOLDER, Connection, translated_errors
from retrieval.index.embedding import Embedding, EmbeddingIdentity, embed_passages, identity
from retrieval.index.embedding_models import configured_identity, load_embedding
from retrieval.index.index_guard import remove_unused_segments
from retrieval.index.indexer import BATCH_NODES, EMBED_NODES, OnProgress
from retrieval.index.lexical import LexicalIndex
from retrieval.index.libraries import make_collection
from retrieval.index.lock import writer_lock
from retrieval.index.replacement import (
    BESIDE,
    BUILDING,
    STATE_KEY,
    drop_rebuilt,
    drop_replaced,
    find_collection,
    replace_library,
)
from retrieval.index.store import Store
from retrieval.index.versioned_collection import guarded
from retrieval.models import IndexProgress, ReindexReport
from retrieval.settings import Settings


def reindex_library(
    settings: Settings, *, embedding: Embedding | None = None, on_progress: OnProgress | None = None
) -> ReindexReport:
    """Change a library over to the configured embedding model.

    Killed at any moment, the library opens with its old vectors or with its new ones, and the next run goes on.

    Args:
        settings: Which library, and the model that it is to have.
        embedding: The model, instead of the one that ``settings`` name.
        on_progress: Called with the number of nodes that are done.

    Raises:
        LibraryNotFoundError: The library does not exist.
        LibraryBusyError: Another process is writing and does not finish in time.
        EmbeddingUnavailableError: The embedding server does not answer; what it gave so far is kept for the next run.
        SettingsError: The model cannot be loaded.
        StoreError: The store cannot be written.
    """
    started = time.perf_counter()
    Store.open(settings, create=False, identity=None).close()  # so that nothing is made where there is no library
    with writer_lock(settings.data_dir, timeout_s=settings.lock_timeout_s):
        old = Store.open(settings, create=False, identity=None)
        try:
            run = _Run(settings, old, lambda: embedding or load_embedding(settings), on_progress or _ignore)
            target = identity(embedding) if embedding else configured_identity(settings)
            if target.fits(old.identity) and not target.probe and old.identity.probe:
                target = identity(run.load_embedding())  # of one name, but is it the same model?
            nodes = old.count()
            changed = not target.fits(old.identity)
            embedded = run.rebuild() if changed else 0
            articles = len(old.article_states())
        finally:
            old.close()
        if changed:
            _switch(settings, version=max(old.open_version + 1, time.time_ns() // 1_000_000))
        else:
            _clean_up(settings)
        after = _completed(settings)
    return ReindexReport(
        library=settings.library,
        before=old.identity.fingerprint,
        after=after.fingerprint,
        changed=changed,
        articles=articles,
        nodes=nodes,
        nodes_embedded=embedded,
        seconds=time.perf_counter() - started,
    )


@dataclass(slots=True)
class _Run:
    settings: Settings
    old: Store
    load_embedding: Callable[[], Embedding]
    on_progress: OnProgress

    def rebuild(self) -> int:
        """Bring the collection beside the library to the library's nodes; returns how many were embedded."""
        embedding = self.load_embedding()
        rebuilt = self._open_rebuilt(identity(embedding))
        try:
            wanted = self.old.all_ids()
            present = set(rebuilt.all_ids())
            missing = [node_id for node_id in wanted if node_id not in present]
            self._report(len(wanted) - len(missing), len(wanted))
            for start in range(0, len(missing), BATCH_NODES):
                done = len(wanted) - len(missing) + start
                self._embed(rebuilt, embedding, missing[start : start + BATCH_NODES], (done, len(wanted)))
            surplus = sorted(present - set(wanted))  # removed from the library since the run that was stopped
            if surplus:
                with rebuilt.writing(len(surplus)):
                    rebuilt.delete(surplus)
            if sorted(rebuilt.all_ids()) != sorted(wanted):
                raise StoreError(
                    f"The new vectors of {self.settings.library!r} are not complete; the old ones stay. "
                    "Run the same command again."
                )
        finally:
            rebuilt.close()
        return len(missing)

    def _embed(self, rebuilt: Store, embedding: Embedding, ids: Sequence[str], progress: tuple[int, int]) -> None:
        done, total = progress
        nodes = self.old.get(ids)
        vectors = []
        for start in range(0, len(nodes), EMBED_NODES):
            texts = [node.embedded_text for node in nodes[start : start + EMBED_NODES]]
            vectors.append(embed_passages(embedding, texts))
            self._report(done + start + len(texts), total)
        with rebuilt.writing(len(nodes)):
            rebuilt.upsert(nodes, np.concatenate(vectors))

    def _open_rebuilt(self, target: EmbeddingIdentity) -> Store:
        """The collection beside the library: that of a run that was stopped, if it was for the same model."""
        name = self.settings.library + BESIDE
        beside = self.settings.model_copy(update={"library": name})
        connection = _connect(self.settings)
        try:
            with translated_errors(connection.where), guarded(beside, changes=0):
                found = find_collection(connection, name)
                if found is not None and STATE_KEY not in (found.metadata or {}):
                    raise StoreError(
                        f"There is a library {name!r}, and `kilde reindex` needs that name for the new vectors of "
                        f"{self.settings.library!r}. Index its articles under another name, and remove it."
                    )
                drop_replaced(connection, self.settings.library)
        finally:
            connection.close()
        if found is not None:
            store = Store.open(beside, create=False, identity=None)
            if target.fits(store.identity):
                return store
            store.close()
        connection = _connect(self.settings)
        try:
            with translated_errors(connection.where), guarded(beside, changes=0):
                drop_rebuilt(connection, self.settings.library)
                make_collection(connection, name, target, **{STATE_KEY: BUILDING})
        finally:
            connection.close()
        return Store.open(beside, create=False, identity=target)

    def _report(self, done: int, total: int) -> None:
        self.on_progress(IndexProgress("embed", done, total, "nodes"))


def _switch(settings: Settings, *, version: int) -> None:
    """Put the new vectors in the place of the old."""
    connection = _connect(settings)
    try:
        with translated_errors(connection.where), guarded(settings, changes=0):
            replace_library(connection, settings.library, version=version)
    finally:
        connection.close()
    _remove_unused_files(settings)


def _clean_up(settings: Settings) -> None:
    """Delete what a run that was stopped, or killed at its end, has left beside a library that needs no change."""
    connection = _connect(settings)
    try:
        with translated_errors(connection.where), guarded(settings, changes=0):
            drop_replaced(connection, settings.library)
            drop_rebuilt(connection, settings.library)
    finally:
        connection.close()
    _remove_unused_files(settings)


def _remove_unused_files(settings: Settings) -> None:
    """Once no client of this process is open: a segment that is still in use is not removed from under it."""
    if settings.chroma_url is None:
        with guarded(settings, changes=0):
            remove_unused_segments(settings.data_dir.absolute() / CHROMA_FOLDER)


def _completed(settings: Settings) -> EmbeddingIdentity:
    """See that the library opens, and tell the lexical index, whose nodes are the same, its version."""
    store = Store.open(settings, create=False, identity=None)
    try:
        lexical = LexicalIndex.open(settings)
        lexical.sync(store)
        return store.identity
    finally:
        store.close()


def _connect(settings: Settings) -> Connection:
    connection = Connection.open(settings, create=False)
    if connection is None:
        raise StoreError(f"The data folder {settings.data_dir} has vanished.")
    return connection


def _ignore(progress: IndexProgress) -> None:
    """Nobody watches."""
