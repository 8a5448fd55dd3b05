"""Web pages saved as files: trafilatura finds the article among menus and notices, lxml reads what the page states."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from retrieval.articles.cleaning import clean_parts
from retrieval.articles.draft import Draft
from retrieval.articles.html_metadata import read_metadata, stated_language
from retrieval.articles.language import detect_language, language_code
from retrieval.articles.layout import unwrap
from retrieval.articles.metadata import Metadata
from retrieval.models import UNKNOWN_LANGUAGE

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_ENCODING_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,300}\?>", re.IGNORECASE)
_MIN_ARTICLE_CHARS = 50
"""Below this trafilatura takes the whole page, menus and all. Its default of 250 is a whole article in Chinese."""

_LEAF_BLOCKS = frozenset({"p", "head", "fw", "ab"})

logger = logging.getLogger(__name__)


def read_html(text: str) -> Draft:
    """Read the text of an ``.html`` file.

    Args:
        text: The decoded page.

    Returns:
        The article of the page, cleaned; its text is empty when the page has none (only menus, only scripts).
    """
    # Late: 0.4 s.
    import trafilatura
    from lxml import etree, html
    from trafilatura.settings import use_config

    # lxml refuses a declaration of bytes in text that is decoded.
    source = _ENCODING_DECLARATION.sub("", text).replace("\x00", "")
    try:
        page: HtmlElement = html.document_fromstring(source, parser=html.HTMLParser(huge_tree=True))
    except (etree.ParserError, ValueError, AssertionError) as error:
        logger.debug("no page to parse: %s", error)
        return Draft("", Metadata())
    metadata = read_metadata(page)
    stated = stated_language(page)
    for menu in page.findall(".//nav"):
        menu.drop_tree()  # else a page of nothing but its menu becomes an article "Home"
    config = use_config()
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", str(_MIN_ARTICLE_CHARS))
    found = trafilatura.bare_extraction(
        page, include_comments=False, include_tables=True, include_formatting=True, config=config
    )
    body = None if found is None or isinstance(found, dict) else found.body
    cleaned = "" if body is None else clean_parts(list(_parts(body)))
    if cleaned and detect_language(cleaned) == UNKNOWN_LANGUAGE:
        metadata = replace(metadata, language=language_code(stated))
    return Draft(cleaned, metadata)


def _parts(element: Any, prefix: str = "") -> Iterator[tuple[bool, str]]:
    """The blocks below an element of trafilatura's tree: (is code, text), list items with their marks."""
    if element.tag == "code":
        yield True, "".join(element.itertext())
    elif element.tag in _LEAF_BLOCKS:
        yield False, prefix + _inline_text(element)
    elif element.tag == "row":
        cells = (_inline_text(cell) for cell in element.iter("cell"))
        yield False, " | ".join(cell for cell in cells if cell)
    elif element.tag == "item":
        blocks = [child for child in element if child.tag in {"list", "code", "quote", "table"}]
        yield False, f"- {_inline_text(element, without=blocks)}"
        for child in blocks:
            yield from _parts(child)
    else:
        yield from _mixed(element)


def _mixed(element: Any) -> Iterator[tuple[bool, str]]:
    """A container (body, quote, list, table) that may hold loose text between its blocks."""
    loose = _line(element.text)
    for child in element:
        if child.tag in {"hi", "ref", "del", "lb", "span"}:
            loose = f"{loose}{_inline_text(child)}" if child.tag != "lb" else f"{loose}\n"
        else:
            if loose.strip():
                yield False, loose
            loose = ""
            if isinstance(child.tag, str):
                yield from _parts(child)
        loose += _line(child.tail)
    if loose.strip():
        yield False, loose


def _inline_text(element: Any, *, without: list[Any] | None = None) -> str:
    pieces = [_line(element.text)]
    for child in element:
        if without and child in without:
            pieces.append(_line(child.tail))
            continue
        if child.tag == "lb":
            pieces.append("\n")
        elif child.tag == "code":
            pieces.append(_code_span("".join(child.itertext())))
        elif isinstance(child.tag, str):
            separator = "\n" if child.tag in {"p", "list", "item", "quote", "table", "row"} else ""
            pieces.append(f"{separator}{_inline_text(child)}{separator}")
        pieces.append(_line(child.tail))
    return "".join(pieces).strip()


def _code_span(text: str) -> str:
    return f"`{text}`" if "<" in text else text


def _line(text: str | None) -> str:
    return unwrap(text or "")
