"""Claims about the sample articles: which are supported, which refuted, and of which the articles say nothing.

    python -m benchmarks.claims --half held_out

The claims (``claims.jsonl``) are in twelve languages, each with the sentence that tells of it. The half ``tune`` may be
looked at while working, and ``--fit`` fits the weights of the evidence on it; ``held_out`` is for reporting.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from retrieval import Library
from retrieval.answer.answerer import PASSAGE_NODES
from retrieval.answer.candidates import list_candidates
from retrieval.answer.claim_checker import EVIDENCE, ClaimChecker
from retrieval.models import CheckedMessage
from retrieval.search.passages import join_passages
from retrieval.search.question import read_question

CLAIMS = Path(__file__).parent / "claims.jsonl"
SAMPLES = Path(__file__).parents[1] / "bot" / "samples"
VERDICTS = {"supported": "supported", "contradicted": "refuted", "not_told": "not_enough_info"}


def main() -> None:
    """Check one half and print what came out, or fit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=("tune", "held_out"), default="tune")
    parser.add_argument(
        "--fit", action="store_true", help="fit the evidence's weights on tune (needs the extra [torch])"
    )
    arguments = parser.parse_args()
    half = "tune" if arguments.fit else arguments.half
    rows = [json.loads(line) for line in CLAIMS.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row["half"] == half]
    with tempfile.TemporaryDirectory() as folder, Library.open(folder) as library:
        library.index([SAMPLES])
        if arguments.fit:
            fit(library, rows)
        else:
            report(library, rows)


def report(library: Library, rows: list[dict[str, Any]]) -> None:
    """How the verdicts came out, and whether the right sentence was quoted."""
    counts: Counter[tuple[str, str]] = Counter()
    quoted = []
    for row in rows:
        wanted, found = VERDICTS[row["verdict"]], _checked(library, row)
        counts[wanted, found[0]] += 1
        if row["quote"] and found[1]:
            quoted.append(_same(row["quote"], found[1]))
        if wanted != found[0]:
            print(f"{wanted} -> {found[0]} {row['language']} {row['claim']}\n    {found[1]}")
    right = sum(count for (wanted, found), count in counts.items() if wanted == found)
    print(f"\n{len(rows)} claims, {right / len(rows):.3f} right; {np.mean(quoted):.3f} of the quotes are the right one")
    print(f"{'':18}" + "".join(f"{verdict:>18}" for verdict in VERDICTS.values()))
    for wanted in VERDICTS.values():
        print(f"{wanted:18}" + "".join(f"{counts[wanted, found]:18}" for found in VERDICTS.values()))


def _checked(library: Library, row: dict[str, Any]) -> tuple[str, str]:
    """The verdict on a claim and what is quoted; one that was not split off is not told of."""
    checked: CheckedMessage = library.check(row["claim"])
    if not checked.claims:
        return "not_enough_info", ""
    claim = next((one for one in checked.claims if one.citations), checked.claims[0])
    return claim.verdict, " ".join(citation.quote for citation in claim.citations)


def _same(wanted: str, quote: str) -> bool:
    return wanted.strip() in quote or quote.strip() in wanted


def fit(library: Library, rows: list[dict[str, Any]]) -> None:
    """Logistic regression on being the sentence that tells of the claim."""
    import torch

    from benchmarks.train_scorer import logistic  # late: it needs torch

    library.load()
    answerer, _ = library._answerer()
    checker, found, labels = ClaimChecker(library.embedding(), answerer.reader), [], []
    for row in rows:
        question = read_question(row["claim"], library.embedding())
        candidates = list_candidates(join_passages(library.search().rank(question), limit=PASSAGE_NODES))
        likeliest, evidence = checker.evidence(question, candidates)
        found.append(evidence)
        labels += [bool(row["quote"]) and _same(row["quote"], one.text) for one in likeliest]
    every = np.concatenate(found)
    mean, deviation = every.mean(axis=0), every.std(axis=0) + 1e-6
    x, y = torch.tensor((every - mean) / deviation), torch.tensor(labels, dtype=torch.float32)
    fitted = logistic(x, y, positive=False)
    weights = fitted[:-1] / deviation
    print(dict(zip(EVIDENCE, (round(float(weight), 3) for weight in weights), strict=True)))
    print("bias", round(float(fitted[-1] - weights @ mean), 3))


if __name__ == "__main__":
    main()
