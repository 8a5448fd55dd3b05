from __future__ import annotations

import pytest

from retrieval.index.analysis import analyze, fold, question_terms


def keys(text: str, language: str) -> list[tuple[str, ...]]:
    return [term.keys for term in analyze(text, language)]


def asked(question: str, *languages: str) -> list[str]:
    return [term.keys[-1] for term in question_terms(question, languages)]


def test_a_word_has_its_stem_and_its_plain_form() -> None:
    assert keys("Lavoratori", "it") == [("it:lavor", "=lavoratori")]
    assert keys("Скандал", "uk") == [("=скандал",)]


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("l'embargo dell’accordo", "it", ["=embargo", "=dell", "=accordo"]),
        ("qu'il aujourd'hui", "fr", ["=qu", "=il", "=aujourd", "=hui"]),
        ("Rossi's U.S.A. 3,5 %", "en", ["=rossi", "=usa", "=3,5"]),
        ("İstanbul'da ISI", "tr", ["=istanbul", "=da", "=isi"]),
        ("Ærøskøbing Čačak Łódź", "da", ["=aeroskobing", "=cacak", "=lodz"]),
        ("हिन्दी में", "hi", ["=हिन्दी", "=में"]),
        ("السَّلام أحمد", "ar", ["=السلام", "=احمد"]),
        ("Việt Nam", "vi", ["=viet", "=nam"]),
        ("北京大学 NASA", "zh", ["~北京", "~京大", "~大学", "=nasa"]),
        ("東京タワー", "ja", ["~東京", "~京タ", "~タワ", "~ワー"]),
        ("ภาษา", "th", ["~ภา", "~าษ", "~ษา"]),
        ("서울의 봄", "ko", ["~서울", "~울의", "~봄"]),
        ("—… !", "en", []),
    ],
)
def test_words_of_many_scripts(text: str, language: str, words: list[str]) -> None:
    assert [term[-1] for term in keys(text, language)] == words


def test_turkish_letters_are_made_small_the_turkish_way() -> None:
    assert keys("IŞIK", "tr")[0][0] == keys("ışık", "tr")[0][0]


def test_folding_leaves_the_vowel_signs_of_hindi() -> None:
    assert fold("हिन्दी") == "हिन्दी"
    assert fold("ÉCOLE") == "ecole"


@pytest.mark.parametrize(
    ("question", "language", "words"),
    [
        ("Hvem er ordføreren i Tromsø?", "no", ["=ordforeren", "=tromso"]),
        ("Chi è il sindaco di Bari?", "it", ["=sindaco", "=bari"]),
        ("When did the ferry leave?", "en", ["=ferry", "=leave"]),
        ("من هو رئيس البلدية؟", "ar", ["=رييس", "=البلديه"]),
        ("谁是市长？", "zh", ["~市长"]),
        ("Vali kim?", "tr", ["=vali"]),
    ],
)
def test_question_words_are_left_out(question: str, language: str, words: list[str]) -> None:
    assert asked(question, language) == words


def test_a_question_of_function_words_alone_keeps_them() -> None:
    assert asked("Who is who?", "en") == ["=who", "=is"]
    assert asked("谁？", "zh") == ["~谁"]


def test_a_question_in_an_unknown_language_is_stemmed_in_each() -> None:
    assert question_terms("Lavoratori", ["it", "no"])[0].keys == ("it:lavor", "no:lavoratori", "=lavoratori")


def test_terms_of_a_question_differ() -> None:
    assert asked("Bari Bari bari", "it") == ["=bari"]


def test_a_very_long_word_is_cut() -> None:
    assert len(keys("x" * 5000, "en")[0][1]) == 65
