from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from retrieval.search.dense import DenseSearch
from retrieval.search.hybrid import HybridSearch
from retrieval.search.lexical import LexicalSearch
from retrieval.search.question import read_question
from retrieval.search.retrievers import DenseRetriever, HybridRetriever, LexicalRetriever

if TYPE_CHECKING:
    from llama_index.core.base.base_retriever import BaseRetriever
    from llama_index.core.base.embeddings.base import BaseEmbedding


@pytest.fixture(params=["dense", "lexical", "hybrid"])
def retriever(request: pytest.FixtureRequest, collection: object, embedding: BaseEmbedding) -> BaseRetriever:
    source, lexical = collection.source, collection.lexical  # type: ignore[attr-defined]  # conftest's types
    dense_side, lexical_side = DenseSearch(source, None), LexicalSearch(lexical)
    if request.param == "dense":
        return DenseRetriever(dense_side, embedding)
    if request.param == "lexical":
        return LexicalRetriever(lexical_side, source)
    return HybridRetriever(HybridSearch(dense_side, lexical_side, fitted=None), embedding)


@pytest.mark.parametrize(("text", "article"), [("Где родились снежные барсы?", "barsy"), ("清溪镇的小火箭", "huojian")])
def test_nodes_are_found_by_a_llama_index_retriever(retriever: BaseRetriever, text: str, article: str) -> None:
    nodes = retriever.retrieve(text)
    assert nodes[0].node.metadata["article_id"] == article
    scores = [node.score or 0.0 for node in nodes]
    assert scores == sorted(scores, reverse=True)


def test_scores_are_those_of_the_search(collection: object, embedding: BaseEmbedding) -> None:
    search = HybridSearch(DenseSearch(collection.source, None), LexicalSearch(collection.lexical), fitted=None)  # type: ignore[attr-defined]  # conftest's types
    question = "Når åpnet den nye brua?"
    found = HybridRetriever(search, embedding).retrieve(question)
    assert [(node.node.node_id, node.score) for node in found] == [
        (item.node.id, item.score) for item in search.rank(read_question(question, embedding))
    ]
