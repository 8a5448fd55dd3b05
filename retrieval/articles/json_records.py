"""Articles in JSON: one object, a list of objects, or one object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from retrieval.articles.cleaning import clean_text
from retrieval.articles.draft import Draft
from retrieval.articles.metadata import metadata_from
from retrieval.errors import ArticleError
from retrieval.models import Failure

_MAX_KEY_CHARS = 200


def _mended(value: Any) -> Any:
    # A crawler that cuts texts at a length may cut an emoji, whose half pydantic would refuse.
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if isinstance(value, str) else value


def _joined(value: Any) -> Any:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(value)
    return value


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


_Text = Annotated[str, BeforeValidator(_mended)]


class Record(BaseModel):
    """One article in a ``.json`` or ``.jsonl`` file. Other fields are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    text: _Text = Field(
        validation_alias=AliasChoices("text", "body", "content"),
        description="The article; also read from `body` or `content`. Required.",
    )
    title: _Text | None = Field(default=None, description="Headline.")
    outlet: _Text | None = Field(default=None, description="Who published it.")
    author: Annotated[_Text | None, BeforeValidator(_joined)] = Field(
        default=None, description="Who wrote it; a list of names is joined."
    )
    published: _Text | None = Field(
        default=None,
        validation_alias=AliasChoices("published", "date"),
        description="Date in ISO 8601 (2024-03-05) or RFC 2822, also read from `date`; another spelling is absent.",
    )
    url: _Text | None = Field(default=None, description="Where it can be read, http or https.")
    id: Annotated[_Text | None, BeforeValidator(_as_text)] = Field(
        default=None,
        max_length=_MAX_KEY_CHARS,
        description="What identifies it in this file; without one its `url`, else its line or position.",
    )
    language: _Text | None = Field(default=None, description="ISO 639-1 code; detected when it is absent.")


def read_json(text: str) -> Iterator[Draft | Failure]:
    """Read a ``.json`` file: an object, a list of objects, or an object with a list under ``articles``.

    Args:
        text: The decoded file.

    Yields:
        A `Draft` for each article; a `Failure`, whose source is the position from 1, for each that cannot be read.

    Raises:
        ArticleError: The file is not JSON, or holds no articles, or holds one and that cannot be read.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ArticleError(f"is not valid JSON ({_json_trouble(error)}): correct it or export it again") from error
    if isinstance(data, dict) and isinstance(data.get("articles"), list):
        data = data["articles"]
    if isinstance(data, dict):
        yield _draft(data, item=None)
        return
    if not isinstance(data, list) or not data:
        msg = "holds no articles: a JSON file is an object with a `text`, or a list of such objects"
        raise ArticleError(msg)
    yield from _drafts(enumerate(data, start=1), place="item")


def read_jsonl(text: str) -> Iterator[Draft | Failure]:
    """Read a ``.jsonl`` file: one object a line; empty lines are skipped.

    Args:
        text: The decoded file.

    Yields:
        A `Draft` for each article; a `Failure`, whose source is the line number, for each line that cannot be read.
    """
    # Not splitlines(): JSON strings may hold U+2028 and the like.
    lines = ((number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip())
    yield from _drafts(lines, place="line")


def _drafts(values: Iterator[tuple[int, Any]] | enumerate[Any], *, place: str) -> Iterator[Draft | Failure]:
    keys: dict[str, int] = {}
    for number, value in values:
        try:
            data = _parsed(value) if place == "line" else value
            draft = _draft(data, item=str(number))
        except ArticleError as error:
            yield Failure(str(number), str(error))
            continue
        key = draft.item or str(number)
        if key in keys:
            reason = f"has the id {key!r}, as has {place} {keys[key]}: give each article an id of its own"
            yield Failure(str(number), reason)
            continue
        keys[key] = number
        yield draft


def _parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ArticleError(f"is not valid JSON ({_json_trouble(error)}): correct or remove the line") from error


def _json_trouble(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg}, line {error.lineno} column {error.colno}"
    return "nested too deeply" if isinstance(error, RecursionError) else "a number with too many digits"


def _draft(data: Any, *, item: str | None) -> Draft:
    try:
        record = Record.model_validate(data)
    except ValidationError as error:
        raise ArticleError(_field_trouble(error)) from error
    fields = record.model_dump(include={"title", "outlet", "author", "published", "url", "language"})
    metadata = metadata_from(fields)
    cleaned = clean_text(record.text)
    if not any(char.isalnum() for char in cleaned):
        msg = "holds no text in the field `text`: fill it or remove the article"
        raise ArticleError(msg)
    key = None if item is None else _key(record.id) or _key(metadata.url) or item
    return Draft(cleaned, metadata, key)


def _key(value: str | None) -> str | None:
    return " ".join((value or "").split()) or None


def _field_trouble(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False)[0]
    if not first["loc"]:
        return "is not a JSON object: an article is an object with a field `text`"
    # An alias that is missing is reported under its first name.
    name = str(first["loc"][0])
    if first["type"] == "missing":
        return f"has no field `{name}`: it must hold the article's text"
    got = first.get("input")
    return f"has a field `{name}` that cannot be used ({first['msg']}; it is {type(got).__name__} {str(got)[:40]!r})"
