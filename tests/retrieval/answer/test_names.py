"""Names in texts of several languages and scripts."""

from __future__ import annotations

import pytest

from retrieval.answer.names import capitalized, names_any, names_in, share_found


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("germany", "La Germania ha deciso."),
        ("москва", "Он живёт в Москве."),
        ("oslo", "Oslos ordfører talte."),
        ("havsula", "Die «Havsula» fährt."),
    ],
)
def test_a_name_is_known_in_another_language_or_case(name: str, text: str) -> None:
    assert names_any(frozenset({name}), text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("turin", "Il numero dei turisti cresce."),
        ("menschen", "Han spiste mens han leste."),
        ("mailand", "Send oss en mail."),
        ("us", "Let us go."),
        ("valmora", "Il ponte di Valserena."),
    ],
)
def test_a_word_that_only_begins_alike_is_no_name(name: str, text: str) -> None:
    assert not names_any(frozenset({name}), text)


def test_scripts_without_capitals_have_no_names() -> None:
    assert capitalized("望月桥什么时候重新开放？") == frozenset()
    assert capitalized("متى تفتح مكتبة الريحان؟") == frozenset()


def test_the_first_word_of_a_sentence_is_no_sure_name() -> None:
    assert names_in("Quando riapre il Museo? Domani a Portoluce.") == {"museo", "portoluce"}
    assert capitalized("Quando riapre il Museo?") == {"quando", "museo"}


def test_the_share_found_is_by_the_beginning_of_any_word() -> None:
    assert share_found(frozenset({"germany", "berlin"}), "La germania") == 0.5
    assert share_found(frozenset(), "La Germania") == 1.0
