"""The only reader of the environment: settings from flags, then ``KILDE_*`` variables, then ``.env``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, TextIO

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.discord_settings import DiscordSettings
from bot.terminal import Terminal
from retrieval.errors import SettingsError
from retrieval.settings import Settings, explain

PREFIX = "KILDE_"
ENV_FILE = Path(".env")


class Config(BaseSettings, DiscordSettings, Settings):
    """Every setting: those of the retrieval pipeline, which `Settings` declares, and those of the interface."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ENV_FILE,
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="WARNING", description="Least serious message that is written to standard error."
    )

    log_format: Literal["text", "json"] = Field(
        default="text", description="How messages are written: text for people, json for programs, one object a line."
    )

    @field_validator("data_dir", "cache_dir", "prompts", mode="after")
    @classmethod
    def _expand_home(cls, folder: Path | None) -> Path | None:
        return folder.expanduser() if folder else None

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper_case(cls, level: object) -> object:
        return level.upper() if isinstance(level, str) else level

    @property
    def retrieval(self) -> Settings:
        """The part that the retrieval pipeline takes."""
        return Settings(**{name: getattr(self, name) for name in Settings.model_fields})


def load_config(flags: Mapping[str, Any] | None = None) -> Config:
    """Reads every source; a flag wins over a variable, a variable over ``.env``.

    Args:
        flags: Settings given on the command line, by field name; None means that the flag was not given.

    Raises:
        SettingsError: A value cannot be used, or a ``KILDE_`` variable is no setting.
    """
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    try:
        _reject_unknown(_env_file_names() | {name for name in os.environ if name.startswith(PREFIX)})
        return Config(**given)
    except ValidationError as error:
        problems = [_explain(details, given) for details in error.errors(include_url=False)]
        raise SettingsError("\n".join(problems)) from error


def shown_values(config: Config) -> dict[str, str]:
    """Each variable with its value as it may be shown: secrets are hidden, passwords in URLs too."""
    return {variable_name(field): _shown(getattr(config, field)) for field in Config.model_fields}


def variable_name(field: str) -> str:
    """The environment variable of a setting: ``data_dir`` -> ``KILDE_DATA_DIR``."""
    return f"{PREFIX}{field.upper()}"


def detect_terminal(stream: TextIO) -> Terminal:
    """What may be written to a stream: colours and links only to a terminal, and no colours under ``NO_COLOR``."""
    kind = os.environ.get("TERM", "")
    if not stream.isatty() or kind == "dumb":
        return Terminal(width=None)
    try:
        width = int(os.environ.get("COLUMNS", "")) or 80
    except ValueError:
        width = os.get_terminal_size(stream.fileno()).columns or 80
    # Terminals that do not know OSC 8 links show only their text; these two print the address as rubbish.
    hyperlinks = kind != "linux" and os.environ.get("TERM_PROGRAM") != "Apple_Terminal"
    return Terminal(width=max(width, 20), colour=not os.environ.get("NO_COLOR"), hyperlinks=hyperlinks)


def _env_file_names() -> set[str]:
    if not ENV_FILE.is_file():
        return set()
    try:
        return {name for name in dotenv_values(ENV_FILE, encoding="utf-8") if name.upper().startswith(PREFIX)}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{ENV_FILE} in this folder cannot be read as UTF-8 text ({error}). Correct it or remove it."
        ) from error


def _reject_unknown(names: set[str]) -> None:
    known = [variable_name(field) for field in Config.model_fields]
    for name in sorted(names):
        if name.upper() not in known:
            # Without the prefix, which would make every short name look like every other.
            bare = name.upper().removeprefix(PREFIX)
            near = get_close_matches(bare, [variable.removeprefix(PREFIX) for variable in known], n=1)
            hint = f"Did you mean {PREFIX}{near[0]}?" if near else f"The settings are {', '.join(known)}."
            raise SettingsError(f"{name} is not a setting of Kilde. {hint}")


def _explain(details: ErrorDetails, given: Mapping[str, Any]) -> str:
    """One problem in words: ``KILDE_LOCK_TIMEOUT_S is 'soon', but should be a valid number. (meaning)``."""
    field = str(details["loc"][0])
    info = Config.model_fields[field]
    origin = f"--{field.replace('_', '-')}" if field in given else variable_name(field)
    problem = explain(field, details)
    value = "" if info.annotation is SecretStr else f" is {_shown(details['input'])!r}, but"
    return f"{origin}{value} {problem}. Its meaning: {info.description}"


def _shown(value: object) -> str:
    if value is None:
        return ""
    text = f"{value:g}" if isinstance(value, float) else str(value)  # a SecretStr gives asterisks
    scheme, separator, rest = text.partition("://")
    if separator and "@" in rest:
        return f"{scheme}://***@{rest.rpartition('@')[2]}"
    return text
