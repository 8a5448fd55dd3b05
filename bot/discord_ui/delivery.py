"""How an answer reaches a person: one message that is edited as the answer grows, and more behind it if it is long."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Protocol

import discord

from bot.discord_ui.answer_view import Layout
from bot.discord_ui.metrics import DISCORD_ERRORS

logger = logging.getLogger(__name__)

EDIT_INTERVAL_S = 1.2
"""Least time between two edits of one message; Discord allows five in five seconds."""
TOKEN_LIFE = timedelta(minutes=14, seconds=30)
"""An interaction can be answered for fifteen minutes; half a minute is kept for doing it."""


class Delivery(Protocol):
    """Where the reply to one question goes."""

    @property
    def seconds_left(self) -> float | None:
        """Until the first message can no longer be edited; None: it always can."""
        ...

    @property
    def can_come_late(self) -> bool:
        """Whether the finished reply can still be given after that."""
        ...

    async def show(self, layout: Layout) -> None:
        """Show a state of the reply in the first message, in place of the one before."""
        ...

    async def finish(self, layouts: Sequence[Layout]) -> list[int]:
        """Show the finished reply; returns the ids of its messages."""
        ...

    async def withdraw(self) -> None:
        """Take away what was shown: nobody wants the reply any more."""
        ...


class InteractionDelivery:
    """Replies to a command, button or form that was deferred."""

    def __init__(self, interaction: discord.Interaction[Any], *, private: bool) -> None:
        """Reply to it, for its user's eyes only if ``private``."""
        self._interaction = interaction
        self._private = private
        self._ends = interaction.created_at + TOKEN_LIFE

    @property
    def seconds_left(self) -> float:
        """Until the interaction can no longer be answered."""
        return (self._ends - discord.utils.utcnow()).total_seconds()

    @property
    def can_come_late(self) -> bool:
        """As an ordinary message of the channel, if the bot may write there and the reply is for all to see."""
        permissions = self._interaction.app_permissions
        may_write = permissions.send_messages_in_threads if self._in_thread else permissions.send_messages
        return not self._private and self._interaction.is_guild_integration() and may_write

    @property
    def _in_thread(self) -> bool:
        return isinstance(self._interaction.channel, discord.Thread)

    async def show(self, layout: Layout) -> None:
        """Edit the deferred response."""
        await self._interaction.edit_original_response(view=layout)

    async def finish(self, layouts: Sequence[Layout]) -> list[int]:
        """Edit the response once more, and send the rest behind it; as a message of the channel if it is too late."""
        if self.seconds_left <= 0:
            return await self._finish_in_channel(layouts)
        first = await self._interaction.edit_original_response(view=layouts[0])
        rest = [
            await self._interaction.followup.send(view=layout, ephemeral=self._private, wait=True)
            for layout in layouts[1:]
        ]
        return [first.id, *(message.id for message in rest)]

    async def withdraw(self) -> None:
        """Delete the response."""
        await self._interaction.delete_original_response()

    async def _finish_in_channel(self, layouts: Sequence[Layout]) -> list[int]:
        channel = self._interaction.channel
        if not self.can_come_late or not isinstance(channel, discord.abc.Messageable):
            logger.warning("an answer came too late to be given")
            return []
        return [(await channel.send(view=layout)).id for layout in layouts]


class MessageDelivery:
    """Replies to a message."""

    seconds_left: float | None = None
    can_come_late = True

    def __init__(self, message: discord.Message) -> None:
        """Reply to it."""
        self._asked = message
        self._reply: discord.Message | None = None

    async def show(self, layout: Layout) -> None:
        """Send the reply, or edit it."""
        if self._reply is None:
            self._reply = await self._send(layout)
        else:
            await self._reply.edit(view=layout)

    async def finish(self, layouts: Sequence[Layout]) -> list[int]:
        """Show the first message's last state, and send the others behind it."""
        await self.show(layouts[0])
        sent = [await self._asked.channel.send(view=layout) for layout in layouts[1:]]
        return [message.id for message in (self._reply, *sent) if message is not None]

    async def withdraw(self) -> None:
        """Delete the reply, if there is one yet."""
        if self._reply is not None:
            await self._reply.delete()

    async def _send(self, layout: Layout) -> discord.Message:
        try:
            return await self._asked.reply(view=layout, mention_author=False)
        except discord.HTTPException:  # the question was deleted meanwhile
            return await self._asked.channel.send(view=layout)


class Throttled:
    """Shows the newest state of one reply, never two within `EDIT_INTERVAL_S`; states that came between are skipped."""

    def __init__(self, delivery: Delivery, *, interval_s: float = EDIT_INTERVAL_S) -> None:
        """Throttle what is shown through ``delivery``."""
        self._delivery = delivery
        self._interval_s = interval_s
        self._next: Layout | None = None
        self._task: asyncio.Task[None] | None = None

    def show(self, layout: Layout) -> None:
        """Show it as soon as may be; returns at once."""
        if self._ended:
            return
        self._next = layout
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    async def finish(self, layouts: Sequence[Layout]) -> list[int]:
        """Show the finished reply; nothing that was waiting to be shown comes behind it."""
        await self._end()
        return await self._delivery.finish(layouts)

    async def withdraw(self) -> None:
        """Take away what was shown."""
        await self._end()
        with contextlib.suppress(discord.HTTPException):  # somebody was faster
            await self._delivery.withdraw()

    async def _end(self) -> None:
        self._ended = True
        self._next = None
        if self._task is not None:
            if not self._showing:
                self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    _ended = False
    _showing = False

    async def _run(self) -> None:
        while (layout := self._next) is not None:
            self._next = None
            self._showing = True
            try:
                await self._delivery.show(layout)
            except discord.HTTPException as error:
                DISCORD_ERRORS.labels(error.code or error.status).inc()
                logger.warning("a state of a reply could not be shown: %s", error)
            finally:
                self._showing = False
            await asyncio.sleep(self._interval_s)
