"""``kill -9`` at any moment: the next run finishes to the same library as a run that nobody disturbed."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from retrieval.index import index_guard, libraries
from retrieval.index.lexical import LexicalIndex
from retrieval.index.store import Store
from retrieval.settings import Settings

if TYPE_CHECKING:
    from conftest import MakeNode, Workspace

    from retrieval.index.embedding import Vector

KILLS = 10
PROJECT = Path(__file__).parents[3]
RUN = Path(__file__).with_name("index_run.py")
REINDEX_RUN = Path(__file__).with_name("reindex_run.py")

Library = dict[str, tuple[str, str, bytes]]


def contents(data_dir: Path) -> Library:
    """Text, hash and vector of every node by id; the lexical index must hold the same ids."""
    settings = Settings(data_dir=data_dir)
    store = Store.open(settings, create=False, identity=None)
    ids = store.all_ids()
    vectors = store.vectors_of(ids)
    library = {node.id: (node.text, node.content_hash, vectors[node.id].tobytes()) for node in store.get(ids)}
    assert sorted(LexicalIndex.open(settings).ids()) == sorted(ids)
    store.close()
    return library


def write_articles(folder: Path, count: int, edition: str) -> None:
    folder.mkdir(exist_ok=True)
    for number in range(count):
        (folder / f"{number:02}.txt").write_text(
            f"Sak {number}: {edition}. Prisen er {number} kroner.", encoding="utf-8"
        )


class Runs:
    """Runs in processes of their own."""

    def __init__(self, program: Path = RUN) -> None:
        self._starter = subprocess.Popen(
            [sys.executable, program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
            env={**os.environ, "PYTHONPATH": str(PROJECT), "OMP_NUM_THREADS": "1"},
        )

    def begin(self, *values: Path) -> int:
        """Begin a run that commits three nodes at a time; returns the number of its process."""
        assert self._starter.stdin is not None
        self._starter.stdin.write("\t".join([*map(str, values), "3"]) + "\n")
        self._starter.stdin.flush()
        return self._read("began")

    def ends_within(self, wait_s: float) -> bool:
        """Wait for it to end, but not longer than this."""
        assert self._starter.stdout is not None
        return bool(select.select([self._starter.stdout], [], [], wait_s)[0])

    def end(self) -> int:
        """Wait for it to end; returns its exit status."""
        return self._read("ended")

    def close(self) -> None:
        self._starter.communicate()

    def _read(self, word: str) -> int:
        assert self._starter.stdout is not None
        said, value = self._starter.stdout.readline().split()
        assert said == word
        return int(value)


pytestmark = pytest.mark.skipif(os.name != "posix", reason="makes its processes by fork")


@pytest.fixture
def runs() -> Iterator[Runs]:
    started = Runs()
    yield started
    started.close()


def test_ten_kills_and_a_finish_equal_an_undisturbed_run(workspace: Workspace, tmp_path: Path, runs: Runs) -> None:
    moments = np.random.default_rng(20)
    before, after, folder = tmp_path / "before", tmp_path / "after", workspace.folder
    write_articles(folder, 10, "havnen er stengt")
    workspace.index()
    # The second edition changes half of the articles, removes two and adds three.
    write_articles(folder, 5, "havnen er åpen")
    (folder / "08.txt").unlink()
    (folder / "09.txt").unlink()
    for number in range(20, 23):
        (folder / f"{number}.txt").write_text(f"Ny sak {number} fra Sandvær.", encoding="utf-8")
    shutil.copytree(workspace.settings.data_dir, before)

    runs.begin(workspace.settings.data_dir, folder)
    started = time.perf_counter()
    assert runs.end() == 0
    duration_s = time.perf_counter() - started
    expected = contents(workspace.settings.data_dir)

    killed = 0
    while killed < KILLS:
        if not after.exists() or is_finished(after, expected):
            shutil.rmtree(after, ignore_errors=True)
            shutil.copytree(before, after)
        process = runs.begin(after, folder)
        if not runs.ends_within(moments.uniform(0.0, duration_s)):
            with suppress(ProcessLookupError):  # it ended just now
                os.kill(process, signal.SIGKILL)
        killed += runs.end() == -signal.SIGKILL
    runs.begin(after, folder)
    assert runs.end() == 0
    assert contents(after) == expected


@pytest.fixture
def reindex_runs() -> Iterator[Runs]:
    started = Runs(REINDEX_RUN)
    yield started
    started.close()


def test_a_reindex_run_that_is_killed_leaves_the_old_vectors_or_the_new(
    workspace: Workspace, tmp_path: Path, reindex_runs: Runs
) -> None:
    moments = np.random.default_rng(21)
    write_articles(workspace.folder, 20, "havnen er stengt")
    workspace.index()
    before, after = tmp_path / "before", tmp_path / "after"
    shutil.copytree(workspace.settings.data_dir, before)
    old = contents(before)
    reindex_runs.begin(workspace.settings.data_dir)
    started = time.perf_counter()
    assert reindex_runs.end() == 0
    duration_s = time.perf_counter() - started
    new = contents(workspace.settings.data_dir)
    assert [(key, value[:2]) for key, value in sorted(new.items())] == [(k, v[:2]) for k, v in sorted(old.items())]

    killed = resumed = 0
    while killed < KILLS:
        if not after.exists() or contents(after) == new:
            shutil.rmtree(after, ignore_errors=True)
            shutil.copytree(before, after)
        process = reindex_runs.begin(after)
        if not reindex_runs.ends_within(moments.uniform(0.0, duration_s / 2)):
            with suppress(ProcessLookupError):  # it ended just now
                os.kill(process, signal.SIGKILL)
        killed += reindex_runs.end() == -signal.SIGKILL
        library = contents(after)
        assert library in (old, new)
        resumed += library == old
    assert resumed
    reindex_runs.begin(after)
    assert reindex_runs.end() == 0
    assert contents(after) == new


def is_finished(data_dir: Path, expected: Library) -> bool:
    """Whether a killed run had already finished; a library that is not finished may differ in its lexical index."""
    store = Store.open(Settings(data_dir=data_dir), create=False, identity=None)
    finished = sorted(store.all_ids()) == sorted(expected)
    store.close()
    return finished


def test_a_kill_while_chroma_writes_its_index_loses_nothing(
    settings: Settings, make_node: MakeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chroma's files are destroyed as a kill in the middle of writing them leaves them."""
    monkeypatch.setattr(index_guard, "SYNC_THRESHOLD", 10)
    monkeypatch.setattr(index_guard, "MARGIN", 2)
    monkeypatch.setitem(libraries.HNSW, "sync_threshold", 10)
    monkeypatch.setitem(libraries.HNSW, "batch_size", 5)
    vectors = unit_vectors(60)
    nodes = [make_node(number) for number in range(60)]
    store = Store.open(settings, create=True, identity=libraries_identity())
    with store.writing(25):
        store.upsert(nodes[:25], vectors[:25])
    with pytest.raises(ZeroDivisionError), store.writing(35):  # the copy stays, as after a kill
        raise ZeroDivisionError
    store.close()
    copied = next((settings.data_dir / "index-backup" / "articles").glob("*/header.bin"))
    index = settings.data_dir / "chroma" / copied.parent.name
    (index / "index_metadata.pickle").write_bytes(b"")
    (index / "data_level0.bin").write_bytes(b"half")

    reopened = Store.open(settings, create=False, identity=None)
    found = reopened.vectors_of([node.id for node in nodes])
    assert len(found) == 25
    for node, vector in zip(nodes, vectors, strict=False):
        if node.id in found:
            np.testing.assert_array_equal(found[node.id], vector)
    assert not (settings.data_dir / "index-backup" / "articles").exists()
    with reopened.writing(35):
        reopened.upsert(nodes[25:], vectors[25:])
    assert len(reopened.vectors_of([node.id for node in nodes])) == 60
    reopened.close()


