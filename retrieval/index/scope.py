"""Which files a run reads, and which stored articles it may remove."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from retrieval.articles.encoding import decode
from retrieval.articles.files import SourceFile, UnlistedFolder, read_bytes, scan
from retrieval.errors import ArticleError
from retrieval.models import Failure


@dataclass(slots=True)
class Scope:
    """The files below the paths that one run names, and what is known of each path.

    Paths are absolute POSIX paths; an article inside a JSON file has the path ``file#item``.
    """

    files: list[SourceFile] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    _roots: list[str] = field(default_factory=list)
    """Articles at or below these may vanish."""
    _kept: list[str] = field(default_factory=list)
    """But nothing is known of these, so what is at or below them stays."""
    _absent: dict[str, str] = field(default_factory=dict)
    """Paths that could not be read at all, with what the user typed."""
    _broken: dict[str, _BrokenFile] = field(default_factory=dict)

    @classmethod
    def of(cls, paths: Sequence[Path | str], *, prune: bool, data_dir: Path | None = None) -> Scope:
        """List the files of the paths, each file once, and none of Kilde's own in ``data_dir``."""
        scope = cls()
        seen: set[Path] = set()
        for path in paths:
            scope._add(path, prune=prune, seen=seen)
        if data_dir is not None:
            own = data_dir.absolute()
            scope.files = [file for file in scope.files if not file.path.is_relative_to(own)]
        return scope

    def keep_file(self, file: SourceFile) -> None:
        """The file could not be read, so the articles it held stay."""
        self._kept.append(_joined(file.root, file.relative))

    def keep_failed_items(self, file: SourceFile, failures: Sequence[Failure], *, found: Sequence[str]) -> None:
        """Some articles of a JSON file could not be read; those stay, or all that are missing if it is unknown which.

        Args:
            file: The file.
            failures: Those, with the source ``file#number``.
            found: Sources of the articles that were read, ``file#item``.
        """
        if failures:
            numbers = [failure.source.rpartition("#")[2] for failure in failures]
            keys = frozenset(source[len(file.relative) + 1 :] for source in found)
            self._broken[_joined(file.root, file.relative)] = _BrokenFile.read(file, numbers, keys)

    def vanished(self, locations: dict[str, tuple[str, str]]) -> list[str]:
        """Ids of the articles that are gone, out of those that the run did not find.

        Args:
            locations: Root and source by article id.
        """
        paths = {article_id: _joined(root, source) for article_id, (root, source) in locations.items() if root}
        gone = {
            article_id: path
            for article_id, path in paths.items()
            if _is_below(path, self._roots) and not _is_below(path, self._kept)
        }
        for root, typed in self._absent.items():
            self._explain_absent(root, typed, sum(_is_below(path, [root]) for path in paths.values()))
        for file_path, broken in self._broken.items():
            items = {i: path[len(file_path) + 1 :] for i, path in gone.items() if path.startswith(f"{file_path}#")}
            kept = broken.kept(items)
            if kept:
                self.warnings.append(
                    f"{file_path}: {broken.count} of its articles could not be read, "
                    f"so {len(kept)} that it held before are kept"
                )
            for article_id in kept:
                del gone[article_id]
        return sorted(gone)

    def _explain_absent(self, root: str, typed: str, count: int) -> None:
        """What becomes of the articles that were indexed from a path that is not there any more."""
        if count and root in self._roots:  # pruned, as it was asked for: no failure
            self.failures = [failure for failure in self.failures if failure.source != typed]
        elif count:
            articles = "the article" if count == 1 else f"the {count:,} articles"
            self.warnings.append(f"{typed}: {articles} indexed from it before are kept (--prune removes them)")

    def _add(self, path: Path | str, *, prune: bool, seen: set[Path]) -> None:
        root = Path(os.path.abspath(path)).as_posix()  # noqa: PTH100  resolve() would follow links; articles go by the name
        files: list[SourceFile] = []
        unlisted = False
        try:
            for found in scan(path):
                if isinstance(found, SourceFile):
                    files.append(found)
                    continue
                self.failures.append(found)
                below_root = not (isinstance(found, UnlistedFolder) and not found.relative)
                unlisted = unlisted or not below_root
                if below_root:
                    self._kept.append(
                        _joined(root, found.relative if isinstance(found, UnlistedFolder) else found.source)
                    )
        except ArticleError as error:
            self.failures.append(Failure(str(path), str(error).removeprefix(f"{path} ")))
            self._absent[root] = str(path)
            unlisted = True
        self.files += [file for file in files if file.path not in seen]
        seen.update(file.path for file in files)
        if files or prune:
            self._roots.append(root)
        elif not unlisted:
            self.warnings.append(
                f"{path} holds no article files; what was indexed from it is kept (--prune removes it)"
            )


@dataclass(frozen=True, slots=True)
class _BrokenFile:
    """A JSON file some of whose articles could not be read."""

    count: int
    numbers: frozenset[str]
    """Lines or positions of those, from 1."""
    texts: tuple[str, ...]
    """What is written there."""
    found: frozenset[str]
    """Keys of the articles that were read; a place that holds such a key is a repetition."""

    @classmethod
    def read(cls, file: SourceFile, numbers: Sequence[str], found: frozenset[str]) -> _BrokenFile:
        try:
            text = decode(read_bytes(file.path, max_bytes=file.size))
            records = text.split("\n") if file.path.suffix.lower() == ".jsonl" else _records(text)
            texts = tuple(records[int(number) - 1] for number in numbers)
        except (ArticleError, ValueError, IndexError):  # it changed since it was read; then nothing is known
            texts = ("",) * len(numbers)
        return cls(len(numbers), frozenset(numbers), texts, found)

    def kept(self, items: dict[str, str]) -> list[str]:
        """Which of the missing articles to keep.

        One whose key or number is that of a broken place. If a broken place fits none of them, it may have been any:
        then all.

        Args:
            items: Keys in the file by article id.
        """
        kept = {
            article_id
            for article_id, key in items.items()
            if key in self.numbers or any(_quoted(key) in text for text in self.texts)
        }
        known = [_quoted(key) for key in (*items.values(), *self.found)]
        explained = all(any(key in text for key in known) for text in self.texts)
        return sorted(kept if explained else items)


def _quoted(key: str) -> str:
    return json.dumps(key, ensure_ascii=False)


def _records(text: str) -> list[str]:
    data = json.loads(text)
    if isinstance(data, dict):
        data = data.get("articles", [])
    return [json.dumps(value, ensure_ascii=False) for value in data]


def _joined(root: str, relative: str) -> str:
    return f"{root.rstrip('/')}/{relative}"


def _is_below(path: str, parents: Iterable[str]) -> bool:
    return any(path == parent or path.startswith((f"{parent.rstrip('/')}/", f"{parent}#")) for parent in parents)
