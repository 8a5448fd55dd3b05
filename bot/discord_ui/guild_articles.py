"""The articles that a guild's managers add: kept as files in the guild's own folder, indexed into its own library."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import regex

from bot.discord_ui.questions import guild_library
from retrieval.articles.files import SUFFIXES, too_large
from retrieval.errors import ArticleError, LibraryNotFoundError
from retrieval.models import ArticleSummary, IndexReport

if TYPE_CHECKING:
    from retrieval import Library

GUILDS_FOLDER = "guilds"
MOST_NAME_CHARS = 80
_UNUSABLE = regex.compile(r"[^\p{L}\p{M}\p{N} ._-]+")


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file as a person sent it."""

    name: str
    content: bytes


class GuildArticles:
    """Writes guilds' libraries. Synchronous; only one thread writes at a time, as the data folder has one writer."""

    def __init__(self, open_library: Callable[[str, bool], Library], *, data_dir: Path, max_article_mb: float) -> None:
        """Write nothing yet.

        Args:
            open_library: Opens a library by name, and makes it if the second argument says so.
            data_dir: Where the files are kept, in a folder a guild.
            max_article_mb: Largest file, in megabytes.
        """
        self._open_library = open_library
        self._folder = data_dir / GUILDS_FOLDER
        self._max_bytes = int(max_article_mb * 1e6)
        self._lock = threading.Lock()

    def check(self, name: str, size: int) -> None:
        """Say no before a file is fetched.

        Args:
            name: As the person called it.
            size: In bytes.

        Raises:
            ArticleError: It is too large, empty, or not a kind of file that can be read.
        """
        suffix = PurePosixPath(name).suffix.lower()
        if suffix not in SUFFIXES:
            raise ArticleError(f"{name} cannot be read: send one of {', '.join(sorted(SUFFIXES))}.")
        if size > self._max_bytes:
            raise ArticleError(f"{name} {too_large(size, self._max_bytes)}.")
        if size == 0:
            raise ArticleError(f"{name} is empty.")

    def add(self, guild_id: int, files: Sequence[NewFile]) -> IndexReport:
        """Keep files and index them; one of the same name replaces the earlier.

        Raises:
            ArticleError: One cannot be taken; then none is kept.
            KildeError: The library cannot be written.
        """
        for file in files:
            self.check(file.name, len(file.content))
        folder = self._folder / str(guild_id)
        with self._lock:
            folder.mkdir(parents=True, exist_ok=True)
            paths = []
            for file in files:
                path = folder / file_name(file.name)
                path.write_bytes(file.content)
                paths.append(path)
            with self._open_library(guild_library(guild_id), True) as library:
                return library.index(paths)

    def remove(self, guild_id: int, article_ids: Sequence[str]) -> list[ArticleSummary]:
        """Take articles out of the library; a file that holds no other article is deleted.

        Returns:
            Those that were there.
        """
        with self._lock:
            try:
                library = self._open_library(guild_library(guild_id), False)
            except LibraryNotFoundError:
                return []
            with library:
                held = {article.id: article for article in library.articles()}
                removed = [held[article_id] for article_id in library.remove(article_ids) if article_id in held]
                left = {article.source.partition("#")[0] for article in library.articles()}
        folder = self._folder / str(guild_id)
        for article in removed:
            file = article.source.partition("#")[0]
            if file not in left and Path(article.root) == folder.absolute():
                (folder / file).unlink(missing_ok=True)
        return removed


def file_name(name: str) -> str:
    """A name that is safe in any folder, the same for the same name, and another for another."""
    path = PurePosixPath(name.replace("\\", "/"))
    stem = _UNUSABLE.sub("-", path.stem).strip(" .-")[:MOST_NAME_CHARS] or "article"
    suffix = path.suffix.lower()
    if f"{stem}{suffix}" != name:
        stem += "-" + hashlib.sha256(name.encode("utf-8", errors="surrogatepass")).hexdigest()[:8]
    return stem + suffix
