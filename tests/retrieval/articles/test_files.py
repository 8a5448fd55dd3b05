import os
import socket
from pathlib import Path

import pytest

from retrieval.articles.files import SourceFile, UnlistedFolder, article_id, read_bytes, scan
from retrieval.errors import ArticleError
from retrieval.models import Failure


def _names(path: Path) -> list[str]:
    return [found.relative for found in scan(path) if isinstance(found, SourceFile)]


def _failures(path: Path) -> list[Failure]:
    return [found for found in scan(path) if isinstance(found, Failure)]


def _write(path: Path, text: str = "Hei") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_lists_known_kinds_recursively_in_order(tmp_path: Path) -> None:
    for name in [
        "b.txt",
        "a.MD",
        "c.html",
        "d.htm",
        "e.json",
        "f.jsonl",
        "g.pdf",
        "h",
        "ny/å.txt",
        "ny/更新.txt",
        "a/z.txt",
    ]:
        _write(tmp_path / name)
    assert _names(tmp_path) == [
        "a.MD",
        "b.txt",
        "c.html",
        "d.htm",
        "e.json",
        "f.jsonl",
        "a/z.txt",
        "ny/å.txt",
        "ny/更新.txt",
    ]


def test_skips_what_is_hidden(tmp_path: Path) -> None:
    for name in [".a.txt", ".git/b.txt", "c/.d/e.txt", "c/f.txt"]:
        _write(tmp_path / name)
    assert _names(tmp_path) == ["c/f.txt"]


def test_gives_size_time_and_absolute_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(tmp_path / "news" / "a.txt", "øre")
    monkeypatch.chdir(tmp_path)
    (found,) = scan("news")
    assert isinstance(found, SourceFile)
    assert found.root == (tmp_path / "news").as_posix()
    assert found.size == 4
    assert found.mtime_ns == (tmp_path / "news" / "a.txt").stat().st_mtime_ns


def test_a_file_has_its_folder_as_root(tmp_path: Path) -> None:
    path = _write(tmp_path / "news" / "a.txt")
    (found,) = scan(path)
    assert isinstance(found, SourceFile)
    assert (found.root, found.relative) == ((tmp_path / "news").as_posix(), "a.txt")


def test_an_article_is_one_whichever_root_leads_to_it() -> None:
    assert article_id("/news", "2024/a.txt") == article_id("/news/2024", "a.txt") == article_id("/", "news/2024/a.txt")
    assert article_id("/news", "a.jsonl", "1") != article_id("/news", "a.jsonl", "2")
    assert len(article_id("/news", "å.txt")) == 20


def test_missing_path(tmp_path: Path) -> None:
    with pytest.raises(ArticleError, match=r"nowhere does not exist: check the spelling"):
        scan(tmp_path / "nowhere")


@pytest.mark.parametrize("url", ["https://example.org/a.html", "http://example.org", "HTTPS://EXAMPLE.ORG/x.txt"])
@pytest.mark.parametrize("kind", [str, Path])
def test_a_url_is_for_later(url: str, kind: type) -> None:
    with pytest.raises(ArticleError, match=r"is a URL: web pages and feeds are not read yet\. Save the page"):
        scan(kind(url))


def test_another_kind_of_file_that_was_named(tmp_path: Path) -> None:
    with pytest.raises(ArticleError, match=r"a\.pdf is not a kind of file that can be read: use one of \.htm, "):
        scan(_write(tmp_path / "a.pdf"))


def test_symlink_loops(tmp_path: Path) -> None:
    _write(tmp_path / "a" / "b.txt")
    (tmp_path / "a" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "self").symlink_to(tmp_path / "self")
    (tmp_path / "ping.txt").symlink_to(tmp_path / "pong.txt")
    (tmp_path / "pong.txt").symlink_to(tmp_path / "ping.txt")
    assert _names(tmp_path) == ["a/b.txt"]
    reasons = {failure.source: failure.reason for failure in _failures(tmp_path)}
    assert sorted(reasons) == ["a/up", "ping.txt", "pong.txt", "self"]
    assert "a folder that holds it: remove the link" in reasons["a/up"]
    assert "leads back to itself" in reasons["self"]
    assert "leads back to itself" in reasons["ping.txt"]


