"""The settings of each guild."""

from __future__ import annotations

from bot.state.models import GuildSettings
from bot.state.sessions import Sessions, put
from bot.state.tables import GuildRow, value_of, values_in


class GuildStore:
    """Reads and writes `GuildSettings`. Every method raises `StateError` when the database refuses."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def get(self, guild_id: int) -> GuildSettings:
        """What was saved last, or the defaults."""
        async with self._sessions.begin() as session:
            row = await session.get(GuildRow, guild_id)
            return value_of(row, GuildSettings) if row else GuildSettings(guild_id)

    async def save(self, settings: GuildSettings) -> None:
        """Replaces the settings of that guild."""
        async with self._sessions.begin() as session:
            await put(session, GuildRow, values_in(settings, GuildSettings))
