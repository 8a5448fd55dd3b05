"""What two texts in different languages can be compared by."""

from __future__ import annotations

import pytest

from retrieval.answer.agreement import compare, facts_of


@pytest.mark.parametrize(
    ("language", "text", "numbers"),
    [
        ("it", "Costerà 3,8 milioni di euro.", {3_800_000}),
        ("it", "1.310 prestiti e 12 mila euro.", {1310, 12_000}),
        ("no", "Prisen er 2,5 milliarder kroner for 1 130 utlån.", {2_500_000_000, 1130}),
        ("en", "It paid 1,500.50 of 1,200,000, or 0.5 percent.", {1500.5, 1_200_000, 0.5}),
        ("de", "Rund 12.000 Euro für 213 Bauern.", {12_000, 213}),
        ("fr", "Près de 1\u202f200 habitants et 3 millions d'euros.", {1200, 3_000_000}),
        ("es", "Son 500 mil personas.", {500_000}),
        ("ja", "改装費の380万円と200円。", {3_800_000, 200}),
        ("zh", "共1.5亿元。", {150_000_000}),
        ("ar", "بكلفة ٣٫٥ مليون دينار", {3_500_000}),
        ("hi", "36 सौर पंप", {36}),
        ("fi", "Hinta on 2 miljoonaa euroa.", {2_000_000}),
        ("und", "12 of 13", {12, 13}),
        ("no", "I 2024 kom 130 personer, 5 mill. kroner.", {2024, 130, 5_000_000}),
        ("en", "0.125, 1.125 and 1,125", {0.125, 1.125, 1125}),
        ("it", "1.500 e 1,5", {1500, 1.5}),
        ("hi", "1,50,000 और १,५०,०००", {150_000}),
        ("en", "From 10:30 to 15:00", {10.3, 15}),
        ("no", "Fra kl. 10.30 den 12.03.2025", {10.3, 12, 2025}),
        ("ja", "12月5日", {5}),
    ],
)
def test_numbers_are_the_same_in_every_notation(language: str, text: str, numbers: set[float]) -> None:
    assert facts_of(text, language).numbers == numbers


@pytest.mark.parametrize(
    ("language", "text", "months", "weekdays"),
    [
        ("it", "lunedì 5 luglio", {7}, {0}),
        ("no", "Lørdag 5. juli", {7}, {5}),
        ("en", "It may open on Monday, June 3.", {6}, {0}),
        ("de", "Am Dienstag, dem 3. März", {3}, {1}),
        ("fi", "heinäkuussa", {7}, set()),
        ("ru", "5 мая", {5}, set()),
        ("ja", "11月5日", {11}, set()),
        ("ar", "الأحد 5 أبريل", {4}, {6}),
        ("zh", "十一月和12月", {11, 12}, set()),
        ("no", "12.03.2025", {3}, set()),
        ("en", "Theresa May resigned.", set(), set()),
        ("en", "on 16 May, or May 16, or in may", {5}, set()),
    ],
)
def test_months_and_weekdays_are_known_by_name(language: str, text: str, months: set[int], weekdays: set[int]) -> None:
    facts = facts_of(text, language)
    assert facts.months == months
    assert facts.weekdays == weekdays


@pytest.mark.parametrize(
    ("language", "denied", "said"),
    [
        ("it", "Il ponte non riapre.", "Il ponte riapre."),
        ("no", "Broen åpner ikke.", "Broen åpner igjen."),
        ("ja", "橋は開かない。", "橋は開く。"),
        ("zh", "桥没有开放。", "桥已开放。"),
        ("tr", "Köprü açık değil.", "Köprü açık."),
    ],
)
def test_negation_is_told_by_its_words(language: str, denied: str, said: str) -> None:
    assert facts_of(denied, language).negated
    assert not facts_of(said, language).negated


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Brann won, said Don Carlo."),
        ("fr", "Une personne est blessée."),
        ("zh", "未来的无人机。"),
        ("ja", "人は少ない。"),
    ],
)
def test_words_that_only_look_like_a_negation_deny_nothing(language: str, text: str) -> None:
    assert not facts_of(text, language).negated


def test_what_is_only_left_out_contradicts_nothing() -> None:
    claim = facts_of("In 2024 the ferry had room for 60 cars in May.", "en")
    evidence = facts_of("Ferja har plass til 60 biler.", "no")
    against = compare(claim, evidence, evidence)
    assert (against.numbers_missing, against.months_missing) == (0, 0)


@pytest.mark.parametrize("text", ["It can’t open.", "It doesn't open."])
def test_a_short_not_denies(text: str) -> None:
    assert facts_of(text, "en").negated


def test_another_number_goes_against_a_claim() -> None:
    claim = facts_of("213 Bauern arbeiten dort seit Juni.", "de")
    evidence = facts_of("Vi lavorano 132 agricoltori da luglio.", "it")
    against = compare(claim, evidence, evidence)
    assert (against.numbers_missing, against.months_missing) == (1, 1)


def test_a_number_of_the_next_sentence_is_not_missing() -> None:
    claim = facts_of("There are 26 workers, 17 of them women.", "en")
    evidence = facts_of("Vi lavorano 26 persone.", "it")
    around = facts_of("Vi lavorano 26 persone. Le donne sono 17.", "it")
    assert compare(claim, evidence, around).numbers_missing == 0


def test_a_sentence_without_numbers_contradicts_none() -> None:
    claim = facts_of("There are 26 workers.", "en")
    evidence = facts_of("Vi lavorano ventisei persone.", "it")
    assert compare(claim, evidence, evidence).numbers_missing == 0
