"""Markdown to plain text: the words without the marks, one block a line; YAML front matter gives the metadata."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from retrieval.articles.characters import clean_characters
from retrieval.articles.cleaning import clean_line, clean_parts
from retrieval.articles.draft import Draft
from retrieval.articles.layout import unwrap
from retrieval.articles.metadata import metadata_from, short_text
from retrieval.errors import ArticleError

if TYPE_CHECKING:
    from markdown_it.token import Token

FRONT_MATTER_KEYS = {
    "title": ("title",),
    "outlet": ("outlet", "site", "publisher"),
    "author": ("author", "authors"),
    "published": ("published", "date"),
    "url": ("url", "link", "canonical_url"),
    "language": ("language", "lang"),
}
"""Fields and the names that are read for each, the first that is there; other names are ignored."""

_KNOWN = [key for keys in FRONT_MATTER_KEYS.values() for key in keys]
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*$\n?", re.DOTALL | re.MULTILINE)
_UNCLOSED = re.compile(
    rf"\A---[ \t]*\n(?:[\w-]+:[^\n]*\n)*(?:{'|'.join(_KNOWN)}):[^\n]*\n(?:[\w-]+:[^\n]*\n)*\s*\n", re.IGNORECASE
)
_YAML_KEY = re.compile(r"^\s*(?:#.*\n\s*)*[\w-]+\s*:(?:\s|$)")
_NOT_TEXT = re.compile(r"^\s*<(script|style|!--)", re.IGNORECASE)


def read_markdown(text: str) -> Draft:
    """Read the text of a ``.md`` file.

    The title is that of the front matter, else the first ``# heading`` (which stays in the text). List marks stay, as a
    leading dash may be that of a dialogue; pictures and link addresses go.

    Args:
        text: The decoded file.

    Returns:
        The cleaned article; its text may be empty.

    Raises:
        ArticleError: The front matter is not valid YAML.
    """
    # Late: 0.05 s.
    from markdown_it import MarkdownIt

    front, body = _split_front_matter(clean_characters(text).lstrip("\n"))
    metadata = metadata_from(front)
    collected = _Collector()
    collected.read(MarkdownIt("commonmark").enable("table").enable("strikethrough").parse(body))
    if metadata.title is None:
        metadata = replace(metadata, title=short_text(collected.title))
    return Draft(clean_parts(collected.parts), metadata)


def _split_front_matter(text: str) -> tuple[dict[str, str | None], str]:
    match = _FRONT_MATTER.match(text)
    if match is None and _UNCLOSED.match(text):
        raise ArticleError("has front matter that is never closed: end it with a line of three dashes")
    # Between two thematic breaks there may also be a text.
    if match is None or not _YAML_KEY.match(match["yaml"]):
        return {}, text
    # Late: 0.02 s.
    import yaml

    try:
        # BaseLoader makes strings and nothing else: no dates guessed from digits, no objects.
        values = yaml.load(match["yaml"], Loader=yaml.BaseLoader)  # noqa: S506
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f" in line {mark.line + 2}" if mark is not None else ""
        problem = getattr(error, "problem", None) or "nested too deeply"
        msg = f"has front matter that is not valid YAML{line} ({problem}): put values that hold a colon in quotes"
        raise ArticleError(msg) from error
    if not isinstance(values, dict):
        return {}, text
    return _known_fields(values), text[match.end() :]


def _known_fields(values: Mapping[Any, Any]) -> dict[str, str | None]:
    lowered = {str(key).lower(): value for key, value in values.items()}
    fields: dict[str, str | None] = {}
    for name, keys in FRONT_MATTER_KEYS.items():
        value = next((lowered[key] for key in keys if lowered.get(key)), None)
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            value = ", ".join(value)
        fields[name] = value if isinstance(value, str) else None
    return fields


@dataclass(slots=True)
class _Collector:
    """Walks the tokens of a page and gathers its lines."""

    parts: list[tuple[bool, str]] = field(default_factory=list)
    title: str | None = None
    _marks: list[str] = field(default_factory=list)
    _cells: list[str] | None = None

    def read(self, tokens: Sequence[Token]) -> None:
        """Gather all tokens of a page, in order."""
        heading = ""
        for token in tokens:
            match token.type:
                case "heading_open":
                    heading = token.tag
                case "inline":
                    line = _inline_text(token.children or [])
                    if heading == "h1" and self.title is None:
                        self.title = clean_line(line)
                    heading = ""
                    self._add(line)
                case "fence" | "code_block":
                    self.parts.append((True, token.content))
                case "html_block" if not _NOT_TEXT.match(token.content):
                    self._add(token.content)
                case _:
                    self._enter_or_leave(token)

    def _enter_or_leave(self, token: Token) -> None:
        match token.type:
            case "list_item_open":
                self._marks.append(f"{token.info}{token.markup}" if token.info else "-")
            case "list_item_close":
                self._marks.pop()
            case "tr_open":
                self._cells = []
            case "tr_close":
                cells, self._cells = self._cells or [], None
                self._add(" | ".join(cell for cell in cells if cell))

    def _add(self, line: str) -> None:
        if self._cells is not None:
            self._cells.append(line)
            return
        # The mark of a list item stands before its first line only.
        if self._marks and self._marks[-1]:
            line, self._marks[-1] = f"{self._marks[-1]} {line}", ""
        self.parts.append((False, line))


def _inline_text(tokens: Sequence[Token]) -> str:
    pieces: list[str] = []
    for token in tokens:
        match token.type:
            case "text" | "html_inline":
                pieces.append(token.content)
            case "code_inline":
                # In backticks still, so that cleaning leaves tags in it alone.
                pieces.append(f"`{token.content}`" if "<" in token.content else token.content)
            case "softbreak":
                pieces.append("\n")
            case "hardbreak":
                pieces.append("<br>")
    # In this order, so that a break that is meant survives; cleaning turns it into a line.
    return unwrap("".join(pieces))
