"""Values fitted to one embedding model: language means, fusion weights, the sentence reader and its calibration.

They lie in one file a model under ``fitted/``, written by ``benchmarks/fit.py``, and carry that model's fingerprint.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.lib.npyio import NpzFile
from numpy.typing import NDArray

from retrieval.errors import SettingsError

FITTED_FOLDER = Path(__file__).parent / "fitted"

Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class FittedValues:
    """What was measured on texts nobody asks about, for one embedding model."""

    fingerprint: str
    question_means: dict[str, Matrix]
    """Language to the mean vector of questions in it, ``(dim,)``."""
    passage_means: dict[str, Matrix]
    """Language to the mean vector of nodes in it, ``(dim,)``."""
    scalars: dict[str, float]
    """Named numbers: fusion weights, scales, thresholds."""
    arrays: dict[str, Matrix]
    """Named weights of the sentence scorer and of confidence."""

    def expect(self, name: str, size: int, *, part: str, columns: str) -> None:
        """Check that the weights of a part were fitted to the columns that this version computes.

        Raises:
            SettingsError: ``arrays[name]`` does not have ``size`` elements.
        """
        if len(self.arrays[name]) != size:
            raise SettingsError(
                f"the fitted {part} knows {len(self.arrays[name])} {columns} and this version has {size}; "
                "run benchmarks/fit.py"
            )


@lru_cache(maxsize=8)
def load_fitted(fingerprint: str, *, folder: Path = FITTED_FOLDER) -> FittedValues | None:
    """Find the values fitted to the model with this fingerprint; None if nobody fitted any.

    Raises:
        SettingsError: The file is there but cannot be read.
    """
    for path in sorted(folder.glob("*.npz")):
        with opened_archive(path, what="fitted values") as (header, stored):
            if header["fingerprint"] == fingerprint:
                return _from_arrays(header, {name: stored[name] for name in stored.files if name != "header"})
    return None


@contextmanager
def opened_archive(path: Path, *, what: str) -> Iterator[tuple[dict[str, Any], NpzFile]]:
    """A file of arrays and its header; whatever goes wrong while it is open is told as damage to the file.

    Raises:
        SettingsError: It cannot be read; the message names ``what`` and the file.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            yield json.loads(str(stored["header"])), stored
    # A RuntimeError: a damaged entry looks encrypted, or packed in a way that zipfile doesn't know.
    except (OSError, EOFError, ValueError, TypeError, KeyError, RuntimeError, BadZipFile, zlib.error) as error:
        raise SettingsError(f"the {what} in {path.name} cannot be read ({error}); reinstall kilde") from error


def save_fitted(values: FittedValues, path: Path) -> None:
    """Write fitted values to a file that `load_fitted` finds; means and weights as float16."""
    header = {
        "fingerprint": values.fingerprint,
        "question_languages": sorted(values.question_means),
        "passage_languages": sorted(values.passage_means),
        "scalars": values.scalars,
    }
    arrays: dict[str, Any] = {f"weights_{name}": array.astype(np.float16) for name, array in values.arrays.items()}
    for kind, means in (("question", values.question_means), ("passage", values.passage_means)):
        arrays[f"{kind}_means"] = np.array([means[language] for language in sorted(means)], dtype=np.float16)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, header=np.array(json.dumps(header, sort_keys=True)), **arrays)


def _from_arrays(header: dict[str, object], arrays: dict[str, NDArray[np.float16]]) -> FittedValues:
    def means(kind: str) -> dict[str, Matrix]:
        languages = header[f"{kind}_languages"]
        rows = arrays[f"{kind}_means"].astype(np.float32)
        return dict(zip(languages, rows, strict=True))  # type: ignore[call-overload]  # JSON has no static types

    return FittedValues(
        fingerprint=str(header["fingerprint"]),
        question_means=means("question"),
        passage_means=means("passage"),
        scalars={str(name): float(value) for name, value in dict(header["scalars"]).items()},  # type: ignore[call-overload]
        arrays={
            name.removeprefix("weights_"): array.astype(np.float32)
            for name, array in arrays.items()
            if name.startswith("weights_")
        },
    )
