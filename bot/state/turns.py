"""Questions, their answers, and the messages that show them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select

from bot.state.models import NewTurn, Turn
from bot.state.sessions import Sessions, delete_rows, put
from bot.state.tables import GuildRow, MessageRow, QuotaRow, TurnRow, value_of, values_in


class TurnStore:
    """Keeps turns until they are forgotten. Every method raises `StateError` when the database refuses."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def add(self, turn: NewTurn) -> Turn:
        """Stores a turn. If its parent was forgotten while the answer was made, it has none."""
        parent = select(TurnRow.id).where(TurnRow.id == turn.parent_id).scalar_subquery()
        values = values_in(turn, NewTurn) | {"parent_id": parent}
        async with self._sessions.begin() as session:
            row = await session.scalars(insert(TurnRow).values(values).returning(TurnRow))
            return value_of(row.one(), Turn)

    async def attach(self, turn_id: int, message_id: int) -> bool:
        """Notes that a message shows (part of) the answer.

        Returns:
            False if the turn was forgotten in the meantime.
        """
        async with self._sessions.begin() as session:
            if await session.get(TurnRow, turn_id) is None:
                return False
            await put(session, MessageRow, {"message_id": message_id, "turn_id": turn_id})
            return True

    async def get(self, turn_id: int) -> Turn | None:
        """The turn, or None if there is none of that id (any more)."""
        return await self._first(select(TurnRow).where(TurnRow.id == turn_id))

    async def of_message(self, message_id: int) -> Turn | None:
        """The turn whose answer a message shows."""
        return await self._first(
            select(TurnRow)
            .join(MessageRow, MessageRow.turn_id == TurnRow.id)
            .where(MessageRow.message_id == message_id)
        )

    async def last_in(self, channel_id: int) -> Turn | None:
        """The newest turn of a channel that everyone there saw."""
        return await self._first(
            select(TurnRow)
            .where(TurnRow.channel_id == channel_id, ~TurnRow.private)
            .order_by(TurnRow.id.desc())
            .limit(1)
        )

    async def chain(self, turn_id: int, most: int = 6) -> list[Turn]:
        """A turn and those that it follows, oldest first.

        Args:
            turn_id: The newest turn.
            most: Number of turns at which to stop.
        """
        turns: list[Turn] = []
        following: int | None = turn_id
        while following is not None and len(turns) < most and (turn := await self.get(following)):
            turns.append(turn)
            following = turn.parent_id
        return turns[::-1]

    async def count_since(self, guild_id: int, moment: datetime) -> int:
        """Number of a guild's turns asked at a moment or later; the moment is aware."""
        query = select(func.count()).where(TurnRow.guild_id == guild_id, TurnRow.asked_at >= moment)
        async with self._sessions.begin() as session:
            return await session.scalar(query) or 0

    async def forget_before(self, moment: datetime) -> int:
        """Deletes the turns asked before a moment with all that hangs on them, and the quotas of earlier days.

        Args:
            moment: Aware.

        Returns:
            The number of turns.
        """
        async with self._sessions.begin() as session:
            await session.execute(delete(QuotaRow).where(QuotaRow.day < moment.date()))
            return await delete_rows(session, TurnRow, TurnRow.asked_at < moment)

    async def forget_guild(self, guild_id: int) -> int:
        """Deletes the turns, feedback, quotas and settings of a guild, all or nothing.

        Returns:
            The number of turns.
        """
        async with self._sessions.begin() as session:
            await delete_rows(session, GuildRow, GuildRow.guild_id == guild_id)
            await delete_rows(session, QuotaRow, QuotaRow.guild_id == guild_id)
            return await delete_rows(session, TurnRow, TurnRow.guild_id == guild_id)

    async def _first(self, query: Any) -> Turn | None:
        async with self._sessions.begin() as session:
            row = await session.scalar(query)
            return value_of(row, Turn) if row else None
