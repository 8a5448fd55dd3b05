"""Sentences to choose from, and scorers that are sure of themselves or not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from retrieval.answer.candidates import Candidate, list_candidates
from retrieval.answer.confidence import SIGNALS
from retrieval.answer.features import FEATURES
from retrieval.index.nodes import StoredNode
from retrieval.search.fitted import FittedValues
from retrieval.search.passages import join_passages
from retrieval.search.ranked import RankedNode


@pytest.fixture(scope="session")
def candidates_of() -> Callable[..., list[Candidate]]:
    """Makes the candidates of articles given as lists of nodes, the first article's best."""

    def make(*articles: list[StoredNode]) -> list[Candidate]:
        nodes = [node for article in articles for node in article]
        ranked = [RankedNode(node, 0.9 - 0.01 * place, 0.8, 0.0) for place, node in enumerate(nodes)]
        return list_candidates(join_passages(ranked, limit=len(ranked)))

    return make


@pytest.fixture(scope="session")
def fitted_with() -> Callable[..., FittedValues]:
    """Makes fitted values whose scorer and confidence are constants, given as log-odds."""

    def make(
        *,
        log_odds: float = 0.0,
        confidence: float = 0.0,
        confidence_across: float = 0.0,
        features: int = len(FEATURES),
        min_confidence: float = 0.5,
        min_confidence_across: float = 0.5,
    ) -> FittedValues:
        def zeros(*shape: int) -> np.ndarray:
            return np.zeros(shape, dtype=np.float32)

        arrays = {
            "feature_mean": zeros(features),
            "feature_deviation": zeros(features) + 1,
            "sentence_weights": zeros(features),
            "sentence_bias": zeros(1) + log_odds,
        }
        for kind, bias in (("same", confidence), ("cross", confidence_across)):
            arrays[f"confidence_{kind}_mean"] = zeros(len(SIGNALS))
            arrays[f"confidence_{kind}_deviation"] = zeros(len(SIGNALS)) + 1
            arrays[f"confidence_{kind}_weights"] = zeros(len(SIGNALS))
            arrays[f"confidence_{kind}_bias"] = zeros(1) + bias
        return FittedValues(
            fingerprint="test",
            question_means={},
            passage_means={},
            scalars={
                "centred_weight": 0.5,
                "cross_scale": 1.0,
                "cross_shift": 0.0,
                "cross_lexical_weight": 0.3,
                "min_confidence_same": min_confidence,
                "min_confidence_cross": min_confidence_across,
            },
            arrays=arrays,
        )

    return make
