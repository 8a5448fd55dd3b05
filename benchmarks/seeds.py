"""Our own questions about the two articles that the project started from.

    python -m benchmarks.seeds --half held_out

An answer is right if one of its quotes is from the right article and holds one of the expected strings. The half
``tune`` may be looked at while working; ``held_out`` is for reporting.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from benchmarks.datasets import DEFAULT_DATA
from benchmarks.own_questions import OwnQuestion, ask_all
from retrieval import Library

QUESTIONS = Path(__file__).parent / "seed_questions.json"
JUNK = ("<", ">", "Ora osservando", "\u00ad", "\u200b", "&nbsp;")


def main() -> None:
    """Ask one half and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--half", choices=("tune", "held_out"), default="tune")
    arguments = parser.parse_args()
    rows = json.loads(QUESTIONS.read_text(encoding="utf-8"))[arguments.half]
    with tempfile.TemporaryDirectory() as folder, Library.open(folder) as library:
        library.index([arguments.data / "seeds"])
        junk = [mark for article in library.articles() for mark in JUNK if mark in library.article_text(article.id)]
        score = ask_all(library, [OwnQuestion.from_row(row) for row in rows])
    print(f"\n{arguments.half}: {score}; junk in the articles: {junk}")


if __name__ == "__main__":
    main()
