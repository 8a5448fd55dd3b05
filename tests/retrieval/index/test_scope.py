"""Which articles a run removes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from retrieval.articles.files import SourceFile, UnlistedFolder, scan
from retrieval.models import Failure

if TYPE_CHECKING:
    from conftest import Workspace

TEXT = "Havnen i Sandvær er stengt."


@pytest.fixture
def two(workspace: Workspace) -> Workspace:
    """Two folders with the same file names, both indexed."""
    for name in ("north/a.txt", "north/b.txt", "south/a.txt"):
        workspace.write(name, f"{TEXT} Fil {name}.")
    workspace.index(workspace.folder / "north")
    workspace.index(workspace.folder / "south")
    assert workspace.sources() == ["a.txt", "a.txt", "b.txt"]
    return workspace


def test_only_the_folder_that_was_named_loses_articles(two: Workspace) -> None:
    (two.folder / "north/a.txt").unlink()
    (two.folder / "south/a.txt").unlink()
    two.write("south/c.txt", TEXT)
    report = two.index(two.folder / "south")
    assert (report.added, report.removed) == (("c.txt",), ("a.txt",))
    assert two.sources() == ["a.txt", "b.txt", "c.txt"]


def test_an_article_is_one_through_whichever_folder(two: Workspace) -> None:
    report = two.index(two.folder, two.folder / "north", two.folder / "north" / "a.txt")
    assert (report.unchanged, report.added, report.removed) == (3, (), ())


def test_a_folder_above_removes_what_vanished_below(two: Workspace) -> None:
    (two.folder / "north/a.txt").unlink()
    assert two.index(two.folder).removed == ("a.txt",)


def test_a_folder_below_removes_nothing_beside_it(two: Workspace) -> None:
    two.write("north/deep/x.txt", TEXT)
    two.index(two.folder / "north")
    (two.folder / "north/deep/x.txt").unlink()
    (two.folder / "north/a.txt").unlink()
    two.write("north/deep/y.txt", TEXT)
    assert two.index(two.folder / "north" / "deep").removed == ("deep/x.txt",)


def test_a_folder_whose_name_begins_alike_is_another(two: Workspace) -> None:
    two.write("northern/a.txt", TEXT)
    two.index(two.folder / "northern")
    (two.folder / "northern/a.txt").unlink()
    two.write("north/c.txt", TEXT)
    assert two.index(two.folder / "north").removed == ()


@pytest.mark.parametrize("state", ["missing", "empty"])
def test_a_folder_that_is_gone_or_empty_removes_nothing_unless_asked(two: Workspace, state: str) -> None:
    shutil.rmtree(two.folder / "north")
    if state == "empty":  # as an unmounted disk leaves it
        (two.folder / "north").mkdir()
    kept = two.index(two.folder / "north")
    assert kept.removed == ()
    if state == "empty":
        assert "holds no article files" in kept.warnings[0]
    else:
        assert "does not exist" in kept.failed[0].reason
        assert kept.warnings[0].endswith("north: the 2 articles indexed from it before are kept (--prune removes them)")
    pruned = two.index(two.folder / "north", prune=True)
    assert pruned.removed == ("a.txt", "b.txt")
    assert pruned.failed == ()  # it was asked for
    assert two.sources() == ["a.txt"]


def test_a_file_that_fails_keeps_its_old_version(two: Workspace) -> None:
    two.write("north/a.txt", "")
    report = two.index(two.folder / "north")
    assert (report.removed, report.failed[0].source) == ((), "a.txt")
    assert two.sources() == ["a.txt", "a.txt", "b.txt"]


def test_a_link_that_leads_nowhere_keeps_its_article(two: Workspace) -> None:
    path = two.folder / "north/a.txt"
    path.unlink()
    path.symlink_to("nowhere")
    assert two.index(two.folder / "north").removed == ()


@pytest.mark.parametrize(
    ("relative", "prune", "removed"),
    [
        ("north", False, ()),
        ("north", True, ()),
        ("", False, ()),
        ("", True, ("a.txt", "a.txt", "b.txt")),
    ],
)
def test_a_folder_that_cannot_be_listed_keeps_its_articles(
    two: Workspace, monkeypatch: pytest.MonkeyPatch, relative: str, prune: bool, removed: tuple[str, ...]
) -> None:
    """The tests may run as root, who can list every folder, so the scan is told to fail."""
    root = two.folder.as_posix()

    def unlisted(path: Path) -> Iterator[SourceFile | Failure]:
        if relative:
            yield from (file for file in scan(path) if file.relative.startswith("south"))
        yield UnlistedFolder(relative or ".", "folder cannot be read, permission denied", root, relative)

    monkeypatch.setattr("retrieval.index.scope.scan", unlisted)
    report = two.index(two.folder, prune=prune)
    assert report.removed == removed
    assert "permission denied" in report.failed[0].reason


def write_lines(workspace: Workspace, *lines: str) -> None:
    workspace.write("list.jsonl", "\n".join(lines))


LINES = ['{"id": "a", "text": "Havnen er stengt."}', '{"id": "b", "text": "Broen er åpen."}', '{"text": "Fergen går."}']


def test_items_that_are_no_longer_in_a_file_are_removed(workspace: Workspace) -> None:
    write_lines(workspace, *LINES)
    assert workspace.index().added == ("list.jsonl#3", "list.jsonl#a", "list.jsonl#b")
    write_lines(workspace, LINES[0])
    assert workspace.index().removed == ("list.jsonl#3", "list.jsonl#b")


@pytest.mark.parametrize(
    ("lines", "removed"),
    [
        ([LINES[0], '{"id": "b", "text": "Bro', LINES[2]], ()),  # the broken line is b
        (['{"id": "b", "text": 5}', LINES[0]], ("list.jsonl#3",)),  # b is kept, 3 is gone
        ([LINES[0], LINES[1], "{{{"], ()),  # line 3 is kept by its number
        ([LINES[0], "{{{"], ()),  # it may have been any
        ([LINES[0], LINES[0], LINES[2]], ("list.jsonl#b",)),  # a line twice stands for nothing else
    ],
)
def test_items_whose_lines_failed_are_kept(workspace: Workspace, lines: list[str], removed: tuple[str, ...]) -> None:
    write_lines(workspace, *LINES)
    workspace.index()
    write_lines(workspace, *lines)
    report = workspace.index()
    assert report.removed == removed
    assert len(report.failed) == 1


def test_a_json_file_that_cannot_be_read_keeps_all_its_items(workspace: Workspace) -> None:
    workspace.write("list.json", f"[{','.join(LINES)}]")
    workspace.index()
    workspace.write("list.json", f"[{','.join(LINES)}")
    assert workspace.index().removed == ()
    workspace.write("list.json", f'[{LINES[0]}, {{"id": "b"}}]')
    assert workspace.index().removed == ("list.json#3",)


def test_a_file_that_is_named_itself_removes_only_its_own(workspace: Workspace) -> None:
    write_lines(workspace, *LINES)
    workspace.write("other.txt", TEXT)
    workspace.index()
    (workspace.folder / "other.txt").unlink()
    write_lines(workspace, LINES[0])
    assert workspace.index(workspace.folder / "list.jsonl").removed == ("list.jsonl#3", "list.jsonl#b")
    assert workspace.sources() == ["list.jsonl#a", "other.txt"]


def test_what_an_article_states_and_nobody_can_read_is_told_once(workspace: Workspace) -> None:
    workspace.write("a.txt", f"Title: Ny havn\nDate: 5. mars\n\n{TEXT}\n")
    assert workspace.index(workspace.folder).warnings == (
        "a.txt: date '5. mars' is not understood; write it as 2026-03-14",
    )
    assert workspace.index(workspace.folder).warnings == ()
