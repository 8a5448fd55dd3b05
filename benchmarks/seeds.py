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
from retrieval import Library
from retrieval.models import Answer

QUESTIONS = Path(__file__).parent / "seed_questions.json"
JUNK = ("<", ">", "Ora osservando", "\u00ad", "\u200b", "&nbsp;")


def main() -> None:
    """Ask one half and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--half", choices=("tune", "held_out"), default="tune")
    arguments = parser.parse_args()
    questions = json.loads(QUESTIONS.read_text(encoding="utf-8"))[arguments.half]
    right = wrong = refused = answered = 0
    with tempfile.TemporaryDirectory() as folder, Library.open(folder) as library:
        library.index([arguments.data / "seeds"])
        junk = [mark for article in library.articles() for mark in JUNK if mark in library.article_text(article.id)]
        for asked in questions:
            reply = library.ask(asked["question"])
            citations = reply.citations if isinstance(reply, Answer) else ()
            if asked["article"] is None:
                answered += bool(citations)
                verdict = "ANSWERED" if citations else "refused"
            else:
                hit = any(
                    citation.source.startswith(asked["article"])
                    and any(text in citation.quote for text in asked["must_contain"])
                    for citation in citations
                )
                right, wrong, refused = right + hit, wrong + (not hit and bool(citations)), refused + (not citations)
                verdict = "right" if hit else "WRONG" if citations else "REFUSED"
            kind = "" if asked["article"] else "near miss" if asked["near_miss"] else "other subject"
            print(f"{verdict:9}{reply.confidence:.3f} {asked['language']} {asked['question']}  {kind}")
    answerable = right + wrong + refused
    print(
        f"\n{arguments.half}: {right} of {answerable} right ({right / answerable:.0%}), {wrong} wrong, "
        f"{refused} refused; {answered} of {len(questions) - answerable} without an answer were answered; "
        f"junk in the articles: {junk}"
    )


if __name__ == "__main__":
    main()
