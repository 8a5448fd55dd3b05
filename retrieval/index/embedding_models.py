"""The embedding model that the settings name: its identity without loading it, and loading it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import SecretStr

from retrieval.errors import SettingsError
from retrieval.index.embedding import Embedding, EmbeddingIdentity, default_engine, default_identity
from retrieval.index.model_folder import find_folder, folder_fingerprint
from retrieval.settings import Settings

TRANSFORMERS = "transformers"
OPENAI_LIKE = "openai-like"


def configured_identity(settings: Settings) -> EmbeddingIdentity:
    """Identity of the configured model; nothing is loaded and no server asked, so its dimension may be unknown.

    A folder is known by what is in it, wherever it lies; a model of Hugging Face or of a server by its name, and a
    library recognises it by the vector of one sentence when it is first used.

    Raises:
        SettingsError: The package or the folder of the model is not there.
    """
    kind, _, model = settings.embed.partition(":")
    if kind == TRANSFORMERS:
        folder = find_folder(model)
        return EmbeddingIdentity(folder_fingerprint(folder) if folder else f"{TRANSFORMERS}/{model}", None)
    if kind == OPENAI_LIKE:
        return EmbeddingIdentity(f"{OPENAI_LIKE}/{model}", None)
    return default_identity()


def load_embedding(settings: Settings) -> Embedding:
    """The configured model; the same object each time, since a process needs its weights only once.

    Raises:
        SettingsError: It is not installed, not there or cannot be read, or the server's URL is not given.
        EmbeddingUnavailableError: It has to be downloaded, and Hugging Face does not answer.
    """
    kind, _, model = settings.embed.partition(":")
    if kind == TRANSFORMERS:
        return _load_transformers(model, settings.embed_device)
    if kind == OPENAI_LIKE:
        return _load_served(model, settings.embed_url, settings.embed_key)
    return load_default_embedding()


@cache
def load_default_embedding() -> Embedding:
    """The bundled embedding model; one a process, since its weights take 72 MB."""
    return default_engine()


@cache
def _load_transformers(model: str, device: str | None) -> Embedding:
    from retrieval.index.transformers_embedding import load_transformers  # late: torch takes seconds

    folder: Path | None = find_folder(model)
    fingerprint = folder_fingerprint(folder) if folder else f"{TRANSFORMERS}/{model}"
    return load_transformers(folder or model, fingerprint=fingerprint, device=device)


@cache
def _load_served(model: str, url: str | None, key: SecretStr | None) -> Embedding:
    if url is None:
        raise SettingsError(
            f"KILDE_EMBED is {OPENAI_LIKE}:{model}, but KILDE_EMBED_URL does not say where that server is. "
            "Set it to the server's base URL, such as http://localhost:8080/v1."
        )
    from retrieval.index.served_embedding import ServedEmbedding  # late: with the first request it imports openai, 1 s

    return ServedEmbedding(model, url, key.get_secret_value() if key else None)
