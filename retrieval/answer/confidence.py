"""Confidence: the calibrated probability that the articles answer the question and that the answer found is right."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retrieval.answer.extractive import Selection
    from retrieval.search.fitted import FittedValues

DECIMALS = 4


def confidence(selection: Selection, fitted: FittedValues | None) -> float:
    """Probability that at least one chosen sentence holds the answer, 0 to 1, with four decimals.

    The reader's own probabilities are mapped by a logistic function of their log-odds (Platt, 1999), one for sentences in the
    question's language and one for others. Without fitted values it is the best sentence's similarity and means nothing more.
    """
    if fitted is None:
        return round(selection.probabilities[0], DECIMALS)
    kind = "same" if selection.in_question_language else "cross"
    slope, intercept = fitted.scalars[f"calibration_slope_{kind}"], fitted.scalars[f"calibration_intercept_{kind}"]
    return round(1 / (1 + math.exp(-(slope * log_odds(selection.any_holds) + intercept))), DECIMALS)


def log_odds(probability: float) -> float:
    """``ln(p / (1 - p))``, with ``p`` kept a millionth away from 0 and 1."""
    bounded = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(bounded / (1 - bounded))
