"""What people thought of the answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

from sqlalchemy import case, func, select, tuple_

from bot.state.models import Feedback, Turn
from bot.state.sessions import Sessions, insert_into
from bot.state.tables import FeedbackRow, TurnRow, value_of

PAGE = 200
"""Rows read at once by an export; about a megabyte."""


class FeedbackStore:
    """One verdict a person and turn. Every method raises `StateError` when the database refuses."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def give(self, turn_id: int, user_id: int, helpful: bool, reason: str | None = None) -> bool:
        """Stores a verdict over an earlier one; repeated without a reason, it keeps the reason it had.

        Returns:
            False if the turn was forgotten in the meantime.
        """
        async with self._sessions.begin() as session:
            if await session.get(TurnRow, turn_id) is None:
                return False
            insert = insert_into(session, FeedbackRow).values(
                turn_id=turn_id, user_id=user_id, helpful=helpful, reason=reason, given_at=datetime.now(UTC)
            )
            new = insert.excluded
            kept = case((FeedbackRow.helpful == new.helpful, FeedbackRow.reason))
            await session.execute(
                insert.on_conflict_do_update(
                    index_elements=[FeedbackRow.turn_id, FeedbackRow.user_id],
                    set_={
                        "helpful": new.helpful,
                        "reason": func.coalesce(new.reason, kept),
                        "given_at": new.given_at,
                    },
                )
            )
            return True

    async def of(self, turn_id: int) -> list[Feedback]:
        """Every verdict on a turn, by person."""
        async with self._sessions.begin() as session:
            rows = await session.scalars(
                select(FeedbackRow).where(FeedbackRow.turn_id == turn_id).order_by(FeedbackRow.user_id)
            )
            return [value_of(row, Feedback) for row in rows]

    async def export(self, guild_id: int | None = None) -> AsyncIterator[tuple[Turn, Feedback]]:
        """Every verdict with its turn, by turn and person; nothing is held open between pages.

        Args:
            guild_id: Only of this guild; None for all guilds and direct messages.
        """
        key = tuple_(FeedbackRow.turn_id, FeedbackRow.user_id)
        query = select(TurnRow, FeedbackRow).join(FeedbackRow, FeedbackRow.turn_id == TurnRow.id)
        if guild_id is not None:
            query = query.where(TurnRow.guild_id == guild_id)
        query = query.order_by(FeedbackRow.turn_id, FeedbackRow.user_id).limit(PAGE)
        after = (0, 0)
        while True:
            async with self._sessions.begin() as session:
                rows = await session.execute(query.where(key > after))
                page = [(value_of(turn, Turn), value_of(feedback, Feedback)) for turn, feedback in rows]
            for pair in page:
                yield pair
            if len(page) < PAGE:
                return
            after = (page[-1][1].turn_id, page[-1][1].user_id)
