from __future__ import annotations

from collections.abc import Callable

import pytest

from retrieval.answer.confidence import confidence, log_odds
from retrieval.answer.extractive import Selection
from retrieval.search.fitted import FittedValues

FittedWith = Callable[..., FittedValues]


def selection(*probabilities: float, same: bool = True) -> Selection:
    return Selection(candidates=(), probabilities=probabilities, in_question_language=same)


@pytest.mark.parametrize(
    ("probabilities", "slope", "intercept", "expected"),
    [
        ((0.75,), 1.0, 0.0, 0.75),
        ((0.5, 0.5), 1.0, 0.0, 0.75),  # 1 - .5 * .5
        ((0.75,), 2.0, 0.0, 0.9),  # odds 3 become 9
        ((0.5,), 1.0, 1.0986123, 0.75),  # odds 1, times e ** ln 3
        ((0.75,), 0.0, 0.0, 0.5),
        ((0.12345678,), 1.0, 0.0, 0.1235),
    ],
)
def test_log_odds_are_scaled_and_shifted(
    fitted_with: FittedWith, probabilities: tuple[float, ...], slope: float, intercept: float, expected: float
) -> None:
    fitted = fitted_with(calibration_slope_same=slope, calibration_intercept_same=intercept)
    assert confidence(selection(*probabilities), fitted) == expected


def test_across_languages_has_its_own_calibration(fitted_with: FittedWith) -> None:
    fitted = fitted_with(calibration_slope_cross=2.0)
    assert confidence(selection(0.75, same=True), fitted) == 0.75
    assert confidence(selection(0.75, same=False), fitted) == 0.9


def test_without_fitted_values_it_is_the_best_sentences_score() -> None:
    assert confidence(selection(0.87654321, 0.5), None) == 0.8765


@pytest.mark.parametrize("probability", [0.0, 1.0])
@pytest.mark.parametrize("slope", [1.0, 50.0])
def test_certainty_stays_a_probability(fitted_with: FittedWith, probability: float, slope: float) -> None:
    assert 0 <= confidence(selection(probability), fitted_with(calibration_slope_same=slope)) <= 1


def test_log_odds_are_bounded_and_odd() -> None:
    assert log_odds(0.5) == 0
    assert log_odds(0.75) == pytest.approx(1.0986123)
    assert log_odds(1.0) == pytest.approx(-log_odds(0.0)) == pytest.approx(13.8155, abs=1e-3)
