"""Texts that the bot keeps for itself, such as the hash of the commands that Discord has."""

from __future__ import annotations

from bot.state.sessions import Sessions, put
from bot.state.tables import FactRow


class FactStore:
    """A text a key. Every method raises `StateError` when the database refuses."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def get(self, key: str) -> str | None:
        """The text that was set last, or None."""
        async with self._sessions.begin() as session:
            row = await session.get(FactRow, key)
            return row.value if row else None

    async def set(self, key: str, value: str) -> None:
        """Replaces the text of that key."""
        async with self._sessions.begin() as session:
            await put(session, FactRow, {"key": key, "value": value})
