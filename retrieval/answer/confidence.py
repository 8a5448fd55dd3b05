"""Confidence: the calibrated probability that the articles answer the question and that the answer found is right."""

from __future__ import annotations

import numpy as np

from retrieval.answer.features import FEATURES
from retrieval.index.embedding import Vector
from retrieval.models import Caution
from retrieval.search.fitted import FittedValues, Matrix

SIGNALS = (
    "any_holds", "best_holds", "best_above_second", "held", "alone", "nearby", "something", "node_score",
    "node_above_second", "coverage", "node_coverage", "node_bm25", "nothing_missing", "shared_names", "names_found",
)  # fmt: skip
"""What is seen of all sentences together. More of each speaks for the answer, so no weight is negative: free
weights fitted better, and failed on libraries of another kind, where collinear ones no longer cancelled."""

CAUTION_FACTORS: dict[Caution, float] = {"low": 0.5, "normal": 1.0, "high": 2.0}
"""What the least confidence of an answer is multiplied by."""

_COLUMN = {name: column for column, name in enumerate(FEATURES)}


class Confidence:
    """Logistic regression on how the best sentences stand out, one for the question's language and one for others.

    How far the best node is above the next ones tells more than its score: a question that nothing answers has many
    middling nodes, one that is answered has one good one.
    """

    def __init__(self, fitted: FittedValues | None, *, minimum: float | None = None) -> None:
        """Use the weights in ``fitted``; None gives the best sentence's similarity, which is no probability.

        Args:
            fitted: Weights, and the least confidence of an answer in the question's language and in another.
            minimum: The least confidence of any answer; None takes the fitted ones, or without them refuses nothing.

        Raises:
            SettingsError: The weights were fitted to other signals than this version computes.
        """
        self._weights = fitted.arrays if fitted else None
        if fitted:
            fitted.expect("confidence_same_weights", len(SIGNALS), part="confidence", columns="signals")
        self._scalars = fitted.scalars if fitted else {}
        self._minimum = minimum

    def minimum(self, *, same_language: bool, caution: Caution = "normal") -> float:
        """Answers below this confidence are refused."""
        fitted = self._scalars.get(f"min_confidence_{'same' if same_language else 'cross'}", 0.0)
        return (fitted if self._minimum is None else self._minimum) * CAUTION_FACTORS[caution]

    def of(self, features: Matrix, probabilities: Vector) -> float:
        """Probability that the sentences chosen from these hold the answer, 0 to 1.

        Args:
            features: Of all candidates, ``(n, len(FEATURES))``.
            probabilities: The reader's, ``(n,)``.
        """
        if self._weights is None:
            return float(probabilities.max())
        signals = confidence_signals(features, probabilities)
        kind = "same" if features[int(np.argmax(probabilities)), _COLUMN["same_language"]] else "cross"
        mean, deviation = self._weights[f"confidence_{kind}_mean"], self._weights[f"confidence_{kind}_deviation"]
        scaled = np.clip((signals - mean) / deviation, -4, 4)
        logit = float(
            scaled @ self._weights[f"confidence_{kind}_weights"] + self._weights[f"confidence_{kind}_bias"][0]
        )
        return float(1 / (1 + np.exp(-logit)))


def confidence_signals(features: Matrix, probabilities: Vector) -> Vector:
    """What confidence is judged by, ``(len(SIGNALS),)`` float32."""
    order = np.argsort(-probabilities, kind="stable")
    best = features[order[0]]
    second = probabilities[order[1]] if len(order) > 1 else 0.0
    by_rank = dict(zip(features[:, _COLUMN["node_rank"]], features[:, _COLUMN["node_score"]], strict=True))
    scores = [by_rank[rank] for rank in sorted(by_rank)]
    return np.array(
        (
            _log_odds(1 - float(np.prod(1 - probabilities[order[:3]]))),
            _log_odds(float(probabilities[order[0]])),
            float(probabilities[order[0]] - second),
            best[_COLUMN["held"]],
            best[_COLUMN["alone"]],
            best[_COLUMN["nearby"]],
            -float(features[:, _COLUMN["nothing"]].min()),
            scores[0],
            scores[0] - scores[min(1, len(scores) - 1)],
            best[_COLUMN["coverage"]],
            best[_COLUMN["node_coverage"]],
            best[_COLUMN["node_bm25"]],
            1 - float(features[:, _COLUMN["rarest_missing"]].min()),
            float(best[_COLUMN["shared_names"]]),
            float(best[_COLUMN["names_found"]]),
        ),
        dtype=np.float32,
    )


def _log_odds(probability: float) -> float:
    bounded = min(max(probability, 1e-6), 1 - 1e-6)
    return float(np.log(bounded / (1 - bounded)))
