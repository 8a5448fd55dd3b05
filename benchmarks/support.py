"""How well the checks tell written sentences that the cited one says from those that it does not.

    python -m benchmarks.support --half held_out

``written_sentences.jsonl`` holds sentences as an assistant writes them, each with the sentence of ``../shared/data``
that says it, and versions of it made false by one change. The wrong passage of a sentence is the one most like it in
another text. Weights and threshold were fitted to the half ``tune``, by ``--fit``; no text is in both halves.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.datasets import DEFAULT_DATA, Document, norquad, xquad
from retrieval.answer.generation import support
from retrieval.answer.generation.support import Cited, Detector, SupportChecker
from retrieval.answer.generation.writer import DECISIVE, TRIED_ELSEWHERE
from retrieval.articles import split_sentences
from retrieval.library import load_support_checker

SENTENCES = Path(__file__).parent / "written_sentences.jsonl"
KINDS = ("number", "name", "date", "negation", "passage")
LOOKED_AT = {
    "name": (
        "name",
        ("name_first", "name_first_gap", "name_first_instead", "words", "across",
         *(f"name_{what}_{case}" for what in ("part", "whole", "gap", "instead", "listed")
           for case in ("german_across", "german_same", "other_across", "other_same"))),
    ),
    "negation": (
        "negation",
        ("denied_same", "denied_across", "denial_added", "denial_dropped", "denial_implied",
         "implied_only_there", "implied_only_here", "weakest", "weak", "words", "across",
         "weakest_across"),
    ),
    "meaning": ("passage", ("whole", "weakest", "weak", "words", "back", "alone", "across", "length")),
    "number": ("number", ("quantity", "quantity_instead", "rank_instead", "weakest", "weak", "words", "across")),
}  # fmt: skip
"""Flaws with the kind of false pair and the signals that each is fitted on."""
PARTS, DROPPED = 5, 0.095
"""Parts of the cross-validation that sets the threshold, and the share of true pairs that it may drop there."""
RIDGE = 0.0003
REPORTED = 300
"""True pairs, and as many false ones, a kind after the other; more are only used for fitting."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A written sentence and what it cites."""

    language: str
    kind: str
    """``true``, or how it was made false."""
    text: str
    question: str
    cited: Cited
    elsewhere: tuple[Cited, ...]
    """What else the article says, with the sentence before the cited one first."""


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--half", choices=("tune", "held_out"), default="held_out")
    parser.add_argument("--elsewhere", action="store_true", help="try other sentences too, as the product does")
    parser.add_argument("--fit", action="store_true", help="fit the detectors to the half")
    parser.add_argument("--show", action="store_true", help="print what is judged wrongly")
    arguments = parser.parse_args()
    documents = {document.doc: document for document in (*xquad(arguments.data)[0], *norquad(arguments.data)[0])}
    rows = [json.loads(line) for line in SENTENCES.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row["half"] == arguments.half]
    checker = load_support_checker(None)
    assert checker is not None
    if arguments.fit:
        fit(checker, [pair for row in rows for pair in pairs_of(row, documents, KINDS)])
        return
    report(checker, sample(rows, documents), elsewhere=arguments.elsewhere, show=arguments.show)


def pairs_of(row: dict[str, Any], documents: dict[str, Document], kinds: Sequence[str]) -> Iterator[Pair]:
    """The true pair of a row, and those of its false ones that are of these kinds."""
    cited, elsewhere = _cited(documents[row["doc"]], row["cited"][0])
    texts = {"true": row["true"], **{kind: text for kind, text in row["false"].items() if kind in kinds}}
    for kind, text in texts.items():
        yield Pair(row["language"], kind, text, row["question"], cited, elsewhere)
    if row["wrong_passage"] and "passage" in kinds:
        doc, start, _ = row["wrong_passage"]
        yield Pair(row["language"], "passage", row["true"], row["question"], *_cited(documents[doc], start))


def sample(rows: Sequence[dict[str, Any]], documents: dict[str, Document]) -> list[Pair]:
    """As many true pairs as are reported, and of each one false pair, the kinds in turn."""
    chosen: list[Pair] = []
    counts = dict.fromkeys(KINDS, 0)
    shuffled = random.Random(0).sample(list(rows), len(rows))  # noqa: S311  the same sample in every run
    for row in shuffled[:REPORTED]:
        by_kind = {pair.kind: pair for pair in pairs_of(row, documents, KINDS)}
        chosen.append(by_kind.pop("true"))
        kind = min(by_kind, key=lambda kind: counts[kind])
        counts[kind] += 1
        chosen.append(by_kind[kind])
    return chosen


