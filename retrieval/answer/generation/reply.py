"""A model's reply, read as it comes: the sentences it uses, then what it writes, each with the numbers behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import regex

from retrieval.answer.generation.markup import plain
from retrieval.answer.generation.numbered_passages import Number

WHOLE_PASSAGE = 0
"""Stands for the sentence's number where a model names a passage alone: ``[2]`` is ``(2, 0)``."""

_REFERENCE = r"(?:passages?|sentences?)?\s*\d{1,3}(?:\.\d{1,3})?(?:\s*[-–]\s*\d{1,3}(?:\.\d{1,3})?)?"
_MARK = regex.compile(rf"[\[【]\s*{_REFERENCE}(?:\s*[,;]\s*{_REFERENCE})*\s*[\]】]", flags=regex.IGNORECASE)
_NUMBER = regex.compile(r"(\d{1,3})(?:\.(\d{1,3}))?(?:\s*[-–]\s*(?:(\d{1,3})\.)?(\d{1,3}))?")
_USED = regex.compile(r"^[\s*_#>-]*USED[\s*_]*:(?P<rest>.*)", flags=regex.IGNORECASE)
_NONE = regex.compile(r"^[\s*_\"'`\[(]*none\b", flags=regex.IGNORECASE)
_LABEL = regex.compile(r"^[\s*_#]*(?:answer|sentences?)[\s*_]*:[\s*_]*", flags=regex.IGNORECASE)
# A mark with what closes the sentence behind it, and something that begins the next one.
_NEXT = regex.compile(rf"{_MARK.pattern}[.!?。…\"”»)]*\s*(?=[^\s\[【.,;!?。…\"”»)])", flags=regex.IGNORECASE)


@dataclass(frozen=True, slots=True)
class WrittenSentence:
    """One sentence, plain, and what it says that it rests on."""

    text: str
    numbers: tuple[Number, ...]


@dataclass(slots=True)
class Reply:
    """What has been read of a reply so far."""

    used: tuple[Number, ...] = ()
    says_nothing: bool = False
    """Whether it says that no passage answers."""


def read_reply(pieces: Iterable[str], reply: Reply) -> Iterator[WrittenSentence]:
    """The written sentences, each as soon as it is whole; a line that says only what is used fills in ``reply``.

    Args:
        pieces: What the model writes, in pieces of any length.
        reply: Filled in on the way.
    """
    rest = ""
    for piece in pieces:
        rest += piece
        *lines, rest = rest.split("\n")
        for line in lines:
            yield from _read_line(line, reply)
        while found := _NEXT.search(rest):
            yield from _read_line(rest[: found.end()], reply)
            rest = rest[found.end() :]
    yield from _read_line(rest, reply)


def _read_line(line: str, reply: Reply) -> Iterator[WrittenSentence]:
    if used := _USED.match(line):
        reply.used += _numbers(used["rest"])
        reply.says_nothing |= bool(_NONE.match(used["rest"]))
        return
    if _NONE.match(line) and len(line.split()) == 1:
        reply.says_nothing = True
        return
    numbers = _numbers(line)
    text = plain(_LABEL.sub("", _MARK.sub("", line)))
    if regex.search(r"\p{L}", text) and not (text.endswith(":") and not numbers):
        yield WrittenSentence(text, numbers)
    elif numbers and not reply.used:
        reply.used = numbers


def _numbers(text: str) -> tuple[Number, ...]:
    """All numbers in marks, a range as each of its sentences."""
    found: dict[Number, None] = {}
    for mark in _MARK.findall(text):
        for passage, first, last_passage, last in _NUMBER.findall(mark):
            start = int(first) if first else WHOLE_PASSAGE
            end = int(last) if last and first and last_passage in {"", passage} else start
            found.update(((int(passage), place), None) for place in range(start, max(start, end) + 1))
    return tuple(found)
