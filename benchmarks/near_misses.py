"""Questions of our own about documents of the data sets, half of them near misses, asked in one library.

    python -m benchmarks.near_misses

The documents are those of odd groups, on which nothing was fitted.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.cached_embedding import CachedEmbedding
from benchmarks.datasets import (
    DEFAULT_DATA,
    doc_of,
    near_misses,
    norquad,
    norsumm,
    tuned_on,
    whole,
    write_articles,
    xquad,
)
from benchmarks.train_scorer import auroc
from retrieval import Library
from retrieval.models import Answer


def main() -> None:
    """Print how often answers are right and near misses refused, within a language and across."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--work", type=Path, default=Path("build/benchmarks"))
    arguments = parser.parse_args()
    documents = [document for read in (xquad, norquad) for document in read(arguments.data)[0]]
    documents += norsumm(arguments.data)
    asked = [question for question in near_misses(documents) if not tuned_on(question.document.group)]
    embedding = CachedEmbedding(arguments.work / "vectors.sqlite")
    rows = []
    with tempfile.TemporaryDirectory() as folder, Library.open(Path(folder) / "data", embedding=embedding) as library:
        treated = {question.document.doc: question.document for question in asked}
        write_articles(treated.values(), Path(folder) / "articles")
        library.index([Path(folder) / "articles"])
        print(f"{len(asked)} questions, {library.size()[0]} articles")
        for question in asked:
            found = library.ask(question.text)
            right = isinstance(found, Answer) and any(
                doc_of(citation.source) == question.document.doc and whole(question.answer).search(citation.quote)
                for citation in found.citations
                if question.answer
            )
            same = question.language == question.document.language
            rows.append((same, bool(question.answer), isinstance(found, Answer), right, found.confidence))
    table = np.array(rows, dtype=np.float64)
    for name, part in (("all", table), ("same", table[table[:, 0] == 1]), ("cross", table[table[:, 0] == 0])):
        answerable = part[:, 1] == 1
        print(
            f"{name:6} {answerable.sum():4} answerable: {part[answerable, 3].mean():.3f} right, "
            f"{1 - part[answerable, 2].mean():.3f} refused; {(~answerable).sum():4} near misses: "
            f"{part[~answerable, 2].mean():.3f} answered; AUROC of confidence {auroc(part[:, 4], answerable):.3f}"
        )


if __name__ == "__main__":
    main()
