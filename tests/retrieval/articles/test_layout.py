import textwrap

import pytest

from retrieval.articles.cleaning import clean_text
from retrieval.articles.layout import text_width

NORWEGIAN = (
    "Kommunestyret i Storvik vedtok mandag kveld å bygge en ny bru over elva. Den gamle brua fra 1931 er stengt for "
    "tunge kjøretøy, og lastebilene må kjøre en omvei på fire mil. – Vi kan ikke vente lenger, sa ordfører Tuva Solli. "
    "Arbeidet skal etter planen begynne til våren og vare i to år.",
    "Brua vil koste 140 millioner kroner. Fylket betaler halvparten, mens resten skal dekkes av bompenger i femten år "
    "fremover. Opposisjonen mente at regningen burde deles annerledes, men fikk bare ni av de tjuesju stemmene.",
)
RUSSIAN = (
    "Городской совет Заречья решил в понедельник построить новый мост через реку. Старый мост закрыт для грузовиков, и "
    "водителям приходится делать крюк в сорок километров. Работы начнутся весной и продлятся два года, сообщил мэр.",
)
ARABIC = (
    "قرر مجلس المدينة مساء الاثنين بناء جسر جديد فوق النهر بعد إغلاق الجسر القديم أمام الشاحنات الثقيلة. وقال رئيس "
    "البلدية إن العمل سيبدأ في الربيع ويستمر عامين كاملين، وإن نصف التكلفة ستدفعه المحافظة والنصف الآخر من الرسوم.",
)
CHINESE = (
    "市议会星期一晚上决定在河上修建一座新桥，因为旧桥已经禁止重型卡车通行，司机们必须绕行四十公里。"
    "工程将于明年春天开始，预计持续两年时间，市长表示不能再等了。"
)


def _wrapped(paragraph: str, width: int) -> str:
    return textwrap.fill(paragraph, width, break_long_words=False, break_on_hyphens=False)


@pytest.mark.parametrize("width", [50, 65, 72, 80, 100])
@pytest.mark.parametrize("paragraphs", [NORWEGIAN, RUSSIAN, ARABIC])
def test_joins_hard_wrapped_paragraphs(paragraphs: tuple[str, ...], width: int) -> None:
    text = "\n\n".join(_wrapped(paragraph, width) for paragraph in paragraphs)
    assert clean_text(text) == "\n".join(paragraphs)


def test_joins_unspaced_script_without_blanks() -> None:
    wrapped = "\n".join(CHINESE[start : start + 24] for start in range(0, len(CHINESE), 24))
    assert clean_text(wrapped) == CHINESE


def test_a_heading_between_wrapped_paragraphs_stays_a_line() -> None:
    text = "Ny bru over elva\n\n" + _wrapped(NORWEGIAN[0], 72) + "\n\nDyrt\n\n" + _wrapped(NORWEGIAN[1], 72)
    assert clean_text(text).split("\n") == ["Ny bru over elva", NORWEGIAN[0], "Dyrt", NORWEGIAN[1]]


def test_joins_words_cut_at_their_hyphen() -> None:
    text = _wrapped(NORWEGIAN[0], 72).replace("lastebilene må", "Nord-Norge må")
    cut = text.replace("Nord-Norge", "Nord-\nNorge")
    lines = cut.split("\n")
    assert any(line.endswith("Nord-") for line in lines)
    assert "Nord- Norge" not in clean_text(cut)


def test_a_chinese_headline_stays_above_its_article() -> None:
    text = "市议会星期一晚上决定在河上修建一座新桥因为旧桥已经禁止重型卡车通行\n" + CHINESE
    assert clean_text(text) == text


POEM = """Når natta siger over tjern og myr,
og lomen roper ut sin sang i øde,
da går jeg hjem fra dagens siste møte
og hører skogen hviske eventyr.

Da tennes lys i hver en liten grend,
og røyken stiger stille opp mot stjerner.
Jeg vet at noen der i mørket verner
om alt det gode som skal komme igjen."""


def test_a_poem_keeps_its_lines() -> None:
    assert clean_text(POEM) == POEM.replace("\n\n", "\n")


def test_a_poem_between_wrapped_paragraphs_keeps_its_lines() -> None:
    verse = "Stille faller snøen\nover gamle tak,\nmånen er så blek nå\nbak en sky så svak."
    text = f"{_wrapped(NORWEGIAN[0], 72)}\n\n{verse}\n\n{_wrapped(NORWEGIAN[1], 72)}"
    assert clean_text(text) == f"{NORWEGIAN[0]}\n{verse}\n{NORWEGIAN[1]}"


def test_a_refrain_stays() -> None:
    text = "Ro, ro til fiskeskjær,\nro, ro til fiskeskjær,\nmange fisker får vi der,\nmange fisker får vi der."
    assert clean_text(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "- Melk\n- Brød\n- Tolv egg fra gården på den andre siden av elva\n- Smør",
        "– Kommer du?\n– Ja.\n– Da venter jeg her til toget har gått, og så drar vi hjem.",
        "1. Åpne døra.\n2. Slå på lyset.\n3. Gå ut.",
        "def add(a, b):\nreturn a + b\nprint(add(1, 2))",
        "Kort.\nOgså kort.\nTredje setning er litt lengre enn de to første var.",
        "東京\n大阪\n名古屋",
    ],
)
def test_lists_dialogues_and_short_lines_stay(text: str) -> None:
    assert clean_text(text) == text


def test_paragraphs_of_one_line_each_stay_apart() -> None:
    text = "\n".join([*NORWEGIAN, *RUSSIAN])
    assert clean_text(text) == text


@pytest.mark.parametrize(("text", "width"), [("abc", 3), ("世界", 4), ("é", 1), ("e\u0301", 1), ("", 0)])
def test_width_in_columns(text: str, width: int) -> None:
    assert text_width(text) == width
