"""Answers as a person reads them in a terminal."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import regex

from bot.render.messages import messages_for
from bot.render.wrap import wrap
from bot.terminal import Terminal, safe_line, safe_url
from retrieval.models import Answer, AnswerSentence, ArticleSummary, Citation, Refusal, Response

_NO_SPACE_AFTER = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}。！？]$")
_INDENT = "    "


def render_response(response: Response, terminal: Terminal) -> str:
    """The whole answer or refusal, without a line break at its end."""
    lines = _answer(response, terminal) if isinstance(response, Answer) else _refusal(response, terminal)
    return "\n".join(lines)


def render_citations(citations: tuple[Citation, ...], terminal: Terminal) -> list[str]:
    """The numbered list: quotes, then outlet, date, language, title and link of the article they come from."""
    lines: list[str] = []
    for index, citation in enumerate(citations):
        lines += _quote(citation, terminal)
        following = citations[index + 1 : index + 2]
        # Quotes of one article share its lines: repeated under each of three, they would bury the quotes.
        if not following or following[0].article_id != citation.article_id:
            lines += _source(citation, terminal)
    return lines


def lines_below(answer: Answer, terminal: Terminal) -> list[str]:
    """What stands under the sentences: why they are quoted, if a model failed, then the citations."""
    why: list[str] = []
    if answer.fallback is not None:
        text = f"{messages_for(answer.language).quoted}: {safe_line(answer.fallback.message)}"
        why = [terminal.paint(line, "dim") for line in wrap(text, terminal.width)]
    return [*why, "", *render_citations(answer.citations, terminal)]


def provenance(outlet: str | None, published: date | None, language: str) -> list[str]:
    """Outlet, ISO date and language, those that are known, safe to show."""
    return [safe_line(part) for part in (outlet, published and published.isoformat(), language) if part]


def join_sentences(sentences: tuple[AnswerSentence, ...]) -> str:
    """The sentences as one paragraph, each followed by its numbers: ``It opened in May. [1]``."""
    parts = [safe_line(sentence.text).strip() + _marks(sentence) for sentence in sentences]
    text = parts[0] if parts else ""
    for (before, _), part in zip(pairwise(sentences), parts[1:], strict=True):
        text += ("" if _NO_SPACE_AFTER.search(before.text.strip()) else " ") + part
    return text


def _marks(sentence: AnswerSentence) -> str:
    space = "" if _NO_SPACE_AFTER.search(sentence.text.strip()) else " "
    return space + "".join(f"[{number}]" for number in sentence.citations)


def _answer(answer: Answer, terminal: Terminal) -> list[str]:
    paragraph = wrap(join_sentences(answer.sentences), terminal.width)
    return [*(terminal.paint(line, "bold") for line in paragraph), *lines_below(answer, terminal)]


def _quote(citation: Citation, terminal: Terminal) -> list[str]:
    number = f"[{citation.number}] "
    lines = wrap(f"“{safe_line(citation.quote)}”", terminal.width, indent=_INDENT, first_indent=number)
    lines[0] = terminal.paint(number.strip(), "cyan") + lines[0][len(number) - 1 :]
    return lines


def _source(citation: Citation, terminal: Terminal) -> list[str]:
    parts = provenance(citation.outlet, citation.published, citation.language)
    text = " · ".join([*parts, safe_line(citation.title or citation.source)])
    lines = [terminal.paint(line, "dim") for line in wrap(text, terminal.width, indent=_INDENT)]
    address = safe_url(citation.url) if citation.url else None
    if address is not None:
        # Never wrapped: a terminal that finds links by itself, and a person who copies one, need it whole.
        shown = terminal.link(_short(address, terminal), address)
    elif citation.title is not None:
        shown = safe_line(citation.source)
    else:
        return lines
    return [*lines, _INDENT + terminal.paint(shown, "dim")]


def _short(address: str, terminal: Terminal) -> str:
    """The address as it is shown; cut to the line where the terminal carries the whole of it behind the text."""
    room = (terminal.width or 0) - len(_INDENT)
    if not terminal.hyperlinks or len(address) <= room:
        return address
    return address[: room - 1] + "…"


def _refusal(refusal: Refusal, terminal: Terminal) -> list[str]:
    words = messages_for(refusal.language)
    lines = [terminal.paint(line, "bold") for line in wrap(words.refusal, terminal.width)]
    if refusal.closest:
        lines += ["", f"{words.closest}:"]
        for article in refusal.closest:
            lines += _article_line(article, terminal)
    return lines


def _article_line(article: ArticleSummary, terminal: Terminal) -> list[str]:
    parts = provenance(article.outlet, article.published, article.language)
    text = " · ".join([safe_line(article.title or article.source), *parts])
    return wrap(text, terminal.width, indent=_INDENT, first_indent="  - ")
