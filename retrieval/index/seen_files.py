"""What each file held when it was last read, so that an unchanged one need not be read again; disposable."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retrieval.articles.cleaning import CLEANING_VERSION
from retrieval.articles.files import SourceFile
from retrieval.index.nodes import HASH_CHARS
from retrieval.models import Article, Failure
from retrieval.settings import Settings

logger = logging.getLogger(__name__)

FORMAT_VERSION = 1
SEEN_FOLDER = "seen"
SETTLED_NS = 2_000_000_000
"""A file changed less than this before it was read may change again without a new time stamp, so it is read again."""


@dataclass(frozen=True, slots=True)
class SeenArticle:
    """An article as far as it matters when it is not read again."""

    id: str
    hash_prefix: str
    """First HASH_CHARS characters of the content hash."""
    source: str

    @classmethod
    def of(cls, article: Article) -> SeenArticle:
        """What to remember of an article."""
        return cls(article.id, article.content_hash[:HASH_CHARS], article.source)


@dataclass(frozen=True, slots=True)
class SeenFile:
    """What reading a file gave."""

    articles: tuple[SeenArticle, ...]
    failures: tuple[Failure, ...]


class SeenFiles:
    """The files of one library by absolute path, each with the size and time it had when it was read."""

    def __init__(self, settings: Settings) -> None:
        # A size limit that changed makes other files readable, so it belongs to the key.
        self._key = [FORMAT_VERSION, str(CLEANING_VERSION), settings.max_article_mb]
        self._path = settings.data_dir / SEEN_FOLDER / f"{settings.library}.json"
        self._changed = False
        self._files: dict[str, list[Any]] = {}
        try:
            stored = json.loads(self._path.read_text(encoding="utf-8"))
            if stored["key"] == self._key:
                self._files = stored["files"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            logger.debug("No list of files that were read: %s", error)

    def find(self, file: SourceFile) -> SeenFile | None:
        """What the file held, if its size and time are the same as then."""
        entry = self._files.get(file.path.as_posix())
        if entry is None or entry[:2] != [file.size, file.mtime_ns]:
            return None
        return SeenFile(
            articles=tuple(SeenArticle(*values) for values in entry[2]),
            failures=tuple(Failure(source, reason) for source, reason in entry[3]),
        )

    def note(self, file: SourceFile, articles: Sequence[SeenArticle], failures: Sequence[Failure]) -> None:
        """Remember what a file held."""
        if time.time_ns() - file.mtime_ns < SETTLED_NS:
            return
        held = [[article.id, article.hash_prefix, article.source] for article in articles]
        failed = [[failure.source, failure.reason] for failure in failures]
        self._files[file.path.as_posix()] = [file.size, file.mtime_ns, held, failed]
        self._changed = True

    def save(self) -> None:
        """Write the list; that it cannot be written only costs time in the next run."""
        if not self._changed:
            return
        temporary: Path = self._path.with_suffix(".new")
        try:
            self._path.parent.mkdir(exist_ok=True)
            temporary.write_text(json.dumps({"key": self._key, "files": self._files}), encoding="utf-8")
            temporary.replace(self._path)
        except OSError as error:
            logger.warning("The list of files that were read cannot be written: %s", error)
