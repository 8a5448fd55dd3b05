from datetime import date

import pytest

from retrieval.articles.markdown import read_markdown
from retrieval.errors import ArticleError


def test_reads_front_matter() -> None:
    draft = read_markdown(
        '---\ntitle: "Ny bru: ja"\noutlet: Storvik Blad\nauthors: [Tuva Solli, Ola Vik]\ndate: 2024-03-05\nlang: nb\n'
        "url: https://example.org/1\ntags: [bru]\nviews: 12\n---\nBrua ble åpnet.\n"
    )
    assert draft.text == "Brua ble åpnet."
    assert draft.metadata.title == "Ny bru: ja"
    assert draft.metadata.outlet == "Storvik Blad"
    assert draft.metadata.author == "Tuva Solli, Ola Vik"
    assert draft.metadata.published == date(2024, 3, 5)
    assert draft.metadata.language == "no"
    assert draft.metadata.url == "https://example.org/1"


def test_a_date_in_front_matter_is_never_guessed() -> None:
    assert read_markdown("---\ndate: 05/03/2024\n---\nTekst").metadata.published is None


def test_broken_front_matter_names_the_line() -> None:
    with pytest.raises(ArticleError, match=r"not valid YAML in line 2 .*put values that hold a colon in quotes"):
        read_markdown("---\ntitle: Ny bru: ja\n---\nTekst")


def test_front_matter_that_is_never_closed_is_no_text() -> None:
    with pytest.raises(ArticleError, match="has front matter that is never closed: end it with a line of three dashes"):
        read_markdown("---\ntitle: Ny bru\noutlet: Storvik Blad\n\nBrua ble åpnet.\n")


@pytest.mark.parametrize("text", ["---\nBare en tekst mellom streker.\n---\nMer.", "---\n- a\n---\nb", "---\nfoo: bar"])
def test_rules_around_a_text_are_no_front_matter(text: str) -> None:
    assert read_markdown(text).metadata.title is None
    assert read_markdown(text).text


def test_front_matter_makes_no_objects() -> None:
    draft = read_markdown("---\ntitle: !!python/object/apply:os.getcwd []\n---\nTekst")
    assert draft.metadata.title is None


def test_the_first_main_heading_is_the_title_and_stays() -> None:
    draft = read_markdown("Innledning.\n\n## Under\n\n# Ny *bru* over elva\n\nTekst.")
    assert draft.metadata.title == "Ny bru over elva"
    assert draft.text.split("\n") == ["Innledning.", "Under", "Ny bru over elva", "Tekst."]


def test_marks_go_and_words_stay() -> None:
    draft = read_markdown(
        "**Fett** og _kursiv_, [lenke](https://example.org) og ![bilde](a.png) &amp; ~~strek~~ `kode`.\n"
        "Samme avsnitt.\n\n> Et sitat\n\nMed  \nlinjeskift\n\n***\n\n<div>HTML <b>inni</b></div>\n\n"
        "<script>x</script>\n"
    )
    assert draft.text.split("\n") == [
        "Fett og kursiv, lenke og & strek kode. Samme avsnitt.",
        "Et sitat",
        "Med",
        "linjeskift",
        "HTML inni",
    ]


def test_list_marks_stay_since_they_may_be_a_dialogue() -> None:
    draft = read_markdown("- Det er bra, sier *hun*.\n- Ja.\n  - Under\n\n1. En\n2. To\n\n1986. Et godt år.")
    assert draft.text.split("\n") == [
        "- Det er bra, sier hun.",
        "- Ja.",
        "- Under",
        "1. En",
        "2. To",
        "1986. Et godt år.",
    ]


def test_code_stays_as_it_is() -> None:
    draft = read_markdown("Slik:\n\n```html\n<p>Hei &amp; hå</p>\n```\n\nBruk `<p>` og `a < b`.")
    assert draft.text.split("\n") == ["Slik:", "<p>Hei &amp; hå</p>", "Bruk `<p>` og `a < b`."]


def test_tables_give_a_line_a_row() -> None:
    assert read_markdown("| År | Antall |\n|---|---|\n| 2023 | **12** |").text == "År | Antall\n2023 | 12"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# جسر جديد\n\nقال **العمدة** إن الجسر مفتوح.", "جسر جديد\nقال العمدة إن الجسر مفتوح."),
        ("# 新桥\n\n市长说**大桥**已开通。", "新桥\n市长说大桥已开通。"),
        ("大桥已\n开通。", "大桥已开通。"),
        ("# Мост\n\nМэр открыл *мост*.", "Мост\nМэр открыл мост."),
        ("# สะพาน\n\nสะพาน**ใหม่**เปิดแล้ว", "สะพาน\nสะพานใหม่เปิดแล้ว"),
    ],
)
def test_other_scripts(text: str, expected: str) -> None:
    assert read_markdown(text).text == expected


def test_deep_nesting_does_not_break() -> None:
    assert isinstance(read_markdown(">" * 5000 + " dypt").text, str)
    assert isinstance(read_markdown("[" * 20_000).text, str)
