"""The values that the state keeps.

Ids of guilds, channels, people and messages are Discord's snowflakes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from retrieval.models import Caution


@dataclass(frozen=True, slots=True)
class GuildSettings:
    """What the managers of a guild chose; the defaults hold until they do."""

    guild_id: int
    shared: tuple[str, ...] | None = None
    """Names of the shared libraries that this guild sees; None: all that the operator lists."""
    channels: tuple[int, ...] = ()
    """Where the bot answers; empty: everywhere."""
    roles: tuple[int, ...] = ()
    """Who may ask; empty: everyone."""
    daily_questions: int | None = None
    """Questions a person and day; None: the operator's default."""
    languages: tuple[str, ...] = ()
    """ISO 639-1 codes of the articles to answer from; empty: all."""
    caution: Caution = "normal"
    threads: bool = True


@dataclass(frozen=True, slots=True)
class StoredCitation:
    """A quote as it was shown under its number; ``start_char`` and ``end_char`` as in `retrieval.models.Citation`."""

    library: str
    article_id: str
    source: str
    title: str | None
    url: str | None
    outlet: str | None
    published: date | None
    language: str
    start_char: int
    end_char: int
    quote: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTurn:
    """A question and what was answered, before it is stored."""

    guild_id: int | None
    """None in a direct message."""
    channel_id: int
    asker_id: int
    parent_id: int | None
    """The turn that this one follows; None also when that one was forgotten."""
    question: str
    standalone_question: str
    answer: str
    """Empty for a refusal."""
    language: str
    """ISO 639-1 code."""
    refused: bool
    confidence: float
    """0 to 1, as `retrieval.models.Answer.confidence`."""
    citations: tuple[StoredCitation, ...]
    private: bool
    """Only the asker saw it."""
    asked_at: datetime
    """Aware; read back in UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn(NewTurn):
    """A stored turn; an id is never given twice."""

    id: int


@dataclass(frozen=True, slots=True)
class Feedback:
    """What one person thought of one answer."""

    turn_id: int
    user_id: int
    helpful: bool
    reason: str | None
    given_at: datetime
    """UTC, aware."""


@dataclass(frozen=True, slots=True)
class Quota:
    """The questions of one person, guild and day."""

    used: int
    limit: int | None
    """None: no limit."""
    allowed: bool
    """Whether the question that was asked about was counted."""
