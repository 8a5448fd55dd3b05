import pytest

from retrieval.articles.cleaning import clean_text
from retrieval.articles.teasers import is_teaser


@pytest.mark.parametrize(
    "line",
    [
        "Ora osservando",
        "Les også",
        "LES OGSÅ:",
        "Les også: Ny bru over Storelva åpnet",
        "Les også: Hvem betaler for brua?",
        "(Les også: Ny bru over Storelva)",
        "► Les mer »",
        "**Read also:** Ferry runs aground",
        "READ MORE | Ferry runs aground",
        "Leggi anche: Il ponte riapre a marzo",
        "Lesen Sie auch: Brücke wieder offen",
        "Lire aussi : Le pont rouvre",
        "À LIRE AUSSI",
        "Lea también: Reabre el puente",
        "Читайте также: Мост открыт",
        "Зараз дивляться",
        "اقرأ أيضا: افتتاح الجسر",
        "קראו גם",
        "यह भी पढ़ें: नया पुल खुला",
        "延伸阅读：大桥重新开放",
        "関連記事",
        "관련 기사: 다리 다시 개통",
        "อ่านเพิ่มเติม",
        "Advertisement",
        "Les mer ...",
        "Saken fortsetter under bildet.",
        "Les mer om det her: Slik blir den nye brua",
        ":Se også: Brua over Storelva",
        "Annonse",
    ],
)
def test_knows_teasers(line: str) -> None:
    assert is_teaser(line)


@pytest.mark.parametrize(
    "line",
    [
        "Les også boken hennes, den er god.",
        "Les også: Hun skrev boken på ett år, og den solgte godt.",
        "Se også på taket, sa han.",
        "Read more books, said the minister.",
        "Read also the small print",
        "Leggi anche il libro.",
        "Leggi anche questo libro, disse la maestra",
        "Lire aussi souvent que possible",
        "Читайте также книги этого автора.",
        "اقرأ أيضا هذا الكتاب.",
        "延伸阅读对学生很重要。",
        "– Les mer.",
        "Zum Thema: Was die Stadt vorhat",
        "Más información: el teléfono 112",
        "Annonser i avisen koster mer",
        "Related: a word with two meanings",
        "Mer om dette i morgen, sa ordføreren.",
        "",
        "Les også: " + "svært lang tekst " * 20,
    ],
)
def test_leaves_prose_that_begins_like_a_teaser(line: str) -> None:
    assert not is_teaser(line)


def test_a_removed_teaser_leaves_its_neighbours_apart() -> None:
    text = "Brua ble åpnet i går\nLes også: Slik blir den nye veien\nav ordføreren, som klippet snora."
    assert clean_text(text) == "Brua ble åpnet i går\nav ordføreren, som klippet snora."


def test_a_text_of_teasers_only_stays() -> None:
    assert clean_text("Les også") == "Les også"
