"""Settings of the Discord bot; `bot.config` fills them with the others."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator
from pydantic_settings import NoDecode


class DiscordSettings(BaseModel):
    """What the operator of the bot decides; guilds choose within it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    discord_token: SecretStr | None = Field(default=None, description="Token of the bot's Discord application.")
    discord_token_file: Path | None = Field(
        default=None, description="File that holds the token, for those who keep secrets out of the environment."
    )
    discord_shared: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="Libraries that every guild and direct message may ask, separated by commas."
    )
    discord_message_content: bool = Field(
        default=False,
        description="Whether the bot reads messages that do not mention it, so that threads go on without mentions; "
        "needs the message content intent in Discord's developer portal.",
    )
    discord_daily_questions: int | None = Field(
        default=None, ge=1, le=100_000, description="Questions a person and day; a guild may choose another number."
    )
    discord_cooldown_s: float = Field(default=3.0, ge=0, le=3600, description="Seconds between a person's questions.")
    discord_workers: int = Field(default=1, ge=1, le=64, description="Questions that are answered at the same time.")
    discord_queue: int = Field(default=100, ge=1, le=10_000, description="Questions that may wait; more are refused.")
    discord_shutdown_s: float = Field(
        default=15.0, ge=0, le=600, description="Seconds that answers under way have to end when the bot is stopped."
    )
    discord_database_url: str | None = Field(
        default=None,
        pattern=r"^(sqlite\+aiosqlite:///|postgresql\+asyncpg://)\S+$",
        description="Where guilds' settings, conversations and feedback are kept; the default is a SQLite file in the "
        "data folder.",
    )

    discord_health_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="Port on 127.0.0.1 that serves /health and, for Prometheus, /metrics; none by default.",
    )

    discord_log_questions: bool = Field(
        default=False, description="Whether the log tells what was asked; without it, only that something was."
    )

    @field_validator("discord_shared", mode="before")
    @classmethod
    def _split(cls, names: object) -> object:
        return tuple(part.strip() for part in names.split(",") if part.strip()) if isinstance(names, str) else names
