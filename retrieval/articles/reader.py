"""From a file to its articles: picks the reader for its kind, and gives each article its identity and its hash."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from retrieval.articles.cleaning import CLEANING_VERSION
from retrieval.articles.draft import Draft
from retrieval.articles.encoding import decode, decode_page
from retrieval.articles.files import SourceFile, article_id, read_bytes, scan, too_large
from retrieval.articles.html_pages import read_html
from retrieval.articles.json_records import read_json, read_jsonl
from retrieval.articles.language import detect_language
from retrieval.articles.markdown import read_markdown
from retrieval.articles.plain_text import read_plain_text
from retrieval.errors import ArticleError
from retrieval.models import Article, Failure
from retrieval.settings import Settings

_PAGE = re.compile(r"\s*(?:<\?xml[^>]{0,300}>\s*)?(?:<!doctype html|<html)[\s>]", re.IGNORECASE)
_BYTES_PER_MB = 1_000_000


def read_path(path: Path | str, *, settings: Settings) -> Iterator[Article | Failure]:
    """Read every article of a file or folder.

    Args:
        path: A file or a folder.
        settings: ``max_article_mb`` bounds the size of a file.

    Yields:
        An `Article` for each that could be read, a `Failure` for each that could not.

    Raises:
        ArticleError: The path itself cannot be used; see `scan`.
    """
    for found in scan(path):
        if isinstance(found, Failure):
            yield found
            continue
        try:
            yield from read_file(found, settings=settings)
        except ArticleError as error:
            yield Failure(found.relative, str(error))


def read_file(file: SourceFile, *, settings: Settings) -> Iterator[Article | Failure]:
    """Read the articles of one file.

    Args:
        file: A file that `scan` found.
        settings: ``max_article_mb`` bounds its size.

    Yields:
        An `Article` for each; a `Failure` with the source ``path#line`` (or position) for each part of a JSON file that
        cannot be read.

    Raises:
        ArticleError: The whole file cannot be read: empty, too large, binary, no text, no permission. Raised when the
            iteration starts. The message is a predicate of the file ("is empty: ..."), without its name.
    """
    max_bytes = int(settings.max_article_mb * _BYTES_PER_MB)
    if file.size > max_bytes:
        raise ArticleError(too_large(file.size, max_bytes))
    data = read_bytes(file.path, max_bytes=max_bytes)
    for found in _drafts(data, PurePosixPath(file.relative).suffix.lower()):
        if isinstance(found, Failure):
            yield Failure(f"{file.relative}#{found.source}", found.reason)
        else:
            yield _article(file, found)


def _drafts(data: bytes, suffix: str) -> Iterator[Draft | Failure]:
    match suffix:
        case ".json":
            yield from read_json(decode(data))
            return
        case ".jsonl":
            yield from read_jsonl(decode(data))
            return
        case ".html" | ".htm":
            draft = read_html(decode_page(data))
            advice = "is a page without article text (only menus or scripts): save the whole page, or its text as .txt"
        case ".md":
            draft, advice = read_markdown(decode(data)), "holds no text: nothing to index"
        case _:
            text = decode(data)
            # A page saved under the wrong name; nobody's article begins like that.
            draft = read_html(text) if _PAGE.match(text) else read_plain_text(text)
            advice = "holds no text: nothing to index"
    if not any(char.isalnum() for char in draft.text):
        raise ArticleError(advice)
    yield draft


def _article(file: SourceFile, draft: Draft) -> Article:
    language = draft.metadata.language or detect_language(draft.text)
    return Article(
        id=article_id(file.root, file.relative, draft.item),
        root=file.root,
        source=file.relative if draft.item is None else f"{file.relative}#{draft.item}",
        text=draft.text,
        content_hash=content_hash(draft, language),
        language=language,
        title=draft.metadata.title,
        outlet=draft.metadata.outlet,
        author=draft.metadata.author,
        published=draft.metadata.published,
        url=draft.metadata.url,
        unread=draft.metadata.unread,
    )


def content_hash(draft: Draft, language: str) -> str:
    """SHA-256 of the cleaned text, the metadata and the version of the cleaning; not of the file's name or time."""
    stated = draft.metadata
    published = stated.published.isoformat() if stated.published else None
    values = [draft.text, stated.title, stated.outlet, stated.author, stated.url, published, language, CLEANING_VERSION]
    return hashlib.sha256(json.dumps(values, ensure_ascii=False).encode()).hexdigest()
