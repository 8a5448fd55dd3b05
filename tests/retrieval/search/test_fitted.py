from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from retrieval.errors import SettingsError
from retrieval.search.fitted import FittedValues, load_fitted, save_fitted

MODEL = "model/1/384"


def values(fingerprint: str = MODEL) -> FittedValues:
    return FittedValues(
        fingerprint=fingerprint,
        question_means={"zh": np.full(4, 0.25, np.float32), "ar": np.full(4, -0.5, np.float32)},
        passage_means={"ar": np.full(4, 0.125, np.float32), "ru": np.full(4, 1.0, np.float32)},
        scalars={"centred_weight": 0.5, "min_confidence_same": 0.2},
        arrays={"hidden_weights": np.eye(3, dtype=np.float32)},
    )


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    save_fitted(values(), tmp_path / "fitted" / "model.npz")
    loaded = load_fitted(MODEL, folder=tmp_path / "fitted")
    assert loaded is not None
    assert loaded.fingerprint == MODEL
    assert loaded.scalars == values().scalars
    for name in ("question_means", "passage_means", "arrays"):
        found, expected = getattr(loaded, name), getattr(values(), name)
        assert set(found) == set(expected)
        for key, array in found.items():
            assert array.dtype == np.float32
            np.testing.assert_array_equal(array, expected[key])


def test_another_models_values_are_not_used(tmp_path: Path) -> None:
    save_fitted(values(), tmp_path / "model.npz")
    assert load_fitted("model/2/384", folder=tmp_path) is None


def test_the_right_file_is_found_among_several(tmp_path: Path) -> None:
    save_fitted(values("a/1"), tmp_path / "a.npz")
    save_fitted(values(), tmp_path / "b.npz")
    loaded = load_fitted(MODEL, folder=tmp_path)
    assert loaded is not None
    assert loaded.fingerprint == MODEL


def test_a_missing_folder_means_that_nothing_is_fitted(tmp_path: Path) -> None:
    assert load_fitted(MODEL, folder=tmp_path / "absent") is None


def test_values_without_any_language_or_weights_survive(tmp_path: Path) -> None:
    save_fitted(FittedValues(MODEL, {}, {}, {}, {}), tmp_path / "model.npz")
    loaded = load_fitted(MODEL, folder=tmp_path)
    assert loaded is not None
    assert loaded.question_means == {}


def damage_text(path: Path) -> None:
    path.write_bytes(b"this is no archive")


def damage_end(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def damage_middle(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[60:90] = b"\xff" * 30
    path.write_bytes(bytes(data))


def empty(path: Path) -> None:
    path.write_bytes(b"")


def drop_header(path: Path) -> None:
    np.savez(path, weights=np.zeros(3))


def drop_means(path: Path) -> None:
    header = {"fingerprint": MODEL, "question_languages": ["ar"], "passage_languages": [], "scalars": {}}
    np.savez(path, header=np.array(json.dumps(header)))


def too_few_means(path: Path) -> None:
    header = {"fingerprint": MODEL, "question_languages": ["ar", "zh"], "passage_languages": [], "scalars": {}}
    np.savez(path, header=np.array(json.dumps(header)), question_means=np.zeros((1, 4)), passage_means=np.zeros((0, 4)))


def cut(path: Path, *, kept: float) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * kept)])


def not_an_object(path: Path) -> None:
    np.savez(path, header=np.array("[]"))


def no_json(path: Path) -> None:
    np.savez(path, header=np.array("{"))


def a_pickle(path: Path) -> None:
    np.savez(path, header=np.array({"fingerprint": MODEL}, dtype=object))


@pytest.mark.parametrize(
    "damage",
    [
        damage_text,
        damage_end,
        damage_middle,
        empty,
        partial(cut, kept=0.02),
        partial(cut, kept=0.5),
        partial(cut, kept=0.98),
        drop_header,
        drop_means,
        too_few_means,
        not_an_object,
        no_json,
        a_pickle,
    ],
)
def test_a_damaged_file_is_named_with_the_fix(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    path = tmp_path / "model.npz"
    save_fitted(values(), path)
    damage(path)
    with pytest.raises(SettingsError, match=r"fitted values in model\.npz cannot be read .*; reinstall kilde"):
        load_fitted(MODEL, folder=tmp_path)


def test_a_wrong_byte_anywhere_is_found_or_harmless(tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    save_fitted(values(), path)
    data = path.read_bytes()
    for place in range(0, len(data), 3):
        wrong = bytearray(data)
        wrong[place] ^= 0xFF
        for damaged in (data[:place], bytes(wrong)):
            path.write_bytes(damaged)
            load_fitted.cache_clear()
            with suppress(SettingsError):
                loaded = load_fitted(MODEL, folder=tmp_path)
                assert loaded is not None
                assert loaded.scalars == values().scalars
