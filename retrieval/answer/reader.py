"""The reader: how likely a sentence is to hold what the question asks for.

A small network over the features and a low-rank product of the two vectors, fitted by ``benchmarks/fit.py``. The
product lets it learn that a question for a date is answered by a sentence with one, in any language that the embedding
model knows.
"""

from __future__ import annotations

import numpy as np

from retrieval.answer.features import FEATURES
from retrieval.errors import SettingsError
from retrieval.index.embedding import Vector
from retrieval.search.fitted import FittedValues, Matrix

COVERAGE_WEIGHT = 0.1
"""Without a fitted reader sentences are ranked by cosine plus this much of their coverage."""


class SentenceReader:
    """Scores sentences with fitted weights, or without them by similarity alone."""

    def __init__(self, fitted: FittedValues | None) -> None:
        """Use the weights in ``fitted``; None ranks by similarity.

        Raises:
            SettingsError: The weights were fitted to other features than this version computes.
        """
        self._weights = fitted.arrays if fitted else None
        if self._weights is not None and len(self._weights["feature_mean"]) != len(FEATURES):
            raise SettingsError(
                f"the fitted reader knows {len(self._weights['feature_mean'])} features and this version has "
                f"{len(FEATURES)}; run benchmarks/fit.py"
            )

    def probabilities(self, features: Matrix, *, question: Vector, sentences: Vector) -> Vector:
        """Probability that each sentence holds the answer, ``(n,)``, 0 to 1; without fitted weights a similarity.

        Args:
            features: ``(n, len(FEATURES))``.
            question: ``(dim,)``, L2-normalised.
            sentences: ``(n, dim)``, L2-normalised.
        """
        weights = self._weights
        if weights is None:
            similarity = (
                features[:, FEATURES.index("cosine")] + COVERAGE_WEIGHT * features[:, FEATURES.index("coverage")]
            )
            return np.asarray(np.clip(similarity / (1 + COVERAGE_WEIGHT), 0.0, 1.0), dtype=np.float32)
        scaled = (features - weights["feature_mean"]) / weights["feature_deviation"]
        asked = weights["question_weights"] @ question + weights["question_bias"]
        read = sentences @ weights["sentence_weights"].T + weights["sentence_bias"]
        kind = np.tanh(4 * (weights["kind_weights"] @ question + weights["kind_bias"]))
        inputs = np.hstack([scaled, asked * read, np.tile(kind, (len(features), 1))])
        hidden = _gelu(inputs @ weights["hidden_weights"].T + weights["hidden_bias"])
        logits = (hidden @ weights["output_weights"].T + weights["output_bias"])[:, 0]
        return np.asarray(1 / (1 + np.exp(-logits)), dtype=np.float32)


def _gelu(values: Matrix) -> Matrix:
    """Gaussian error linear unit in its tanh form (arXiv:1606.08415)."""
    return np.asarray(
        0.5 * values * (1 + np.tanh(np.sqrt(2 / np.pi) * (values + 0.044715 * values**3))), dtype=np.float32
    )
