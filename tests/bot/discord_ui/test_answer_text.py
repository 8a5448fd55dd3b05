"""What an answer looks like in Discord, letter by letter."""

from __future__ import annotations

from datetime import date

from bot.discord_ui.answer_text import answer_blocks, pages, refusal_blocks
from bot.discord_ui.texts import texts_in
from retrieval.models import Answer, AnswerSentence, ArticleSummary, Citation, Refusal, Timings


def cite(number: int, quote: str, article: str = "a", **changes: object) -> Citation:
    values: dict[str, object] = {
        "number": number,
        "article_id": article,
        "source": f"{article}.txt",
        "title": "Il ponte riapre",
        "url": "https://www.example.org/ponte",
        "outlet": "La Voce",
        "published": date(2025, 3, 2),
        "language": "it",
        "start_char": 0,
        "end_char": len(quote),
        "quote": quote,
        "score": 1.0,
    }
    return Citation(**(values | changes))  # type: ignore[arg-type]  # a test's shorthand


def answer(citations: list[Citation], sentences: list[AnswerSentence] | None = None, language: str = "it") -> Answer:
    said = sentences or [AnswerSentence(item.quote, (item.number,)) for item in citations]
    return Answer("?", language, tuple(said), tuple(citations), 0.9, "extractive", (), Timings(), "?")


def test_quoted_sentences_are_shown_once_and_share_the_line_of_their_article() -> None:
    said, sources = answer_blocks(
        answer([cite(1, "Il ponte riapre il 3 maggio."), cite(2, "Costa 2 *milioni*.")]), texts_in("it")
    )
    assert said == ["> Il ponte riapre il 3 maggio.¹", r"> Costa 2 \*milioni\*.²"]
    assert sources == [
        "-# ¹\u202f² 🇮🇹 · La Voce · 2 marzo 2025 · [Il ponte riapre](<https://www.example.org/ponte>) (www.example.org)"
    ]


def test_a_written_answer_shows_its_quotes_and_names_their_language() -> None:
    said, sources = answer_blocks(
        answer(
            [
                cite(1, "Il ponte riapre il 3 maggio."),
                cite(2, "北京", "b", title=None, url=None, outlet=None, language="zh"),
            ],
            [AnswerSentence("The bridge opens on 3 May.", (1, 2))],
            language="en",
        ),
        texts_in("en"),
    )
    assert said == ["**The bridge opens on 3 May.¹\u202f²**"]
    assert sources == [
        "¹ “Il ponte riapre il 3 maggio.”\n-# 🇮🇹 in Italian · La Voce · March 2, 2025 · "
        "[Il ponte riapre](<https://www.example.org/ponte>) (www.example.org)",
        "² “北京”\n-# 🇨🇳 in Chinese · March 2, 2025 · b.txt",
    ]


def test_a_refusal_names_the_closest_articles() -> None:
    closest = (ArticleSummary("a", "", "a.txt", "no", 1, title="Ferja Havsula", outlet="Kystavisa"),)
    said, sources = refusal_blocks(Refusal("?", "en", 0.1, "extractive", closest, (), Timings(), "?"), texts_in("en"))
    assert said == ["**The articles do not say.**"]
    assert sources == ["Closest articles:", "- 🇳🇴 Ferja Havsula · Kystavisa"]


def test_messages_are_cut_between_blocks_and_never_in_one_that_fits() -> None:
    assert pages(["a" * 60, "b" * 30, "c" * 50], cut_mark="(cut)", most=100) == [["a" * 60, "b" * 30], ["c" * 50]]


def test_a_block_that_fits_no_message_is_cut_at_a_blank_and_says_so() -> None:
    (page,) = pages(["word " * 50], cut_mark="(cut)", most=100)
    assert page == ["word " * 18 + "… (cut)"]
    (page,) = pages([r"\*" * 80], cut_mark="(cut)", most=100)
    assert page == [r"\*" * 46 + " … (cut)"]
