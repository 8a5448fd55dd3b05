from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from retrieval.answer.confidence import SIGNALS, Confidence, confidence_signals
from retrieval.answer.features import FEATURES
from retrieval.errors import SettingsError
from retrieval.search.fitted import FittedValues

FittedWith = Callable[..., FittedValues]

LN_3 = 1.0986123
"""Log-odds of three quarters."""


def features(*rows: dict[str, float]) -> np.ndarray:
    return np.array([[row.get(name, 0.0) for name in FEATURES] for row in rows], dtype=np.float32)


def chances(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


def signals(found: np.ndarray, probabilities: np.ndarray) -> dict[str, float]:
    values = confidence_signals(found, probabilities)
    assert values.dtype == np.float32
    return dict(zip(SIGNALS, values.tolist(), strict=True))


TABLE = features(
    {"node_rank": 0, "node_score": 0.9, "held": -1.0, "nothing": -0.3, "coverage": 0.2, "rarest_missing": 1.0},
    {
        "node_rank": 1,
        "node_score": 0.7,
        "held": 2.0,
        "alone": 1.5,
        "nearby": -0.5,
        "nothing": -2.5,
        "coverage": 0.6,
        "rarest_missing": 0.75,
        "node_coverage": 0.8,
        "node_bm25": 0.4,
        "shared_names": 2,
        "names_found": 0.5,
    },
    {"node_rank": 2, "node_score": 0.6, "held": -4.0, "nothing": -0.1, "coverage": 0.1, "rarest_missing": 0.5},
)


def test_signals_worked_out_by_hand() -> None:
    found = signals(TABLE, chances(0.25, 0.5, 0.0))
    expected = {
        "any_holds": np.log(0.625 / 0.375),  # 1 - .75 * .5 * 1
        "best_holds": 0.0,
        "best_above_second": 0.25,
        "held": 2.0,
        "alone": 1.5,
        "nearby": -0.5,
        "something": 2.5,
        "node_score": 0.9,
        "node_above_second": 0.2,
        "coverage": 0.6,
        "node_coverage": 0.8,
        "node_bm25": 0.4,
        "nothing_missing": 0.5,
        "shared_names": 2,
        "names_found": 0.5,
    }
    assert found == pytest.approx(expected, abs=1e-5)


def test_a_single_sentence_has_no_rival() -> None:
    found = signals(TABLE[:1], chances(0.75))
    expected = {"best_holds": LN_3, "best_above_second": 0.75, "node_above_second": 0.0}
    assert {name: found[name] for name in expected} == pytest.approx(expected, abs=1e-5)


def test_the_order_of_the_sentences_does_not_matter() -> None:
    order = [2, 0, 1]
    probabilities = chances(0.25, 0.5, 0.125)
    np.testing.assert_allclose(
        confidence_signals(TABLE[order], probabilities[order]), confidence_signals(TABLE, probabilities), atol=1e-6
    )


@pytest.mark.parametrize(("bias", "expected"), [(0.0, 0.5), (LN_3, 0.75), (-LN_3, 0.25), (2 * LN_3, 0.9)])
def test_log_odds_become_a_probability(fitted_with: FittedWith, bias: float, expected: float) -> None:
    fitted = fitted_with(confidence=bias, confidence_across=bias)
    assert Confidence(fitted).of(TABLE, chances(0.3, 0.2, 0.1)) == pytest.approx(expected)


def test_answers_in_another_language_have_weights_of_their_own(fitted_with: FittedWith) -> None:
    confidence = Confidence(fitted_with(confidence=LN_3, confidence_across=-LN_3))
    table = features({"same_language": 1, "node_rank": 0}, {"same_language": 0, "node_rank": 1})
    assert confidence.of(table, chances(0.6, 0.4)) == pytest.approx(0.75)
    assert confidence.of(table, chances(0.4, 0.6)) == pytest.approx(0.25)


def test_the_least_confidence_of_an_answer_is_fitted_by_language_unless_it_is_set(fitted_with: FittedWith) -> None:
    fitted = fitted_with(min_confidence=0.2, min_confidence_across=0.4)
    for minimum, expected in ((None, (0.2, 0.4)), (0.0, (0.0, 0.0)), (0.7, (0.7, 0.7))):
        confidence = Confidence(fitted, minimum=minimum)
        assert (confidence.minimum(same_language=True), confidence.minimum(same_language=False)) == expected
    assert Confidence(None).minimum(same_language=True) == 0.0


def test_without_fitted_values_it_is_the_best_sentences_score() -> None:
    assert Confidence(None).of(TABLE, chances(0.25, 0.875, 0.5)) == 0.875


@pytest.mark.parametrize("probability", [0.0, 1.0])
@pytest.mark.parametrize("bias", [-500.0, 0.0, 500.0])
def test_certainty_stays_a_probability(fitted_with: FittedWith, probability: float, bias: float) -> None:
    fitted = fitted_with(confidence=bias, confidence_across=bias)
    assert 0 <= Confidence(fitted).of(TABLE, chances(*[probability] * 3)) <= 1


def test_weights_for_other_signals_are_an_error(fitted_with: FittedWith) -> None:
    fitted = fitted_with()
    fitted.arrays["confidence_same_weights"] = np.zeros(3, dtype=np.float32)
    with pytest.raises(SettingsError, match=rf"knows 3 signals and this version has {len(SIGNALS)}; run benchmarks"):
        Confidence(fitted)
