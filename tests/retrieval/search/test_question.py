from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import numpy as np
import pytest

from retrieval.errors import QuestionError
from retrieval.search.question import clean_question, read_question

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding


@pytest.mark.parametrize("text", ["", "   ", "\n\t\u3000\u00a0", "\u200b\ufeff", "\x00\x1b", "\u202e\u2066"])
def test_an_empty_question_is_an_error_with_an_example(text: str) -> None:
    with pytest.raises(QuestionError, match=r"The question is empty\. Ask something, such as: .+\?"):
        clean_question(text, max_chars=100)


@pytest.mark.parametrize("text", ["?", "...", "؟؟", "。！？", "🎉", "👩‍👩‍👧", "+-=", "\u200d", "\u0301"])
def test_a_question_without_a_word_is_an_error(text: str) -> None:
    with pytest.raises(QuestionError, match=r"holds no word; ask in words"):
        clean_question(text, max_chars=100)


def test_a_long_question_is_told_its_length_the_limit_and_the_setting() -> None:
    with pytest.raises(QuestionError, match=r"has 1,205 characters and the limit is 1,000; .*KILDE_MAX_QUESTION_CHARS"):
        clean_question("a" * 1205, max_chars=1000)
    assert clean_question("  " + "a" * 1000 + "\n", max_chars=1000) == "a" * 1000


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("𐍅𐌰𐍃 𐌹𐍃𐍄 𐌸𐌰𐍄𐌰?", "Gothic"),
        ("𒀀𒈾 𒁁𒉌", "Cuneiform"),
        ("ᚹᚺᛟ ᛒᚢᛁᛚᛏ?", "Runic"),
        ("ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ", "Cherokee"),
    ],
)
def test_a_script_that_the_model_never_saw_is_named(text: str, script: str) -> None:
    with pytest.raises(QuestionError, match=rf"a script that the embedding model does not know \({script}\)"):
        clean_question(text, max_chars=100)


@pytest.mark.parametrize(
    "text",
    [
        "Hvem åpnet brua?",
        "Кто открыл мост?",
        "من افتتح الجسر؟",
        "מי פתח את הגשר?",
        "谁为大桥剪彩？",
        "橋を開いたのは誰ですか?",
        "ใครเปิดสะพาน",
        "다리를 누가 열었습니까?",
        "पुल का उद्घाटन किसने किया?",
        "Ποιος άνοιξε τη γέφυρα;",
        "ከንቲባው ማን ነው?",
        "Who is ᏍᏏᏉᏯ of the museum?",
        "1984?",
    ],
)
def test_questions_in_known_scripts_are_left_as_they_are(text: str) -> None:
    assert clean_question(text, max_chars=100) == text


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("Hvem\x00 åpnet\x07 brua?\x1b", "Hvem åpnet brua?"),
        ("\u202eHvem åpnet\u202c brua?\u200f", "Hvem åpnet brua?"),
        ("\u2067من افتتح\u2069 الجسر؟\u061c", "من افتتح الجسر؟"),
        ("Hvem\u00ad åp\u00adnet\r\n\tbrua\u2028i\u00a0Vik?", "Hvem åpnet brua i Vik?"),
        ("\ufeff大桥\u200b何时开放？", "大桥何时开放？"),
        ("می\u200cخواهم بدانم؟", "می\u200cخواهم بدانم؟"),  # this joiner is spelling
        ("क्\u200dष क्या है?", "क्\u200dष क्या है?"),
    ],
)
def test_invisible_characters_go_and_blanks_become_one(text: str, cleaned: str) -> None:
    assert clean_question(text, max_chars=100) == cleaned


def test_a_question_is_put_into_its_composed_form() -> None:
    for text in ("Hvem åpnet brua?", "Где йогурт?", "पुल का उद्घाटन ऩ?"):
        decomposed = unicodedata.normalize("NFD", text)
        assert clean_question(decomposed, max_chars=100) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    ("text", "language"),
    [("Hvem klippet snoren på den nye brua?", "no"), ("من افتتح الجسر الجديد؟", "ar"), ("新桥什么时候开放？", "zh")],
)
def test_a_question_is_read_with_its_language_and_unit_vector(
    embedding: BaseEmbedding, text: str, language: str
) -> None:
    question = read_question(text, embedding)
    assert (question.text, question.language) == (text, language)
    assert question.vector.shape == (384,)
    assert question.vector.dtype == np.float32
    assert float(question.vector @ question.vector) == pytest.approx(1.0, abs=1e-3)
