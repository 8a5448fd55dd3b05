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
_STOP = r"[.!?…。！？؟।]"
_CLOSING = r"[\"”»’')」』]"
# A mark with a full stop before or behind it, and something that begins the next sentence: "It opened [1.1]. It" and
# "It opened. [1.1] It", but not "The mayor [1.1] said".
_NEXT = regex.compile(
    rf"(?:(?<={_STOP}{_CLOSING}*\s*){_MARK.pattern}(?:\s*{_MARK.pattern})*|{_MARK.pattern}\s*{_STOP}+){_CLOSING}*\s*"
    r"(?=[^\s\[【.,;!?。…\"”»)])",
    flags=regex.IGNORECASE,
)
_MARKS_FIRST = regex.compile(rf"^(?:\s*{_MARK.pattern}[\s,;]*)+", flags=regex.IGNORECASE)
_WHOLE = regex.compile(rf"{_STOP}[\s*_]*{_CLOSING}*[\s*_]*$|\p{{Thai}}")


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


def read_reply(pieces: Iterable[str], reply: Reply, *, with_blanks: bool = False) -> Iterator[WrittenSentence]:
    """The written sentences, each as soon as it is whole; a line that says only what is used fills in ``reply``.

    What was cut off in the middle of a sentence is left out.

    Args:
        pieces: What the model writes, in pieces of any length.
        reply: Filled in on the way.
        with_blanks: Whether an empty sentence stands for a line that says that nothing is used.
    """
    rest = ""
    for piece in pieces:
        rest += piece
        *lines, rest = rest.split("\n")
        for line in lines:
            yield from _read_line(line, reply, with_blanks)
        while found := _NEXT.search(rest):
            yield from _read_line(rest[: found.end()], reply, with_blanks)
            rest = rest[found.end() :]
    if _MARK.search(rest) or _NONE.search(rest) or _WHOLE.search(rest) or _USED.match(rest):
        yield from _read_line(rest, reply, with_blanks)


def _read_line(line: str, reply: Reply, with_blanks: bool) -> Iterator[WrittenSentence]:
    used = _USED.match(line)
    if used and not _NONE.match(used["rest"]):
        first = _MARKS_FIRST.match(used["rest"])
        reply.used += _numbers(first.group() if first else used["rest"])
        line = used["rest"][first.end() :] if first else ""
    elif used or (_NONE.match(line) and len(line.split()) == 1):
        reply.says_nothing = True
        if with_blanks:
            yield WrittenSentence("", ())
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
