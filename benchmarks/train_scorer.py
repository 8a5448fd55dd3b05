"""Fits the sentence scorer and calibrates the confidence of answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from benchmarks.examples import CUT_MARK, Example
from retrieval.answer.confidence import SIGNALS, Confidence, confidence_signals
from retrieval.answer.extractive import select_sentences
from retrieval.answer.features import FEATURES, feature_matrix
from retrieval.answer.reading import Reader, Reading
from retrieval.answer.scorer import SentenceScorer
from retrieval.answer.second_look import first_look, look_again
from retrieval.index.embedding import Vector
from retrieval.search.fitted import FittedValues, Matrix
from retrieval.search.question import Question

RIDGE = 0.002


@dataclass(frozen=True, slots=True)
class ReadExample:
    """A question with what is known of each sentence that was found for it."""

    example: Example
    features: Matrix


class _KnownReadings:
    """Reads nothing twice: questions meet the same nodes in many libraries."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._known: dict[tuple[str, tuple[str, ...]], Reading] = {}

    @property
    def count(self) -> int:
        return len(self._known)

    def read(self, question: Question, sentences: Sequence[str]) -> Reading:
        key = (question.text, tuple(sentences))
        if key not in self._known:
            self._known[key] = self._reader.read(question, sentences)
        return self._known[key]


def read_examples(examples: Sequence[Example], reader: Reader) -> list[ReadExample]:
    """Read the nodes of every example as the product does."""
    known = _KnownReadings(reader)
    found = []
    for number, example in enumerate(examples, start=1):
        readings = first_look(example.question, example.candidates, known)
        looks = look_again(example.question, example.candidates, readings, known)
        features = feature_matrix(example.question, example.asked, example.candidates, readings, looks)
        found.append(ReadExample(example, features))
        if number % 500 == 0:
            print(f"{number} of {len(examples)} examples read, {known.count} readings", flush=True)
    return found


def train_scorer(read: Sequence[ReadExample]) -> dict[str, Matrix]:
    """Logistic regression of each sentence's own rightness; every question weighs the same."""
    every = np.concatenate([item.features for item in read])
    mean, deviation = every.mean(axis=0), every.std(axis=0) + 1e-6
    x = torch.tensor((every - mean) / deviation)
    y = torch.tensor(np.concatenate([item.example.labels for item in read]).astype(np.float32))
    line = logistic(x, y, positive=False)
    print("scorer", dict(zip((*FEATURES, "bias"), (round(float(value), 2) for value in line), strict=True)))
    return {
        "feature_mean": mean,
        "feature_deviation": deviation,
        "sentence_weights": line[:-1],
        "sentence_bias": line[-1:],
    }


def choose(item: ReadExample, scorer: SentenceScorer) -> tuple[Vector, bool]:
    """The scorer's probabilities, and whether what would be answered is right."""
    probabilities = scorer.probabilities(item.features)
    selection = select_sentences(item.example.candidates, probabilities)
    right = {id(one) for one, label in zip(item.example.candidates, item.example.labels, strict=True) if label}
    return probabilities, any(id(one) in right for one in selection.candidates)


def train_confidence(
    read: Sequence[ReadExample], scorer_weights: dict[str, Matrix], *, importance: Sequence[float]
) -> dict[str, Matrix]:
    """Logistic regression of being right on the signals, for answers in the question's language and in others."""
    weights: dict[str, Matrix] = {}
    scorer = SentenceScorer(FittedValues("", {}, {}, {}, scorer_weights))
    chosen = [(item, *choose(item, scorer), weight) for item, weight in zip(read, importance, strict=True)]
    for kind, same in (("same", True), ("cross", False)):
        part = [one for one in chosen if in_question_language(one[0], one[1]) == same]
        signals = np.array([confidence_signals(item.features, probabilities) for item, probabilities, _, _ in part])
        mean, deviation = signals.mean(axis=0), signals.std(axis=0) + 1e-6
        x = torch.tensor(np.clip((signals - mean) / deviation, -4, 4))
        y = torch.tensor([float(right) for _, _, right, _ in part])
        line = logistic(x, y, positive=True, importance=torch.tensor([float(weight) for *_, weight in part]))
        print(f"confidence {kind}: {len(part)} answers, {y.mean():.3f} right")
        print("  weights", dict(zip((*SIGNALS, "bias"), (round(float(value), 2) for value in line), strict=True)))
        names = ("mean", "deviation", "weights", "bias")
        for name, value in zip(names, (mean, deviation, line[:-1], line[-1:]), strict=True):
            weights[f"confidence_{kind}_{name}"] = np.asarray(value, dtype=np.float32)
    return weights


