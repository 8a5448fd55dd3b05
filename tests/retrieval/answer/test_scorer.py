from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from retrieval.answer.features import FEATURES
from retrieval.answer.reading import FLOOR
from retrieval.answer.scorer import SentenceScorer
from retrieval.errors import SettingsError
from retrieval.search.fitted import FittedValues

FittedWith = Callable[..., FittedValues]


def features(**columns: tuple[float, float]) -> np.ndarray:
    return np.array([[columns.get(name, (0.0, 0.0))[row] for name in FEATURES] for row in (0, 1)], dtype=np.float32)


def test_without_weights_it_is_what_the_reader_says() -> None:
    held, nothing = np.array([0.6, 0.0]), 0.4
    table = features(held=tuple(np.log(held + FLOOR) - np.log(nothing + FLOOR)), nothing=(np.log(nothing + FLOOR),) * 2)
    found = SentenceScorer(None).probabilities(table)
    np.testing.assert_allclose(found, [0.6, 0.0], atol=1e-6)
    assert found.dtype == np.float32


@pytest.mark.parametrize(("log_odds", "expected"), [(0.0, 0.5), (1.0986123, 0.75), (-1.0986123, 0.25)])
def test_the_bias_alone_gives_its_probability(fitted_with: FittedWith, log_odds: float, expected: float) -> None:
    found = SentenceScorer(fitted_with(log_odds=log_odds)).probabilities(features(coverage=(0.9, 0.1)))
    np.testing.assert_allclose(found, [expected, expected], atol=1e-6)


def test_a_weight_counts_its_feature_in_deviations_from_the_mean(fitted_with: FittedWith) -> None:
    fitted = fitted_with()
    column = FEATURES.index("coverage")
    fitted.arrays["feature_mean"][column], fitted.arrays["feature_deviation"][column] = 0.5, 0.25
    fitted.arrays["sentence_weights"][column] = 1.0986123
    found = SentenceScorer(fitted).probabilities(features(coverage=(0.75, 0.5)))
    np.testing.assert_allclose(found, [0.75, 0.5], atol=1e-6)


def test_weights_for_other_features_are_refused(fitted_with: FittedWith) -> None:
    with pytest.raises(SettingsError, match=rf"knows 3 features and this version has {len(FEATURES)}; run benchmarks"):
        SentenceScorer(fitted_with(features=3))
