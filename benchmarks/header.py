"""Whether a header of title, outlet and date in what is embedded helps to find documents and nodes.

    python -m benchmarks.header --data ../shared/data

The same nodes are embedded as their text alone, with the header before it, and with the header only where the text does
not begin with the title itself; nodes are ranked by cosine against the question, all of them.
Two sets: the sample articles with our own questions, and those of norquad's news that begin with a title; a news
text keeps its title as its first line, as an article from a web page does, and its header is the title alone.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.cached_embedding import CachedEmbedding
from benchmarks.datasets import DEFAULT_DATA, Document, holds_answer, norquad
from benchmarks.samples import ARTICLES, sample_questions
from retrieval.articles import read_path
from retrieval.index.nodes import StoredNode, split_article
from retrieval.models import Article
from retrieval.settings import Settings

NEWS = "no-news-"
"""Beginning of the ids of norquad's news."""
MAX_TITLE_CHARS = 120
VARIANTS: dict[str, Callable[[StoredNode], str]] = {
    "text alone": lambda node: node.text,
    "with header": lambda node: node.embedded_text,
    "title once": lambda node: node.text if node.title and node.text.startswith(node.title) else node.embedded_text,
}


@dataclass(frozen=True, slots=True)
class Aimed:
    """A question with the nodes and the documents that answer it."""

    text: str
    nodes: frozenset[str]
    """Ids of nodes."""
    documents: frozenset[str]
    """Ids of articles."""
    later: bool
    """No first node of an article answers it."""
    across: bool
    """Asked in another language than the article's."""


def main() -> None:
    """Print the tables and keep the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--work", type=Path, default=Path("build/benchmarks"))
    arguments = parser.parse_args()
    embedding = CachedEmbedding(arguments.work / "vectors.sqlite")
    figures = {
        "samples": compare("sample articles", embedding, *samples(embedding)),
        "news": compare("norquad news", embedding, *titled_news(arguments.data, embedding)),
    }
    results = Path(__file__).parent / "results"
    results.mkdir(exist_ok=True)
    (results / "header.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def samples(embedding: CachedEmbedding) -> tuple[list[StoredNode], list[Aimed]]:
    """The sample articles' nodes, and the questions that they answer."""
    articles = [item for item in read_path(ARTICLES, settings=Settings()) if isinstance(item, Article)]
    nodes = split_all(articles, embedding)
    asked = []
    for question in sample_questions():
        if question.expected:
            right = [node for node in nodes if question.is_answered_by(node.source, node.text)]
            asked.append(aim(question.text, question.language, right))
    return nodes, asked


def titled_news(data: Path, embedding: CachedEmbedding) -> tuple[list[StoredNode], list[Aimed]]:
    """Nodes of the news that begin with a title, and the questions of which a node holds the answer."""
    documents, questions = norquad(data)
    news = [document for document in documents if document.doc.startswith(NEWS)]
    articles = [titled_article(document, title) for document in news if (title := title_of(document.text))]
    nodes = split_all(articles, embedding)
    of_document: dict[str, list[StoredNode]] = {article.source: [] for article in articles}
    for node in nodes:
        of_document[node.source].append(node)
    asked, without_node = [], 0
    for question in questions:
        right = [node for node in of_document.get(question.doc, ()) if holds_answer(node.text, question.answers)]
        if right:
            asked.append(aim(question.text, question.language, right))
        without_node += question.doc in of_document and not right
    print(
        f"\n{len(articles)} of {len(news)} news begin with a title; {without_node} questions left out because no one "
        "node holds the answer"
    )
    return nodes, asked


def title_of(text: str) -> str | None:
    """The first line if it is short and has no full stop."""
    first, _, rest = text.partition("\n")
    return first if rest and len(first) <= MAX_TITLE_CHARS and "." not in first else None


def titled_article(document: Document, title: str) -> Article:
    """A document as the library would hold it."""
    return Article(
        id=document.doc,
        root="",
        source=document.doc,
        text=document.text,
        content_hash=document.doc,
        language=document.language,
        title=title,
    )


