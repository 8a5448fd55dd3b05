"""A library changes its embedding model: the real default one and a real server's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from chromadb.api.models.Collection import Collection

from retrieval.errors import (
    EmbeddingMismatchError,
    EmbeddingUnavailableError,
    LibraryBusyError,
    LibraryNotFoundError,
    StoreError,
)
from retrieval.index import reindex
from retrieval.index.embedding import default_identity
from retrieval.index.lexical import LexicalIndex
from retrieval.index.libraries import list_libraries
from retrieval.index.lock import writer_lock
from retrieval.index.reindex import reindex_library
from retrieval.index.replacement import BESIDE, REPLACED
from retrieval.index.store import Store
from retrieval.library import Library
from retrieval.models import IndexProgress
from retrieval.settings import Settings

if TYPE_CHECKING:
    from conftest import Workspace

    from tests.conftest import EmbeddingServer

TEXTS = {
    "bru.txt": "Den nye Tårnbrua i Vikhamn åpnet lørdag. Ordfører Sigrun Hatlen klippet snoren.",
    "most.txt": "Мост в Лесогорске закрыт до марта. Его ремонтирует город.",
    "jisr.txt": "افتتحت مدينة وادي الزيتون الجسر يوم الخميس. حضر الحفل رئيس البلدية.",
    "qiao.txt": "望月桥将于三月开放。市长宣布了这一消息。",
    "fergen.txt": "Fergen til Lauvøya legges ned i juni.",
    "museo.txt": "Il Museo del Vento riapre a maggio.",
}


@pytest.fixture
def served(workspace: Workspace, embedding_server: EmbeddingServer, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of the server's model; the library holds six articles with the default model's vectors."""
    for name, text in TEXTS.items():
        workspace.write(name, text)
    workspace.index()
    monkeypatch.setattr(reindex, "BATCH_NODES", 2)
    return changed(workspace, embedding_server)


def changed(workspace: Workspace, server: EmbeddingServer) -> Settings:
    return workspace.settings.changed({"embed": f"openai-like:{server.model}", "embed_url": server.url})


def contents(settings: Settings) -> dict[str, Any]:
    """Every node by id, without its vector; the lexical index must hold the same ids and version."""
    store = Store.open(settings, create=False, identity=None)
    lexical = LexicalIndex.open(settings)
    assert sorted(lexical.ids()) == sorted(store.all_ids())
    assert lexical.version == store.version()
    nodes = {node.id: node for node in store.get(store.all_ids())}
    store.close()
    return nodes


def vectors(settings: Settings) -> dict[str, Any]:
    store = Store.open(settings, create=False, identity=None)
    found = store.vectors_of(store.all_ids())
    store.close()
    return found


def test_there_and_back(workspace: Workspace, served: Settings, embedding_server: EmbeddingServer) -> None:
    before, nodes = vectors(workspace.settings), contents(workspace.settings)
    progress: list[IndexProgress] = []
    report = reindex_library(served, on_progress=progress.append)
    assert (report.changed, report.articles, report.nodes, report.nodes_embedded) == (True, 6, 6, 6)
    assert (report.before, report.after) == (default_identity().fingerprint, "openai-like/letters")
    assert [(step.done, step.total, step.unit) for step in progress] == [(n, 6, "nodes") for n in (0, 2, 4, 6)]
    assert contents(served) == nodes
    for node_id, vector in vectors(served).items():
        expected = np.array(embedding_server.vector(nodes[node_id].embedded_text))
        np.testing.assert_allclose(vector, expected / np.linalg.norm(expected), atol=1e-6)
    with Library.open(settings=served) as library:
        assert library.ask("Når legges fergen til Lauvøya ned?").retrieved[0].source == "fergen.txt"
        assert library.index([workspace.folder]).unchanged == 6

    back = reindex_library(workspace.settings)
    assert back.after == default_identity().fingerprint
    assert contents(workspace.settings) == nodes
    for node_id, vector in vectors(workspace.settings).items():
        np.testing.assert_array_equal(vector, before[node_id])
    assert list_libraries(served) == ["articles"]


def test_the_sources_may_be_gone(workspace: Workspace, served: Settings) -> None:
    for name in TEXTS:
        (workspace.folder / name).unlink()
    assert reindex_library(served).nodes_embedded == 6


def test_a_library_that_has_the_model_already(workspace: Workspace, served: Settings) -> None:
    report = reindex_library(workspace.settings)
    assert (report.changed, report.nodes_embedded, report.before) == (False, 0, report.after)
    reindex_library(served)
    assert reindex_library(served).changed is False


def test_no_library_is_made(settings: Settings) -> None:
    with pytest.raises(LibraryNotFoundError):
        reindex_library(settings)
    assert not settings.data_dir.exists()


