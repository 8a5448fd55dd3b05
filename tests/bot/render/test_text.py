from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.render.text import join_sentences, render_response
from bot.terminal import Terminal
from retrieval.models import Answer, AnswerSentence, Citation, Refusal

Make = Callable[..., object]

ZH = "大桥将于三月三日重新开放。"
AR = "أعلنت رئيسة البلدية أن الجسر سيعاد افتتاحه في الثالث من مارس."


def test_an_answer_on_paper(make_answer: Callable[..., Answer]) -> None:
    assert render_response(make_answer(), Terminal()) == (
        "Il ponte sul torrente Lesina riaprirà il 3 marzo 2025. [1]\n"
        "\n"
        "[1] “Il ponte sul torrente Lesina riaprirà il 3 marzo 2025.”\n"
        "    L'Eco di Valmora · 2025-02-20 · it · Il ponte di Valmora riapre\n"
        "    https://eco.example/ponte"
    )


def test_an_answer_on_a_narrow_terminal_with_everything(make_answer: Callable[..., Answer]) -> None:
    terminal = Terminal(width=45, colour=True, hyperlinks=True)
    assert render_response(make_answer(), terminal) == (
        "\x1b[1mIl ponte sul torrente Lesina riaprirà il 3\x1b[0m\n"
        "\x1b[1mmarzo 2025. [1]\x1b[0m\n"
        "\n"
        "\x1b[36m[1]\x1b[0m “Il ponte sul torrente Lesina riaprirà il\n"
        "    3 marzo 2025.”\n"
        "\x1b[2m    L'Eco di Valmora · 2025-02-20 · it · Il\x1b[0m\n"
        "\x1b[2m    ponte di Valmora riapre\x1b[0m\n"
        "    \x1b[2m\x1b]8;;https://eco.example/ponte\x1b\\https://eco.example/ponte\x1b]8;;\x1b\\\x1b[0m"
    )


def test_quotes_of_one_article_share_its_lines(
    make_answer: Callable[..., Answer], make_citation: Callable[..., Citation]
) -> None:
    citations = (
        make_citation(1, quote="Uno."),
        make_citation(2, quote="Due."),
        make_citation(3, quote="Three.", article_id="b" * 20, title=None, outlet=None, url=None, source="b.txt"),
    )
    shown = render_response(make_answer(citations=citations), Terminal()).splitlines()[2:]
    assert shown == [
        "[1] “Uno.”",
        "[2] “Due.”",
        "    L'Eco di Valmora · 2025-02-20 · it · Il ponte di Valmora riapre",
        "    https://eco.example/ponte",
        "[3] “Three.”",
        "    2025-02-20 · it · b.txt",
    ]


def test_a_long_address_is_whole_behind_a_link_and_whole_without_one(
    make_answer: Callable[..., Answer], make_citation: Callable[..., Citation]
) -> None:
    address = "https://eco.example/" + "a" * 80
    answer = make_answer(citations=(make_citation(url=address),))
    linked = render_response(answer, Terminal(width=40, hyperlinks=True)).splitlines()[-1]
    assert linked.count(address) == 1
    assert "…" in linked
    assert render_response(answer, Terminal(width=40)).splitlines()[-1].strip() == address


@pytest.mark.parametrize("url", [None, "javascript:alert(1)"])
def test_without_a_web_address_the_source_is_shown(
    make_answer: Callable[..., Answer], make_citation: Callable[..., Citation], url: str | None
) -> None:
    answer = make_answer(citations=(make_citation(url=url, outlet=None, published=None),))
    assert render_response(answer, Terminal()).splitlines()[-2:] == [
        "    it · Il ponte di Valmora riapre",
        "    ponte.txt",
    ]


def test_a_refusal_speaks_the_language_of_the_question(make_refusal: Callable[..., Refusal]) -> None:
    assert render_response(make_refusal(), Terminal()) == (
        "Das steht nicht in den Artikeln.\n"
        "\n"
        "Nächstliegende Artikel:\n"
        "  - Il ponte di Valmora riapre · L'Eco di Valmora · 2025-02-20 · it"
    )


def test_a_refusal_with_nothing_near(make_refusal: Callable[..., Refusal]) -> None:
    assert render_response(make_refusal(closest=(), language="und"), Terminal()) == "The articles do not say."


def test_unsegmented_sentences_are_joined_without_spaces() -> None:
    assert join_sentences((AnswerSentence(ZH, (1,)), AnswerSentence(ZH, (2, 3)))) == f"{ZH}[1]{ZH}[2][3]"
    assert join_sentences((AnswerSentence(AR, (1,)), AnswerSentence("Two.", (2,)))) == f"{AR} [1] Two. [2]"


def test_an_article_cannot_send_escape_sequences(
    make_answer: Callable[..., Answer], make_citation: Callable[..., Citation]
) -> None:
    evil = "\x1b]0;owned\x07\x1b[2J\u202eevil\x9b1m"
    citation = make_citation(title=evil, outlet=evil, quote=evil, source=evil, url=f"https://eco.example/{evil}")
    answer = make_answer(sentences=(AnswerSentence(evil, (1,)),), citations=(citation,))
    text = render_response(answer, Terminal())
    assert not {"\x1b", "\x07", "\u202e", "\x9b"} & set(text)
