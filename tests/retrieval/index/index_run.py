"""Real index runs in processes of their own, for the tests that kill them.

Loads everything once, then makes a process for each line ``DATA_DIR<tab>FOLDER<tab>BATCH_NODES`` on its standard input,
says ``began PID``, and when that process is no more, ``ended STATUS`` (negative: the signal).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import chromadb  # noqa: F401  so that a kill hits the work, not the import

from retrieval.index import indexer
from retrieval.index.embedding import default_engine, default_identity
from retrieval.index.lexical import LexicalIndex
from retrieval.index.store import Store
from retrieval.settings import Settings

if __name__ == "__main__":
    embedding = default_engine()
    for line in sys.stdin:
        data_dir, folder, batch_nodes = line.rstrip("\n").split("\t")
        process = os.fork()
        if process == 0:
            sys.stdout.write(f"began {os.getpid()}\n")
            sys.stdout.flush()
            indexer.BATCH_NODES = int(batch_nodes)
            store = Store.open(Settings(data_dir=Path(data_dir)), create=True, identity=default_identity())
            indexer.index_paths(store, LexicalIndex.open(store.settings), [folder], load_embedding=lambda: embedding)
            store.close()
            os._exit(0)
        _, status = os.waitpid(process, 0)
        sys.stdout.write(f"ended {os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()
