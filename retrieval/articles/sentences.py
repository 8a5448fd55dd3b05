"""Sentences of a cleaned text: sentencex proposes the boundaries, rules measured on news articles correct them.

sentencex splits at abbreviations it doesn't list ("pag. 3", "kl. 12.30", "5. mai"), and misses the end of sentences
whose last word looks like one it does ("Du må gå ut. Han ...").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping

import sentencex

from retrieval.articles.abbreviations import BEFORE_NUMBER, MONTHS, NEVER_LAST, ORDINARY
from retrieval.models import Span

MAX_SENTENCE_CHARS = 600
"""Longer sentences are cut, so that a quote stays one and a node can hold it (200 tokens of a European language)."""

_MAX_DENSE_CHARS = {"cjk": 200, "thai": 250}
"""The same amount of text in scripts that need fewer characters for it."""

_MAX_WINDOW_CHARS = 4000
"""sentencex needs time in the square of the line's length: 20 s for 180,000 characters."""

_DENSE_FROM_CHARS = min(_MAX_DENSE_CHARS.values())

_TAIL_CHARS = 40
"""How much of a sentence's end is looked at: its last word and more."""

_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_THAI = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_LINE = re.compile(r"[^\n]+")
_BLANK = re.compile(r"\s")
_LEAD = re.compile(r"[^\w\n]*")
_YEAR_THEN_WORD = re.compile(r"(?:19|20)\d\d\s+([^\W\d_])")
_TOKEN = re.compile(r"[^\s(\[«»\"“”„'’]*$")
_LIST_NUMBER = re.compile(r"[(\[]?(?:\d{1,3}|[^\W\d_])[.)]$")
_HAS_WORD = re.compile(r"\w")
_WIDE_STOP = re.compile(r"[。！？｡][”’」』）】]*(?=[^\s”’」』）】。！？｡])")
_CLOSERS = "」』】）〉》"
_CJK_SAYING = re.compile(r"[^，。！？]{1,14}(?:说|說|表示|说道|道|称|稱|问|問|指出)[。！？]?$")
_STOP = re.compile(r"(?<=[^\W\d_]{2})\.\s+(?=[«“„\"‘(¿¡]?[^\W\d_])")

_BREAKS = (
    re.compile(r"(?:(?<=\w\w)\.|[!?…])[»”\")\]]*\s+|[。！？｡][”」』）]*|[।॥۔؟]\s*"),
    re.compile(r"[;؛·]\s+|；"),
    re.compile(r"[,،]\s+|[，、]|\s[–—-]\s|:\s+|："),
    re.compile(r"(?<!\d)\s+(?!\d)"),
    re.compile(r"\s+"),
)
"""Where an overlong sentence may be cut, best first; not at the full stop of an initial."""


def split_sentences(text: str, language: str) -> list[Span]:
    """Find the sentences of a cleaned text.

    Args:
        text: Cleaned text, one paragraph a line.
        language: ISO 639-1 code, or ``und``; a code without rules of its own gets the general ones.

    Returns:
        Spans in order that hold every non-blank character exactly once; none begins or ends with a blank or crosses
        a line break.
    """
    return [
        Span(start, end)
        for line in _LINE.finditer(text)
        for sentence in _sentences_of_line(text, line.start(), line.end(), language)
        for start, end in _cut(text, *sentence, max_chars=None)
    ]


def _sentences_of_line(text: str, start: int, end: int, language: str) -> list[tuple[int, int]]:
    # A line without any capital (some chat and SMS quotes) gives lower-case starts no meaning.
    cased = any(character.isupper() for character in text[start:end])
    sentences: list[tuple[int, int]] = []
    for piece_start, piece_end in _candidates(text, start, end, language):
        if sentences:
            last_start, last_end = sentences[-1]
            left = text[max(last_start, last_end - _TAIL_CHARS) : last_end]
            if _belong_together(left, text[piece_start:piece_end], language=language, cased=cased):
                sentences[-1] = (last_start, piece_end)
                continue
        sentences.append((piece_start, piece_end))
    return sentences


def _candidates(text: str, start: int, end: int, language: str) -> Iterator[tuple[int, int]]:
    for window_start, window_end in _cut(text, start, end, max_chars=_MAX_WINDOW_CHARS):
        position = window_start
        # sentencex 1.0.32 panics at a full stop near a blank of several bytes (no-break space, U+2028).
        window = _BLANK.sub(" ", text[window_start:window_end])
        for piece in sentencex.segment(language, window):
            last = 0
            for boundary in sorted(_missed_boundaries(piece, language)):
                yield from _stripped(text, position + last, position + boundary)
                last = boundary
            yield from _stripped(text, position + last, position + len(piece))
            position += len(piece)


