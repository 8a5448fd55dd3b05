"""A reader that stays open while another process adds, changes and removes articles."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from retrieval.index.embedding import embed_question
from retrieval.index.lexical import LexicalIndex
from retrieval.index.refresh import refresh
from retrieval.index.store import Store

if TYPE_CHECKING:
    from conftest import Workspace

PROJECT = Path(__file__).parents[3]
RUN = Path(__file__).with_name("index_run.py")


def test_the_next_question_is_answered_from_the_new_library(workspace: Workspace) -> None:
    workspace.write("bridge.txt", "Broen i Sandvær åpner i mars.")
    workspace.write("ferry.txt", "Fergen til Lillevik er innstilt.")
    workspace.index()
    store = Store.open(workspace.settings, create=False, identity=None)
    lexical = LexicalIndex.open(workspace.settings)
    question = "Når åpner broen i Sandvær?"
    vector = embed_question(workspace.embedding, question)

    def answers() -> tuple[list[str], list[str], list[str]]:
        refresh(store, lexical)
        dense = sorted(match.node.text for match in store.query(vector, 10))
        words = [node_id for node_id, _ in lexical.search("broen fergen sykehuset", language="no", k=10)]
        listed = [article.source for article in store.summaries()]
        assert set(words) == set(store.all_ids())
        return dense, sorted(node.text for node in store.get(words)), listed

    old = ["Broen i Sandvær åpner i mars.", "Fergen til Lillevik er innstilt."]
    assert answers() == (old, old, ["bridge.txt", "ferry.txt"])

    workspace.write("bridge.txt", "Broen i Sandvær åpner i juni.")
    workspace.write("hospital.txt", "Sykehuset får nytt tak.")
    (workspace.folder / "ferry.txt").unlink()
    subprocess.run(
        [sys.executable, RUN],
        check=True,
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        input=f"{workspace.settings.data_dir}\t{workspace.folder}\t64\n".encode(),
    )
    new = ["Broen i Sandvær åpner i juni.", "Sykehuset får nytt tak."]
    assert answers() == (new, new, ["bridge.txt", "hospital.txt"])
    assert not refresh(store, lexical)
    store.close()