def test_an_empty_library_changes_too(settings: Settings, embedding_server: EmbeddingServer) -> None:
    Store.open(settings, create=True, identity=default_identity()).close()
    target = settings.changed({"embed": "openai-like:letters", "embed_url": embedding_server.url})
    assert reindex_library(target).changed
    with Library.open(settings=target) as library:
        assert library.size() == (0, 0)


@pytest.mark.parametrize("use", ["open", "index", "ask"])
def test_vectors_of_two_models_are_never_mixed(served: Settings, workspace: Workspace, use: str) -> None:
    message = (
        r"'articles' was made with the embedding model multilingual-e5-small.* \(384 dimensions\), and "
        r"openai-like/letters is configured\..* Set KILDE_EMBED to the former, .*: kilde reindex$"
    )
    if use == "open":
        with pytest.raises(EmbeddingMismatchError, match=message):
            Library.open(settings=served)
        return
    with Library.open(settings=workspace.settings) as library:
        reindex_library(served)
        with pytest.raises(EmbeddingMismatchError, match=r"made with the embedding model openai-like/letters \(32"):
            library.ask("Når åpnet brua?") if use == "ask" else library.index([workspace.folder])


def test_another_model_under_the_same_name_is_noticed(
    workspace: Workspace, served: Settings, embedding_server: EmbeddingServer
) -> None:
    reindex_library(served)
    embedding_server.salt = "trained further"
    again = served.changed({"embed_key": "a key, so that the server is asked anew"})
    with (
        Library.open(settings=again) as library,
        pytest.raises(EmbeddingMismatchError, match=r"gives other vectors now.* kilde reindex"),
    ):
        library.ask("Når åpnet brua?")
    assert reindex_library(again).changed
    with Library.open(settings=again) as library:
        assert library.ask("Når åpnet brua?").retrieved


def test_questions_are_answered_meanwhile_and_no_one_else_writes(workspace: Workspace, served: Settings) -> None:
    seen = []
    reader = Library.open(settings=workspace.settings)

    def ask(progress: IndexProgress) -> None:
        seen.append(reader.ask("Når legges fergen til Lauvøya ned?").retrieved[0].source)
        with pytest.raises(LibraryBusyError), writer_lock(workspace.settings.data_dir, timeout_s=0):
            pass
        assert list_libraries(workspace.settings) == ["articles"]

    reindex_library(served, on_progress=ask)
    reader.close()
    assert seen == ["fergen.txt"] * 4


