"""Files that managers send, and what becomes of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.discord_ui.guild_articles import GuildArticles, NewFile, file_name
from retrieval.errors import ArticleError, LibraryNotFoundError


@pytest.fixture
def opened() -> list[tuple[str, bool]]:
    return []


@pytest.fixture
def articles(tmp_path: Path, library: Any, opened: list[tuple[str, bool]]) -> GuildArticles:
    def open_library(name: str, create: bool) -> Any:
        opened.append((name, create))
        if name != "guild-5":
            raise LibraryNotFoundError(name)
        return library

    return GuildArticles(open_library, data_dir=tmp_path, max_article_mb=0.001)


def test_a_file_is_kept_in_the_guilds_folder_and_indexed_into_its_library(
    articles: GuildArticles, tmp_path: Path, library: Any, opened: list[tuple[str, bool]]
) -> None:
    articles.add(5, [NewFile("ponte.txt", b"Il ponte riapre.")])
    kept = tmp_path / "guilds" / "5" / "ponte.txt"
    assert kept.read_bytes() == b"Il ponte riapre."
    assert library.indexed == [((str(kept),), False)]
    assert opened == [("guild-5", True)]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("run.exe", b"MZ", r"run\.exe cannot be read: send one of \.htm, "),
        ("noend", b"x", "noend cannot be read"),
        ("big.txt", b"x" * 1001, r"big\.txt .*0\.001 MB"),
        ("empty.txt", b"", r"empty\.txt is empty"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_with_all_that_came_with_it(
    articles: GuildArticles, tmp_path: Path, library: Any, name: str, content: bytes, message: str
) -> None:
    with pytest.raises(ArticleError, match=message):
        articles.add(5, [NewFile("good.txt", b"good"), NewFile(name, content)])
    assert library.indexed == []
    assert not (tmp_path / "guilds").exists()


def test_a_guild_without_a_library_has_nothing_to_remove(articles: GuildArticles) -> None:
    assert articles.remove(6, ["0123456789abcdef0123"]) == []


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("ponte.txt", "ponte.txt"),
        ("Straße 北京.md", "Straße 北京.md"),
        ("../../etc/passwd.txt", "passwd-"),
        ("..\\..\\boot.txt", "boot-"),
        ("a\x00b\n.TXT", "a-b-"),
        (".txt", "txt-"),
        ("?.txt", "article-"),
        ("x" * 300 + ".json", "x" * 80 + "-"),
    ],
)
def test_a_name_cannot_leave_the_folder(name: str, kept: str) -> None:
    found = file_name(name)
    assert found.startswith(kept)
    assert "/" not in found
    assert "\\" not in found
    assert file_name(name) == found


def test_names_that_would_be_written_alike_stay_apart() -> None:
    assert len({file_name(name) for name in ("a?.txt", "a*.txt", "a.txt", "A.TXT")}) == 4
