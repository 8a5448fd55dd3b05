from __future__ import annotations

import pytest

from retrieval.answer.dependent import depends_on_previous

DEPENDENT = {
    "en": ["She painted the tower.", "“It was cold,” he said.", "However, the mayor refused."],
    "it": ["Ciò non basta.", "«Questa è casa mia.»", "Inoltre pioveva."],
    "no": ["– Han er glad.", "Dette skjer i mai.", "Likevel regnet det."],
    "de": ["Sie wohnt in Kesselbruck.", "Außerdem fehlte Geld."],
    "fr": ["Elle ouvre lundi.", "Cela suffit."],
    "es": ["Él lo sabía.", "Además, llovía."],
    "ru": ["Она живёт в Лесогорске.", "Однако мост закрыт.", "«Это хорошо», — сказала она."],
    "tr": ["O bir öğretmen.", "Ancak köprü kapalı."],
    "el": ["Αυτή είναι γιατρός."],
    "ar": ["وهو طبيب.", "هذه المدينة صغيرة.", "لكن العمدة رفض.", "«هذا جيد.»"],
    "zh": ["他今年七十岁。", "“这是好事。”", "然而大桥关闭了。"],
    "ja": ["彼は医者だ。", "「その橋は長い。」"],
    "th": ["เขาเป็นครู"],
}

INDEPENDENT = {
    "en": ["The tower is white.", "Theodore left.", "12 people came.", "Hershel won."],
    "it": ["Il museo apre.", "Loredana ha vinto."],
    "no": ["Brua åpner.", "Hansen er glad.", "– Brua er fin."],
    "de": ["Das Bad öffnet.", "Erika wohnt dort."],
    "fr": ["Le pont ouvre."],
    "es": ["El museo abre."],
    "nl": ["Het museum opent in mei."],  # an article, although it may be a pronoun
    "ru": ["Мост закрыт.", "Онега замёрзла."],
    "ar": ["افتتح الجسر.", "هولندا تفوز."],
    "zh": ["大桥开放了。", "市长很高兴。"],
    "ja": ["橋が開いた。"],
    "th": ["สะพานเปิดแล้ว"],
    "fi": ["Hän avasi sillan."],  # a language without a list
    "und": ["He said so."],
}


def rows(table: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(language, sentence) for language, sentences in table.items() for sentence in sentences]


@pytest.mark.parametrize(("language", "sentence"), rows(DEPENDENT))
def test_sentences_that_point_back(language: str, sentence: str) -> None:
    assert depends_on_previous(sentence, language)


@pytest.mark.parametrize(("language", "sentence"), rows(INDEPENDENT))
def test_sentences_that_stand_alone(language: str, sentence: str) -> None:
    assert not depends_on_previous(sentence, language)


@pytest.mark.parametrize("sentence", ["", "…", "1987", "🎉", "«»"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_sentence_without_letters_points_nowhere(sentence: str, language: str) -> None:
    assert not depends_on_previous(sentence, language)
