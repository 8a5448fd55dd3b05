"""The scorer: how likely a sentence holds the answer, from what the reader and the search say of it."""

from __future__ import annotations

import numpy as np

from retrieval.answer.features import FEATURES
from retrieval.answer.reading import FLOOR
from retrieval.index.embedding import Vector
from retrieval.search.fitted import FittedValues, Matrix

_HELD, _NOTHING = FEATURES.index("held"), FEATURES.index("nothing")


class SentenceScorer:
    """Logistic regression on the features, fitted by ``benchmarks/fit.py``; without weights, what the reader says."""

    def __init__(self, fitted: FittedValues | None) -> None:
        """Use the weights in ``fitted``.

        Raises:
            SettingsError: The weights were fitted to other features than this version computes.
        """
        self._weights = fitted.arrays if fitted else None
        if fitted:
            fitted.expect("feature_mean", len(FEATURES), part="scorer", columns="features")

    def probabilities(self, features: Matrix) -> Vector:
        """Probability that each sentence holds the answer, ``(n,)``, 0 to 1.

        Args:
            features: ``(n, len(FEATURES))``.
        """
        weights = self._weights
        if weights is None:
            held = np.exp(features[:, _HELD] + features[:, _NOTHING]) - FLOOR
            return np.asarray(np.clip(held, 0.0, 1.0), dtype=np.float32)
        scaled = (features - weights["feature_mean"]) / weights["feature_deviation"]
        logits = scaled @ weights["sentence_weights"] + weights["sentence_bias"][0]
        return np.asarray(1 / (1 + np.exp(-logits)), dtype=np.float32)
