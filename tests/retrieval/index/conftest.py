"""A real library in a temporary folder, with the real embedding model, Chroma and tantivy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from retrieval.index.embedding import Vector, default_embedding, default_identity
from retrieval.index.indexer import index_paths
from retrieval.index.lexical import LexicalIndex
from retrieval.index.nodes import StoredNode, node_ids
from retrieval.index.store import Store
from retrieval.models import IndexReport, Span
from retrieval.settings import Settings

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

HASH = "0123456789ab" + "0" * 52
DIMENSION = 384


@pytest.fixture(scope="session")
def embedding() -> BaseEmbedding:
    return default_embedding()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", lock_timeout_s=0.2, chroma_timeout_s=5)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    opened = Store.open(settings, create=True, identity=default_identity())
    yield opened
    opened.close()


@dataclass
class Workspace:
    """A folder of articles and the library made from it."""

    settings: Settings
    folder: Path
    embedding: BaseEmbedding

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    @contextmanager
    def opened(self) -> Iterator[tuple[Store, LexicalIndex]]:
        store = Store.open(self.settings, create=True, identity=default_identity())
        try:
            yield store, LexicalIndex.open(self.settings)
        finally:
            store.close()

    def index(self, *paths: Path, prune: bool = False, **other: object) -> IndexReport:
        with self.opened() as (store, lexical):
            return index_paths(
                store,
                lexical,
                paths or (self.folder,),
                prune=prune,
                **{"load_embedding": lambda: self.embedding, **other},  # type: ignore[arg-type]  # the test's business
            )

    def sources(self) -> list[str]:
        """Sources of the stored articles; Chroma and tantivy must hold the same nodes."""
        with self.opened() as (store, lexical):
            assert sorted(store.all_ids()) == sorted(lexical.ids())
            return [article.source for article in store.summaries()]

    def text(self, source: str) -> str:
        with self.opened() as (store, _):
            article = next(article for article in store.summaries() if article.source == source)
            return store.text_of(article.id)


@pytest.fixture
def workspace(settings: Settings, tmp_path: Path, embedding: BaseEmbedding) -> Workspace:
    folder = tmp_path / "articles"
    folder.mkdir()
    return Workspace(settings, folder, embedding)


MakeNode = Callable[..., StoredNode]


@pytest.fixture
def make_node() -> MakeNode:
    def make(number: int, text: str = "Broen åpner i mars.", language: str = "no", **fields: object) -> StoredNode:
        article_id = f"{number:020x}"
        node = StoredNode(
            id=node_ids(article_id, HASH, 1)[0],
            article_id=article_id,
            text=text,
            start_char=0,
            end_char=len(text),
            node_index=0,
            node_count=1,
            sentences=(Span(0, len(text)),),
            language=language,
            content_hash=HASH,
            root="/articles",
            source=f"{number}.txt",
            title=f"Sak {number}",
            outlet="Fjordavisa",
            author="Redaksjonen",
            published=date(2031, 5, 1 + number % 28),
            url=f"https://fjordavisa.example/{number}",
        )
        return replace(node, **fields)

    return make


def unit_vectors(count: int, *, seed: int = 0) -> Vector:
    """``(count, DIMENSION)`` float32, L2-normalised."""
    vectors = np.random.default_rng(seed).normal(size=(count, DIMENSION))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def vectors() -> Callable[..., Vector]:
    return unit_vectors
