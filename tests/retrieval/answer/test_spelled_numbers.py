from __future__ import annotations

import pytest

from retrieval.answer.agreement import facts_of
from retrieval.answer.spelled_numbers import in_digits, ranks_in


@pytest.mark.parametrize(
    ("text", "language", "numbers"),
    [
        ("Twenty-two dogs and three million euros", "en", {22, 3_000_000}),
        ("ventidue cani e duemila gatti", "it", {22, 2000}),
        ("to tusen mennesker", "no", {2000}),
        ("zweiundzwanzig Hunde im neunzehnten Jahrhundert", "de", {22, 19}),
        ("nel XVIII secolo", "it", {18}),
        ("the theatre (1922–26)", "en", {1922, 1926}),
        ("two-thirds", "en", {2}),
        ("tu sei qui", "it", set()),
        ("ثلاثة أشخاص", "ar", {3}),
        ("nobody", "xx", set()),
    ],
)
def test_numbers_in_words_are_numbers(text: str, language: str, numbers: set[float]) -> None:
    assert facts_of(in_digits(text, language), language).numbers == numbers


def test_a_doubtful_word_counts_where_a_number_is_looked_for() -> None:
    assert in_digits("i sei membri", "it", doubtful=True) == "i 6 membri"


def test_ranks() -> None:
    assert ranks_in("La prima e la terza volta", "it") == {1, 3}
    assert ranks_in("secondo il sindaco", "it") == set()
