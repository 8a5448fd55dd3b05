from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from retrieval.models import Filters
from retrieval.search.dense import DenseSearch
from retrieval.search.fitted import FittedValues
from retrieval.search.question import Question, read_question

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

    from retrieval.search.source import NodeSource

ASKED = [
    ("Når åpnet den nye brua?", "bru"),
    ("When does the bell museum open again?", "museo"),
    ("Где родились снежные барсы?", "barsy"),
    ("أين افتتح مستشفى الأطفال؟", "mustashfa"),
    ("谁制作了小火箭？", "huojian"),
]


@pytest.fixture
def plain(collection: object) -> DenseSearch:
    return DenseSearch(source_of(collection), None)


def source_of(collection: object) -> NodeSource:
    return collection.source  # type: ignore[attr-defined, no-any-return]  # conftest's types cannot be imported


@pytest.mark.parametrize(("text", "article"), ASKED)
@pytest.mark.parametrize("with_fitted", [False, True])
def test_the_nearest_node_is_the_one_about_it(
    collection: object, embedding: BaseEmbedding, fitted: FittedValues, text: str, article: str, with_fitted: bool
) -> None:
    search = DenseSearch(source_of(collection), fitted if with_fitted else None)
    matches = search.rank(read_question(text, embedding), k=3)
    assert matches[0].node.article_id == article
    assert len({match.node.id for match in matches}) == 3
    assert [match.similarity for match in matches] == sorted((match.similarity for match in matches), reverse=True)


def test_without_fitted_values_similarity_is_the_cosine(plain: DenseSearch, embedding: BaseEmbedding) -> None:
    question = read_question("When does the bell museum open again?", embedding)
    for match, (_, vector) in zip(*pairs(plain, question), strict=True):
        assert match.similarity == pytest.approx(float(question.vector @ vector))


def test_across_languages_similarity_is_mixed_scaled_and_shifted(
    collection: object, embedding: BaseEmbedding, fitted: FittedValues
) -> None:
    search = DenseSearch(source_of(collection), fitted)
    question = read_question("Når åpnet den nye brua?", embedding)
    for match, (node, vector) in zip(*pairs(search, question), strict=True):
        cosine = float(question.vector @ vector)
        # The means are zero, so the centred cosine is the cosine; Arabic has none and keeps its plain cosine.
        expected = cosine if node.language in ("no", "ar") else 0.05 + 0.6 * (cosine + 0.5 * cosine)
        assert match.similarity == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("language", ["no", "ru", "ar", "zh"])
@pytest.mark.parametrize("with_fitted", [False, True])
def test_a_filter_by_language_holds_for_every_query(
    collection: object, embedding: BaseEmbedding, fitted: FittedValues, language: str, with_fitted: bool
) -> None:
    search = DenseSearch(source_of(collection), fitted if with_fitted else None)
    question = read_question("Når åpnet den nye brua?", embedding)
    assert {match.node.language for match in search.rank(question, k=9, filters=Filters(languages=(language,)))} == {
        language
    }


def test_given_nodes_are_rescored_and_unknown_ones_left_out(plain: DenseSearch, embedding: BaseEmbedding) -> None:
    question = read_question("谁制作了小火箭？", embedding)
    ranked = plain.rank(question, k=2)
    rescored = plain.rescore_ids(question, [ranked[1].node.id, "absent", ranked[0].node.id])
    assert [match.node.id for match in rescored] == [ranked[1].node.id, ranked[0].node.id]
    assert [match.similarity for match in rescored] == pytest.approx([ranked[1].similarity, ranked[0].similarity])
    assert plain.rescore_ids(question, []) == []


def pairs(search: DenseSearch, question: Question) -> tuple[list, list]:  # type: ignore[type-arg]
    matches = search.rank(question, k=6)
    assert len(matches) == 6
    vectors = search._source.vectors_of([match.node.id for match in matches])
    return matches, [(match.node, vectors[match.node.id]) for match in matches]
