"""What the passage reader learned, as changes to the embedding model's own weights."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from retrieval.index.packed_weights import Floats, PackedWeights, Sizes
from retrieval.search.fitted import opened_archive

READER_FILE = Path(__file__).parent / "fitted" / "reader-multilingual-e5-small-q4.npz"
DOWN, UP = ".down", ".up"
"""Suffixes of the two factors whose product is added to a matrix (LoRA, arXiv:2106.09685)."""


@dataclass(frozen=True, slots=True)
class ReaderWeights:
    """Weights of the encoder with the changes applied, and what reads its states; `save_reader` writes the file."""

    base: PackedWeights
    changes: Mapping[str, Floats]
    mark_layer: int
    digest: str
    """SHA-256 of the file, hexadecimal."""

    @property
    def sizes(self) -> Sizes:
        """Of the encoder."""
        return self.base.sizes

    def floats(self, name: str) -> Floats:
        """A tensor of the changed encoder, flat float32."""
        if name in self.changes:
            return self.changes[name].reshape(-1)
        own = self.base.floats(name)
        if name + UP in self.changes:
            return own + (self.changes[name + UP] @ self.changes[name + DOWN]).reshape(-1)
        return own


def load_reader(base: PackedWeights, *, fingerprint: str, path: Path = READER_FILE) -> ReaderWeights | None:
    """Read the changes that belong to the embedding model; None if they were fitted to other weights.

    Raises:
        SettingsError: The file cannot be read.
    """
    with opened_archive(path, what="reader's weights") as (header, stored):
        if header["fingerprint"] != fingerprint:
            return None
        changes = {name: stored[name].astype(np.float32) for name in stored.files if name != "header"}
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        return ReaderWeights(base, changes, int(header["mark_layer"]), digest)


def save_reader(changes: Mapping[str, Floats], *, fingerprint: str, mark_layer: int, path: Path = READER_FILE) -> None:
    """Write changes to a file that `load_reader` reads, as float16."""
    header = json.dumps({"fingerprint": fingerprint, "mark_layer": mark_layer}, sort_keys=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays = {name: value.astype(np.float16) for name, value in changes.items()}
    np.savez_compressed(path, header=np.array(header), **arrays)  # type: ignore[arg-type]  # numpy's stub takes no names
