"""Folders that cannot be written, full disks, damaged files."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from retrieval.errors import StoreError
from retrieval.index.embedding import EmbeddingIdentity, Vector, default_identity
from retrieval.index.store import Store
from retrieval.settings import Settings

if TYPE_CHECKING:
    from conftest import MakeNode, Workspace


PROJECT = Path(__file__).parents[3]


def test_a_data_folder_that_cannot_be_made(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "file").touch()
    blocked = settings.model_copy(update={"data_dir": tmp_path / "file" / "data"})
    with pytest.raises(StoreError, match=r"file/data cannot be made: Not a directory.*--data-dir"):
        Store.open(blocked, create=True, identity=default_identity())


OPEN = """
import os, sys
from pathlib import Path
import chromadb.api.rust
from retrieval.errors import StoreError
from retrieval.index.embedding import EmbeddingIdentity
from retrieval.index.store import Store
from retrieval.settings import Settings
if os.geteuid() == 0:  # root may write everywhere
    os.setgid(65534)
    os.setuid(65534)
try:
    Store.open(Settings(data_dir=Path(sys.argv[1])), create=True, identity=EmbeddingIdentity("test", 3))
except StoreError as error:
    print(error)
"""


@pytest.mark.skipif(os.name != "posix", reason="POSIX permissions")
@pytest.mark.parametrize("existing", [True, False])
def test_a_data_folder_that_may_not_be_written(existing: bool) -> None:
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders are closed to other users
        folder = Path(name)
        folder.chmod(0o755)
        settings = Settings(data_dir=folder / "data")
        settings.data_dir.mkdir()
        if existing:
            Store.open(settings, create=True, identity=EmbeddingIdentity("test", 3)).close()
        for path in (settings.data_dir, *settings.data_dir.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
        result = subprocess.run(
            [sys.executable, "-c", OPEN, settings.data_dir],
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
        for path in (settings.data_dir, *settings.data_dir.rglob("*")):
            path.chmod(0o755)
    assert result.stderr == ""
    assert re.search(r"The data folder .*data.* is not writable.*KILDE_DATA_DIR", result.stdout)


def test_a_full_disk_stops_before_writing(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, make_node: MakeNode, vectors: Callable[..., Vector]
) -> None:
    workspace.write("a.txt", "Broen er åpen.")
    workspace.index()
    workspace.write("b.txt", "Fergen går.")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=1_000_000))
    with pytest.raises(StoreError, match=r"disk of .* is full: 1 MB free, 34 MB needed\. Nothing was damaged"):
        workspace.index()
    monkeypatch.undo()
    assert workspace.sources() == ["a.txt"]
    assert workspace.index().added == ("b.txt",)


FILL = """
import resource, signal, sys
from pathlib import Path
import numpy as np
from retrieval.errors import StoreError
from retrieval.index.store import Store
from retrieval.settings import Settings
sys.path.insert(0, sys.argv[2])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = Store.open(Settings(data_dir=Path(sys.argv[1])), create=False, identity=None)
node = store.get(store.all_ids())[0]
from dataclasses import replace
nodes = [replace(node, id=f"{n:020x}:{'a' * 12}:0000/0001", text="Lang sak. " * 2000) for n in range(100)]
size = (Path(sys.argv[1]) / "chroma" / "chroma.sqlite3").stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 50_000, resource.RLIM_INFINITY))
vectors = np.tile(store.vectors_of([node.id])[node.id], (100, 1))
try:
    with store.writing(100):
        store.upsert(nodes, vectors)
except StoreError as error:
    print(error, flush=True)
import os
os._exit(0)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_FSIZE")
def test_a_disk_that_fills_up_while_writing_keeps_the_library(workspace: Workspace) -> None:
    workspace.write("a.txt", "Broen er åpen.")
    workspace.index()
    result = subprocess.run(
        [sys.executable, "-c", FILL, workspace.settings.data_dir, PROJECT],
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "is full or failing" in result.stdout, result.stderr
    workspace.write("b.txt", "Fergen går.")
    assert workspace.index().added == ("b.txt",)
    with workspace.opened() as (store, _):
        assert {"a.txt", "b.txt"} <= {article.source for article in store.summaries()}


@pytest.mark.parametrize("damage", ["not a database", "half"])
def test_a_damaged_database_is_named(settings: Settings, damage: str) -> None:
    Store.open(settings, create=True, identity=default_identity()).close()
    database = settings.data_dir / "chroma" / "chroma.sqlite3"
    whole = database.read_bytes()
    if damage == "half":
        database.write_bytes(whole[:8192] + b"\xff" * (len(whole) - 8192))
    else:
        database.write_bytes(b"These are not the bytes of a database. " * 300)
    with pytest.raises(StoreError, match=r"library files in .*chroma are damaged .*backup"):
        Store.open(settings, create=True, identity=default_identity())


def test_a_damaged_vector_index_is_named(
    settings: Settings, make_node: MakeNode, vectors: Callable[..., Vector], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("retrieval.index.libraries", fromlist=["HNSW"]).HNSW, "sync_threshold", 10)
    store = Store.open(settings, create=True, identity=default_identity())
    with store.writing(30):
        store.upsert([make_node(number) for number in range(30)], vectors(30))
    store.close()
    next((settings.data_dir / "chroma").glob("*/index_metadata.pickle")).write_bytes(b"")
    with pytest.raises(StoreError, match=r"library files in .*chroma are damaged .*index the articles again"):
        Store.open(settings, create=False, identity=None)
