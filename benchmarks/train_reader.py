"""Trains the sentence reader's few thousand weights with torch, and calibrates what it says."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from benchmarks.examples import CUT_MARK, Example
from retrieval.answer.confidence import SIGNALS, Confidence, confidence_signals
from retrieval.answer.extractive import select_sentences
from retrieval.answer.features import FEATURES
from retrieval.answer.reader import SentenceReader
from retrieval.index.embedding import Vector
from retrieval.search.fitted import FittedValues, Matrix

RANK, KINDS, HIDDEN = 64, 8, 48
EPOCHS, BATCH_QUESTIONS, LEARNING_RATE, WEIGHT_DECAY = 5, 64, 4e-3, 0.5
VECTOR_DROPOUT, HIDDEN_DROPOUT = 0.6, 0.3
RIDGE = 0.002
"""Chosen on odd groups held out from a smaller training set; without the first of them the reader learns subjects."""


class Network(nn.Module):
    """The same function as `retrieval.answer.reader.SentenceReader`, with gradients."""

    def __init__(self, dimension: int) -> None:
        super().__init__()
        self.question = nn.Linear(dimension, RANK)
        self.sentence = nn.Linear(dimension, RANK)
        self.kind = nn.Linear(dimension, KINDS)
        self.hidden = nn.Linear(len(FEATURES) + RANK + KINDS, HIDDEN)
        self.output = nn.Linear(HIDDEN, 1)
        self.vector_dropout, self.hidden_dropout = nn.Dropout(VECTOR_DROPOUT), nn.Dropout(HIDDEN_DROPOUT)
        for layer in (self.question, self.sentence):
            nn.init.normal_(layer.weight, std=0.5)

    def forward(self, features: torch.Tensor, question: torch.Tensor, sentence: torch.Tensor) -> torch.Tensor:
        """Logit of each sentence, ``(n,)``, from ``(n, features)``, ``(n, dim)`` and ``(n, dim)``."""
        product = self.question(self.vector_dropout(question)) * self.sentence(self.vector_dropout(sentence))
        kind = torch.tanh(4 * self.kind(question))
        hidden = nn.functional.gelu(self.hidden(torch.cat([features, product, kind], -1)), approximate="tanh")
        return self.output(self.hidden_dropout(hidden)).squeeze(-1)


def train_reader(examples: Sequence[Example]) -> dict[str, Matrix]:
    """Fit the weights: each sentence's own probability, and the right ones before the others of their question."""
    torch.manual_seed(0)
    torch.set_num_threads(2)
    every = np.concatenate([example.features for example in examples])
    mean, deviation = every.mean(axis=0), every.std(axis=0) + 1e-6
    rows = [_tensors(example, mean, deviation) for example in examples]
    network = Network(examples[0].question.vector.shape[0])
    optimizer = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    steps = EPOCHS * (len(rows) // BATCH_QUESTIONS)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=steps + 1)
    rng = np.random.default_rng(0)
    for epoch in range(EPOCHS):
        order, total = rng.permutation(len(rows)), 0.0
        for start in range(0, len(order) - BATCH_QUESTIONS + 1, BATCH_QUESTIONS):
            loss = _loss(network, [rows[index] for index in order[start : start + BATCH_QUESTIONS]])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1}: loss {total / (len(order) // BATCH_QUESTIONS):.3f}", flush=True)
    network.eval()
    weights = {"feature_mean": mean, "feature_deviation": deviation}
    for name in ("question", "sentence", "kind", "hidden", "output"):
        layer = getattr(network, name)
        weights[f"{name}_weights"] = layer.weight.detach().numpy()
        weights[f"{name}_bias"] = layer.bias.detach().numpy()
    return weights


def _tensors(example: Example, mean: Matrix, deviation: Matrix) -> tuple[torch.Tensor, ...]:
    count = len(example.candidates)
    return (
        torch.tensor((example.features - mean) / deviation),
        torch.tensor(example.question.vector).expand(count, -1),
        torch.tensor(example.vectors),
        torch.tensor(example.labels),
    )


def _loss(network: Network, rows: Sequence[tuple[torch.Tensor, ...]]) -> torch.Tensor:
    features, questions, sentences, labels = (torch.cat(column) for column in zip(*rows, strict=True))
    logits = network(features, questions, sentences)
    own = nn.functional.binary_cross_entropy_with_logits(logits, labels.float())
    ranked, start = [], 0
    for _, _, _, answers in rows:
        scores = logits[start : start + len(answers)]
        start += len(answers)
        if answers.any():
            ranked.append(torch.logsumexp(scores, 0) - torch.logsumexp(scores[answers], 0))
    return 10 * own + (torch.stack(ranked).mean() if ranked else 0.0)


def choose(example: Example, reader: SentenceReader) -> tuple[Vector, bool]:
    """The reader's probabilities, and whether what would be answered is right."""
    probabilities = reader.probabilities(example.features, question=example.question.vector, sentences=example.vectors)
    selection = select_sentences(example.candidates, probabilities)
    right = {id(item) for item, label in zip(example.candidates, example.labels, strict=True) if label}
    return probabilities, any(id(item) in right for item in selection.candidates)


def train_confidence(examples: Sequence[Example], reader_weights: dict[str, Matrix]) -> dict[str, Matrix]:
    """Logistic regression of being right on the signals, for answers in the question's language and in others."""
    weights: dict[str, Matrix] = {}
    reader = SentenceReader(FittedValues("", {}, {}, {}, reader_weights))
    chosen = [(example, *choose(example, reader)) for example in examples]
    for kind, same in (("same", True), ("cross", False)):
        part = [item for item in chosen if in_question_language(item[0], item[1]) == same]
        signals = np.array([confidence_signals(example.features, probabilities) for example, probabilities, _ in part])
        mean, deviation = signals.mean(axis=0), signals.std(axis=0) + 1e-6
        x = torch.tensor(np.clip((signals - mean) / deviation, -4, 4))
        y = torch.tensor([float(right) for _, _, right in part])
        line = _logistic(x, y)
        print(f"confidence {kind}: {len(part)} answers, {y.mean():.3f} right")
        names = ("mean", "deviation", "weights", "bias")
        for name, value in zip(names, (mean, deviation, line[:-1], line[-1:]), strict=True):
            weights[f"confidence_{kind}_{name}"] = np.asarray(value, dtype=np.float32)
    return weights


def in_question_language(example: Example, probabilities: Vector) -> bool:
    """Whether the best sentence is in the language of the question."""
    return example.candidates[int(np.argmax(probabilities))].ranked.node.language == example.question.language


def _logistic(x: torch.Tensor, y: torch.Tensor) -> Matrix:
    """Weights and, last, the bias; no weight is negative."""
    roots = torch.full((x.shape[1],), 0.3, requires_grad=True)
    bias = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.LBFGS([roots, bias], max_iter=500, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        weights = roots**2
        loss = nn.functional.binary_cross_entropy_with_logits(x @ weights + bias, y) + RIDGE * (weights**2).sum()
        loss.backward()
        return loss

    optimizer.step(closure)  # type: ignore[arg-type]  # torch types the loss as float
    line = torch.cat([roots.detach() ** 2, bias.detach()]).numpy()
    print("  weights", dict(zip((*SIGNALS, "bias"), (round(float(value), 2) for value in line), strict=True)))
    return line


def report(examples: Sequence[Example], weights: dict[str, Matrix]) -> None:
    """How often the chosen sentences are right, and what confidence is worth."""
    fitted = FittedValues("", {}, {}, {}, weights)
    reader, confidence = SentenceReader(fitted), Confidence(fitted)
    chosen = [(example, *choose(example, reader)) for example in examples]
    for kind, same in (("same language", True), ("other language", False)):
        part = [item for item in chosen if in_question_language(item[0], item[1]) == same]
        answerable = np.array([example.answerable for example, _, _ in part])
        right = np.array([right for _, _, right in part])
        scores = np.array([confidence.of(example.features, probabilities) for example, probabilities, _ in part])
        error = _calibration_error(scores, right)
        print(
            f"{kind}: {len(part)} questions, {answerable.mean():.2f} answerable, "
            f"{right[answerable].mean():.3f} of them right; AUROC answerable {auroc(scores, answerable):.3f}, "
            f"right {auroc(scores, right):.3f}, calibration error {error:.3f}"
        )
        misses = np.array([is_near_miss(example) for example, _, _ in part])
        both = answerable | misses
        print(f"  near misses: {misses.sum()}, AUROC against answerable {auroc(scores[both], answerable[both]):.3f}")
        for limit in (0.1, 0.15, 0.2, 0.25, 0.3, 0.4):
            print(
                f"  refuse below {limit}: right answers lost {np.mean(scores[right] < limit):.3f}, "
                f"unanswerable refused {np.mean(scores[~answerable] < limit):.3f}"
            )


def is_near_miss(example: Example) -> bool:
    """Whether the library held the right document without its answer."""
    return any(CUT_MARK in item.ranked.node.source for item in example.candidates)


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
