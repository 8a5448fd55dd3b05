"""The index: nodes and vectors in Chroma, words in tantivy, and the run that brings both up to date."""

from retrieval.index.embedding import EmbeddingIdentity, default_embedding, default_engine, default_identity, identity

__all__ = ["EmbeddingIdentity", "default_embedding", "default_engine", "default_identity", "identity"]
