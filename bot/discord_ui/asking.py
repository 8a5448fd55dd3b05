"""Asks a question for somebody and shows how it goes: place in the queue, answer, or what went wrong."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from bot.discord_ui.answer_view import notice, reply_layouts
from bot.discord_ui.delivery import Delivery, Throttled
from bot.discord_ui.errors import explain
from bot.discord_ui.questions import Question, Questions
from bot.discord_ui.texts import Texts
from bot.state.database import State

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


class Asking:
    """From a question to the messages that answer it."""

    def __init__(self, questions: Questions, state: State) -> None:
        """Put the parts together."""
        self._questions = questions
        self._state = state

    async def ask(self, question: Question, delivery: Delivery, manner: Manner) -> None:
        """Answer it; every end of it, good or bad, is shown through ``delivery``."""
        shown = Throttled(delivery)
        texts = manner.texts
        work = asyncio.create_task(
            self._questions.answer(
                question, on_place=lambda place: shown.show(notice(texts("progress.place", count=place)))
            )
        )
        try:
            if delivery.seconds_left is not None:
                _, late = await asyncio.wait({work}, timeout=delivery.seconds_left - TELL_S)
                if late and not delivery.can_come_late:
                    await shown.finish([notice(texts("progress.late_privately"))])
                    return
                if late:
                    shown.show(notice(texts("progress.late")))
            reply = await work
        except Exception as error:  # the boundary: the asker is told
            await shown.finish([notice(explain(error, texts))])
            return
        finally:
            work.cancel()  # only if nobody waits for it any more
        layouts = reply_layouts(
            reply, texts, with_question=manner.with_question, with_thread=manner.with_thread and not question.private
        )
        for message_id in await shown.finish(layouts):
            await self._state.turns.attach(reply.turn.id, message_id)
