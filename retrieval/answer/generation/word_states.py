"""What the bundled encoder makes of each word of a text, and of the whole of it.

Two texts are compared word by word as BERTScore does (arXiv:1904.09675): a word of one that no word of the other comes
near is something that the other does not say.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import regex

from retrieval.answer.onnx_session import open_session
from retrieval.index.embedding import Vector
from retrieval.index.graph_cache import EMBEDDINGS, cached_graph
from retrieval.index.packed_weights import PackedWeights
from retrieval.index.tokens import TextTokenizer
from retrieval.search.fitted import Matrix

if TYPE_CHECKING:
    from onnx import ModelProto

PREFIX = "query:"
"""Both texts are read as questions: multilingual-e5 compares texts of one kind so."""
KEPT = 2000
"""Texts whose words are remembered, 60 kB each at most."""

_WORD = regex.compile(r"[\p{L}\p{M}\d]+(?:['’.,\-][\p{L}\p{M}\d]+)*|\p{Han}")


@dataclass(frozen=True, slots=True)
class WordStates:
    """A text's words, ``(words, hidden)`` float32, and the whole, ``(hidden,)``; all of length 1."""

    words: tuple[str, ...]
    states: Matrix
    whole: Vector


class WordEncoder:
    """Encodes one text at a time. Not thread-safe: one thread at a time."""

    def __init__(self, weights: PackedWeights, tokenizer: TextTokenizer, *, cache_dir: Path | None = None) -> None:
        """Load the encoder.

        Args:
            weights: Of the bundled embedding model.
            tokenizer: Made of the same.
            cache_dir: Where its graph is kept for the next start; None: the user's cache folder.
        """
        self._weights = weights
        self._tokenizer = tokenizer
        digest = hashlib.sha256(weights.floats("emb.ln.w").tobytes() + weights.floats("l0.q.w").tobytes()).hexdigest()
        graph = cached_graph(f"encoder-{digest[:16]}", lambda: _build_graph(weights), folder=cache_dir)
        self._session = open_session(graph)
        self.encode = lru_cache(maxsize=KEPT)(self._encode)

    def is_common(self, word: str) -> bool:
        """Whether a word is known to the tokenizer in small letters, and commoner so than with its capital."""
        small, as_it_is = self._tokenizer.encode([f" {word.lower()}", f" {word}"])
        scores = self._weights.vocabulary.scores
        return len(small) == 1 and float(scores[small].sum()) > float(scores[as_it_is].sum())

    def _encode(self, text: str) -> WordStates:
        """The words of a text in their context; what goes beyond 512 tokens is left out."""
        words = _WORD.findall(text)
        vocabulary = self._weights.vocabulary
        prefix, *pieces = self._tokenizer.encode([PREFIX, *(f" {word}" for word in words)])
        ids = [vocabulary.bos, *prefix]
        bounds = [len(ids)]
        for piece in pieces:
            ids += piece
            bounds.append(len(ids))
        most = self._weights.sizes.max_tokens - 1
        ids = [*ids[:most], vocabulary.eos]
        (states,) = self._session.run(None, {EMBEDDINGS: self._weights.embeddings(ids)})
        read = sum(end <= most for end in bounds[1:])
        rows = [states[start:end].mean(axis=0) for start, end in pairwise(bounds[: read + 1])]
        together = np.array(rows, dtype=np.float32).reshape(read, states.shape[1])
        whole = states.mean(axis=0)
        return WordStates(
            tuple(words[:read]),
            together / np.maximum(np.linalg.norm(together, axis=1, keepdims=True), 1e-9),
            whole / max(float(np.linalg.norm(whole)), 1e-9),
        )


def _build_graph(weights: PackedWeights) -> ModelProto:
    from retrieval.index.encoder_graph import build_encoder  # late: onnx takes .2 s, and graphs are cached

    return build_encoder(weights)
