"""What a sentence-transformers model says of itself: its files' fingerprint, its prefixes, how it makes vectors."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retrieval.errors import SettingsError

HUB_ID = re.compile(r"[\w.-]+(/[\w.-]+)?", re.ASCII)
E5_NAME = re.compile(
    r"(intfloat[-_/]+)?(e5-(small|base|large)(-v2)?|multilingual-e5-(small|base|large))", re.IGNORECASE
)
"""The E5 models whose cards demand ``query: `` and ``passage: `` and whose configurations do not say so.

Not their ``-instruct`` relatives, nor models that were trained further from them, which may want something else.
"""
CACHED_HUB_FOLDER = "models--"
"""Hugging Face's cache keeps ``org/name`` in ``models--org--name/snapshots/REVISION``."""

FINGERPRINTED = {".json", ".txt", ".model", ".safetensors", ".bin"}
WHOLE_BYTES = 1_000_000
"""Smaller files are hashed whole; of larger ones the size and SAMPLES pieces of SAMPLE_BYTES."""
SAMPLES = 32
SAMPLE_BYTES = 4096
DIGITS = 12

ReadJson = Callable[[str], Any]
"""The content of one of the model's files, by its path; None if the model has no such file."""


@dataclass(frozen=True, slots=True)
class Prefixes:
    """What the model was trained to find before each text."""

    question: str = ""
    passage: str = ""

    def __str__(self) -> str:
        if not self.question and not self.passage:
            return "no prefixes"
        return f"prefixes {self.question!r} and {self.passage!r}"


E5_PREFIXES = Prefixes("query: ", "passage: ")


def find_folder(model: str) -> Path | None:
    """The folder that ``transformers:MODEL`` names; None if it can only be an id of Hugging Face.

    Raises:
        SettingsError: It is a path, and there is no folder.
    """
    folder = Path(model).expanduser()
    if folder.is_dir():
        if not (folder / "config.json").is_file() and not (folder / "modules.json").is_file():
            raise SettingsError(
                f"KILDE_EMBED is transformers:{model}, but that folder holds no model (no config.json). "
                "Name the folder that the model was saved to."
            )
        return folder.absolute()
    if HUB_ID.fullmatch(model) and not model.startswith("."):
        return None
    raise SettingsError(
        f"KILDE_EMBED is transformers:{model}, but there is no such folder. "
        "Correct the path, or give a Hugging Face id such as intfloat/multilingual-e5-base."
    )


def folder_fingerprint(folder: Path) -> str:
    """Name of the model in a folder, from its configuration and samples of its weights; 20 ms for 500 MB."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in FINGERPRINTED and path.is_file():
            size = path.stat().st_size
            digest.update(f"{path.relative_to(folder).as_posix()}\0{size}\0".encode())
            with path.open("rb") as file:
                if size <= WHOLE_BYTES:
                    digest.update(file.read())
                    continue
                for number in range(SAMPLES):
                    file.seek((size - SAMPLE_BYTES) * number // (SAMPLES - 1))
                    digest.update(file.read(SAMPLE_BYTES))
    return f"transformers/{folder.name}/{digest.hexdigest()[:DIGITS]}"


def read_prefixes(model: Path | str, read_json: ReadJson) -> Prefixes:
    """The prefixes in ``config_sentence_transformers.json``, chosen as sentence-transformers would choose them.

    Args:
        model: Folder or id.
        read_json: Reads the model's files.
    """
    settings = read_json("config_sentence_transformers.json") or {}
    prompts: dict[str, str] = settings.get("prompts") or {}
    default = prompts.get(settings.get("default_prompt_name") or "") or ""
    question = prompts.get("query") or default
    passage = next((prompts[name] for name in ("document", "passage", "corpus") if prompts.get(name)), default)
    if question or passage:
        return Prefixes(question, passage)
    return known_prefixes(model)


def known_prefixes(model: Path | str) -> Prefixes:
    """The prefixes of a model that is known by its name, where its configuration does not give any."""
    return E5_PREFIXES if is_e5(model) else Prefixes()


def is_e5(model: Path | str) -> bool:
    """Whether this is one of the E5 models that want ``query: `` and ``passage: `` and average their tokens."""
    if isinstance(model, str):
        return E5_NAME.fullmatch(model) is not None
    cached = [part.removeprefix(CACHED_HUB_FOLDER) for part in model.parts if part.startswith(CACHED_HUB_FOLDER)]
    return any(E5_NAME.fullmatch(name) for name in (model.name, *cached))


def check_pooling(model: Path | str, read_json: ReadJson) -> None:
    """See that the model says how a text's vector is made of its tokens' vectors.

    Raises:
        SettingsError: It does not; averaging would be a guess.
    """
    if read_json("modules.json") is None and not is_e5(model):
        raise SettingsError(
            f"KILDE_EMBED is transformers:{model}, which has no modules.json: it does not say how a text's vector is "
            "made. Use an embedding model in the format of sentence-transformers."
        )


def read_folder_json(folder: Path) -> ReadJson:
    """Reads the files of a model in a folder."""

    def read(name: str) -> Any:
        try:
            return json.loads((folder / name).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise SettingsError(
                f"The file {name} of the embedding model in {folder} cannot be read: {error}."
            ) from error

    return read
