"""The tables. A column has the name of the field that it keeps; a change here needs a migration.

Deleting a turn takes its messages and feedback along; the turns that follow it stay and lose their parent.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime
from typing import Any, ClassVar, TypeVar

from sqlalchemy import BigInteger, ForeignKey, Index, Integer
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bot.state.columns import Citations, JsonTuple, SafeText, UtcDateTime
from bot.state.models import StoredCitation

VERSION_TABLE = "kilde_version"
"""Where Alembic keeps the version; not its default name, which another program's database may have."""

Value = TypeVar("Value")


class Base(DeclarativeBase):
    """Base of all tables."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {int: BigInteger, str: SafeText, datetime: UtcDateTime}


class GuildRow(Base):
    """`models.GuildSettings`."""

    __tablename__ = "guilds"

    guild_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    shared: Mapped[tuple[str, ...] | None] = mapped_column(JsonTuple)
    channels: Mapped[tuple[int, ...]] = mapped_column(JsonTuple)
    roles: Mapped[tuple[int, ...]] = mapped_column(JsonTuple)
    daily_questions: Mapped[int | None]
    languages: Mapped[tuple[str, ...]] = mapped_column(JsonTuple)
    caution: Mapped[str]
    threads: Mapped[bool]


class TurnRow(Base):
    """`models.Turn`."""

    __tablename__ = "turns"
    # Without AUTOINCREMENT SQLite gives the id of a deleted turn again, and the buttons under its answer live on.
    __table_args__ = (Index("turns_by_channel", "channel_id", "id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    guild_id: Mapped[int | None]
    channel_id: Mapped[int]
    asker_id: Mapped[int] = mapped_column(index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("turns.id", ondelete="SET NULL"), index=True)
    question: Mapped[str]
    standalone_question: Mapped[str]
    answer: Mapped[str]
    language: Mapped[str]
    refused: Mapped[bool]
    confidence: Mapped[float]
    citations: Mapped[tuple[StoredCitation, ...]] = mapped_column(Citations)
    private: Mapped[bool]
    asked_at: Mapped[datetime]


class MessageRow(Base):
    """A message that shows (part of) an answer."""

    __tablename__ = "answer_messages"

    message_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    turn_id: Mapped[int] = mapped_column(ForeignKey("turns.id", ondelete="CASCADE"), index=True)


class FeedbackRow(Base):
    """`models.Feedback`."""

    __tablename__ = "feedback"

    turn_id: Mapped[int] = mapped_column(ForeignKey("turns.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, index=True)
    helpful: Mapped[bool]
    reason: Mapped[str | None]
    given_at: Mapped[datetime]


class QuotaRow(Base):
    """Questions that count; guild 0 stands for direct messages."""

    __tablename__ = "quotas"

    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    guild_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(primary_key=True)
    used: Mapped[int]


class FactRow(Base):
    """A text that the bot keeps for itself."""

    __tablename__ = "facts"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


def value_of(row: Base, kind: type[Value]) -> Value:
    """The row as a domain value, a dataclass whose fields have the names of columns."""
    return kind(**values_in(row, kind))


def values_in(source: object, kind: type) -> dict[str, Any]:
    """The attributes of a row or value that are fields of a dataclass."""
    return {field.name: getattr(source, field.name) for field in fields(kind)}