def report(checker: SupportChecker, pairs: Sequence[Pair], *, elsewhere: bool, show: bool) -> None:
    """How many false pairs are caught, and how many true ones dropped, by kind and language."""
    table: dict[tuple[str, str], list[bool]] = defaultdict(list)
    started = time.perf_counter()
    for pair in pairs:
        found = checker.compare(pair.text, pair.language, pair.cited, question=pair.question)
        if elsewhere and not found.holds and found.flaw != DECISIVE:
            found = _tried_elsewhere(checker, pair) or found
        across = "across" if pair.language != pair.cited.language else "same"
        for column in (pair.language, across, "all"):
            table[pair.kind, column].append(not found.holds)
            if pair.kind != "true":
                table["false", column].append(not found.holds)
        if show and found.holds != (pair.kind == "true"):
            print(f"{pair.kind} {pair.language} {found.flaw} {found.detail} {found.probability:.2f}\n  {pair.text}")
            print(f"  {pair.cited.language} {pair.cited.text}")
    spent_ms = 1000 * (time.perf_counter() - started) / len(pairs)
    columns = [column for column in ("it", "no", "en", "de", "es", "fr", "ru", "ar", "zh", "same", "across", "all")
               if ("true", column) in table]  # fmt: skip
    print(f"share of written sentences that are dropped (number of them); {spent_ms:.0f} ms a sentence")
    print(f"{'':10}" + "".join(f"{column:>11}" for column in columns))
    for kind in ("true", "false", *KINDS):
        cells = [table[kind, column] for column in columns]
        print(f"{kind:10}" + "".join(f"{np.mean(cell):>6.2f} ({len(cell)})".rjust(11) if cell else " " * 11
                                     for cell in cells))  # fmt: skip


def fit(checker: SupportChecker, pairs: Sequence[Pair]) -> None:
    """A logistic regression a flaw, true pairs against those of its kind, where no rule decides.

    The threshold is the one that drops so many of the true pairs in a fit that has not seen them (five parts).
    """
    by_rule = np.array([support.rule_flaw(pair.text, pair.language, pair.cited) is not None for pair in pairs])
    found = [checker.signals(pair.text, pair.language, pair.cited, question=pair.question).values for pair in pairs]
    kinds = np.array([pair.kind for pair in pairs])
    part = np.cumsum(kinds == "true") % PARTS  # a row's pairs stay together
    flawed = np.zeros(len(pairs))
    for number in range(PARTS):
        detectors = _detectors(found, kinds, np.flatnonzero((part != number) & ~by_rule))
        for index in np.flatnonzero(part == number):
            sound = [1 - detector.probability(found[index]) for detector in detectors.values()]
            flawed[index] = 1 - np.prod(sound)
    true = np.sort(flawed[(kinds == "true") & ~by_rule])[::-1]
    already = int(by_rule[kinds == "true"].sum())
    least = float(true[max(0, int(DROPPED * (kinds == "true").sum()) - already)])
    dropped = by_rule | (flawed >= least)
    for share in (0.06, 0.07, 0.08, 0.09, 0.1):
        limit = float(true[max(0, int(share * (kinds == "true").sum()) - already)])
        caught = by_rule | (flawed >= limit)
        by_kind = {kind: round(float(caught[kinds == kind].mean()), 3) for kind in ("true", *KINDS)}
        print(share, round(limit, 3), by_kind, round(float(np.mean([by_kind[kind] for kind in KINDS])), 3))
    print("unseen parts:", {kind: round(float(dropped[kinds == kind].mean()), 3) for kind in ("true", *KINDS)})
    detectors = _detectors(found, kinds, np.flatnonzero(~by_rule))
    values = {
        "least": round(least, 3),
        "detectors": {
            flaw: {
                "bias": round(detector.bias, 4),
                "weights": {signal: round(weight, 4) for signal, weight in detector.weights.items()},
            }
            for flaw, detector in detectors.items()
        },
    }
    support.FITTED.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
    print(f"{support.FITTED} written; least {least:.3f}")


def _detectors(
    found: Sequence[Mapping[str, float]], kinds: npt.NDArray[np.str_], used: npt.NDArray[np.intp]
) -> dict[str, Detector]:
    import torch  # late: only for fitting

    from benchmarks.train_scorer import logistic

    detectors = {}
    for flaw, (kind, signals) in LOOKED_AT.items():
        rows = [index for index in used if kinds[index] in {"true", kind}]
        x = np.array([[found[index][signal] for signal in signals] for index in rows], dtype=np.float32)
        y = np.array([kinds[index] == kind for index in rows], dtype=np.float32)
        mean, deviation = x.mean(axis=0), x.std(axis=0) + 1e-6
        fitted = logistic(torch.tensor((x - mean) / deviation), torch.tensor(y), positive=False, ridge=RIDGE)
        weights = fitted[:-1] / deviation
        by_signal = dict(zip(signals, (float(weight) for weight in weights), strict=True))
        detectors[flaw] = Detector(float(fitted[-1] - weights @ mean), by_signal)
    return detectors


def _tried_elsewhere(checker: SupportChecker, pair: Pair) -> support.Support | None:
    """As `retrieval.answer.generation.writer` does, with the article in the place of all passages."""
    before, *others = pair.elsewhere
    whole = checker.encode(pair.text).whole
    near = sorted(others, key=lambda other: -float(whole @ checker.encode(other.text).whole))[:TRIED_ELSEWHERE]
    for cited in (before, *near):
        found = checker.compare(pair.text, pair.language, cited, question=pair.question)
        if found.holds:
            return found
    return None


def _cited(document: Document, start: int) -> tuple[Cited, tuple[Cited, ...]]:
    text, language = document.text, document.language
    spans = split_sentences(text, language)
    sentences = [text[span.start_char : span.end_char] for span in spans]
    place = next(place for place, span in enumerate(spans) if span.start_char == start)

    def cite(at: int, *, first: int | None = None) -> Cited:
        begin = at if first is None else first
        return Cited(" ".join(sentences[begin : at + 1]), language, " ".join(sentences[max(0, begin - 1) : at + 2]))

    elsewhere = (cite(place, first=max(0, place - 1)), *(cite(at) for at in range(len(spans)) if at != place))
    return cite(place), elsewhere


if __name__ == "__main__":
    main()
