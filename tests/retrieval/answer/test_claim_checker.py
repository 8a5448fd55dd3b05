"""Claims about a sample article, checked by the real models."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval import Library
from retrieval.models import Filters

FERRY = Path(__file__).parents[3] / "bot" / "samples" / "havsula-ferge.txt"


@pytest.fixture(scope="module")
def ferry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with Library.open(tmp_path_factory.mktemp("claims") / "data") as library:
        assert library.index([FERRY]).failed == ()
        yield library


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("«Havsula» har plass til 60 biler.", "supported"),
        ("The ferry Havsula has room for 60 cars and 199 passengers.", "supported"),
        ("The ferry Havsula has room for 90 cars.", "refuted"),
        ("«Havsula» har ikke plass til 60 biler.", "refuted"),
        ("The capital of Peru is called Lima.", "not_enough_info"),
    ],
)
def test_a_claim_is_compared_with_the_sentence_that_tells_of_it(ferry: Library, claim: str, verdict: str) -> None:
    checked = ferry.check(claim)
    assert [one.claim for one in checked.claims] == [claim]
    assert checked.claims[0].verdict == verdict
    quotes = [citation.quote for citation in checked.claims[0].citations]
    assert bool(quotes) == (verdict != "not_enough_info")
    assert all("60 biler" in quote for quote in quotes)


def test_each_claim_of_a_message_is_checked_and_the_quotes_numbered(ferry: Library) -> None:
    checked = ferry.check(
        "Hei! «Havsula» har plass til 60 biler. Hovedstaden i Peru heter Lima. Den tar 199 passasjerer?"
    )
    assert checked.language == "no"
    assert [claim.verdict for claim in checked.claims] == ["supported", "not_enough_info"]
    assert [citation.number for claim in checked.claims for citation in claim.citations] == [1]


def test_no_more_claims_than_five_are_checked(ferry: Library) -> None:
    checked = ferry.check(" ".join(f"Hovedstaden i land nummer {number} heter Lima." for number in range(7)))
    assert (len(checked.claims), checked.unchecked) == (5, 2)


def test_a_filter_that_admits_nothing_leaves_nothing_to_say(ferry: Library) -> None:
    checked = ferry.check("«Havsula» har plass til 60 biler.", filters=Filters(languages=("it",)))
    assert [claim.verdict for claim in checked.claims] == ["not_enough_info"]


def test_a_message_without_a_statement_has_no_claims(ferry: Library) -> None:
    assert ferry.check("ok?").claims == ()
