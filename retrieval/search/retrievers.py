"""Kilde's searches for code that is written against LlamaIndex, whose import takes seconds."""

from __future__ import annotations

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle

from retrieval.articles.language import detect_language
from retrieval.index.embedding import Embedding
from retrieval.index.nodes import text_node
from retrieval.search import dense, lexical
from retrieval.search.dense import DenseSearch
from retrieval.search.hybrid import HybridSearch
from retrieval.search.lexical import LexicalSearch
from retrieval.search.question import read_question
from retrieval.search.source import NodeSource


class DenseRetriever(BaseRetriever):
    """Nodes by their vectors; scores are similarities."""

    def __init__(self, search: DenseSearch, embedding: Embedding) -> None:
        """Ask ``search`` with questions embedded by ``embedding``."""
        super().__init__()
        self._search = search
        self._embedding = embedding

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        matches = self._search.rank(read_question(query_bundle.query_str, self._embedding), k=dense.CANDIDATES)
        return [NodeWithScore(node=text_node(match.node), score=match.similarity) for match in matches]


class LexicalRetriever(BaseRetriever):
    """Nodes by words, stems and names; scores are the share of the question that is covered."""

    def __init__(self, search: LexicalSearch, source: NodeSource) -> None:
        """Ask ``search``, whose nodes are in ``source``."""
        super().__init__()
        self._search = search
        self._source = source

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        text = query_bundle.query_str
        matches = self._search.rank(text, detect_language(text), k=lexical.CANDIDATES)
        coverage = {match.node_id: match.coverage for match in matches}
        return [
            NodeWithScore(node=text_node(node), score=coverage[node.id]) for node in self._source.get(list(coverage))
        ]


class HybridRetriever(BaseRetriever):
    """The ranking that answers are taken from."""

    def __init__(self, search: HybridSearch, embedding: Embedding) -> None:
        """Ask ``search`` with questions embedded by ``embedding``."""
        super().__init__()
        self._search = search
        self._embedding = embedding

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        ranked = self._search.rank(read_question(query_bundle.query_str, self._embedding))
        return [NodeWithScore(node=text_node(item.node), score=item.score) for item in ranked]
