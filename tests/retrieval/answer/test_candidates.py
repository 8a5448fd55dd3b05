from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from retrieval.answer.candidates import Candidate
from retrieval.index.nodes import StoredNode

CutArticle = Callable[..., list[StoredNode]]
CandidatesOf = Callable[..., list[Candidate]]


def test_every_sentence_is_a_candidate_in_its_articles_order(
    cut_article: CutArticle, candidates_of: CandidatesOf
) -> None:
    candidates = candidates_of(
        cut_article("a", "Brua åpner. Ferga stopper.\n", "Mæland jubler."),
        cut_article("桥", "大桥开放。市长高兴。", language="zh"),
    )
    assert [(item.text, item.place) for item in candidates] == [
        ("Brua åpner.", 0), ("Ferga stopper.", 1), ("Mæland jubler.", 0), ("大桥开放。", 0), ("市长高兴。", 1)
    ]  # fmt: skip
    for item in candidates:
        start = item.passage.start_char
        assert item.passage.text[item.span.start_char - start : item.span.end_char - start] == item.text


def test_a_headline_is_no_answer(cut_article: CutArticle, candidates_of: CandidatesOf) -> None:
    text = "Brua åpner igjen\nBrua åpner igjen på lørdag. Ferga stopper."
    nodes = [replace(node, title="Brua åpner igjen") for node in cut_article("a", text)]
    assert [item.text for item in candidates_of(nodes)] == ["Brua åpner igjen på lørdag.", "Ferga stopper."]


def test_a_heading_inside_an_article_is_no_answer(cut_article: CutArticle, candidates_of: CandidatesOf) -> None:
    norwegian = cut_article("a", "Brua åpner.\nFerga stopper\nDen siste turen går i mai.\n«Trist», sier Mæland")
    chinese = cut_article("桥", "大桥开放\n市长高兴。", language="zh")
    arabic = cut_article("جسر", "الجسر الجديد\nافتتح الجسر أمس.", language="ar")
    assert [item.text for item in candidates_of(norwegian, chinese, arabic)] == [
        "Brua åpner.", "Den siste turen går i mai.", "市长高兴。", "افتتح الجسر أمس."
    ]  # fmt: skip


def test_lines_without_full_stops_are_candidates_where_there_is_nothing_else(
    cut_article: CutArticle, candidates_of: CandidatesOf
) -> None:
    assert len(candidates_of(cut_article("a", "Brua åpner\nFerga stopper"))) == 2
    assert len(candidates_of(cut_article("ไทย", "สะพานเปิดแล้ว\nนายกดีใจ", language="th"))) == 2
