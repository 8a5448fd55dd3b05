"""How often the right document is found, and how often the given sentences hold the answer.

    python -m benchmarks.retrieval --data ../shared/data

Two libraries: (a) the Italian documents of xquad and all of norquad; (b) all of xquad, where the right paragraph in any
language counts. Values were fitted on documents of even groups, so each table is printed for all questions and for odd
groups.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.cached_embedding import CachedEmbedding
from benchmarks.datasets import (
    DEFAULT_DATA,
    Document,
    GoldQuestion,
    doc_of,
    holds_answer,
    norquad,
    tuned_on,
    write_articles,
    xquad,
)
from retrieval import Library
from retrieval.models import Answer
from retrieval.search.question import read_question
from retrieval.settings import Settings

RRF_K = 60
"""Reciprocal rank fusion as its authors set it (Cormack, Clarke and Büttcher 2009)."""
NODES = 100
CUTOFFS = (1, 5, 10)
METHODS = ("dense", "lexical", "rrf", "ours")
ANSWERED_ACROSS = ("en", "de", "es", "ro")


def main() -> None:
    """Print the tables and keep the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--work", type=Path, default=Path("build/benchmarks"))
    parser.add_argument("--every", type=int, default=1, help="ask only every Nth question")
    parser.add_argument("--only", choices=("a", "b"), help="one library only")
    parser.add_argument("--no-answers", action="store_true", help="retrieval only")
    parser.add_argument("--answers-only", action="store_true", help="no retrieval tables")
    arguments = parser.parse_args()
    embedding = CachedEmbedding(arguments.work / "vectors.sqlite")
    xquad_documents, xquad_questions = xquad(arguments.data)
    norwegian_documents, norwegian_questions = norquad(arguments.data)
    groups = {document.doc: document.group for document in xquad_documents + norwegian_documents}
    italian = [document for document in xquad_documents if document.language == "it"]
    figures: dict[str, object] = {}
    if arguments.only in (None, "a"):
        with open_library("a", italian + norwegian_documents, arguments.work, embedding) as library:
            asked = aim(xquad_questions, {"it"}) + [(question, [question]) for question in norwegian_questions]
            asked = asked[:: arguments.every]
            if not arguments.answers_only:
                figures["a"] = retrieval_tables("(a) Italian xquad and norquad", library, embedding, asked, groups)
            if not arguments.no_answers:
                figures["answers"] = answer_tables(library, asked, groups)
    if arguments.only in (None, "b"):
        with open_library("b", xquad_documents, arguments.work, embedding) as library:
            asked = aim(xquad_questions, {document.language for document in xquad_documents})[:: arguments.every]
            figures["b"] = retrieval_tables("(b) all of xquad", library, embedding, asked, groups)
    results = Path(__file__).parent / "results"
    results.mkdir(exist_ok=True)
    if arguments.every == 1:
        for name, values in figures.items():
            (results / f"retrieval_{name}.json").write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")


Aimed = list[tuple[GoldQuestion, list[GoldQuestion]]]
"""A question as it is asked, and its versions whose documents are right."""


def aim(questions: Sequence[GoldQuestion], languages: set[str]) -> Aimed:
    """Pair each question with its versions in the library's languages; questions without one are left out."""
    versions: dict[str, list[GoldQuestion]] = defaultdict(list)
    for question in questions:
        if question.language in languages:
            versions[question.qid].append(question)
    return [(question, versions[question.qid]) for question in questions if versions[question.qid]]


def open_library(name: str, documents: Sequence[Document], work: Path, embedding: CachedEmbedding) -> Library:
    """Index the documents with the product, as its user would."""
    folder = work / f"library-{name}"
    write_articles(documents, folder / "articles")
    library = Library.open(settings=Settings(data_dir=folder / "data", max_article_mb=1000), embedding=embedding)
    report = library.index([folder / "articles"])
    print(
        f"library {name}: {library.size()} articles and nodes, {len(report.added)} added, {len(report.failed)} failed, "
        f"{report.seconds:.0f} s",
        flush=True,
    )
    return library


