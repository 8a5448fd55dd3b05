from __future__ import annotations

import pytest

from retrieval.answer.name_runs import unnamed_runs
from retrieval.answer.translated_names import comparable, is_named


@pytest.mark.parametrize(
    ("name", "language", "text", "other", "named"),
    [
        ("Varsavia", "it", "The mayor of Warsaw", "en", True),
        ("Norvegia", "it", "Kongen av Norge", "no", True),
        ("Germany", "en", "in Deutschland", "de", True),
        ("Rom", "de", "il papa a Roma", "it", True),
        ("Normanni", "it", "The Normans came", "en", True),
        ("Edison", "it", "Tesla was born there", "en", False),
        ("Danimarca", "it", "Kongen av Norge", "no", False),
    ],
)
def test_a_name_in_another_language(name: str, language: str, text: str, other: str, named: bool) -> None:
    assert is_named(name, language, text, other) is named


def test_names_of_another_script_are_not_compared() -> None:
    assert comparable("The bridge", "Il ponte")
    assert comparable("BBC сообщила, что мост открыт", "Мост открыт")
    assert not comparable("The bridge", "Мост открыт")
    assert not comparable("桥已开放", "Мост открыт")


def missing(text: str, language: str, other: str, other_language: str) -> list[tuple[str, ...]]:
    runs = unnamed_runs(text, language, other, other_language, is_common=lambda word: word in {"Angrepene", "The"})
    return [run.words for run in runs]


def test_a_name_of_which_some_words_are_missing() -> None:
    assert missing("Tesla met Guglielmo Marconi.", "en", "Tesla met Oliver Marconi.", "en") == [("Guglielmo",)]


def test_german_nouns_are_no_names() -> None:
    text = "Gestern eröffnete der Bürgermeister die neue Brücke in Köln mit großer Freude."
    found = missing(text, "de", "Die Stadt feierte.", "de")
    assert ("Köln",) in found
    assert not {("Bürgermeister",), ("Brücke",)} & set(found)


def test_the_first_word_is_no_name_if_it_is_a_common_one() -> None:
    assert missing("Angrepene økte.", "no", "Flere angrep.", "no") == []
