from datetime import date

import pytest

from retrieval.articles.plain_text import read_plain_text

BODY = "Kommunestyret i Storvik vedtok mandag kveld å bygge en ny bru over elva. Arbeidet begynner til våren."


def test_reads_a_header() -> None:
    draft = read_plain_text(
        f"\ufeffTitle: Ny bru: ja\nOutlet: Storvik Blad\nauthor: Tuva Solli\nDATE: 2024-03-05\n"
        f"URL: https://example.org/1\nlanguage: nb\n\n{BODY}\n"
    )
    assert draft.text == BODY
    assert draft.metadata.title == "Ny bru: ja"
    assert draft.metadata.outlet == "Storvik Blad"
    assert draft.metadata.author == "Tuva Solli"
    assert draft.metadata.published == date(2024, 3, 5)
    assert draft.metadata.url == "https://example.org/1"
    assert draft.metadata.language == "no"


@pytest.mark.parametrize(
    "head",
    [
        "Title: Ny bru\nMat: fisk",
        "Title: Ny bru\nTitle: To",
        "Title:",
        "Ordfører: Jeg er glad",
        "Date: 2024-03-05\nog så videre",
    ],
)
def test_what_is_not_wholly_a_header_stays_text(head: str) -> None:
    draft = read_plain_text(f"{head}\n\n{BODY}")
    assert draft.text == f"{head}\n{BODY}"
    assert draft.metadata.published is None


def test_a_header_needs_the_blank_line() -> None:
    assert read_plain_text("Title: Ny bru").text == "Title: Ny bru"


@pytest.mark.parametrize(
    "headline", ["Ny bru over elva", "Hvem betaler for brua?", "جسر جديد فوق النهر", "河上将建新桥"]
)
def test_a_first_line_set_apart_is_the_title_and_stays(headline: str) -> None:
    draft = read_plain_text(f"{headline}\n\n{BODY}")
    assert draft.metadata.title == headline
    assert draft.text == f"{headline}\n{BODY}"


@pytest.mark.parametrize(
    "text",
    [
        f"{BODY}\n\n{BODY[:40]}. Mer kommer.",
        f"Brua ble åpnet i går.\n\n{BODY}",
        f"– Endelig\n\n{BODY}",
        f"Les også\n\n{BODY}",
        f"Ny bru over elva\n{BODY}",
        "Natt\n\nStjerner over fjorden\nog en båt som går\n\nMorgen\n\nFugler i et tre",
        "大桥开通了。\n\n" + "市长说，工程持续了一年。" * 6,
    ],
)
def test_no_title_is_invented(text: str) -> None:
    assert read_plain_text(text).metadata.title is None


def test_windows_line_ends() -> None:
    draft = read_plain_text(f"Title: Ny bru\r\nDate: 2024-03-05\r\n\r\n{BODY}\r\n")
    assert (draft.metadata.title, draft.text) == ("Ny bru", BODY)
