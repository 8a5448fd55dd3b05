"""Transactions on an engine, and the statements that SQLite and PostgreSQL write alike but SQLAlchemy apart."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from bot.state.engine import place_of
from bot.state.errors import StateError, reason_of
from bot.state.tables import Base


class Sessions:
    """Gives each call of the state its own transaction."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._begin = async_sessionmaker(engine, expire_on_commit=False).begin
        self._place = place_of(engine.url)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        """A session that commits at the end, or rolls back on any error.

        Raises:
            StateError: The database refused.
        """
        try:
            async with self._begin() as session:
                yield session
        except (SQLAlchemyError, OSError) as error:
            raise StateError(
                f"The state in {self._place} cannot be read or written ({reason_of(error)}). "
                "Check its disk or server, then ask again."
            ) from error


def insert_into(session: AsyncSession, table: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """An insert that can name what to do on a conflict."""
    return sqlite.insert(table) if session.get_bind().dialect.name == "sqlite" else postgresql.insert(table)


async def put(session: AsyncSession, table: type[Base], values: dict[str, Any]) -> None:
    """Writes a whole row over the one with the same primary key, if there is one."""
    insert = insert_into(session, table).values(values)
    await session.execute(
        insert.on_conflict_do_update(
            index_elements=list(table.__table__.primary_key),
            set_={name: insert.excluded[name] for name in values},
        )
    )


async def delete_rows(session: AsyncSession, table: type[Base], condition: ColumnElement[bool]) -> int:
    """Deletes the rows that meet a condition, and says how many."""
    return cast("CursorResult[Any]", await session.execute(delete(table).where(condition))).rowcount
