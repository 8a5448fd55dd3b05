"""What a reader of one kind of file hands on: an article without an identity yet."""

from __future__ import annotations

from dataclasses import dataclass

from retrieval.articles.metadata import Metadata


@dataclass(frozen=True, slots=True)
class Draft:
    """A cleaned text and what the article says of itself."""

    text: str
    """Cleaned; empty when the file holds no text."""
    metadata: Metadata
    item: str | None = None
    """Key of the article inside a file that holds several."""
