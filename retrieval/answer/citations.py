"""Citations are checked against the store: the quote equals the article's text, or there is no answer."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from retrieval.errors import CitationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from retrieval.models import Citation


def verify(citations: Iterable[Citation], article_text: Callable[[str], str]) -> None:
    """Compare every quote with its article as it is stored now.

    Args:
        citations: What an answer is about to rest on.
        article_text: Gives the whole cleaned text of an article by its id.

    Raises:
        CitationError: A quote is empty, or is not the article's text at its offsets.
    """
    text_of = cache(article_text)  # several citations of one article read it once
    for citation in citations:
        stored = text_of(citation.article_id)[citation.start_char : citation.end_char]
        if not citation.quote or stored != citation.quote:
            raise CitationError(
                f"citation {citation.number} of {citation.source} does not match the stored article at characters "
                f"{citation.start_char} to {citation.end_char}; the article may have changed: ask again"
            )