def _missed_boundaries(piece: str, language: str) -> Iterator[int]:
    for stop in _WIDE_STOP.finditer(piece):
        if not _in_quotes(piece[: stop.end()], language):
            yield stop.end()
    if language not in ORDINARY:
        return
    for stop in _STOP.finditer(piece):
        first = piece[stop.end() : stop.end() + 2].lstrip('«“„"‘(¿¡')[:1]
        if not first.isupper() or _in_quotes(piece[: stop.start()], language):
            continue
        word = _last_token(piece[max(0, stop.start() - _TAIL_CHARS) : stop.end()].rstrip())
        if word.lower() in ORDINARY[language] or (
            len(word) > 3 and word.isalpha() and word.islower() and not _listed(word, NEVER_LAST, language)
        ):
            yield stop.end()


def _in_quotes(before: str, language: str) -> bool:
    if before.count('"') % 2 or before.count("«") != before.count("»"):
        return True
    if any(before.count(opening) > before.count(closing) for opening, closing in ("()", "（）", "「」", "『』")):
        return True
    if "„" in before:
        return before.count("„") > before.count("“") + before.count("”")
    if "“" in before and language != "de":
        return before.count("“") > before.count("”")
    return before.count("”") % 2 == 1


def _stripped(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    right = len(piece.rstrip())
    if left < right:
        yield start + left, start + right


def _listed(token: str, words: Mapping[str, frozenset[str]], language: str) -> bool:
    forms = (token,) if len(token) > 1 and token.isupper() else (token, token.lower())
    return any(form in words.get(key, ()) for key in ("", language) for form in forms)


def _belong_together(left: str, right: str, *, language: str, cased: bool) -> bool:
    """Tell whether two neighbouring candidates are one sentence.

    Args:
        left: End of the first candidate, with its last word whole.
        right: The second candidate.
        language: ISO 639-1 code.
        cased: Whether the line has capitals, so that a small letter means that the sentence goes on.
    """
    if right[0] in _CLOSERS or not _HAS_WORD.search(right) or _LIST_NUMBER.fullmatch(left):
        return True
    lead = _LEAD.match(right)
    first = right[lead.end() if lead else 0]
    if first.islower():
        # "iPhone" begins a sentence all the same.
        return cased and not right[right.index(first) + 1 :][:1].isupper()
    if left[-1] in "”」』":
        return right.startswith(("と", "って")) or bool(_CJK_SAYING.fullmatch(right))
    if left[-1] != ".":
        return False
    token = _last_token(left)
    if _listed(token, NEVER_LAST, language):
        return True
    if not right[0].isdecimal():
        return False
    # Scrapers leave "entro marzo. 2025 per ..."
    year = _YEAR_THEN_WORD.match(right)
    in_date = year is not None and year[1].islower() and token.lower() in MONTHS.get(language, ())
    return in_date or _listed(token, BEFORE_NUMBER, language)


def _last_token(left: str) -> str:
    match = _TOKEN.search(left[:-1])
    return match[0] if match else ""


def _max_chars(sentence: str) -> int:
    if len(sentence) <= _DENSE_FROM_CHARS:
        return MAX_SENTENCE_CHARS
    for script, pattern in (("cjk", _CJK), ("thai", _THAI)):
        if sum(1 for _ in pattern.finditer(sentence)) > len(sentence) * 0.3:
            return _MAX_DENSE_CHARS[script]
    return MAX_SENTENCE_CHARS


def _cut(text: str, start: int, end: int, *, max_chars: int | None) -> Iterator[tuple[int, int]]:
    """Halve a range at the best break near its middle until no part is longer than ``max_chars`` (None: by script)."""
    limit = _max_chars(text[start:end]) if max_chars is None else max_chars
    if end - start <= limit:
        yield from _stripped(text, start, end)
        return
    middle = _break_near_middle(text, start, end)
    yield from _cut(text, start, middle, max_chars=limit)
    yield from _cut(text, middle, end, max_chars=limit)


def _break_near_middle(text: str, start: int, end: int) -> int:
    middle, quarter = (start + end) // 2, (end - start) // 4
    for pattern in _BREAKS:
        ends = [match.end() for match in pattern.finditer(text, middle - quarter, middle + quarter)]
        if ends:
            return min(ends, key=lambda position: abs(position - middle))
    while middle < end - 1 and unicodedata.category(text[middle]) in {"Mn", "Mc", "Me", "Cf"}:
        middle += 1
    return middle
