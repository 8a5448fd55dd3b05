from __future__ import annotations

import numpy as np
import pytest

from retrieval.search.centering import centred, centred_cosine
from retrieval.search.fitted import FittedValues


def row(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


FITTED = FittedValues(
    fingerprint="test",
    question_means={"de": row(0.0, 0.8), "zh": row(0.6, 0.0)},
    passage_means={"it": row(0.0, 0.6), "ar": row(0.0, 0.0)},
    scalars={},
    arrays={},
)


def test_the_mean_is_taken_off_and_the_length_made_one() -> None:
    np.testing.assert_allclose(centred(row(0.6, 0.8), row(0.3, 0.4)), [0.6, 0.8], atol=1e-6)
    np.testing.assert_allclose(centred(row(0.6, 0.8), row(0.6, 0.0)), [0.0, 1.0], atol=1e-6)


def test_rows_are_centred_one_by_one() -> None:
    rows = centred(np.array([[0.6, 0.8], [0.0, 1.0]], dtype=np.float32), row(0.0, 0.4))
    np.testing.assert_allclose(rows, [[0.6 / 0.52**0.5, 0.4 / 0.52**0.5], [0.0, 1.0]], atol=1e-6)
    assert rows.dtype == np.float32


@pytest.mark.parametrize(
    ("asked_in", "written_in", "question", "passage", "expected"),
    [
        # (.6, .8) - (0, .8) = (.6, 0); (.8, .6) - (0, .6) = (.8, 0): the same direction
        ("de", "it", row(0.6, 0.8), row(0.8, 0.6), 1.0),
        # (.6, .8) - (.6, 0) = (0, .8); (.8, .6) - (0, .6) = (.8, 0): a right angle
        ("zh", "it", row(0.6, 0.8), row(0.8, 0.6), 0.0),
        # a mean of zero leaves the plain cosine of (0, .8) and (.8, .6)
        ("zh", "ar", row(0.6, 0.8), row(0.8, 0.6), 0.6),
    ],
)
def test_cosine_of_what_the_languages_do_not_explain(
    asked_in: str, written_in: str, question: np.ndarray, passage: np.ndarray, expected: float
) -> None:
    found = centred_cosine(FITTED, question=question, asked_in=asked_in, passage=passage, written_in=written_in)
    assert found == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("asked_in", "written_in"), [("fi", "it"), ("de", "fi"), ("it", "de"), ("und", "und")])
def test_a_language_without_a_mean_gives_none(asked_in: str, written_in: str) -> None:
    vector = row(0.6, 0.8)
    assert centred_cosine(FITTED, question=vector, asked_in=asked_in, passage=vector, written_in=written_in) is None
