from __future__ import annotations

from collections.abc import Callable

import pytest

from retrieval.index.nodes import StoredNode
from retrieval.search.passages import Passage, join_passages
from retrieval.search.ranked import RankedNode

CutArticle = Callable[..., list[StoredNode]]

PIECES = ("Ferga er innstilt. ", "Brua åpner i mars. ", "Ordføreren er glad. ", "Skolen får ny lærer. ", "Det regner. ")


def ranked(*scored: tuple[StoredNode, float]) -> list[RankedNode]:
    return [RankedNode(node, score, score, 0.0) for node, score in sorted(scored, key=lambda pair: -pair[1])]


def places(passages: list[Passage]) -> list[tuple[str, list[int]]]:
    return [(passage.first.article_id, [item.node.node_index for item in passage.nodes]) for passage in passages]


def test_neighbours_become_one_passage_in_the_articles_order(cut_article: CutArticle) -> None:
    a, b = cut_article("a", *PIECES), cut_article("b", *PIECES)
    passages = join_passages(ranked((a[2], 0.9), (b[0], 0.8), (a[1], 0.7), (a[4], 0.6)), limit=10)
    assert places(passages) == [("a", [1, 2]), ("b", [0]), ("a", [4])]
    assert passages[0].text == PIECES[1] + PIECES[2]
    assert (passages[0].start_char, passages[0].end_char) == (a[1].start_char, a[2].end_char)
    assert passages[0].score == 0.9
    assert passages[0].best.node is a[2]
    assert passages[0].sentences == (*a[1].sentences, *a[2].sentences)


def test_at_most_two_passages_of_one_article(cut_article: CutArticle) -> None:
    a, b = cut_article("a", *PIECES), cut_article("b", *PIECES)
    passages = join_passages(ranked((a[0], 0.9), (a[2], 0.8), (a[4], 0.7), (b[3], 0.1)), limit=10)
    assert places(passages) == [("a", [0]), ("a", [2]), ("b", [3])]


def test_a_node_that_joins_a_passage_is_no_third_one(cut_article: CutArticle) -> None:
    a, b = cut_article("a", *PIECES), cut_article("b", *PIECES)
    passages = join_passages(ranked((a[0], 0.9), (a[2], 0.8), (a[3], 0.7), (a[1], 0.6), (b[0], 0.5)), limit=10)
    assert places(passages) == [("a", [0, 1, 2, 3]), ("b", [0])]


def test_the_only_article_may_fill_all_passages(cut_article: CutArticle) -> None:
    a = cut_article("a", *PIECES)
    passages = join_passages(ranked((a[4], 0.9), (a[0], 0.8), (a[2], 0.7)), limit=10)
    assert places(passages) == [("a", [4]), ("a", [0]), ("a", [2])]


@pytest.mark.parametrize(("limit", "expected"), [(0, []), (1, [("a", [0])]), (2, [("a", [0]), ("b", [1])])])
def test_the_limit_counts_nodes(cut_article: CutArticle, limit: int, expected: list[tuple[str, list[int]]]) -> None:
    a, b = cut_article("a", *PIECES), cut_article("b", *PIECES)
    assert places(join_passages(ranked((a[0], 0.9), (b[1], 0.8), (a[1], 0.7)), limit=limit)) == expected


def test_a_node_left_out_for_its_article_leaves_room_for_another(cut_article: CutArticle) -> None:
    a, b = cut_article("a", *PIECES), cut_article("b", *PIECES)
    passages = join_passages(ranked((a[0], 0.9), (a[2], 0.8), (a[4], 0.7), (b[3], 0.1)), limit=3)
    assert ("b", [3]) in places(passages)


@pytest.mark.parametrize(
    ("language", "pieces"),
    [
        ("ru", ("Мост откроют в марте. ", "Мэр доволен.")),
        ("ar", ("يفتح الجسر في مارس. ", "العمدة سعيد.")),
        ("zh", ("大桥三月开放。", "市长很高兴。")),
    ],
)
def test_passages_in_any_script_are_the_articles_text(
    cut_article: CutArticle, language: str, pieces: tuple[str, ...]
) -> None:
    nodes = cut_article("a", *pieces, language=language)
    (passage,) = join_passages(ranked((nodes[1], 0.9), (nodes[0], 0.8)), limit=6)
    assert passage.text == "".join(pieces)
    assert [passage.text[span.start_char : span.end_char] for span in passage.sentences] == [
        piece.strip() for piece in pieces
    ]


def test_nothing_found_gives_no_passages() -> None:
    assert join_passages([], limit=6) == []
