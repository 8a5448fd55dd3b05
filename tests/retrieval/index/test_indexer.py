from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from retrieval.errors import LibraryBusyError
from retrieval.index import indexer
from retrieval.index.indexer import remove_articles
from retrieval.index.lock import writer_lock
from retrieval.models import Failure, IndexProgress

if TYPE_CHECKING:
    from conftest import Workspace

BRIDGE = "Broen i Sandvær åpner igjen i mars. Kommunen har betalt fire millioner."
FERRY = "Il traghetto per Portovento riparte lunedì. Il biglietto costa sei euro."


def age(workspace: Workspace) -> None:
    """Make the files old enough to be recognised by size and time."""
    for path in workspace.folder.rglob("*.*"):
        os.utime(path, (1_900_000_000, 1_900_000_000 - 500_000_000))


def test_added_updated_unchanged_removed(workspace: Workspace) -> None:
    workspace.write("bridge.txt", BRIDGE)
    workspace.write("it/ferry.txt", FERRY)
    workspace.write("zh/桥.txt", "桑德韦尔的桥三月重新开放。")
    first = workspace.index()
    assert first.added == ("bridge.txt", "it/ferry.txt", "zh/桥.txt")
    assert first.nodes_embedded == 3
    assert workspace.sources() == ["bridge.txt", "it/ferry.txt", "zh/桥.txt"]

    workspace.write("bridge.txt", BRIDGE + " Ordføreren er glad.")
    (workspace.folder / "it/ferry.txt").unlink()
    second = workspace.index()
    assert (second.added, second.updated, second.unchanged) == ((), ("bridge.txt",), 1)
    assert (second.removed, second.failed) == (("it/ferry.txt",), ())
    assert workspace.sources() == ["bridge.txt", "zh/桥.txt"]
    assert workspace.text("bridge.txt").endswith("Ordføreren er glad.")


@pytest.mark.parametrize("recognised", [True, False])
def test_nothing_is_embedded_when_nothing_changed(workspace: Workspace, recognised: bool) -> None:
    workspace.write("bridge.txt", BRIDGE)
    workspace.write("list.jsonl", '{"id": "a", "text": "Havnen er stengt."}\n{"id": "b"}\n')
    if recognised:
        age(workspace)
    workspace.index()
    with workspace.opened() as (store, _):
        version = store.version()

    def load() -> None:
        pytest.fail("the model was loaded")

    report = workspace.index(load_embedding=load)
    assert report.unchanged == 2
    assert [failure.source for failure in report.failed] == ["list.jsonl#2"]
    assert report.nodes_embedded == 0
    with workspace.opened() as (store, _):
        assert store.version() == version


def test_a_file_that_was_recognised_is_read_again_when_it_changes(workspace: Workspace) -> None:
    path = workspace.write("bridge.txt", BRIDGE)
    age(workspace)
    workspace.index()
    path.write_text(BRIDGE.replace("fire", "fem"), encoding="utf-8")
    assert workspace.index().updated == ("bridge.txt",)
    assert "fem millioner" in workspace.text("bridge.txt")


def test_the_list_of_recognised_files_may_be_lost(workspace: Workspace) -> None:
    workspace.write("bridge.txt", BRIDGE)
    age(workspace)
    workspace.index()
    seen = workspace.settings.data_dir / "seen" / "articles.json"
    seen.write_text("[", encoding="utf-8")
    assert workspace.index().unchanged == 1
    assert seen.read_text(encoding="utf-8").startswith('{"key"')


def test_changed_metadata_is_a_change(workspace: Workspace) -> None:
    workspace.write("a.jsonl", '{"id": "x", "text": "Havnen er stengt.", "title": "Havn"}')
    workspace.index()
    workspace.write("a.jsonl", '{"id": "x", "text": "Havnen er stengt.", "title": "Stengt havn"}')
    assert workspace.index().updated == ("a.jsonl#x",)
    with workspace.opened() as (store, lexical):
        assert store.count() == lexical.count() == 1
        assert store.summaries()[0].title == "Stengt havn"


