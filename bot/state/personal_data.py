"""All that the state knows about one person: to be handed over, counted, deleted."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from bot.state.models import Feedback, Turn
from bot.state.sessions import Sessions, delete_rows
from bot.state.tables import Base, FeedbackRow, MessageRow, QuotaRow, TurnRow, value_of


class PersonalStore:
    """Works on one person across all guilds. Every method raises `StateError` when the database refuses."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def export(self, user_id: int) -> dict[str, Any]:
        """What the person asked, was answered and judged, as JSON takes it; dates are ISO 8601."""
        async with self._sessions.begin() as session:
            turns = await session.scalars(select(TurnRow).where(TurnRow.asker_id == user_id).order_by(TurnRow.id))
            feedback = await session.scalars(
                select(FeedbackRow).where(FeedbackRow.user_id == user_id).order_by(FeedbackRow.turn_id)
            )
            quotas = await session.scalars(
                select(QuotaRow).where(QuotaRow.user_id == user_id).order_by(QuotaRow.day, QuotaRow.guild_id)
            )
            return {
                "user_id": user_id,
                "turns": [_plain(asdict(value_of(row, Turn))) for row in turns],
                "feedback": [_plain(asdict(value_of(row, Feedback))) for row in feedback],
                "quotas": [{"guild_id": row.guild_id, "day": row.day.isoformat(), "used": row.used} for row in quotas],
            }

    async def count(self, user_id: int) -> int:
        """How many rows `delete` would delete."""
        async with self._sessions.begin() as session:
            return sum(
                [
                    await session.scalar(select(func.count()).select_from(table).where(condition)) or 0
                    for table, condition in _held(user_id)
                ]
            )

    async def delete(self, user_id: int) -> int:
        """Deletes the person's turns with their messages and feedback, the person's feedback and quotas.

        Turns of others that follow one of these stay.

        Returns:
            The number of rows.
        """
        async with self._sessions.begin() as session:
            return sum([await delete_rows(session, table, condition) for table, condition in _held(user_id)])


def _held(user_id: int) -> list[tuple[type[Base], ColumnElement[bool]]]:
    """Which rows of which table are the person's, in the order in which each can be counted as it is deleted."""
    own = select(TurnRow.id).where(TurnRow.asker_id == user_id)
    return [
        (MessageRow, MessageRow.turn_id.in_(own)),
        (FeedbackRow, or_(FeedbackRow.user_id == user_id, FeedbackRow.turn_id.in_(own))),
        (QuotaRow, QuotaRow.user_id == user_id),
        (TurnRow, TurnRow.asker_id == user_id),
    ]


def _plain(value: Any) -> Any:
    """Dates as text, at any depth."""
    match value:
        case dict():
            return {key: _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
    return value.isoformat() if hasattr(value, "isoformat") else value