def test_a_dangling_link(tmp_path: Path) -> None:
    (tmp_path / "a.txt").symlink_to(tmp_path / "gone.txt")
    (failure,) = _failures(tmp_path)
    assert failure.source == "a.txt"
    assert "gone.txt, which does not exist: remove or mend the link" in failure.reason


def test_follows_links_but_lists_a_folder_once_under_its_real_path(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    _write(outside / "c.txt")
    root = tmp_path / "root"
    _write(root / "real" / "a.txt")
    (root / "a-link").symlink_to(root / "real", target_is_directory=True)
    (root / "more").symlink_to(outside, target_is_directory=True)
    (root / "b.txt").symlink_to(outside / "c.txt")
    assert _names(root) == ["b.txt", "real/a.txt", "more/c.txt"]
    assert _failures(root) == []


def test_two_links_that_lead_to_each_other(tmp_path: Path) -> None:
    root, other = tmp_path / "root", tmp_path / "other"
    _write(root / "a.txt")
    _write(other / "b.txt")
    (root / "other").symlink_to(other, target_is_directory=True)
    (other / "root").symlink_to(root, target_is_directory=True)
    assert _names(root) == ["a.txt", "other/b.txt"]


def test_pipes_and_sockets_are_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s.txt"))
        _write(tmp_path / "a.txt")
        assert _names(tmp_path) == ["a.txt"]
    with pytest.raises(ArticleError, match="neither a file nor a folder"):
        scan(tmp_path / "pipe.txt")
    with pytest.raises(ArticleError, match="is not a regular file any more"):
        read_bytes(tmp_path / "pipe.txt", max_bytes=10)


def test_a_folder_that_cannot_be_listed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(tmp_path / "a" / "x.txt")
    _write(tmp_path / "b" / "y.txt")
    list_folder = os.scandir

    def refuse(path: str) -> object:
        if path.endswith("/a"):
            raise PermissionError(13, "Permission denied", path)
        return list_folder(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert _names(tmp_path) == ["b/y.txt"]
    (failure,) = _failures(tmp_path)
    assert isinstance(failure, UnlistedFolder)
    assert (failure.root, failure.relative) == (tmp_path.as_posix(), "a")
    assert "permission denied: change its permissions" in failure.reason


def test_a_name_that_is_not_utf8_is_a_failure(tmp_path: Path) -> None:
    try:
        (tmp_path / os.fsdecode(b"\xff.txt")).write_text("Hei", encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    (failure,) = _failures(tmp_path)
    assert "not valid UTF-8: rename it" in failure.reason


def test_reading_an_empty_a_large_and_a_vanished_file(tmp_path: Path) -> None:
    with pytest.raises(ArticleError, match="is empty: nothing to index"):
        read_bytes(_write(tmp_path / "a.txt", ""), max_bytes=10)
    with pytest.raises(ArticleError, match=r"limit is 1e-05 MB: split the file, or raise KILDE_MAX_ARTICLE_MB"):
        read_bytes(_write(tmp_path / "b.txt", "x" * 11), max_bytes=10)
    with pytest.raises(ArticleError, match="does not exist"):
        read_bytes(tmp_path / "c.txt", max_bytes=10)
    with pytest.raises(ArticleError, match=r"cannot be read|not a regular file"):
        read_bytes(tmp_path, max_bytes=10)


def test_an_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _write(tmp_path / "a.txt")

    def refuse(*arguments: object) -> int:
        raise PermissionError(13, "Permission denied", str(arguments[0]))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(ArticleError, match="cannot be read, permission denied: change its permissions"):
        read_bytes(path, max_bytes=10)