def test_a_question_that_was_under_way_at_the_switch_names_the_new_model(
    workspace: Workspace, served: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = Store.query

    def late(store: Store, *values: Any, **named: Any) -> Any:
        monkeypatch.setattr(Store, "query", query)
        reindex_library(served)
        return query(store, *values, **named)

    with Library.open(settings=workspace.settings) as library:
        library.load()
        monkeypatch.setattr(Store, "query", late)
        with pytest.raises(EmbeddingMismatchError, match="kilde reindex"):
            library.ask("Når åpnet brua?")


class Stopped(Exception):  # noqa: N818  stands for a kill
    pass


@pytest.mark.parametrize("error", [Stopped, KeyboardInterrupt])
def test_a_stopped_run_is_gone_on_with(
    workspace: Workspace, served: Settings, embedding_server: EmbeddingServer, error: type[BaseException]
) -> None:
    def stop(progress: IndexProgress) -> None:
        if progress.done == 4:
            raise error

    with pytest.raises(error):
        reindex_library(served, on_progress=stop)
    with Library.open(settings=workspace.settings) as library:  # the old vectors are whole, and may be added to
        (workspace.folder / "museo.txt").unlink()
        workspace.write("ny.txt", "Ny rektor i Vikhamn.")
        library.index([workspace.folder])
    nodes = contents(workspace.settings)
    report = reindex_library(served)
    assert (report.nodes, report.nodes_embedded) == (6, 4)
    assert contents(served) == nodes


def test_one_for_another_model_begins_anew(
    workspace: Workspace, served: Settings, embedding_server: EmbeddingServer
) -> None:
    def stop(progress: IndexProgress) -> None:
        if progress.done == 4:
            raise Stopped

    with pytest.raises(Stopped):
        reindex_library(served, on_progress=stop)
    embedding_server.model, embedding_server.dimension = "other", 16
    other = changed(workspace, embedding_server)
    assert reindex_library(other).nodes_embedded == 6
    assert len(next(iter(vectors(other).values()))) == 16


def test_what_a_stopped_run_left_is_removed_by_staying(workspace: Workspace, served: Settings) -> None:
    def stop(progress: IndexProgress) -> None:
        if progress.done == 4:
            raise Stopped

    with pytest.raises(Stopped):
        reindex_library(served, on_progress=stop)
    assert reindex_library(workspace.settings).changed is False
    assert collections(workspace.settings) == ["articles"]


def test_a_server_that_stops_loses_nothing(
    workspace: Workspace, served: Settings, embedding_server: EmbeddingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retrieval.index.served_embedding.time.sleep", lambda _seconds: None)

    def fail(progress: IndexProgress) -> None:
        if progress.done == 2:
            embedding_server.failures = [500] * 3

    with pytest.raises(EmbeddingUnavailableError, match="What was stored before is kept"):
        reindex_library(served, on_progress=fail)
    with Library.open(settings=workspace.settings) as library:
        assert library.size() == (6, 6)
    assert reindex_library(served).nodes_embedded == 4


STEPS = 4
"""Changes of collections in a switch: marked, old renamed, new renamed, old deleted."""


@pytest.mark.parametrize("step", range(STEPS))
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_switch_that_was_killed_anywhere_leaves_a_library(
    workspace: Workspace, served: Settings, monkeypatch: pytest.MonkeyPatch, step: int, after: bool
) -> None:
    nodes = contents(workspace.settings)
    with monkeypatch.context() as patched:
        kill_in_switch(patched, step, after=after)
        with pytest.raises(Stopped):
            reindex_library(served)
    assert list_libraries(served) in (["articles"], [])  # none while it has no name; opening gives it one
    store = Store.open(served, create=False, identity=None)
    assert sorted(store.all_ids()) == sorted(nodes)
    new = store.identity.fingerprint == "openai-like/letters"
    store.close()
    assert new == ((step, after) >= (1, True))
    with Library.open(settings=served if new else workspace.settings) as library:
        assert library.ask("Når legges fergen til Lauvøya ned?").retrieved[0].source == "fergen.txt"
    report = reindex_library(served)
    assert (report.changed, report.nodes_embedded) == (not new, 0)
    assert contents(served) == nodes
    assert collections(served) == ["articles"]


def kill_in_switch(monkeypatch: pytest.MonkeyPatch, step: int, *, after: bool) -> None:
    """Stop before or after the numbered change of collections in the switch."""
    real = reindex.replace_library
    count = iter(range(100))

    def stopping(change: Any) -> Any:
        def run(*values: Any, **named: Any) -> None:
            this = next(count) == step
            if this and not after:
                raise Stopped
            change(*values, **named)
            if this:
                raise Stopped

        return run

    def replace(connection: Any, name: str, **named: Any) -> None:
        monkeypatch.setattr(Collection, "modify", stopping(Collection.modify))
        monkeypatch.setattr(connection.client, "delete_collection", stopping(connection.client.delete_collection))
        real(connection, name, **named)

    monkeypatch.setattr(reindex, "replace_library", replace)


def test_a_library_of_that_name_is_left_alone(workspace: Workspace, served: Settings) -> None:
    taken = workspace.settings.changed({"library": f"articles{BESIDE}"})
    Store.open(taken, create=True, identity=default_identity()).close()
    with pytest.raises(StoreError, match=r"There is a library 'articles\.reindex'"):
        reindex_library(served)
    assert list_libraries(served) == ["articles", "articles.reindex"]


def test_the_replaced_vectors_leave_no_files(workspace: Workspace, served: Settings) -> None:
    reindex_library(served)
    assert len(list((served.data_dir / "chroma").iterdir())) == 2  # SQLite's file, and a folder of vectors
    (served.data_dir / "chroma" / "notes").mkdir()
    reindex_library(workspace.settings)
    assert len(list((served.data_dir / "chroma").iterdir())) == 3
    assert (served.data_dir / "chroma" / "notes").is_dir()


def collections(settings: Settings) -> list[str]:
    from retrieval.index.connection import Connection

    connection = Connection.open(settings, create=False)
    assert connection is not None
    names = sorted(collection.name for collection in connection.client.list_collections())
    connection.close()
    return names


def test_more_nodes_than_chroma_writes_at_once(
    workspace: Workspace, embedding_server: EmbeddingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from retrieval.index import index_guard, libraries

    monkeypatch.setattr(index_guard, "SYNC_THRESHOLD", 10)
    monkeypatch.setattr(index_guard, "MARGIN", 2)
    monkeypatch.setitem(libraries.HNSW, "sync_threshold", 10)
    monkeypatch.setitem(libraries.HNSW, "batch_size", 5)
    for number in range(30):
        workspace.write(f"{number}.txt", f"Sak {number}. Prisen er {number} kroner.")
    workspace.index()
    nodes = contents(workspace.settings)
    target = changed(workspace, embedding_server)
    assert reindex_library(target).nodes_embedded == 30
    assert contents(target) == nodes
    assert len(vectors(target)) == 30
    assert not (target.data_dir / "index-backup" / f"articles{BESIDE}").exists()
    with Library.open(settings=target) as library:
        workspace.write("30.txt", "Sak 30. Prisen er 30 kroner.")
        assert library.index([workspace.folder]).added == ("30.txt",)
    assert REPLACED not in " ".join(collections(target))
