"""Asks a question for somebody and shows how it goes: place in the queue, answer, or what went wrong."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.discord_ui.answer_view import Layout, draft_layout, notice, reply_layouts
from bot.discord_ui.check_view import check_layouts
from bot.discord_ui.delivery import Delivery, Throttled
from bot.discord_ui.desk import OnPlace
from bot.discord_ui.errors import explain
from bot.discord_ui.questions import Question, Questions
from bot.discord_ui.texts import Texts
from bot.state.database import State
from retrieval.models import Draft

GOODBYE_S = 5.0
"""Time to tell everyone that the bot goes down."""
STOP_S = 1.0
"""Time for a question that is given up to be counted as not asked."""
TELL_S = 10.0
"""So long before the message can no longer be edited, the asker is told that the answer will be late."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Manner:
    """How a reply is to look."""

    texts: Texts
    with_question: bool
    """Whether the question is shown above the answer."""
    with_thread: bool
    """Whether going on in a thread is offered."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The messages that end a job."""

    layouts: list[Layout]
    turn_id: int | None = None
    """The turn that they answer, if it is remembered."""


Job = Callable[[Throttled], Awaitable[Shown]]
"""Told where its states can be shown meanwhile."""


class Asking:
    """From a question to the messages that answer it."""

    def __init__(self, questions: Questions, state: State) -> None:
        """Put the parts together."""
        self._questions = questions
        self._state = state
        self._under_way: set[asyncio.Task[None]] = set()
        self._of_message: dict[int, asyncio.Task[None]] = {}
        self._withdrawn: set[int] = set()
        self._open = True

    async def ask(self, question: Question, delivery: Delivery, manner: Manner) -> None:
        """Answer it; every end of it, good or bad, is shown through ``delivery``."""

        async def answer(shown: Throttled) -> Shown:
            def show_draft(draft: Draft) -> None:
                left_s = delivery.seconds_left
                if draft.sentences and (left_s is None or left_s > TELL_S):
                    shown.show(draft_layout(draft, manner.texts, question=words))

            words = question.text if manner.with_question else None
            reply = await self._questions.answer(
                question, on_place=_place_shown(shown, manner.texts), on_draft=show_draft
            )
            with_thread = manner.with_thread and not question.private
            layouts = reply_layouts(reply, manner.texts, with_question=manner.with_question, with_thread=with_thread)
            return Shown(layouts, reply.turn.id)

        await self._follow(answer, delivery, manner.texts, message_id=question.message_id)

    def withdraw(self, message_id: int) -> None:
        """Stop answering the question in a message that was deleted, and take away what was shown of its answer."""
        task = self._of_message.get(message_id)
        if task is not None:
            self._withdrawn.add(message_id)
            task.cancel()

    async def check(self, message: Question, delivery: Delivery, texts: Texts) -> None:
        """Show what the articles say of the claims in a message."""

        async def check(shown: Throttled) -> Shown:
            found = await self._questions.check(message, on_place=_place_shown(shown, texts))
            return Shown(check_layouts(found, texts))

        await self._follow(check, delivery, texts)

    async def close(self, *, grace_s: float) -> int:
        """Take no more questions, let those that came be answered within a time, and tell the others that it is over.

        Returns:
            How many were told so.
        """
        self._open = False
        if not self._under_way:
            return 0
        _, late = await asyncio.wait(self._under_way, timeout=grace_s)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=GOODBYE_S)
        return len(late)

    async def _follow(self, job: Job, delivery: Delivery, texts: Texts, *, message_id: int | None = None) -> None:
        task = asyncio.create_task(self._serve(job, delivery, texts, message_id))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        if message_id is None:
            await task
            return
        self._of_message[message_id] = task
        try:
            await task
        finally:
            self._of_message.pop(message_id, None)
            self._withdrawn.discard(message_id)

    async def _serve(self, job: Job, delivery: Delivery, texts: Texts, message_id: int | None) -> None:
        shown = Throttled(delivery)
        if not self._open:
            await shown.finish([notice(texts("error.closing"))])
            return
        work = asyncio.ensure_future(job(shown))
        try:
            if delivery.seconds_left is not None:
                _, late = await asyncio.wait({work}, timeout=delivery.seconds_left - TELL_S)
                if late and not delivery.can_come_late:
                    await _stop(work)  # before it can end unseen and cost a question
                    await shown.finish([notice(texts("progress.late_privately"))])
                    return
                if late:
                    shown.show(notice(texts("progress.late")))
            done = await work
        except asyncio.CancelledError:  # by `close` or `withdraw`
            await _stop(work)
            if message_id in self._withdrawn:
                await shown.withdraw()
            else:
                await shown.finish([notice(texts("error.closing"))])
            return
        except Exception as error:  # the boundary: the asker is told
            await shown.finish([notice(explain(error, texts))])
            return
        for message_id in await shown.finish(done.layouts):
            if done.turn_id is not None:
                await self._state.turns.attach(done.turn_id, message_id)


def _place_shown(shown: Throttled, texts: Texts) -> OnPlace:
    return lambda place: shown.show(notice(texts("progress.place", count=place)))


async def _stop(work: asyncio.Future[Shown]) -> None:
    """End it, and let it give back what it took."""
    work.cancel()
    await asyncio.wait({work}, timeout=STOP_S)