def test_a_commit_that_failed_is_done_again_with_a_fresh_client(
    settings: Settings, make_node: MakeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_guard, "SYNC_THRESHOLD", 10)
    monkeypatch.setattr(index_guard, "MARGIN", 2)
    monkeypatch.setitem(libraries.HNSW, "sync_threshold", 10)
    monkeypatch.setitem(libraries.HNSW, "batch_size", 5)
    nodes, vectors = [make_node(number) for number in range(60)], unit_vectors(60)
    store = Store.open(settings, create=True, identity=libraries_identity())
    for start in range(0, 60, 6):
        batch = slice(start, start + 6)
        for attempt in range(2):
            with suppress(ZeroDivisionError), store.writing(6):
                store.upsert(nodes[batch], vectors[batch])
                _ = 1 / attempt
    store.close()
    reopened = Store.open(settings, create=False, identity=None)
    found = reopened.vectors_of([node.id for node in nodes])
    for node, vector in zip(nodes, vectors, strict=True):
        np.testing.assert_array_equal(found[node.id], vector)
    reopened.close()


def unit_vectors(count: int) -> Vector:
    vectors = np.random.default_rng(5).normal(size=(count, 384))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def libraries_identity() -> libraries.EmbeddingIdentity:
    return libraries.EmbeddingIdentity("test", 384)
