import codecs
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.articles.encoding import decode, decode_page
from retrieval.errors import ArticleError

NORWEGIAN = (
    "Ferja til Årøya går ikke søndag. Været er for dårlig, sier skipper Øystein Bø. Neste avgang er mandag kl. 8."
)
GERMAN = "Die Brücke über die Große Ache bleibt gesperrt. Bürgermeisterin Käthe Böhm hofft auf März."
ITALIAN = "Il ponte sarà riaperto più tardi, perché la città non ha ancora i fondi. Così ha detto il sindaco."
SPANISH = "El puente se cerró este año. La alcaldesa explicó que mañana empezarán las obras en el barrio de Ibáñez."
FRENCH = "La mairie a décidé de fermer le pont dès février. « C’était nécessaire », a déclaré la maire à l’antenne."
POLISH = (
    "Most zostanie zamknięty w październiku. Burmistrz zapowiedział, że remont potrwa rok i będzie kosztował więcej."
)
TURKISH = "Köprü yıl sonuna kadar kapalı kalacak. Başkan Çağla Işık, çalışmaların ekimde başlayacağını söyledi."
RUSSIAN = "Мост закроют в октябре. Мэр Анна Белова сообщила, что ремонт займёт около года."
GREEK = "Η γέφυρα θα κλείσει τον Οκτώβριο. Η δήμαρχος είπε ότι τα έργα θα διαρκέσουν έναν χρόνο."
ARABIC = "سيغلق الجسر في أكتوبر. وقالت رئيسة البلدية إن الأعمال ستستمر عاما كاملا."
HEBREW = "הגשר ייסגר באוקטובר. ראש העיר אמרה שהעבודות יימשכו שנה."
THAI = "สะพานจะปิดในเดือนตุลาคม นายกเทศมนตรีกล่าวว่างานจะใช้เวลาหนึ่งปี"
CHINESE = "大桥将于十月关闭。市长表示，工程将持续一年左右，车辆需要绕行。"
TAIWANESE = "大橋將於十月關閉。市長表示，工程將持續一年左右，車輛需要繞行。"
JAPANESE = "橋は十月に閉鎖されます。市長によると、工事は約一年かかる見込みです。"
KOREAN = "다리는 시월에 폐쇄됩니다. 시장은 공사가 약 일 년 걸릴 것이라고 말했습니다."


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (NORWEGIAN, "cp1252"),
        (NORWEGIAN, "latin-1"),
        (NORWEGIAN, "mac_roman"),
        (NORWEGIAN, "cp850"),
        (GERMAN, "cp1252"),
        (ITALIAN, "cp1252"),
        (SPANISH, "cp1252"),
        (FRENCH, "cp1252"),
        (POLISH, "cp1250"),
        (POLISH, "iso8859_2"),
        (TURKISH, "cp1254"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8_r"),
        (RUSSIAN, "cp866"),
        (GREEK, "cp1253"),
        (ARABIC, "cp1256"),
        (HEBREW, "cp1255"),
        (THAI, "cp874"),
        (CHINESE, "gb18030"),
        (TAIWANESE, "big5"),
        (JAPANESE, "cp932"),
        (JAPANESE, "euc_jp"),
        (KOREAN, "cp949"),
    ],
)
def test_recognises_older_encodings(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize("text", [NORWEGIAN, RUSSIAN, ARABIC, CHINESE, JAPANESE, KOREAN, THAI])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be"])
def test_reads_unicode_with_and_without_a_mark(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize("mark", [codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE])
def test_reads_big_endian_marks(mark: bytes) -> None:
    encoding = "utf-16-be" if len(mark) == 2 else "utf-32-be"
    assert decode(mark + GREEK.encode(encoding)) == GREEK


def test_text_that_is_wrong_inside_valid_utf8_stays() -> None:
    wrong = NORWEGIAN.encode().decode("cp1252", errors="ignore")
    assert decode(wrong.encode()) == wrong


def test_a_damaged_byte_in_utf8_costs_one_character() -> None:
    data = NORWEGIAN.encode().replace("sø".encode(), b"s\xc3", 1)
    decoded = decode(data)
    assert decoded.count("\ufffd") == 1
    assert "Årøya" in decoded


def test_a_file_cut_inside_a_character_is_utf8() -> None:
    assert decode(CHINESE.encode()[:-1]).startswith(CHINESE[:-1])


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "a PDF document"),
        (b"PK\x03\x04\x14\x00\x06\x00", "a ZIP archive or an office document"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "a PNG image"),
        (b"{\\rtf1\\ansi Hei}", "an RTF document"),
        (bytes(range(256)) * 20, "binary data"),
        (b"\x00" * 500, "binary data"),
        (b"text\x00\x01\x02\x03" * 50, "binary data"),
    ],
)
def test_refuses_binary_files(data: bytes, kind: str) -> None:
    with pytest.raises(ArticleError, match=f"{kind}, not text.*export it as"):
        decode(data)


def test_a_stray_control_character_is_no_binary_file() -> None:
    assert decode(b"Hei\x0c" + NORWEGIAN.encode() + b"\x1a").startswith("Hei")


@given(st.text(min_size=20))
def test_utf8_is_read_back_or_refused_as_binary(text: str) -> None:
    data = text.encode("utf-8")
    try:
        decoded = decode(data)
    except ArticleError:
        return
    assert decoded in {text, text.removeprefix("\ufeff")} or "\x00" in text or any(char < " " for char in text)


@given(st.binary(max_size=400))
def test_any_bytes_are_text_or_an_article_error(data: bytes) -> None:
    with contextlib.suppress(ArticleError):
        assert isinstance(decode(data), str)


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        (b'<html><head><meta charset="windows-1251">', "cp1251"),
        (b'<meta http-equiv="Content-Type" content="text/html; charset=gb2312">', "gb2312"),
        (b'<?xml version="1.0" encoding="ISO-8859-2"?><html>', "iso8859_2"),
    ],
)
def test_a_page_that_names_its_encoding_is_believed(head: bytes, encoding: str) -> None:
    text = {"cp1251": "Мост", "gb2312": "大桥", "iso8859_2": "mostów"}[encoding]
    assert text in decode_page(head + text.encode(encoding))


def test_a_page_that_is_wrong_about_itself_is_not() -> None:
    page = '<meta charset="iso-8859-1"><p>' + RUSSIAN
    assert decode_page(page.encode("utf-8")) == page
    assert decode_page(b'<meta charset="nonsense">' + RUSSIAN.encode("cp1251")).endswith(RUSSIAN)
