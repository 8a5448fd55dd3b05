import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.articles.cleaning import clean_code, clean_line, clean_parts, clean_text

DATA = Path(__file__).parents[4] / "shared" / "data"

SCRAPED = """< /p>
Kommunestyret i Storvik vedtok mandag å bygge en ny bru over elva etter tre timers debatt i full sal.< /p>
Kommunestyret i Storvik vedtok mandag å bygge en ny bru over elva etter tre timers debatt i full sal.
Les også
Brua vil koste 140&nbsp;millioner kroner, ifølge fyl\u00adkes\u00adkommunen.
< p >– Dette er en god dag, sa ordfører Tuva Solli.< /p>
"""


def test_cleans_a_scraped_article() -> None:
    assert clean_text(SCRAPED).split("\n") == [
        "Kommunestyret i Storvik vedtok mandag å bygge en ny bru over elva etter tre timers debatt i full sal.",
        "Brua vil koste 140 millioner kroner, ifølge fylkeskommunen.",
        "– Dette er en god dag, sa ordfører Tuva Solli.",
    ]


def test_drops_a_doubled_headline_above_prose() -> None:
    paragraph = "Kommunestyret vedtok mandag å bygge en ny bru over elva etter tre timers debatt i en fullsatt sal."
    assert clean_text(f"Ny bru over elva\nNy bru over elva\n{paragraph}") == f"Ny bru over elva\n{paragraph}"


def test_keeps_a_short_line_said_twice_in_prose() -> None:
    paragraph = "Kommunestyret vedtok mandag å bygge en ny bru over elva etter tre timers debatt i en fullsatt sal."
    text = f"{paragraph}\n– Nei!\n– Nei!\n{paragraph[:-1]}, igjen."
    assert clean_text(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "Prisen er 5 000 kr . Det er mye",
        "Il comando entro marzo. 2025 per coordinare meglio",
        "Ã¸kt pÃ¥ Ã¥ret",
        "Hva?! Nei … «ja», sa hun.",
        "יום שני: הגשר נפתח",
        "آیا می‌خواهی بروی؟",
        "彼は言った。「はい」",
    ],
)
def test_leaves_prose_as_it_is(text: str) -> None:
    assert clean_text(text) == text


def test_an_unclosed_fence_is_prose() -> None:
    assert clean_text("```\n<p>Hei</p>") == "```\nHei"


def test_code_loses_only_what_is_invisible() -> None:
    assert clean_code("if a < b:\r\n\tx = '<p>&amp;'\u200b\n\n") == "if a < b:\nx = '<p>&amp;'"


def test_parts_keep_code_apart_from_prose() -> None:
    parts = [(False, "<p>En</p>"), (True, "<p>To</p>"), (False, "Tre"), (False, "Fire")]
    assert clean_parts(parts) == "En\n<p>To</p>\nTre\nFire"


def test_a_value_becomes_one_line() -> None:
    assert clean_line(" <b>Ny bru</b>\n over&nbsp;elva ") == "Ny bru over elva"


MARKUP = st.sampled_from(
    [
        "<p>",
        "< p >",
        "</p>",
        "< /p>",
        "<br>",
        "<b>",
        "&amp;",
        "&lt;p&gt;",
        "&nbsp;",
        "Les også",
        "Les også:",
        "\n",
        "\n\n",
        "\u200b",
        "\xad",
        "\ufeff",
        "```",
        "- ",
        " ",
        "5 < p > 3",
        "اقرأ أيضا",
        "延伸阅读：",
        "Storvik",
        "elva.",
        "ก",
        "م",
        "桥",
        "'",
        ";",
    ]
)


@settings(max_examples=400)
@given(st.lists(st.one_of(MARKUP, st.text(max_size=12)), max_size=25).map("".join))
def test_cleaning_settles_and_keeps_its_promises(text: str) -> None:
    cleaned = clean_text(text)
    assert clean_text(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert all(line and line == line.strip() for line in cleaned.split("\n")) or cleaned == ""


@settings(max_examples=150)
@given(st.text(alphabet=st.characters(categories=["Ll", "Lu", "Lo", "Nd", "Zs"], exclude_characters="`"), max_size=400))
def test_words_are_never_lost_without_markup(text: str) -> None:
    assert "".join(clean_text(text).split()) == "".join(clean_text(f" {text}\n").split())
    assert len("".join(clean_text(text).split())) >= len("".join(unicodedata.normalize("NFC", text).split())) * 0.99


@pytest.mark.skipif(not DATA.is_dir(), reason="the reference data is not here")
def test_the_seed_articles_come_out_without_junk() -> None:
    for path in sorted((DATA / "seeds").glob("*.txt")):
        cleaned = clean_text(path.read_text(encoding="utf-8"))
        assert "<" not in cleaned
        assert ">" not in cleaned
        assert "Ora osservando" not in cleaned


@pytest.mark.skipif(not DATA.is_dir(), reason="the reference data is not here")
def test_real_articles_lose_nothing() -> None:
    for path in sorted((DATA / "norsumm").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        assert clean_text(text).split() == text.split()
