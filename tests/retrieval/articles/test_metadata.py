from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.articles.metadata import Metadata, metadata_from, parse_date, short_text, web_url


@pytest.mark.parametrize(
    "value",
    [
        "2024-03-05",
        " 2024-03-05 ",
        "2024-03-05T10:00:00Z",
        "2024-03-05T23:59:59.123+02:00",
        "2024-03-05 10:00",
        "2024-03-05T1000",
        "Tue, 05 Mar 2024 10:00:00 +0100",
        "5 Mar 2024 10:00 GMT",
        "5.3.2024",
        "05. 03. 2024",
        "2024/03/05",
        "2024.3.5",
    ],
)
def test_reads_iso_and_rfc_dates(value: str) -> None:
    assert parse_date(value) == date(2024, 3, 5)


@pytest.mark.parametrize(
    "value",
    [
        "05/03/2024",
        "03.05.24",
        "5. mars 2024",
        "2024",
        "2024-03",
        "20240305",
        "yesterday",
        "2024-13-01",
        "2024-02-30",
        "0001-01-01",
        "1709632800",
        "2024-03-05 og litt til",
        "2024-03-056",
        "",
        None,
        "٢٠٢٤-٠٣-٠٥x",
    ],
)
def test_a_date_that_needs_guessing_is_absent(value: str | None) -> None:
    assert parse_date(value) is None


@given(st.dates(min_value=date(1400, 1, 1), max_value=date(2199, 12, 31)))
def test_every_iso_date_is_read_back(day: date) -> None:
    assert parse_date(day.isoformat()) == day


@given(st.text())
def test_no_text_breaks_the_dates(text: str) -> None:
    assert parse_date(text) is None or isinstance(parse_date(text), date)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("https://example.org/a?b=1", True),
        ("HTTP://example.org", True),
        ("example.org", False),
        ("javascript:alert(1)", False),
        ("https://", False),
        ("https://a b", False),
        ("file:///etc/passwd", False),
    ],
)
def test_only_web_addresses_are_urls(value: str, expected: bool) -> None:
    assert (web_url(value) is not None) == expected


def test_values_are_cleaned_to_one_line() -> None:
    assert short_text(" Ny <b>bru</b>\n&amp; vei\u200b ") == "Ny bru & vei"
    assert short_text("x" * 501) is None
    assert short_text("  ") is None


def test_absent_fields_are_none() -> None:
    assert metadata_from({}) == Metadata()


def test_what_cannot_be_read_is_absent_and_told() -> None:
    found = metadata_from({"title": None, "published": "i går", "language": "norsk", "url": "x", "author": " "})
    assert found == Metadata(
        unread=(
            "date 'i går' is not understood; write it as 2026-03-14",
            "address 'x' is no http or https URL",
            "language 'norsk' is no code such as en, it or zh",
        )
    )
