"""Who may ask, where, and how often: what a guild's managers and the operator decided."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

from discord import app_commands

from bot.state.models import GuildSettings
from retrieval.errors import KildeError

_MOST_REMEMBERED = 10_000
"""People whose last question is remembered; beyond that those are forgotten whose cooldown is over."""


class ChannelError(KildeError):
    """The guild's managers chose other channels."""

    def __init__(self, channels: Collection[int]) -> None:
        super().__init__(f"Questions are answered in {len(channels)} channels, and this is none of them.")
        self.channels = tuple(channels)


class RoleError(KildeError):
    """The guild's managers chose roles, and the asker has none of them."""


class ManagerError(app_commands.CheckFailure):
    """The person may not manage the guild."""


class CooldownError(KildeError):
    """The asker asked a moment ago."""

    retryable = True

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The next question can be asked in {seconds:.0f} s.")
        self.seconds = seconds


class Admission:
    """Checks a question before it costs anything."""

    def __init__(self, *, cooldown_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Remember nobody yet.

        Args:
            cooldown_s: Seconds between a person's questions, wherever they are asked.
            clock: Seconds that only go forward.
        """
        self._cooldown_s = cooldown_s
        self._clock = clock
        self._free_at: dict[int, float] = {}

    def check(
        self, guild: GuildSettings, *, asker_id: int, channel_ids: Collection[int], role_ids: Collection[int]
    ) -> None:
        """Let a question pass, and begin the asker's cooldown.

        Args:
            guild: Its settings; the defaults outside guilds.
            asker_id: Who asks.
            channel_ids: Where: the channel, and for a thread the channel that it is in.
            role_ids: The asker's roles; none outside guilds.

        Raises:
            ChannelError: Not here.
            RoleError: Not this person.
            CooldownError: Not yet.
        """
        if guild.channels and not set(guild.channels) & set(channel_ids):
            raise ChannelError(guild.channels)
        if guild.roles and not set(guild.roles) & set(role_ids):
            raise RoleError("None of the asker's roles may ask.")
        now = self._clock()
        wait_s = self._free_at.get(asker_id, now) - now
        if wait_s > 0:
            raise CooldownError(wait_s)
        if len(self._free_at) >= _MOST_REMEMBERED:
            self._free_at = {person: free for person, free in self._free_at.items() if free > now}
        self._free_at[asker_id] = now + self._cooldown_s
