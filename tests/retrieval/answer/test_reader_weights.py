from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from retrieval.answer.reader_weights import READER_FILE, load_reader, save_reader
from retrieval.errors import SettingsError
from retrieval.index.embedding import default_identity
from retrieval.index.packed_weights import PackedWeights

if TYPE_CHECKING:
    from pathlib import Path


def test_changes_replace_a_tensor_or_are_added_to_it(packed_weights: PackedWeights, tmp_path: Path) -> None:
    down, up = np.full((2, 384), 0.5, dtype=np.float32), np.zeros((384, 2), dtype=np.float32)
    up[3] = 0.25
    bias = np.ones(384, dtype=np.float32)
    changes = {"l4.q.w.down": down, "l4.q.w.up": up, "l4.q.b": bias}
    save_reader(changes, fingerprint="test", mark_layer=4, path=tmp_path / "reader.npz")
    found = load_reader(packed_weights, fingerprint="test", path=tmp_path / "reader.npz")
    assert found is not None
    assert (found.mark_layer, found.sizes) == (4, packed_weights.sizes)
    np.testing.assert_array_equal(found.floats("l4.q.b"), bias)
    np.testing.assert_array_equal(found.floats("l3.q.w"), packed_weights.floats("l3.q.w"))
    difference = (found.floats("l4.q.w") - packed_weights.floats("l4.q.w")).reshape(384, 384)
    np.testing.assert_allclose(difference[3], 0.25, atol=1e-6)  # 2 * .25 * .5
    assert not difference[[0, 2, 4]].any()


def test_the_files_hash_tells_one_reader_from_another(packed_weights: PackedWeights, tmp_path: Path) -> None:
    digests = set()
    for value in (0.0, 1.0):
        save_reader({"mark": np.full(384, value)}, fingerprint="test", mark_layer=4, path=tmp_path / "reader.npz")
        found = load_reader(packed_weights, fingerprint="test", path=tmp_path / "reader.npz")
        assert found is not None
        digests.add(found.digest)
    assert len(digests) == 2


def test_changes_to_other_weights_are_not_used(packed_weights: PackedWeights, tmp_path: Path) -> None:
    save_reader({"mark": np.zeros(384)}, fingerprint="other", mark_layer=4, path=tmp_path / "reader.npz")
    assert load_reader(packed_weights, fingerprint="test", path=tmp_path / "reader.npz") is None


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no", bytes(200)])
def test_a_damaged_file_is_an_error_that_names_it(
    packed_weights: PackedWeights, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "reader.npz").write_bytes(content)
    with pytest.raises(SettingsError, match=r"the reader's weights in reader\.npz cannot be read"):
        load_reader(packed_weights, fingerprint="test", path=tmp_path / "reader.npz")


def test_the_file_that_comes_with_the_package_belongs_to_the_default_model(packed_weights: PackedWeights) -> None:
    assert READER_FILE.stat().st_size < 6_000_000
    assert load_reader(packed_weights, fingerprint=default_identity().fingerprint) is not None
