"""Opens and closes the state."""

from __future__ import annotations

import asyncio
import sqlite3
from types import TracebackType
from typing import Self

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.state.engine import make_engine, place_of
from bot.state.errors import StateError, reason_of
from bot.state.facts import FactStore
from bot.state.feedback import FeedbackStore
from bot.state.guild_settings import GuildStore
from bot.state.migrate import migrate
from bot.state.personal_data import PersonalStore
from bot.state.quotas import QuotaStore
from bot.state.sessions import Sessions
from bot.state.turns import TurnStore

FIXES = {
    "sqlite": "Check that it is a file that Kilde made, and that the file and its folder may be written.",
    "postgresql": "Check the address, user and password, and that the server runs and has this database.",
}


class State:
    """All that the bot remembers between restarts, by subject."""

    def __init__(self, engine: AsyncEngine) -> None:
        sessions = Sessions(engine)
        self._engine = engine
        self.guilds = GuildStore(sessions)
        self.turns = TurnStore(sessions)
        self.feedback = FeedbackStore(sessions)
        self.quotas = QuotaStore(sessions)
        self.personal = PersonalStore(sessions)
        self.facts = FactStore(sessions)

    @classmethod
    async def open(cls, url: str) -> Self:
        """Connects, and brings the tables to this version.

        Args:
            url: As `engine.sqlite_url` makes it, or ``postgresql+asyncpg://...``. A missing file is made, with its
                folder; a PostgreSQL database must be there.

        Raises:
            StateError: The database cannot be reached or written, is another program's, or is of a newer version.
        """
        engine = make_engine(url)
        try:
            await asyncio.to_thread(migrate, engine)
        except (SQLAlchemyError, sqlite3.Error, OSError, TypeError) as error:  # TypeError: an unknown name in the query
            raise StateError(
                f"The state in {place_of(engine.url)} cannot be opened ({reason_of(error)}). "
                f"{FIXES[engine.dialect.name]}"
            ) from error
        return cls(engine)

    async def close(self) -> None:
        """Closes every connection; may be called twice."""
        await self._engine.dispose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()