def in_question_language(item: ReadExample, probabilities: Vector) -> bool:
    """Whether the best sentence is in the language of the question."""
    best = item.example.candidates[int(np.argmax(probabilities))]
    return best.ranked.node.language == item.example.question.language


def logistic(
    x: torch.Tensor,
    y: torch.Tensor,
    *,
    positive: bool,
    importance: torch.Tensor | None = None,
    ridge: float = RIDGE,
) -> Matrix:
    """Weights and, last, the bias; ``positive``: no weight below zero."""
    roots = torch.full((x.shape[1],), 0.3, requires_grad=True)
    bias = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.LBFGS([roots, bias], max_iter=500, line_search_fn="strong_wolfe")

    def weights() -> torch.Tensor:
        return roots**2 if positive else roots

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = nn.functional.binary_cross_entropy_with_logits(x @ weights() + bias, y, weight=importance)
        loss = loss + ridge * (weights() ** 2).sum()
        loss.backward()
        return loss

    optimizer.step(closure)  # type: ignore[arg-type]  # torch types the loss as float
    return torch.cat([weights().detach(), bias.detach()]).numpy()


def report(read: Sequence[ReadExample], weights: dict[str, Matrix]) -> None:
    """How often the chosen sentences are right, and what confidence is worth."""
    fitted = FittedValues("", {}, {}, {}, weights)
    scorer, confidence = SentenceScorer(fitted), Confidence(fitted)
    chosen = [(item, *choose(item, scorer)) for item in read]
    for kind, same in (("same language", True), ("other language", False)):
        part = [one for one in chosen if in_question_language(one[0], one[1]) == same]
        answerable = np.array([item.example.answerable for item, _, _ in part])
        right = np.array([right for _, _, right in part])
        scores = np.array([confidence.of(item.features, probabilities) for item, probabilities, _ in part])
        error = _calibration_error(scores, right)
        print(
            f"{kind}: {len(part)} questions, {answerable.mean():.2f} answerable, "
            f"{right[answerable].mean():.3f} of them right; AUROC answerable {auroc(scores, answerable):.3f}, "
            f"right {auroc(scores, right):.3f}, calibration error {error:.3f}"
        )
        misses = np.array([is_near_miss(item.example) for item, _, _ in part])
        if misses.any():
            both = answerable | misses
            found = auroc(scores[both], answerable[both])
            print(f"  near misses: {misses.sum()}, AUROC against answerable {found:.3f}")
        for limit in (0.1, 0.15, 0.2, 0.25, 0.3, 0.4):
            print(
                f"  refuse below {limit}: right answers lost {np.mean(scores[right] < limit):.3f}, "
                f"unanswerable refused {np.mean(scores[~answerable] < limit):.3f}"
            )


def is_near_miss(example: Example) -> bool:
    """Whether the library held the right document without its answer."""
    return not example.answerable and any(CUT_MARK in item.ranked.node.source for item in example.candidates)


def auroc(scores: Vector, positive: np.ndarray) -> float:
    """Probability that a positive scores above a negative (Hanley and McNeil 1982)."""
    yes, no = scores[positive][:, None], scores[~positive][None, :]
    return float((yes > no).mean() + 0.5 * (yes == no).mean())


def _calibration_error(scores: Vector, right: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error over bins of equal width (arXiv:1706.04599)."""
    place = np.minimum((scores * bins).astype(int), bins - 1)
    return float(
        sum(
            abs(scores[place == b].mean() - right[place == b].mean()) * (place == b).mean() for b in set(place.tolist())
        )
    )
