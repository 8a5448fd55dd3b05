"""Reads `KILDE_LLM`: which kind of model, and which model."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from retrieval.errors import SettingsError
from retrieval.settings import Settings

KINDS = ("openai-like", "ollama", "transformers")
OPENAI_URL = "https://api.openai.com/v1"
OLLAMA_URL = "http://localhost:11434"
EXAMPLES = (
    "Valid are none, openai-like:gpt-4o-mini, ollama:llama3.2, transformers:Qwen/Qwen2.5-0.5B-Instruct, "
    "transformers:models/my-model and transformers:models/my-model.gguf."
)


@dataclass(frozen=True, slots=True)
class Specification:
    """A model that is not loaded yet.

    Attributes:
        name: As configured, such as ``"ollama:llama3.2"``.
        kind: Which of LlamaIndex's classes reaches it.
        model: Its name on the server, or a Hugging Face id, a folder or a ``.gguf`` file.
        url: The server's address; empty for a model inside the process.
    """

    name: str
    kind: Literal["openai-like", "ollama", "transformers"]
    model: str
    url: str


def read_specification(settings: Settings) -> Specification | None:
    """The model that the settings name; None for ``none``.

    Raises:
        SettingsError: `KILDE_LLM` names no model, or its server's settings do not fit.
    """
    name = settings.llm.strip()
    if name == "none":
        return None
    kind, separator, model = (part.strip() for part in name.partition(":"))
    if kind not in KINDS or not separator or not model:
        raise SettingsError(f"KILDE_LLM is {name!r}, which names no language model. {EXAMPLES}")
    if kind == "transformers":
        _check_path(name, model)
        if settings.llm_url:
            raise SettingsError(
                f"KILDE_LLM_URL is set, but KILDE_LLM={name} runs inside the process. Remove KILDE_LLM_URL, or reach "
                f"the server there with KILDE_LLM=openai-like:{Path(model).name}."
            )
        return Specification(name, "transformers", model, "")
    if kind == "openai-like" and not settings.llm_url and settings.llm_key is None:
        raise SettingsError(
            f"KILDE_LLM={name} without KILDE_LLM_URL means OpenAI's own server, which wants a key. Set KILDE_LLM_KEY, "
            "or KILDE_LLM_URL to your server, such as http://localhost:8000/v1."
        )
    default = OPENAI_URL if kind == "openai-like" else OLLAMA_URL
    return Specification(
        name, cast('Literal["openai-like", "ollama"]', kind), model, (settings.llm_url or default).rstrip("/")
    )


def split_gguf(model: str) -> tuple[str, str | None]:
    """The folder or Hugging Face id, and the name of a ``.gguf`` file in it, if the model is one."""
    if not model.lower().endswith(".gguf"):
        return str(Path(model).expanduser()) if _is_path(model) else model, None
    path = Path(model).expanduser()
    if not path.is_file() and not _is_path(model) and model.count("/") >= 2:
        owner, repository, file = model.split("/", 2)
        return f"{owner}/{repository}", file
    return str(path.parent), path.name


def _is_path(model: str) -> bool:
    return model.startswith((".", "~", "/", "\\")) or Path(model).exists()


def _check_path(name: str, model: str) -> None:
    folder, file = split_gguf(model)
    path = Path(folder) / file if file else Path(folder)
    looks_like_id = re.fullmatch(r"[\w.-]+(/[\w.-]+)?", folder) and not _is_path(model)
    if path.exists() or (looks_like_id and (file is None or model.count("/") >= 2)):
        return
    raise SettingsError(f"KILDE_LLM is {name!r}, but there is no {path}. {EXAMPLES}")
