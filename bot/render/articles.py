"""The list of a library's articles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from bot.render.json import JsonObject
from bot.render.report import counted
from bot.render.text import provenance
from bot.render.wrap import wrap
from bot.terminal import Terminal, safe_line
from retrieval.models import ArticleSummary


def render_articles(articles: Sequence[ArticleSummary], terminal: Terminal) -> str:
    """Two lines an article: id and title, then outlet, date, language, nodes and source."""
    lines: list[str] = []
    for article in articles:
        title = safe_line(article.title or article.source)
        indent = " " * (len(article.id) + 2)
        head = wrap(title, terminal.width, indent=indent, first_indent=f"{article.id}  ")
        head[0] = terminal.paint(article.id, "cyan") + "  " + terminal.paint(head[0][len(indent) :], "bold")
        parts = provenance(article.outlet, article.published, article.language)
        parts.append(counted(article.nodes, "node"))
        if article.title:
            parts.append(safe_line(article.source))
        details = wrap(" · ".join(parts), terminal.width, indent=indent)
        lines += head + [terminal.paint(line, "dim") for line in details]
    return "\n".join(lines)


def article_object(article: ArticleSummary) -> JsonObject:
    """One line of ``kilde articles --json``."""
    return asdict(article) | {"published": article.published.isoformat() if article.published else None}
