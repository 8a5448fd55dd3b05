"""Which files a path holds, and the identity of the articles in them."""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from retrieval.errors import ArticleError
from retrieval.models import Failure

SUFFIXES = frozenset({".txt", ".md", ".html", ".htm", ".json", ".jsonl"})
"""The kinds of files that are read, in lower case."""

_URL = re.compile(r"^[a-z][a-z0-9+.-]+:/{1,2}[^/]", re.IGNORECASE)
_ID_HEX_DIGITS = 20

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that may hold articles."""

    root: str
    """Absolute POSIX path of the folder that was named (of its folder when a file was named)."""
    relative: str
    """POSIX path relative to ``root``."""
    path: Path
    size: int
    """Bytes."""
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class UnlistedFolder(Failure):
    """A folder below a root that could not be listed: nothing is known of the articles under it."""

    root: str
    relative: str
    """POSIX path relative to ``root``; the articles known under ``relative + "/"`` have not vanished."""


@dataclass(frozen=True, slots=True)
class _Link:
    path: str
    relative: str


def scan(path: Path | str) -> Iterator[SourceFile | Failure]:
    """List the article files of a path: itself, or everything below it in a fixed order.

    Hidden files and folders (a leading dot), other kinds of files, and what is not a regular file (pipes, sockets) are
    skipped. Links are followed; a folder is listed once, whatever number of links lead to it.

    Args:
        path: A file or a folder.

    Yields:
        A `SourceFile` for each file; an `UnlistedFolder` for a folder that cannot be listed; a `Failure` for a link
        that leads nowhere or in a circle.

    Raises:
        ArticleError: The path is a URL, does not exist, cannot be read, or is a file of another kind. Raised by the
            call itself, not by the iteration.
    """
    if _URL.match(str(path)):
        msg = f"{path} is a URL: web pages and feeds are not read yet. Save the page as .html and index the file."
        raise ArticleError(msg)
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links, and identity goes by the name
    try:
        found = absolute.stat()
    except OSError as error:
        raise ArticleError(f"{path} {_path_trouble(error, absolute)}") from error
    if stat.S_ISDIR(found.st_mode):
        return _scan_folder(absolute)
    if not stat.S_ISREG(found.st_mode):
        msg = f"{path} is neither a file nor a folder (a pipe, socket or device): name a file or a folder"
        raise ArticleError(msg)
    if absolute.suffix.lower() not in SUFFIXES:
        msg = f"{path} is not a kind of file that can be read: use one of {', '.join(sorted(SUFFIXES))}"
        raise ArticleError(msg)
    return iter([_source_file(absolute.parent.as_posix(), absolute.name, str(absolute), found)])


def article_id(root: str, relative: str, item: str | None = None) -> str:
    """Identity of an article: its absolute path, so that it is one article whichever root leads to it.

    Args:
        root: Absolute POSIX path.
        relative: POSIX path below it.
        item: Key inside a file that holds several articles.

    Returns:
        20 hexadecimal digits.
    """
    name = f"{root.rstrip('/')}/{relative}" + ("" if item is None else f"#{item}")
    return hashlib.sha256(name.encode("utf-8", errors="surrogateescape")).hexdigest()[:_ID_HEX_DIGITS]


def read_bytes(path: Path, *, max_bytes: int) -> bytes:
    """Read a whole regular file, never more than allowed and never waiting on a pipe.

    Args:
        path: The file.
        max_bytes: Largest size, in bytes.

    Returns:
        Its bytes, at least one.

    Raises:
        ArticleError: The file is empty, too large, unreadable, gone, or not a regular file.
    """
    try:
        # Without O_NONBLOCK, opening a pipe that took the place of the file since the scan waits for ever.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                msg = "is not a regular file any more"
                raise ArticleError(msg)
            data = stream.read(max_bytes + 1)
    except OSError as error:
        raise ArticleError(_path_trouble(error, path)) from error
    if not data:
        msg = "is empty: nothing to index"
        raise ArticleError(msg)
    if len(data) > max_bytes:
        raise ArticleError(too_large(path.stat().st_size, max_bytes))
    return data


def too_large(size: int, max_bytes: int) -> str:
    """The message for a file of ``size`` bytes."""
    limit = f"{max_bytes / 1e6:g} MB"
    return f"has {size / 1e6:.1f} MB and the limit is {limit}: split the file, or raise KILDE_MAX_ARTICLE_MB"


def _scan_folder(root: Path) -> Iterator[SourceFile | Failure]:
    root_name = root.as_posix()
    seen: set[tuple[int, int]] = set()
    links: list[_Link] = []
    yield from _walk(root_name, _Link(str(root), ""), seen, links)
    # Links to folders come last, so that an article which is also reachable without a link keeps its real path.
    while links:
        link = links.pop(0)
        target = os.path.realpath(link.path)
        if _holds(target, link.path):
            reason = f"is a link to {target}, a folder that holds it: remove the link, or it would go round for ever"
            yield Failure(link.relative, reason)
            continue
        yield from _walk(root_name, link, seen, links)


def _holds(folder: str, path: str) -> bool:
    parent = os.path.realpath(os.path.dirname(path))  # noqa: PTH120 - strings, as os.scandir gives them
    return parent == folder or parent.startswith(folder.rstrip("/") + "/")


def _walk(root: str, start: _Link, seen: set[tuple[int, int]], links: list[_Link]) -> Iterator[SourceFile | Failure]:
    """List a folder and everything below it, files before sub-folders; links to folders are put aside."""
    pending = [start]
    while pending:
        folder = pending.pop()
        try:
            found = os.stat(folder.path)  # noqa: PTH116 - a Path for each of 100,000 folders is slow
            if (found.st_dev, found.st_ino) in seen:
                logger.debug("%s was listed already under another name", folder.path)
                continue
            seen.add((found.st_dev, found.st_ino))
            with os.scandir(folder.path) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            reason = _path_trouble(error, Path(folder.path))
            yield UnlistedFolder(folder.relative or ".", f"folder {reason}", root, folder.relative)
            continue
        below: list[_Link] = []
        for entry in entries:
            relative = f"{folder.relative}/{entry.name}" if folder.relative else entry.name
            if entry.name.startswith("."):
                continue
            if _leads_to_folder(entry):
                (links if entry.is_symlink() else below).append(_Link(entry.path, relative))
            elif os.path.splitext(entry.name)[1].lower() in SUFFIXES or _is_circular(entry):  # noqa: PTH122 - speed
                yield from _file(root, relative, entry)
        pending.extend(reversed(below))


def _leads_to_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # A link that leads back to itself, which `_is_circular` finds.
        return False


def _is_circular(entry: os.DirEntry[str]) -> bool:
    if not entry.is_symlink():
        return False
    try:
        entry.stat()
    except OSError as error:
        return error.errno == errno.ELOOP
    return False


def _file(root: str, relative: str, entry: os.DirEntry[str]) -> Iterator[SourceFile | Failure]:
    try:
        found = entry.stat()
        relative.encode("utf-8")
    except OSError as error:
        yield Failure(relative, _path_trouble(error, Path(entry.path)))
        return
    except UnicodeEncodeError:
        shown = relative.encode("utf-8", errors="backslashreplace").decode()
        yield Failure(shown, "has a file name that is not valid UTF-8: rename it")
        return
    if stat.S_ISREG(found.st_mode):
        yield _source_file(root, relative, entry.path, found)
    else:
        logger.debug("%s is not a regular file", entry.path)


def _source_file(root: str, relative: str, path: str, found: os.stat_result) -> SourceFile:
    return SourceFile(root, relative, Path(path), found.st_size, found.st_mtime_ns)


def _path_trouble(error: OSError, path: Path) -> str:
    if error.errno == errno.ENOENT:
        if path.is_symlink():
            return f"is a link to {path.readlink()}, which does not exist: remove or mend the link"
        return "does not exist: check the spelling"
    if error.errno == errno.ELOOP:
        return "is a link that leads back to itself: remove the link"
    if error.errno in {errno.EACCES, errno.EPERM}:
        return "cannot be read, permission denied: change its permissions, or run as a user who may read it"
    if error.errno == errno.ENAMETOOLONG:
        return "has a name that is too long for this system: shorten it"
    return f"cannot be read ({error.strerror or type(error).__name__}): check the disk"
