"""What a web page states of its article: JSON-LD, OpenGraph, ``<meta>``, ``<time>``; never its running text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from retrieval.articles.metadata import Metadata, metadata_from, parse_date

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_ARTICLE_TYPES = frozenset(
    {
        "advertisercontentarticle",
        "analysisnewsarticle",
        "article",
        "backgroundnewsarticle",
        "blogposting",
        "liveblogposting",
        "newsarticle",
        "opinionnewsarticle",
        "report",
        "reportagenewsarticle",
        "reviewnewsarticle",
        "scholarlyarticle",
        "socialmediaposting",
        "techarticle",
    }
)
_META_NAMES = {
    "title": ("og:title", "twitter:title", "dc.title", "dcterms.title", "citation_title"),
    "outlet": ("og:site_name", "application-name", "dc.publisher", "dcterms.publisher", "citation_journal_title"),
    "author": ("author", "article:author", "dc.creator", "dcterms.creator", "citation_author", "parsely-author"),
    "published": (
        "article:published_time",
        "og:published_time",
        "datepublished",
        "date",
        "pubdate",
        "dc.date",
        "dc.date.issued",
        "dcterms.date",
        "dcterms.issued",
        "dcterms.created",
        "citation_publication_date",
        "parsely-pub-date",
    ),
    "url": ("og:url", "twitter:url"),
}
_MAX_JSON_DEPTH = 20


def read_metadata(page: HtmlElement) -> Metadata:
    """Gather the metadata of a parsed page; what it states twice counts as JSON-LD, then ``<meta>``, then elements."""
    sources = [_from_json_ld(page), _from_meta(page), _from_elements(page)]
    fields: dict[str, str | None] = {}
    for name in ("title", "outlet", "author", "published", "url"):
        values = (source.get(name) for source in sources)
        fields[name] = next((value for value in values if value and _is_usable(name, value)), None)
    return metadata_from(fields)


def stated_language(page: HtmlElement) -> str | None:
    """The ``lang`` of the page: often that of its template, so it is used only when the text itself does not tell."""
    return _string(page.get("lang")) or _string(page.get("{http://www.w3.org/XML/1998/namespace}lang"))


def _is_usable(name: str, value: str) -> bool:
    if name == "published":
        return parse_date(value) is not None
    # `article:author` is often the address of a profile.
    return name == "url" or not value.startswith(("http://", "https://"))


def _from_json_ld(page: HtmlElement) -> dict[str, str | None]:
    for script in page.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        try:
            data = json.loads(script.text or "", strict=False)
        except (ValueError, RecursionError):
            continue  # Broken JSON-LD is common; the page's other sources remain.
        for item in _objects(data):
            types = item.get("@type")
            names = types if isinstance(types, list) else [types]
            if any(isinstance(name, str) and name.lower() in _ARTICLE_TYPES for name in names):
                return {
                    "title": _string(item.get("headline")) or _string(item.get("name")),
                    "outlet": _names(item.get("publisher")),
                    "author": _names(item.get("author")),
                    "published": _string(item.get("datePublished")),
                    "url": _string(item.get("url")) or _page_of(item.get("mainEntityOfPage")),
                }
    return {}


def _objects(data: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    if depth > _MAX_JSON_DEPTH:
        return
    if isinstance(data, dict):
        yield data
        for key in ("@graph", "mainEntity", "itemListElement"):
            yield from _objects(data.get(key), depth + 1)
    elif isinstance(data, list):
        for value in data:
            yield from _objects(value, depth + 1)


def _string(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _names(value: Any) -> str | None:
    people = value if isinstance(value, list) else [value]
    names = [_string(person.get("name")) if isinstance(person, dict) else _string(person) for person in people]
    return ", ".join(name for name in names if name) or None


def _page_of(value: Any) -> str | None:
    return _string(value.get("@id") if isinstance(value, dict) else value)


def _from_meta(page: HtmlElement) -> dict[str, str | None]:
    stated: dict[str, str] = {}
    for tag in page.iter("meta"):
        name = (tag.get("property") or tag.get("name") or tag.get("itemprop") or "").strip().lower()
        content = (tag.get("content") or "").strip()
        if name and content:
            stated.setdefault(name, content)
    return {
        name: next((stated[key] for key in keys if key in stated and _is_usable(name, stated[key])), None)
        for name, keys in _META_NAMES.items()
    }


def _from_elements(page: HtmlElement) -> dict[str, str | None]:
    headings = page.xpath("//h1")
    titles = page.xpath("//head/title")
    heading = headings[0] if len(headings) == 1 else titles[0] if titles else None
    links = page.xpath("//link[@rel='canonical']/@href")
    times = page.xpath("//time[@datetime and (@pubdate or @itemprop='datePublished')]/@datetime")
    # Other `<time>` elements may be those of comments or of teasers; a lone one inside the article is its own.
    times = times or _lone(page.xpath("(//article|//main)//time/@datetime"))
    return {
        "title": None if heading is None else " ".join(heading.text_content().split()),
        "published": times[0] if times else None,
        "url": links[0] if links else None,
    }


def _lone(values: list[str]) -> list[str]:
    return values if len(set(values)) == 1 else []
