"""How states of a reply reach the person: the newest, not too often, and in time."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence

import pytest

from bot.discord_ui.answer_view import Layout, notice
from bot.discord_ui.asking import Asking, Manner
from bot.discord_ui.delivery import Throttled
from bot.discord_ui.questions import Question, Reply
from bot.discord_ui.texts import texts_in
from tests.bot.discord_ui.shown import shown_text


class Recorder:
    """A delivery that writes down what it is given."""

    def __init__(self, *, seconds_left: float | None = None, can_come_late: bool = True) -> None:
        self.seconds_left = seconds_left
        self.can_come_late = can_come_late
        self.shown: list[tuple[str, float]] = []
        self.finished: list[str] = []

    async def show(self, layout: Layout) -> None:
        self.shown.append((shown_text(layout.to_components()), asyncio.get_running_loop().time()))

    async def finish(self, layouts: Sequence[Layout]) -> list[int]:
        self.finished = [shown_text(layout.to_components()) for layout in layouts]
        return []

    async def withdraw(self) -> None:
        raise AssertionError("nobody deleted the question")


class SlowQuestions:
    """Answers nothing within the test, or fails."""

    def __init__(self, *, after_s: float) -> None:
        self._after_s = after_s
        self.cancelled = False

    async def answer(self, question: Question, *, on_place: object = None, on_draft: object = None) -> Reply:
        try:
            await asyncio.sleep(self._after_s)
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        raise RuntimeError("the answer came")


MANNER = Manner(texts_in("en"), with_question=False, with_thread=False)
QUESTION = Question("?", 1, None, 2)


async def test_states_that_come_fast_are_shown_at_most_once_an_interval_and_the_newest_wins() -> None:
    recorder = Recorder()
    throttled = Throttled(recorder, interval_s=0.05)
    for number in range(8):
        throttled.show(notice(str(number)))
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    await throttled.finish([notice("end")])
    times = [moment for _, moment in recorder.shown]
    assert all(later - earlier >= 0.045 for earlier, later in itertools.pairwise(times))
    assert recorder.shown[0][0] == "0"
    assert recorder.shown[-1][0] == "7"
    assert recorder.finished == ["end"]


async def test_nothing_comes_behind_the_finished_reply() -> None:
    recorder = Recorder()
    throttled = Throttled(recorder, interval_s=0.02)
    throttled.show(notice("first"))
    await asyncio.sleep(0)
    throttled.show(notice("second"))
    await throttled.finish([notice("end")])
    await asyncio.sleep(0.05)
    assert [text for text, _ in recorder.shown] in ([], ["first"])


@pytest.mark.parametrize("late", [True, False])
async def test_who_waits_longer_than_discord_allows_is_told_in_time(late: bool) -> None:
    recorder = Recorder(seconds_left=10.05, can_come_late=late)
    questions = SlowQuestions(after_s=0.3)
    asking = Asking(questions, None)  # type: ignore[arg-type]  # only `answer` is called
    await asking.ask(QUESTION, recorder, MANNER)
    if late:
        assert recorder.shown[0][0].endswith("I will post the answer in this channel.")
        assert recorder.finished[0].startswith("Something went wrong on my side.")
    else:
        assert recorder.finished == [
            "This is taking longer than Discord lets me wait. Please ask again in a few minutes."
        ]
        await asyncio.sleep(0)
        assert questions.cancelled


async def test_a_message_can_always_be_edited_so_nothing_is_late() -> None:
    recorder = Recorder()
    await Asking(SlowQuestions(after_s=0.05), None).ask(QUESTION, recorder, MANNER)  # type: ignore[arg-type]
    assert recorder.shown == []
