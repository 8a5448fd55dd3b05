import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.articles.characters import clean_characters


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in\u00adfor\u00adma\u00adsjon", "informasjon"),
        ("informa\u00ad\n  sjon", "informasjon"),
        ("\ufeffHei", "Hei"),
        ("A\u200bB\u2060C", "ABC"),
        ("10\u00a0000\u202fkr", "10 000 kr"),
        ("tab\there", "tab here"),
        ("æ\x00ø\x1bd\x9f", "æød"),
        ("a\x93\x94b", "ab"),
        ("a\r\nb\rc\u2028d\u2029e\x0bf\x85g", "a\nb\nc\nd\ne\nf\ng"),
        ("e\u0301", "é"),
        ("\u202eevil\u202c", "evil"),
        ("a\ud800b", "a\ufffdb"),
        ("你好\u3000世界", "你好 世界"),
        ("hidden\U000e0048\U000e0069", "hidden"),
    ],
)
def test_removes_what_nobody_sees(text: str, expected: str) -> None:
    assert clean_characters(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "می‌خواهم کتاب‌ها",  # Persian: zero-width non-joiners
        "क्‍ष র‍্য",  # Devanagari and Bengali: zero-width joiners
        "ශ්‍රී ලංකා",
        "👩‍👩‍👧 🏳️‍🌈",
        "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",  # the flag of Scotland
        "ภาษาไทย",
        "「引用」、と彼は言った。",
        "5 € – «sitat»",
        "Ã\x85rsmÃ¸te pÃ¥ LÃ\xadn â\x80\x9d",  # already wrong in the file: not ours to mend
    ],
)
def test_keeps_what_a_script_needs(text: str) -> None:
    assert clean_characters(text) == text


def test_removes_a_joiner_between_latin_letters() -> None:
    assert clean_characters("Os\u200clo og Ber\u200dgen") == "Oslo og Bergen"


@given(st.text())
def test_settles_at_once_in_nfc(text: str) -> None:
    cleaned = clean_characters(text)
    assert unicodedata.is_normalized("NFC", cleaned)
    assert clean_characters(cleaned) == cleaned
    cleaned.encode("utf-8")