def retrieval_tables(
    title: str, library: Library, embedding: CachedEmbedding, asked: Aimed, groups: dict[str, int]
) -> dict[str, object]:
    """Recall by language pair for the four methods."""
    ranks: dict[str, dict[str, list[tuple[int, ...]]]] = {"all": defaultdict(list), "odd groups": defaultdict(list)}
    started = time.perf_counter()
    for question, versions in asked:
        right = {version.doc for version in versions}
        row = tuple(first_right(documents, right) for documents in rankings(library, embedding, question))
        pair = f"{question.language}->{versions[0].language}" if len(versions) == 1 else f"{question.language}->any"
        ranks["all"][pair].append(row)
        if not tuned_on(groups[versions[0].doc]):
            ranks["odd groups"][pair].append(row)
    print(f"\n{title}: {len(asked)} questions in {time.perf_counter() - started:.0f} s")
    return {part: print_recall(part, rows) for part, rows in ranks.items()}


def rankings(library: Library, embedding: CachedEmbedding, gold: GoldQuestion) -> list[list[str]]:
    """Documents in the order of each method, best node first."""
    question = read_question(gold.text, embedding)
    dense = [(match.node.id, doc_of(match.node.source)) for match in library.store.query(question.vector, NODES)]
    hits = library.lexical.search(question.text, language=question.language, k=NODES)
    sources = {node.id: doc_of(node.source) for node in library.store.get([node_id for node_id, _ in hits])}
    lexical = [(node_id, sources[node_id]) for node_id, _ in hits]
    fused: dict[tuple[str, str], float] = defaultdict(float)
    for ranking in (dense, lexical):
        for place, node in enumerate(ranking, start=1):
            fused[node] += 1 / (RRF_K + place)
    both = sorted(fused, key=lambda node: -fused[node])
    ours = [(item.node.id, doc_of(item.node.source)) for item in library.search().rank(question, k=NODES)]
    return [list(dict.fromkeys(doc for _, doc in ranking)) for ranking in (dense, lexical, both, ours)]


def first_right(documents: Iterable[str], right: set[str]) -> int:
    """Rank of the first right document, from 0; a large number if there is none."""
    return next((rank for rank, document in enumerate(documents) if document in right), 1_000_000)


def print_recall(part: str, rows: dict[str, list[tuple[int, ...]]]) -> dict[str, dict[str, list[float]]]:
    """One line a language pair: recall@1/@5/@10 of each method."""
    print(f"{part:14}{'n':>6}  " + "  ".join(f"{method:>17}" for method in METHODS))
    figures: dict[str, dict[str, list[float]]] = {}
    for pair in sorted(rows):
        table = np.array(rows[pair])
        recall = {
            method: [float((table[:, column] < cut).mean()) for cut in CUTOFFS] for column, method in enumerate(METHODS)
        }
        figures[pair] = recall
        print(
            f"{pair:14}{len(table):>6}  "
            + "  ".join("/".join(f"{value:.3f}" for value in recall[m]).rjust(17) for m in METHODS)
        )
    return figures


def answer_tables(library: Library, asked: Aimed, groups: dict[str, int]) -> dict[str, object]:
    """Share of questions whose given sentences hold the gold answer; a refusal is a miss."""
    found: dict[str, dict[str, list[tuple[bool, bool, int]]]] = {
        "all": defaultdict(list),
        "odd groups": defaultdict(list),
    }
    times = []
    for question, versions in asked:
        target = versions[0]
        if question.language not in (target.language, *ANSWERED_ACROSS):
            continue
        reply = library.ask(question.text)
        quotes = [citation.quote for citation in reply.citations] if isinstance(reply, Answer) else []
        row = (any(holds_answer(quote, target.answers) for quote in quotes), not quotes, len(quotes))
        times.append(reply.timings.total)
        kinds = ("same language",) if question.language == target.language else ("en, de, es, ro -> it",)
        for part in ("all",) if tuned_on(groups[target.doc]) else ("all", "odd groups"):
            for pair in (f"{question.language}->{target.language}", *kinds):
                found[part][pair].append(row)
    figures: dict[str, object] = {}
    for part, rows in found.items():
        print(f"\n{part:24}{'n':>6}   held  refused  quotes")
        for pair in sorted(rows):
            held, refused, quotes_given = (float(np.mean(column)) for column in zip(*rows[pair], strict=True))
            figures[f"{part}: {pair}"] = {
                "n": len(rows[pair]),
                "held": held,
                "refused": refused,
                "quotes": quotes_given,
            }
            print(f"{pair:24}{len(rows[pair]):>6}  {held:.3f}    {refused:.3f}    {quotes_given:.2f}")
    p50, p95 = np.percentile(times, [50, 95])
    print(f"milliseconds a question (vectors of sentences cached): p50 {p50:.0f}, p95 {p95:.0f}")
    return figures


if __name__ == "__main__":
    main()