def test_articles_of_several_batches(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexer, "BATCH_NODES", 2)
    monkeypatch.setattr("retrieval.index.nodes.TARGET_TOKENS", 8)
    monkeypatch.setattr("retrieval.index.nodes.MAX_TOKENS", 14)
    long = " ".join(f"Båt nummer {number} er solgt." for number in range(9))
    workspace.write("long.txt", long)
    workspace.write("short.txt", "Havnen er stengt.")
    steps: list[IndexProgress] = []
    report = workspace.index(on_progress=steps.append)
    assert report.added == ("long.txt", "short.txt")
    assert workspace.text("long.txt") == long
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert steps[-1] == IndexProgress("finish", 2, 2)
    assert {step.stage for step in steps} == {"scan", "read", "embed", "finish"}


def test_progress_counts_the_articles_of_a_json_file(workspace: Workspace) -> None:
    workspace.write("a.jsonl", "".join(f'{{"id": "{n}", "text": "Sak nummer {n}."}}\n' for n in range(5)))
    steps: list[IndexProgress] = []
    workspace.index(on_progress=steps.append)
    assert (steps[-1].done, steps[-1].total) == (5, 5)


@pytest.mark.parametrize("moment", ["embed_passages", "_write"])
def test_ctrl_c_leaves_whole_articles(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    workspace.write("a.txt", BRIDGE)
    workspace.write("b.txt", FERRY)
    workspace.index(workspace.folder / "a.txt")
    workspace.write("a.txt", BRIDGE + " Ordføreren er glad.")
    real = getattr(indexer, moment)
    calls: list[int] = []

    def interrupted(*arguments: object) -> object:
        calls.append(1)
        result = real(*arguments)
        if len(calls) == 1:
            raise KeyboardInterrupt
        return result

    monkeypatch.setattr(indexer, moment, interrupted)
    with pytest.raises(KeyboardInterrupt):
        workspace.index()
    monkeypatch.undo()
    before = ["a.txt"] if moment == "embed_passages" else ["a.txt", "b.txt"]
    assert workspace.sources() == before
    assert workspace.index().unchanged == len(before) - (moment == "embed_passages")
    assert workspace.sources() == ["a.txt", "b.txt"]
    assert workspace.text("a.txt").endswith("Ordføreren er glad.")


def test_what_a_killed_run_left_is_tidied(workspace: Workspace) -> None:
    workspace.write("a.txt", BRIDGE)
    age(workspace)
    workspace.index()
    with workspace.opened() as (store, _):
        whole = store.get(store.all_ids())[0]
        from dataclasses import replace

        from retrieval.index.nodes import node_ids

        old = replace(whole, id=node_ids(whole.article_id, "f" * 64, 3)[1], content_hash="f" * 64)
        with store.writing(1):
            store.upsert([old], store.vectors_of([whole.id])[whole.id][None, :])
    assert workspace.index().unchanged == 1
    with workspace.opened() as (store, lexical):
        assert store.all_ids() == lexical.ids() == [whole.id]


def test_a_second_writer_is_refused(workspace: Workspace) -> None:
    workspace.write("a.txt", BRIDGE)
    workspace.index()
    with (
        writer_lock(workspace.settings.data_dir, timeout_s=0),
        pytest.raises(LibraryBusyError, match=r"is being written by process \d+, since"),
    ):
        workspace.index()


def test_removing_articles(workspace: Workspace) -> None:
    workspace.write("a.txt", BRIDGE)
    workspace.write("b.txt", FERRY)
    workspace.index()
    with workspace.opened() as (store, lexical):
        article_id = store.summaries()[0].id
        assert remove_articles(store, lexical, ["0" * 20, article_id, article_id]) == [article_id]
    assert workspace.sources() == ["b.txt"]
    assert workspace.index().added == ("a.txt",)


def test_bad_files_are_reported_and_the_others_stored(workspace: Workspace) -> None:
    workspace.write("good.txt", BRIDGE)
    workspace.write("empty.txt", "")
    (workspace.folder / "binary.txt").write_bytes(bytes(range(256)) * 20)
    (workspace.folder / "loop").symlink_to(workspace.folder)
    report = workspace.index()
    assert report.added == ("good.txt",)
    assert [failure.source for failure in report.failed] == ["binary.txt", "empty.txt", "loop"]
    assert workspace.sources() == ["good.txt"]


def test_a_url_is_not_read_yet(workspace: Workspace) -> None:
    with workspace.opened() as (store, lexical):
        report = indexer.index_paths(
            store, lexical, ["https://fjordavisa.example/a"], load_embedding=lambda: workspace.embedding
        )
    assert report.failed[0].source == "https://fjordavisa.example/a"
    assert "not read yet" in report.failed[0].reason
    assert isinstance(report.failed[0], Failure)
