"""How many questions a person has asked in a guild on a day."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, and_, select, update

from bot.state.models import Quota
from bot.state.sessions import Sessions, insert_into
from bot.state.tables import QuotaRow

DIRECT_MESSAGES = 0
"""The guild under which questions in direct messages count; no guild has this id."""


class QuotaStore:
    """Counts questions. Every method raises `StateError` when the database refuses.

    A guild of None stands for direct messages; what a day is, the caller decides.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def take(self, guild_id: int | None, user_id: int, day: date, limit: int | None) -> Quota:
        """Counts a question unless the limit is reached; calls at the same time never exceed it together.

        Args:
            guild_id: Where it was asked.
            user_id: Who asked.
            day: When.
            limit: Questions a day; None for no limit.
        """
        if limit is not None and limit <= 0:
            return Quota(await self.used(guild_id, user_id, day), limit, allowed=False)
        async with self._sessions.begin() as session:
            insert = insert_into(session, QuotaRow).values(
                user_id=user_id, guild_id=guild_id or DIRECT_MESSAGES, day=day, used=1
            )
            # One statement, so that nobody comes between reading and counting; no row comes back at the limit.
            counted = insert.on_conflict_do_update(
                index_elements=[QuotaRow.user_id, QuotaRow.guild_id, QuotaRow.day],
                set_={"used": QuotaRow.used + 1},
                where=None if limit is None else QuotaRow.used < limit,
            ).returning(QuotaRow.used)
            used = await session.scalar(counted)
        if used is None:
            return Quota(await self.used(guild_id, user_id, day), limit, allowed=False)
        return Quota(used, limit, allowed=True)

    async def give_back(self, guild_id: int | None, user_id: int, day: date) -> None:
        """Takes one question off the count, for one that failed through no fault of the asker."""
        async with self._sessions.begin() as session:
            await session.execute(
                update(QuotaRow).where(_row(guild_id, user_id, day), QuotaRow.used > 0).values(used=QuotaRow.used - 1)
            )

    async def used(self, guild_id: int | None, user_id: int, day: date) -> int:
        """How many questions count so far."""
        async with self._sessions.begin() as session:
            return await session.scalar(select(QuotaRow.used).where(_row(guild_id, user_id, day))) or 0


def _row(guild_id: int | None, user_id: int, day: date) -> ColumnElement[bool]:
    return and_(QuotaRow.user_id == user_id, QuotaRow.guild_id == (guild_id or DIRECT_MESSAGES), QuotaRow.day == day)
