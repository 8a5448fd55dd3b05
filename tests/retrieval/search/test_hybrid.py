from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from retrieval.models import Filters
from retrieval.search.dense import DenseSearch
from retrieval.search.fitted import FittedValues
from retrieval.search.hybrid import LEXICAL_WEIGHT, HybridSearch
from retrieval.search.lexical import LexicalSearch
from retrieval.search.question import read_question

if TYPE_CHECKING:
    from collections.abc import Callable

    from llama_index.core.base.embeddings.base import BaseEmbedding

    Build = Callable[[FittedValues | None], HybridSearch]


@pytest.fixture
def build(collection: object) -> Build:
    def make(fitted: FittedValues | None) -> HybridSearch:
        source, lexical = collection.source, collection.lexical  # type: ignore[attr-defined]  # conftest's types
        return HybridSearch(DenseSearch(source, fitted), LexicalSearch(lexical), fitted=fitted)

    return make


@pytest.mark.parametrize(
    ("text", "article"),
    [
        ("Når åpnet den nye brua?", "bru"),
        ("Which animals were born in the zoo?", "barsy"),
        ("Сколько барсов родилось в зоопарке?", "barsy"),
        ("أين افتتح مستشفى الأطفال؟", "mustashfa"),
        ("谁制作了小火箭？", "huojian"),
    ],
)
def test_the_best_node_is_the_one_about_it(build: Build, embedding: BaseEmbedding, text: str, article: str) -> None:
    assert build(None).rank(read_question(text, embedding))[0].node.article_id == article


def test_the_score_is_similarity_plus_weighted_coverage(
    build: Build, embedding: BaseEmbedding, fitted: FittedValues
) -> None:
    question = read_question("Hvem åpnet brua til Montefalda lørdag?", embedding)
    assert question.language == "no"
    ranked = build(fitted).rank(question)
    assert len(ranked) == 6
    for item in ranked:
        weight = LEXICAL_WEIGHT if item.node.language == "no" else 0.25
        assert item.score == pytest.approx(item.dense + weight * item.coverage)
    covered = {item.node.article_id for item in ranked if item.coverage > 0}
    assert covered == {"bru", "museo"}
    assert [item.score for item in ranked] == sorted((item.score for item in ranked), reverse=True)


def test_a_question_that_shares_no_word_is_ranked_by_meaning_alone(build: Build, embedding: BaseEmbedding) -> None:
    ranked = build(None).rank(read_question("Where was a hospital for kids opened?", embedding))
    assert ranked[0].node.article_id == "mustashfa"
    assert all(item.coverage == 0 and item.score == item.dense for item in ranked)


def test_k_and_filters_limit_what_is_ranked(build: Build, embedding: BaseEmbedding) -> None:
    question = read_question("Når åpnet den nye brua?", embedding)
    assert len(build(None).rank(question, k=2)) == 2
    assert [item.node.article_id for item in build(None).rank(question, filters=Filters(languages=("zh",)))] == [
        "huojian"
    ]
    assert build(None).rank(question, filters=Filters(languages=("fi",))) == []
