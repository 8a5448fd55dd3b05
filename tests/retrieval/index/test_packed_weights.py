from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from retrieval.errors import SettingsError
from retrieval.index.embedding import default_weights
from retrieval.index.packed_weights import BLOCK_TYPE, PackedWeights, dequantize, read_packed_weights

if TYPE_CHECKING:
    from pathlib import Path


def test_the_bundled_model_is_multilingual_e5_small(packed_weights: PackedWeights) -> None:
    sizes = packed_weights.sizes
    assert (sizes.hidden_size, sizes.layers, sizes.heads, sizes.intermediate_size) == (384, 12, 12, 1536)
    assert (sizes.vocab_size, sizes.max_tokens) == (250_037, 512)
    vocabulary = packed_weights.vocabulary
    assert vocabulary.pieces[:5] == ["<s>", "<pad>", "</s>", "<unk>", ","]
    assert (vocabulary.bos, vocabulary.pad, vocabulary.eos, vocabulary.unk) == (0, 1, 2, 3)
    assert len(vocabulary.scores) == len(vocabulary.pieces)
    assert vocabulary.replaced[ord("ﬁ")] == "fi"


@pytest.mark.parametrize(
    ("name", "size"), [("emb.pos", 512 * 384), ("l0.q.w", 384 * 384), ("l11.fo.w", 1536 * 384), ("l5.oln.b", 384)]
)
def test_tensors_have_their_sizes(packed_weights: PackedWeights, name: str, size: int) -> None:
    values = packed_weights.floats(name)
    assert values.shape == (size,)
    assert values.dtype == np.float32
    assert np.isfinite(values).all()


def test_a_block_is_taken_apart() -> None:
    block = np.zeros(1, dtype=BLOCK_TYPE)
    block["scale"] = 0.5
    block["weights"][0, 0] = 0x9F  # weight 0 is 15 - 8, weight 16 is 9 - 8
    values = dequantize(block)
    assert (values[0], values[16], values[1]) == (3.5, 0.5, -4.0)


def test_an_unknown_tensor_is_an_error(packed_weights: PackedWeights) -> None:
    with pytest.raises(SettingsError, match=r"no tensor 'l12\.q\.w'"):
        packed_weights.floats("l12.q.w")


@pytest.mark.parametrize("content", [b"", b"GGUF" + bytes(100), b"E5S1", b"E5S1" + bytes(60)])
def test_another_file_is_an_error_that_names_it(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "weights.bin"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match=r"weights\.bin"):
        read_packed_weights(file)


def test_a_file_that_ends_early_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "weights.bin"
    file.write_bytes(default_weights().read_bytes()[:3_000_000])
    with pytest.raises(SettingsError, match=r"weights\.bin cannot be read as packed weights"):
        read_packed_weights(file)
