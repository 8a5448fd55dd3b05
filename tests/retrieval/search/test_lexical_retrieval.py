from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from retrieval.models import Filters
from retrieval.search.lexical import LexicalSearch

if TYPE_CHECKING:
    from collections.abc import Callable

    from retrieval.index.nodes import StoredNode


@pytest.fixture
def search(collection: object) -> LexicalSearch:
    return LexicalSearch(collection.lexical)  # type: ignore[attr-defined]  # conftest's types


@pytest.fixture
def article_of(collection: object) -> Callable[[str], str]:
    def find(node_id: str) -> str:
        node: StoredNode = collection.source.get([node_id])[0]  # type: ignore[attr-defined]
        return node.article_id

    return find


@pytest.mark.parametrize(
    ("text", "language", "article"),
    [
        ("Når åpnet bruene over Lauvsundet?", "no", "bru"),
        ("Dov'è il museo della campana?", "it", "museo"),
        ("Сколько барсов родилось в зоопарках?", "ru", "barsy"),
        ("أين افتتح المستشفى الجديد؟", "ar", "mustashfa"),
        ("小火箭是谁制作的？", "zh", "huojian"),
    ],
)
def test_inflected_words_find_their_node(
    search: LexicalSearch, article_of: Callable[[str], str], text: str, language: str, article: str
) -> None:
    matches = search.rank(text, language, k=5)
    assert article_of(matches[0].node_id) == article
    assert all(0 < match.coverage <= 1 for match in matches)


def test_coverage_grows_with_the_share_of_words_that_are_there(search: LexicalSearch) -> None:
    coverage = [
        search.rank(text, "no", k=1)[0].coverage
        for text in (
            "brua Kirkenes Bodø Hammerfest Tromsø",
            "brua Lauvsundet Hammerfest Tromsø",
            "brua Lauvsundet trafikk lørdag",
        )
    ]
    assert 0 < coverage[0] < coverage[1] < coverage[2] <= 1


def test_another_languages_question_covers_names_alone(search: LexicalSearch, article_of: Callable[[str], str]) -> None:
    (match,) = search.rank("What reopens in Montefalda in autumn?", "en", k=5)
    assert article_of(match.node_id) == "museo"
    assert match.coverage < 0.6


@pytest.mark.parametrize(("text", "language"), [("Wie backt man Brot?", "de"), ("?!", "no"), ("如何烤面包", "zh")])
def test_no_shared_word_finds_nothing(search: LexicalSearch, text: str, language: str) -> None:
    assert search.rank(text, language, k=5) == []


def test_filters_hold(search: LexicalSearch) -> None:
    assert search.rank("Hvor er Lauvøya?", "no", k=5, filters=Filters(languages=("ru",))) == []
