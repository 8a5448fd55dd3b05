from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.filters import parse_answer_language, parse_filters
from retrieval.errors import SettingsError
from retrieval.models import Filters


def test_nothing_given_admits_all() -> None:
    assert parse_filters({"language": None, "outlet": " "}) == Filters()


def test_values_are_read() -> None:
    values = {"language": "IT", "outlet": " L'Eco ", "published_from": "2025-01-31", "published_to": "2025-01-31"}
    assert parse_filters(values) == Filters(("it",), "L'Eco", date(2025, 1, 31), date(2025, 1, 31))


@pytest.mark.parametrize("code", ["nb", "nn", "NO"])
def test_both_forms_of_norwegian_are_one(code: str) -> None:
    assert parse_filters({"language": code}).languages == ("no",)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"language": "Italian"}, "'Italian' is not a language code; use ISO 639-1"),
        ({"published_from": "2025-02-31"}, "'2025-02-31' is not a date; write year, month and day"),
        ({"published_to": "20250101"}, "'20250101' is not a date"),
        (
            {"published_from": "2025-02-02", "published_to": "2025-02-01"},
            "No date is from 2025-02-02 and to 2025-02-01",
        ),
        ({"author": "x"}, "'author' is not a filter; the filters are language, outlet"),
        ({"outlet": 7}, "The filter outlet is 7, but should be text"),
    ],
)
def test_what_cannot_be_used_is_named(values: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        parse_filters(values)


@pytest.mark.parametrize(
    ("value", "language"), [(None, None), ("", None), ("auto", None), (" IT ", "it"), ("nn", "no"), ("zh", "zh")]
)
def test_the_answers_language(value: str | None, language: str | None) -> None:
    assert parse_answer_language(value) == language


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("Italian", "'Italian' is not a language code; use ISO 639-1"),
        ("it,de", "'it,de' is more than one language"),
        (7, "The answer's language is 7, but should be text"),
    ],
)
def test_an_answers_language_that_cannot_be_used(value: object, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        parse_answer_language(value)
