"""``kilde ask --batch``: one JSON object a line in, one a line out."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.app import App
from bot.filters import parse_answer_language, parse_filters
from bot.logs import describe_incident
from bot.render.json import JsonObject, error_object, failure_object, response_object
from retrieval.errors import KildeError
from retrieval.models import Filters, Response, Turn


class BatchLineError(KildeError):
    """A line of a batch is not an object that the contract allows."""


class _Turn(BaseModel):
    model_config = ConfigDict(strict=True)

    question: str
    answer: str


class _Line(BaseModel):
    """A line in. Keys beyond these are a data set's own and mean nothing here."""

    model_config = ConfigDict(strict=True)

    question: str
    history: list[_Turn] | None = None
    filters: Any = None
    passages: list[str] | None = None
    answer_language: str | None = None


_SHAPES = {
    "question": "text",
    "history": 'a list of objects with "question" and "answer", both text',
    "passages": "a list of texts",
    "answer_language": "text, such as it",
}
NEARLY = 0.85
"""A key so like "filters" is a slip that would silently search everything; other keys may be a data set's own."""


def answer_lines(
    lines: Iterable[bytes], app: App, filters: Mapping[str, str], *, answer_language: str | None = None
) -> Iterator[JsonObject]:
    """Answers line by line; a line that cannot be answered becomes an object with its error.

    Blank lines at the end are no lines; one between others is a bad line, so that the output stays aligned.

    Args:
        lines: UTF-8, each one JSON object.
        app: Opens the library when the first line needs it.
        filters: Hold for each line that does not give the same filter itself.
        answer_language: Holds for each line that gives none itself.
    """
    blanks = 0
    for number, line in enumerate(lines, start=1):
        content = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if not content.strip():
            blanks += 1
            continue
        for blank in range(number - blanks, number):
            yield error_object(BatchLineError(f"Line {blank} is blank; each line should be a JSON object."))
        blanks = 0
        yield _answer_line(content, number, app, filters, answer_language)


def _answer_line(
    line: bytes, number: int, app: App, filters: Mapping[str, str], answer_language: str | None
) -> JsonObject:
    values: dict[str, Any] = {}
    try:
        values = _read(line, number)
        checked = _check(values, number)
        return response_object(_respond(checked, app, filters, answer_language), line_id=values.get("id"))
    except KildeError as error:
        return error_object(error, line_id=values.get("id"), question=values.get("question"))
    except Exception as error:  # a boundary, as in bot.cli: one line's fault leaves the others
        message = describe_incident(error)
        return failure_object(type(error).__name__, message, line_id=values.get("id"), question=values.get("question"))


def _read(line: bytes, number: int) -> dict[str, Any]:
    try:
        values = json.loads(line.decode("utf-8"), parse_constant=_reject_constant, parse_float=_finite)
    except UnicodeDecodeError as error:
        raise BatchLineError(f"Line {number} is not UTF-8 (byte {error.start + 1}).") from error
    except (ValueError, RecursionError) as error:
        raise BatchLineError(f"Line {number} is not JSON: {error}.") from error
    if not isinstance(values, dict):
        raise BatchLineError(f"Line {number} is a JSON {type(values).__name__}, but should be an object.")
    return values


def _reject_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON value")


def _finite(digits: str) -> float:
    if not math.isfinite(value := float(digits)):
        raise ValueError(f"{digits[:20]} is larger than any number that can be written back")
    return value


def _check(values: Mapping[str, Any], number: int) -> _Line:
    if "question" not in values:
        raise BatchLineError(f'Line {number} has no "question".')
    for name in get_close_matches("filters", set(values) - {"filters"}, cutoff=NEARLY):
        raise BatchLineError(f'Line {number} has the key {name!r}; did you mean "filters"?')
    try:
        return _Line.model_validate(dict(values))
    except ValidationError as error:
        name = str(error.errors(include_url=False)[0]["loc"][0])
        raise BatchLineError(f'Line {number}: "{name}" should be {_SHAPES[name]}.') from error


def _respond(line: _Line, app: App, filters: Mapping[str, str], answer_language: str | None) -> Response:
    language = parse_answer_language(answer_language if line.answer_language is None else line.answer_language)
    history = [Turn(question=turn.question, answer=turn.answer) for turn in line.history or ()]
    if line.passages is not None:
        from retrieval.library import answer_from_passages

        return answer_from_passages(
            line.question, line.passages, settings=app.settings, history=history, language=language
        )
    if not isinstance(line.filters, dict | None):
        raise BatchLineError(f'"filters" should be an object, not {type(line.filters).__name__}.')
    chosen: Filters = parse_filters({**filters, **(line.filters or {})})
    return app.library().ask(line.question, filters=chosen, history=history, language=language)
