from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from retrieval.index.nodes import StoredNode
from retrieval.models import Filters
from retrieval.search.memory import MemorySource

CutArticle = Callable[..., list[StoredNode]]

VECTORS = np.array([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]], dtype=np.float32)


@pytest.fixture
def source(cut_article: CutArticle) -> MemorySource:
    nodes = [*cut_article("bru", "Brua åpner. ", "Ferga stopper."), *cut_article("桥", "大桥开放。", language="zh")]
    return MemorySource(nodes, VECTORS)


def test_nodes_come_nearest_first_with_their_cosine(source: MemorySource) -> None:
    matches = source.query(np.array([0.0, 1.0], dtype=np.float32), 2)
    assert [match.node.text for match in matches] == ["Ferga stopper.", "大桥开放。"]
    assert [match.similarity for match in matches] == pytest.approx([1.0, 0.8])
    np.testing.assert_array_equal(matches[1].vector, VECTORS[2])


def test_only_the_language_filters(source: MemorySource) -> None:
    matches = source.query(VECTORS[1], 5, filters=Filters(languages=("zh",), outlet="Vikhamn Blad"))
    assert [match.node.text for match in matches] == ["大桥开放。"]


def test_nodes_and_vectors_by_id(source: MemorySource) -> None:
    first, second, third = (match.node.id for match in source.query(VECTORS[0], 3))
    assert [node.id for node in source.get([third, "absent", first])] == [third, first]
    assert set(source.vectors_of([second, "absent"])) == {second}
    np.testing.assert_array_equal(source.vectors_of([second])[second], VECTORS[2])


def test_languages_and_whole_texts(source: MemorySource) -> None:
    assert source.languages() == {"no": 2, "zh": 1}
    assert source.article_text("bru") == "Brua åpner. Ferga stopper."
    assert source.article_text("桥") == "大桥开放。"
    assert source.article_text("absent") == ""


def test_no_nodes_match_nothing() -> None:
    source = MemorySource([], np.zeros((0, 0), dtype=np.float32))
    assert source.query(VECTORS[0], 5) == []
    assert source.languages() == {}


def test_every_node_needs_its_vector(cut_article: CutArticle) -> None:
    with pytest.raises(ValueError, match="1 nodes came with 3 vectors"):
        MemorySource(cut_article("a", "Brua åpner."), VECTORS)
