"""Sentence boundaries in the project's languages, and the contract of the spans."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.articles.sentences import MAX_SENTENCE_CHARS, split_sentences
from retrieval.models import Span

CASES = [
    ("it", ["Il comando nascerà entro marzo. 2025 per coordinare i piloti.", "Lo scrive il giornale."]),
    ("it", ["Si veda pag. 3 del rapporto.", "L'art. 5 della legge lo vieta."]),
    ("it", ["Il dott. Bassi e l'on. Merli hanno detto no.", "La seduta è finita alle 12.30."]),
    ("it", ["«Non è vero. Mai», ha detto la sindaca.", "Poi è uscita."]),
    ("it", ["— È un passo storico, — ha detto un funzionario.", "Costa 3.500 euro, il 2,5 per cento in più."]),
    ("it", ["Il parco fu aperto dieci anni fa.", "La diga è dell'UE.", "I lavori sono finiti."]),
    ("it", ["Oltre 30 persone, ad es. Marta Bassi, attendono.", "Perché?"]),
    ("no", ["Den 5. mai kom f.eks. ordføreren kl. 12.30.", "Alle ventet."]),
    ("no", ["– Vi er klare, sa Haugli.", "Ca. 30 pst. av båtene, bl.a. «Havlys», ligger i havn."]),
    (
        "no",
        [
            "De fikk beskjed om å gå ut.",
            "Ingen visste hvorfor han ble med.",
            "Det var slik hun ville ha det.",
            "Nå er alt stengt.",
        ],
    ),
    ("no", ["«Dette er bra. Veldig bra», sa hun.", "Øvelsen U.S. Global Thunder begynte 17. mai."]),
    ("no", ["Hvem eier broen? spurte J. K. Haugli.", "Ingen svarte."]),
    ("no", ["Saken gjelder nr. 4 og pkt. 12.", "Den ble avgjort i 1990.", "12 personer var til stede."]),
    ("en", ["Mr. Pell left at 5 p.m. on Friday.", "It cost $3.5 million."]),
    ("en", ["Dr. J. K. Larkin of the U.S. Coastal Survey agreed.", "No one else did."]),
    ("en", ['"No. Never," she said.', "Then she left."]),
    ("en", ["The fire began on Sept. 4 near Lot No. 7.", "He said no.", "She stayed."]),
    ("en", ["The ferry, e.g. the Marigold, was late.", "Why?", "Nobody knew!"]),
    ("en", ["It reopens on 16 May.", "Full tickets cost 9 euros."]),
    ("de", ["Am 5. Mai kam Dr. Kern z. B. nach Auenried.", "Das kostet ca. 3 Mio. Euro."]),
    ("de", ["„Das ist gut. Sehr gut“, sagte er.", "Dann ging er."]),
    ("de", ["Nach § 5 Abs. 2 gilt das bzw. galt es.", "So etwas dieser Art gab es nie."]),
    ("de", ["Sie öffnete die Tür.", "Er blieb bis 1990.", "Danach zog er um."]),
    ("fr", ["M. Dorval est venu avec Mme Vasseur.", "Il est reparti à 12 h 30."]),
    ("fr", ["« C'est bien. Très bien », a-t-elle dit.", "Puis elle est partie."]),
    ("fr", ["Selon l'art. 5, p. 12, le vol est puni.", "C'est tout."]),
    ("fr", ["Est-ce vrai ?", "Oui, dès janvier.", "La mairie paiera 1,5 million."]),
    ("es", ["El Sr. Robledo llegó a EE. UU. en mayo.", "¿Cómo volvió?"]),
    ("es", ["«Es así. Siempre», dijo la alcaldesa.", "¡Nadie lo creía!"]),
    ("es", ["Véase la pág. 12 y el núm. 3 del acta.", "Costó 3.5 millones."]),
    ("es", ["La Dra. Olmedo dijo que no.", "El Ayuntamiento pagará en junio."]),
    ("ar", ["ذهب الوزير إلى المدينة.", "متى يعود؟", "غدا!"]),
    ("ar", ["قال المدير: «هذا صحيح. دائما».", "ثم خرج."]),
    ("ar", ["بلغت الكلفة 3.5 مليون دينار؛ وهو رقم كبير.", "لم يعلق أحد."]),
    ("ar", ["وصل د. سامر إلى الميناء في الساعة 12.30.", "انتهى الاجتماع."]),
    ("zh", ["他说：“我不去。你去吧。”", "然后他走了。"]),
    ("zh", ["真的吗？", "是的！", "价格是3.5元。"]),
    ("zh", ["“桥梁安全。”市长说。", "大桥于5月12日通车。"]),
    ("zh", ["「好。」她说。", "会议于下午三点结束。", "没有人发言（共12人）。"]),
    ("zh", ["大桥全长86米。", "2024年8月的洪水冲毁了桥墩！", "3人受伤（一人已出院。）"]),
    ("zh", ["有人问：“何时开放？5月吗？”", "2位工程师没有回答。"]),
    ("es", ["La casa está junto al mar.", "Casi nadie la ve."]),
    ("it", ["Non ci sono mai stati, né qui né mai.", "Altri ci vanno.", "Non c'è più un set.", "Peccato."]),
    ("hi", ["डॉ. हरीश ने 12 कुएँ देखे।", "2 सूखे थे।"]),
    ("ja", ["彼は「はい。行きます。」と言った。", "そして帰った。"]),
    ("hi", ["पुल सोमवार को खुला।", "लागत कितनी थी?", "तीन करोड़ रुपये।"]),
    ("ru", ["Мост им. Лаптева открыли в 1990 г. в городе.", "Это т. е. правда.", "А. С. Лаптев был там."]),
    ("el", ["Ο κ. Δελής έφτασε.", "Πότε έφυγε;", "Χθες, π.χ. το πρωί."]),
    ("tr", ["Dr. Aydın 3. kez geldi.", "Köprü 5 Mayıs'ta açıldı."]),
    ("und", ["Lorem ipsum.", "Dolor sit amet."]),
]


def _texts(text: str, language: str) -> list[str]:
    return [text[span.start_char : span.end_char] for span in split_sentences(text, language)]


@pytest.mark.parametrize(("language", "sentences"), CASES)
def test_sentences_of_a_paragraph_are_found(language: str, sentences: list[str]) -> None:
    separator = "" if language in {"zh", "ja"} else " "
    assert _texts(separator.join(sentences), language) == sentences


def test_a_line_break_always_ends_a_sentence() -> None:
    assert _texts("Un titolo senza punto\n\nil testo che segue.\n", "it") == [
        "Un titolo senza punto",
        "il testo che segue.",
    ]


@pytest.mark.parametrize("blank", ["\u00a0", "\u2028", "\u3000", "\u202f"])
def test_blanks_of_several_bytes_are_blanks(blank: str) -> None:
    # sentencex panics on this text as it stands.
    text = f"A {blank}\u2028.)B–{blank};жß 文– 1{blank};2–;»;Ж«!!– Slutt.{blank}Nå er alt stengt."
    assert _texts(text, "en")[-1] == "Nå er alt stengt."


def test_scripts_mixed_in_one_line_are_both_split() -> None:
    text = "Han måtte gå ut. Nå er alt stengt. 会议结束。2人留下。Nå er de ute. Nei."
    assert _texts(text, "no") == [
        "Han måtte gå ut.",
        "Nå er alt stengt.",
        "会议结束。",
        "2人留下。",
        "Nå er de ute.",
        "Nei.",
    ]


def test_text_without_capitals_is_still_split() -> None:
    assert _texts("jeg kommer i morgen. du kan vente hjemme.", "no") == ["jeg kommer i morgen.", "du kan vente hjemme."]


def test_a_name_with_a_small_first_letter_begins_a_sentence() -> None:
    assert _texts("Ventene var lange. iKart svarte ikke.", "no") == ["Ventene var lange.", "iKart svarte ikke."]


def test_a_number_after_a_month_name_may_begin_a_sentence() -> None:
    assert _texts("Broen åpner i mai. 12 personer har søkt.", "no") == ["Broen åpner i mai.", "12 personer har søkt."]


def test_nothing_is_found_in_a_blank_text() -> None:
    assert split_sentences(" \n\t\n", "it") == []


@pytest.mark.parametrize(
    ("language", "unit", "limit"),
    [
        ("en", "the long list goes on; ", MAX_SENTENCE_CHARS),
        ("th", "รัฐบาลประกาศแผนใหม่เมื่อวันจันทร์ ", 250),
        ("zh", "市政府宣布新的计划，", 200),
        ("no", "ord ", MAX_SENTENCE_CHARS),
        ("en", "x", MAX_SENTENCE_CHARS),
    ],
)
def test_a_very_long_sentence_is_cut_at_its_best_breaks(language: str, unit: str, limit: int) -> None:
    text = unit * (3 * limit // len(unit))
    spans = split_sentences(text, language)
    assert all(span.end_char - span.start_char <= limit for span in spans)
    assert "".join(text[span.start_char : span.end_char] for span in spans).replace(" ", "") == text.replace(" ", "")
    if not unit.isalpha():
        assert all(
            span.end_char == len(text.rstrip()) or text[: span.end_char].endswith(unit.strip()) for span in spans
        )


def test_a_cut_never_separates_a_letter_from_its_marks() -> None:
    text = "किकिकि" * 400
    assert all(text[span.start_char] == "क" for span in split_sentences(text, "hi"))


def test_a_long_line_of_unclosed_quotes_keeps_its_time_and_its_words() -> None:
    text = "«Nessuno parla. " * 2000
    spans = split_sentences(text, "it")
    assert sum(text[span.start_char : span.end_char].count("parla") for span in spans) == 2000


_ALPHABET = st.sampled_from("aAéßBжЖ中文。？！「」“”«»\"'()–—.!?…,;:؟ مไท१5 12\n\t\u00a0\u3000\u2028\r\u0301\u200d😀")


@settings(max_examples=300, deadline=None)
@given(
    text=st.text(_ALPHABET, max_size=120) | st.text(max_size=60),
    language=st.sampled_from(["it", "no", "en", "de", "fr", "es", "ar", "zh", "th", "und"]),
)
def test_spans_hold_every_visible_character_once_in_order(text: str, language: str) -> None:
    spans = split_sentences(text, language)
    position = 0
    for span in spans:
        assert isinstance(span, Span)
        assert position <= span.start_char < span.end_char <= len(text)
        assert not text[position : span.start_char].strip()
        sentence = text[span.start_char : span.end_char]
        assert sentence == sentence.strip()
        assert "\n" not in sentence
        position = span.end_char
    assert not text[position:].strip()
