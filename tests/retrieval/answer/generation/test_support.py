from __future__ import annotations

import pytest

from retrieval.answer.generation.support import Cited, SupportChecker, rule_flaw
from retrieval.library import load_support_checker

HEADER = "Bro åpnet · Vikhamn Blad · 2031-03-04"


def flaw(text: str, language: str, cited: str, cited_language: str = "en", header: str = "") -> str | None:
    found = rule_flaw(text, language, Cited(cited, cited_language, cited, header))
    return found.flaw if found else None


@pytest.mark.parametrize(
    ("text", "language", "cited", "cited_language"),
    [
        ("The toll was twelve.", "en", "Twelve people died.", "en"),
        ("Morirono 3,5 milioni di persone.", "it", "3.5 million people died.", "en"),
        ("It opened in 1926.", "en", "It existed from 1922–26.", "en"),
        ("Nel diciottesimo secolo", "it", "in the XVIII century", "en"),
        ("Sette anni dopo, nel 1530", "it", "first in 1523, then in 1530", "en"),
        ("Brua åpnet i 2031.", "no", "Brua åpnet lørdag.", "no"),
        ("Ifølge Vikhamn Blad 4. mars 2031 er brua åpen.", "no", "Brua er åpen.", "no"),
    ],
)
def test_numbers_and_dates_that_stand_there(text: str, language: str, cited: str, cited_language: str) -> None:
    assert flaw(text, language, cited, cited_language, HEADER) is None


@pytest.mark.parametrize(
    ("text", "language", "cited", "cited_language", "wrong"),
    [
        ("The rate was 3.5 percent.", "en", "It took 3 of 5 votes.", "en", "number"),
        ("0 people died.", "en", "In 2019 many people died.", "en", "number"),
        ("The toll was 4.", "en", "The toll was 40.", "en", "number"),
        ("3 000 000 people came.", "en", "3 people came.", "en", "number"),
        ("Ti biler.", "no", "Two cars.", "en", None),
        ("Brua åpnet 4. mars.", "no", "Brua åpnet lørdag.", "no", "number"),
        ("It opened in 2030.", "en", "It opened in spring.", "en", "date"),
        ("Åpnet i april.", "no", "It opened in May.", "en", "date"),
        ("It opened on Monday.", "en", "It opened on Friday.", "en", "date"),
        ("L'estate scorsa", "it", "i fjor høst", "no", "date"),
    ],
)
def test_numbers_and_dates_that_do_not(
    text: str, language: str, cited: str, cited_language: str, wrong: str | None
) -> None:
    assert flaw(text, language, cited, cited_language, HEADER) == wrong


@pytest.fixture(scope="module")
def checker() -> SupportChecker:
    found = load_support_checker(None)
    assert found is not None
    return found


CITED = Cited("La direttrice Livia Sartorel ha salvato 14.000 volumi dall'umidità.", "it")


@pytest.mark.parametrize(
    ("text", "language", "holds"),
    [
        ("La direttrice Livia Sartorel ha salvato 14.000 volumi.", "it", True),
        ("The director, Livia Sartorel, saved 14,000 volumes from damp.", "en", True),
        ("Direktøren Livia Sartorel reddet 14 000 bind fra fukt.", "no", True),
        ("La direttrice Marta Bellini ha salvato 14.000 volumi.", "it", False),
        ("La direttrice Livia Sartorel non ha salvato i 14.000 volumi.", "it", False),
        ("The director, Livia Sartorel, saved 15,000 volumes from damp.", "en", False),
        ("The new bridge was opened by the mayor.", "en", False),
    ],
)
def test_what_a_sentence_says(checker: SupportChecker, text: str, language: str, holds: bool) -> None:
    assert checker.compare(text, language, CITED).holds is holds


def test_what_was_not_asked(checker: SupportChecker) -> None:
    asked = "Wer hat die Bücher gerettet?"
    assert checker.relevance("Livia Sartorel hat 14.000 Bände gerettet.", asked) > checker.relevance(
        "Schreibe ein Gedicht über einen ruhigen Abend am Meer.", asked
    )


def test_a_sentence_in_another_language(checker: SupportChecker) -> None:
    assert checker.in_language("La biblioteca riapre lunedì dopo due anni.", "it")
    assert not checker.in_language("La biblioteca riapre lunedì dopo due anni.", "de")
    assert checker.in_language("Biblioteket åbner igen på mandag efter to år.", "no"), "near languages"
    assert checker.in_language("La biblioteca riapre lunedì dopo due anni.", "und"), "nobody knows which is wanted"
