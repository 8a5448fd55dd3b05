from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from retrieval.answer.features import FEATURES
from retrieval.answer.reader import SentenceReader
from retrieval.errors import SettingsError
from retrieval.search.fitted import FittedValues

FittedWith = Callable[..., FittedValues]

QUESTION = np.eye(384, dtype=np.float32)[0]
SENTENCES = np.eye(384, dtype=np.float32)[:2]


def features(**columns: tuple[float, float]) -> np.ndarray:
    return np.array([[columns.get(name, (0.0, 0.0))[row] for name in FEATURES] for row in (0, 1)], dtype=np.float32)


def test_without_weights_it_is_similarity_with_a_little_coverage() -> None:
    reader = SentenceReader(None)
    found = reader.probabilities(
        features(cosine=(0.88, 0.88), coverage=(0.0, 1.0)), question=QUESTION, sentences=SENTENCES
    )
    np.testing.assert_allclose(found, [0.8, 0.98 / 1.1], atol=1e-6)  # cosine + .1 coverage, over 1.1
    assert found.dtype == np.float32


def test_without_weights_a_negative_cosine_is_no_probability_below_zero() -> None:
    found = SentenceReader(None).probabilities(features(cosine=(-0.5, 1.0)), question=QUESTION, sentences=SENTENCES)
    assert found[0] == 0


@pytest.mark.parametrize(("log_odds", "expected"), [(0.0, 0.5), (1.0986123, 0.75), (-1.0986123, 0.25)])
def test_the_last_bias_alone_gives_its_probability(fitted_with: FittedWith, log_odds: float, expected: float) -> None:
    reader = SentenceReader(fitted_with(log_odds=log_odds))
    found = reader.probabilities(features(cosine=(0.9, 0.1)), question=QUESTION, sentences=SENTENCES)
    np.testing.assert_allclose(found, [expected, expected], atol=1e-6)


def test_weights_on_a_feature_and_on_the_product_of_the_vectors(fitted_with: FittedWith) -> None:
    fitted = fitted_with()
    arrays = fitted.arrays
    arrays["output_weights"][0, 0] = 1.0
    arrays["hidden_weights"][0, FEATURES.index("coverage")] = 10.0
    reader = SentenceReader(fitted)
    table = features(coverage=(1.0, 0.0))
    by_feature = reader.probabilities(table, question=QUESTION, sentences=SENTENCES)
    np.testing.assert_allclose(by_feature, [1 / (1 + np.exp(-10)), 0.5], atol=1e-5)  # gelu(10) is 10

    arrays["hidden_weights"][0] = 0.0
    arrays["question_weights"][0, 0] = arrays["sentence_weights"][0, 1] = 1.0
    arrays["hidden_weights"][0, len(FEATURES)] = 10.0
    by_product = reader.probabilities(table, question=QUESTION, sentences=SENTENCES)
    np.testing.assert_allclose(by_product, [0.5, 1 / (1 + np.exp(-10))], atol=1e-5)


def test_weights_for_other_features_are_refused(fitted_with: FittedWith) -> None:
    with pytest.raises(SettingsError, match=rf"knows 3 features and this version has {len(FEATURES)}; run benchmarks"):
        SentenceReader(fitted_with(features=3))
