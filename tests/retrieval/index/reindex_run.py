"""Real reindex runs in processes of their own, for the test that kills them; spoken to like ``index_run.py``.

Each line on its standard input is ``DATA_DIR<tab>BATCH_NODES``.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import chromadb  # noqa: F401  so that a kill hits the work, not the import
import numpy as np

from retrieval.index import reindex
from retrieval.settings import Settings

EMBEDDING_S = 0.002
"""What a text takes, so that a kill hits embedding as well as committing."""


class Numbers:
    """A model whose vectors depend on nothing but the text."""

    model_name = "numbers"
    fingerprint = "test/numbers"

    @classmethod
    def class_name(cls) -> str:
        return "Numbers"

    def get_query_embedding(self, query: str) -> list[float]:
        return self.get_text_embedding_batch([query])[0]

    def get_text_embedding_batch(self, texts: list[str]) -> list[list[float]]:
        time.sleep(EMBEDDING_S * len(texts))
        vectors: list[list[float]] = [
            np.random.default_rng(list(text.encode())).normal(size=24).tolist() for text in texts
        ]
        return vectors


if __name__ == "__main__":
    for line in sys.stdin:
        data_dir, batch_nodes = line.rstrip("\n").split("\t")
        process = os.fork()
        if process == 0:
            sys.stdout.write(f"began {os.getpid()}\n")
            sys.stdout.flush()
            reindex.BATCH_NODES = int(batch_nodes)
            reindex.reindex_library(Settings(data_dir=Path(data_dir)), embedding=Numbers())
            os._exit(0)
        _, status = os.waitpid(process, 0)
        sys.stdout.write(f"ended {os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()
