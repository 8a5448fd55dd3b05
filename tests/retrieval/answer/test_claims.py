"""Which sentences of a message are claims, and how several libraries' verdicts become one."""

from __future__ import annotations

import pytest

from retrieval.answer.claims import merged, split_claims
from retrieval.models import CheckedClaim, CheckedMessage, Citation


@pytest.mark.parametrize(
    ("message", "claims"),
    [
        ("Hei! Broen åpnet i mars. Har dere hørt det?", ["Broen åpnet i mars."]),
        (
            "Il ponte riapre il 3 marzo. Costerà due milioni di euro.",
            ["Il ponte riapre il 3 marzo.", "Costerà due milioni di euro."],
        ),
        ("The bridge opens in March.\nThe mayor said so.", ["The bridge opens in March.", "The mayor said so."]),
        ("橋は三月に開きます。本当ですか？", ["橋は三月に開きます。"]),
        ("ok", []),
        ("", []),
        ("¿Cuándo abre el puente?", []),
        ("Broen er åpen nå?!", []),
    ],
)
def test_statements_are_claims(message: str, claims: list[str]) -> None:
    assert [claim.text for claim in split_claims(message)] == claims


def test_a_sentence_that_leans_on_another_comes_with_it() -> None:
    claims = split_claims("The ferry was built in Norway. It carries ninety cars.")
    assert [claim.text for claim in claims] == ["The ferry was built in Norway.", "It carries ninety cars."]
    assert claims[1].standalone == "The ferry was built in Norway. It carries ninety cars."


def cited(source: str) -> Citation:
    return Citation(1, source, source, None, None, None, None, "it", 0, 5, "Ponte", 0.9 if source == "z" else 0.3)


def told(claim: str, source: str | None) -> CheckedClaim:
    return CheckedClaim(claim, "supported", (cited(source),)) if source else CheckedClaim(claim, "not_enough_info", ())


def test_of_several_libraries_the_surest_that_says_anything_counts() -> None:
    one = CheckedMessage("it", (told("a", None), told("b", "x")), 0)
    other = CheckedMessage("it", (told("a", "y"), told("b", "z")), 0)
    result = merged([one, other])
    assert result is not None
    assert [[citation.source for citation in claim.citations] for claim in result.claims] == [["y"], ["z"]]
    assert [citation.number for claim in result.claims for citation in claim.citations] == [1, 2]


def test_nothing_searched_is_nothing_found() -> None:
    assert merged([]) is None