def split_all(articles: Sequence[Article], embedding: CachedEmbedding) -> list[StoredNode]:
    """The nodes of all articles, in order."""
    return [node for article in articles for node in split_article(article, count_tokens=embedding.count_tokens)]


def aim(text: str, language: str, right: Sequence[StoredNode]) -> Aimed:
    """Pair a question with the nodes that answer it, at least one."""
    if not right:
        raise SystemExit(f"no node holds an expected answer to {text!r}")
    return Aimed(
        text=text,
        nodes=frozenset(node.id for node in right),
        documents=frozenset(node.article_id for node in right),
        later=all(node.node_index for node in right),
        across=language not in {node.language for node in right},
    )


def compare(
    title: str, embedding: CachedEmbedding, nodes: Sequence[StoredNode], asked: Sequence[Aimed]
) -> dict[str, object]:
    """Recall@1 and MRR of each variant, for all questions and parts of them."""
    queries = np.array([embedding.get_query_embedding(question.text) for question in asked], dtype=np.float32)
    ranks = {
        name: right_ranks(queries, embed(embedding, [make(node) for node in nodes]), nodes, asked)
        for name, make in VARIANTS.items()
    }
    later = np.array([question.later for question in asked])
    across = np.array([question.across for question in asked])
    parts = {"all": np.ones_like(later), "answer in a later node": later}
    if across.any():
        parts |= {"across languages": across, "across, later node": across & later}
    print(f"\n{title}: {len({node.article_id for node in nodes})} documents, {len(nodes)} nodes")
    print(f"{'':24}{'n':>5}  {'':12}  document R@1    MRR    node R@1    MRR   won, lost")
    return {part: print_part(part, {name: rank[chosen] for name, rank in ranks.items()})
            for part, chosen in parts.items()}  # fmt: skip


def embed(embedding: CachedEmbedding, texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """Vectors of passages, (n, dim) float32, L2-normalised by the model."""
    embedding.prefill("passage", texts, processes=1)
    return np.array(embedding.get_text_embedding_batch(list(texts)), dtype=np.float32)


def right_ranks(
    queries: npt.NDArray[np.float32],
    vectors: npt.NDArray[np.float32],
    nodes: Sequence[StoredNode],
    asked: Sequence[Aimed],
) -> npt.NDArray[np.int64]:
    """Ranks from 1 of each question's first right document and node, (n, 2); a document ranks as its best node."""
    ranks = []
    for question, scores in zip(asked, queries @ vectors.T, strict=True):
        order = [nodes[place] for place in np.argsort(-scores, kind="stable")]
        documents = list(dict.fromkeys(node.article_id for node in order))
        ranks.append(
            (
                next(rank for rank, document in enumerate(documents, start=1) if document in question.documents),
                next(rank for rank, node in enumerate(order, start=1) if node.id in question.nodes),
            )
        )
    return np.array(ranks)


def print_part(part: str, ranks: dict[str, npt.NDArray[np.int64]]) -> dict[str, object]:
    """A line a variant; won, lost: questions whose best node became right, became wrong, against the first variant."""
    plain = next(iter(ranks.values()))[:, 1] == 1
    figures: dict[str, object] = {"n": len(plain)}
    for name, rank in ranks.items():
        first = rank[:, 1] == 1
        won, lost = int((first & ~plain).sum()), int((plain & ~first).sum())
        recall, mrr = (rank == 1).mean(axis=0), (1 / rank).mean(axis=0)
        figures[name] = {
            "document_recall_mrr": [float(recall[0]), float(mrr[0])],
            "node_recall_mrr": [float(recall[1]), float(mrr[1])],
            "node_won_lost": [won, lost],
        }
        label = f"{part:24}{len(rank):>5}" if len(figures) == 2 else " " * 29
        values = f"{recall[0]:12.3f}  {mrr[0]:.3f}  {recall[1]:10.3f}  {mrr[1]:.3f}"
        print(f"{label}  {name:12}  {values}   {won:>3}, {lost}")
    return figures


if __name__ == "__main__":
    main()
