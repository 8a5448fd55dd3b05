"""What a language model wrote, as plain text: no links, images, mentions or HTML reach a person."""

from __future__ import annotations

from functools import cache

import regex
from markdown_it import MarkdownIt
from markdown_it.token import Token

MOST_PASSES = 4
"""What is removed may leave markup behind ("<<b>@1>"), so that it is looked for again."""

_MENTION = regex.compile(r"<[@#][!&]?\d+>|<a?:\w+:\d+>|@(?=everyone\b|here\b)")
_ADDRESS = regex.compile(
    r"(?:\b(?:https?|ftp|file|data|javascript|mailto):|\bwww\.|\b(?:[\w-]+\.)+\p{L}{2,}/)\S*?(?=[.,;:!?…)\]]*(?:\s|$))",
    flags=regex.IGNORECASE,
)
_LINK = regex.compile(r"!?\[([^\[\]]*)\]\([^()]*\)")
_TAG = regex.compile(r"</?[a-zA-Z][^<>]*>|<!--.*?-->|<\|[^<>]*\|>")
_LINE_START = regex.compile(r"^\s*(?:#{1,6}\s+|>\s*|[-*+•–]\s+|\d{1,2}[.)]\s+(?=\p{L}))+")
_EMPTY_BRACKETS = regex.compile(r"\(\s*\)|\[\s*\]|<\s*>")
_SPACE_BEFORE_MARK = regex.compile(r"\s+(?=[.,;!?…])")
_INVISIBLE = regex.compile(r"[\p{Cc}\p{Cf}--[\u200c\u200d\s]]", flags=regex.V1)


def plain(line: str) -> str:
    """One line of Markdown without its markup; a link leaves its words, an image nothing.

    Args:
        line: As a model wrote it.
    """
    text = _INVISIBLE.sub("", line)
    for _ in range(MOST_PASSES):
        before, text = text, _without_markup(text)
        if text == before:
            break
    return text


def _without_markup(line: str) -> str:
    text = _MENTION.sub("", _LINE_START.sub("", line))
    (inline,) = _parser().parseInline(text)
    text = "".join(_words(token) for token in inline.children or ())
    text = _LINK.sub(r"\1", _TAG.sub("", _MENTION.sub("", text)))
    text = _EMPTY_BRACKETS.sub("", _ADDRESS.sub("", text))
    return " ".join(_SPACE_BEFORE_MARK.sub("", text).split())


def _words(token: Token) -> str:
    if token.type in {"softbreak", "hardbreak"}:
        return " "
    return token.content if token.type in {"text", "code_inline", "text_special"} else ""


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark")
