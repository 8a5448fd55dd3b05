"""HTML that scraping left in plain text: entities, tags, comments, also where a translator broke them (``< /p>``)."""

from __future__ import annotations

import html
import re
from html.entities import html5

_BLOCK_NAMES = (
    "address|article|aside|blockquote|body|br|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|fieldset|figcaption"
    "|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|img|legend|li|link|main|menu|meta|nav|noscript"
    "|ol|optgroup|option|p|param|picture|pre|section|select|source|summary|svg|table|tbody|td|template|textarea|tfoot|th"
    "|thead|title|tr|ul|video|audio|embed|object|button|input|label"
)
_INLINE_NAMES = (
    "a|abbr|acronym|b|bdi|bdo|big|cite|code|data|del|dfn|em|font|i|ins|kbd|mark|nobr|q|rp|rt|ruby|s|samp|small|span|strike"
    "|strong|sub|sup|time|tt|u|var|wbr"
)
_ATTRIBUTES = (
    r"(?:\s+[A-Za-z_:@][\w:.@-]*\s*=\s*(?:\"[^\"<]{0,2000}\"|'[^'<]{0,2000}'|«[^«»<>]{0,2000}»|“[^“”<>]{0,2000}”|[^\s\"'=<>`]{1,2000})"
    r"|\s+(?:hidden|disabled|checked|selected|async|defer|nowrap|noshade|controls|autoplay|loop|muted|allowfullscreen)(?=[\s/>])"
    r"){0,40}"
)
_TAG = re.compile(
    rf"<(?P<gap>\s{{0,3}})(?P<close>/?)\s{{0,3}}(?P<name>(?P<block>{_BLOCK_NAMES})|{_INLINE_NAMES})(?P<attributes>{_ATTRIBUTES})"
    r"(?P<tail>\s{0,3})(?P<empty>/?)\s{0,3}>(?!=)",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"<(script|style)\b[^<>]{0,500}>.{0,100000}?</\1\s{0,3}>", re.IGNORECASE | re.DOTALL)
_COMMENT = re.compile(
    r"<!--(?:(?!<!--).){0,5000}?-->|<!\[CDATA\[|\]\]>|<!DOCTYPE[^<>]{0,300}>", re.IGNORECASE | re.DOTALL
)

_ENTITY = re.compile(r"&(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_BROKEN_ENTITY = re.compile(
    r"&\s?(#\d{2,5}|nbsp|amp|quot|lt|gt|apos|laquo|raquo|[mn]dash|[lr]squo|[lr]dquo|bdquo|hellip|shy)\s?;",
    re.IGNORECASE,
)
_BARE_NBSP = re.compile(r"&nbsp(?![\w;=])")
_MAX_NESTING = 4
"""How many times a text may have been escaped; feeds do it twice."""

_SENTENCE_END = re.compile(r"[.!?…:;。！？؟۔।॥»”\"')\]>]\s*$")
_NUMBER_OR_SYMBOL = r"(?:[+-]?\d[\d.,_]*%?|[^\W\d_]\w?|\w*[\d_]\w*|[)\]])"
_OPERAND_BEFORE = re.compile(rf"(?:^|(?<=[\s(\[=&|]))(?:{_NUMBER_OR_SYMBOL})\s?$")
_OPERAND_AFTER = re.compile(r"^\s?(?:[+-]?\d[\d.,_]*%?|[^\W\d_]\w?|\w*[\d_]\w*|[(\[])(?=$|[\s),.;:?!\]&|])")
_WORD_BEFORE = re.compile(r"[^\W\d_]{2,} $")
_WORD_AFTER = re.compile(r"^ [^\W\d_]{2,}")
_QUOTES = ("'", '"')
_CODE_SPAN = re.compile(r"`[^`\n]{1,200}`")


def decode_entities(text: str) -> str:
    """Turn entities into characters, also twice escaped ones (``&amp;nbsp;``) and broken ones (``& nbsp ;``).

    What is not an entity stays: ``AT&T;``, ``?a=1&copy=2``.
    """
    if "&" not in text:
        return text
    for _ in range(_MAX_NESTING):
        decoded = _ENTITY.sub(_entity, text)
        decoded = _BROKEN_ENTITY.sub(lambda match: html.unescape(f"&{match[1].lower()};"), decoded)
        decoded = _BARE_NBSP.sub(" ", decoded)
        if decoded == text:
            break
        text = decoded
    return text


def _entity(match: re.Match[str]) -> str:
    name = match[1]
    if name.startswith("#") or f"{name};" in html5:
        return html.unescape(match[0])
    return match[0]


def remove_tags(text: str) -> str:
    """Remove HTML from a text that is not HTML.

    A tag that separates (paragraph, break, list item) leaves a line break, one that only marks words leaves nothing.
    What looks like a tag and is not stays: ``5 < p > 3``, ``if a < b and c > d``, ``List<a>``, a tag in backticks and a
    tag that a sentence talks about.
    """
    if "<" not in text:
        return text
    text = _HIDDEN.sub("\n", text) if "</" in text else text
    text = _COMMENT.sub("\n", text)
    return "\n".join(_remove_from_line(line) for line in text.split("\n"))


def _remove_from_line(line: str) -> str:
    if "<" not in line or ">" not in line:
        return line
    spans = [match.span() for match in _CODE_SPAN.finditer(line)]
    matches = list(_TAG.finditer(line))
    closed = {match["name"].lower() for match in matches if match["close"]}
    pieces: list[str] = []
    position = 0
    for match in matches:
        if any(start < match.start() < end for start, end in spans) or _is_text(line, match, closed):
            continue
        pieces.append(line[position : match.start()])
        pieces.append("\n" if match["block"] else "")
        position = match.end()
    pieces.append(line[position:])
    return "".join(pieces)


def _is_text(line: str, match: re.Match[str], closed: set[str]) -> bool:
    """Whether what looks like a tag is a comparison, code or a mention."""
    before, after = line[: match.start()], line[match.end() :]
    if not match["gap"] and before[-1:] in _QUOTES and after[:1] == before[-1:]:
        return True  # print('</p>')
    if match["close"] or match["empty"] or match["attributes"]:
        return False
    if _OPERAND_BEFORE.search(before) and _OPERAND_AFTER.match(after):
        return True
    if match["name"].lower() in closed:
        return False
    if not match["block"]:
        # An inline tag that is never closed: a lone variable (`x < b > y`) or a type parameter (`List<a>`).
        return bool(match["gap"]) or bool(re.search(r"\w$", before))
    talked_about = not match["gap"] and not match["tail"] and match["name"].lower() not in {"br", "hr"}
    return bool(
        talked_about and _WORD_BEFORE.search(before) and not _SENTENCE_END.search(before) and _WORD_AFTER.match(after)
    )
