"""What stands on the screen while an answer is written, and after."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.render.stream import AnswerStream
from bot.render.text import render_response
from bot.terminal import Terminal
from retrieval.models import Answer, AnswerSentence, Draft, Fallback, Refusal

TERMINAL = Terminal(width=34)
FIRST = AnswerSentence("The bridge over the Lesina opens again in March.", (1,))
OTHER = AnswerSentence("It opens again in March.", (1,))
SECOND = AnswerSentence("تكلفة الجسر مليونا يورو.", (1,))
UNSPACED = AnswerSentence("大桥将于三月三日重新开放。", (1,))


class Screen:
    """The streamed text, with what was erased taken away."""

    def __init__(self) -> None:
        self.written: list[str] = []

    @property
    def text(self) -> str:
        lines = [""]
        for part in "".join(self.written).replace("\x1b[J", "\x00").split("\r"):
            head, code, rest = part.partition("\x00")
            if code:
                above = int(head.removeprefix("\x1b[").removesuffix("A")) if head else 0
                lines = [*lines[: len(lines) - 1 - above], ""]
                part = rest
            first, *others = part.split("\n")
            lines[-1] += first
            lines += others
        return "\n".join(lines)


@pytest.mark.parametrize("second", [SECOND, UNSPACED])
def test_sentences_come_one_by_one_and_the_answer_stands_once(
    make_answer: Callable[..., Answer], second: AnswerSentence
) -> None:
    answer = make_answer(sentences=(FIRST, second))
    screen = Screen()
    stream = AnswerStream(TERMINAL, screen.written.append)
    stream.show(Draft((FIRST,), answer.citations))
    assert screen.text == "The bridge over the Lesina opens\nagain in March. [1]"
    stream.show(Draft((FIRST, second), answer.citations))
    stream.finish(answer)
    assert screen.text == render_response(answer, TERMINAL) + "\n"
    assert "\x1b" not in "".join(screen.written)


def test_a_sentence_that_changed_is_shown_with_the_finished_answer_only(make_answer: Callable[..., Answer]) -> None:
    answer = make_answer(sentences=(OTHER, SECOND))
    screen = Screen()
    stream = AnswerStream(TERMINAL, screen.written.append)
    stream.show(Draft((FIRST,), answer.citations))
    stream.show(Draft((OTHER, SECOND), answer.citations))
    assert screen.text == "The bridge over the Lesina opens\nagain in March. [1]"
    stream.finish(answer)
    assert screen.text == render_response(answer, TERMINAL) + "\n"


def test_a_refusal_and_an_answer_without_drafts(
    make_answer: Callable[..., Answer], make_refusal: Callable[..., Refusal]
) -> None:
    for response in (make_answer(), make_refusal()):
        written: list[str] = []
        AnswerStream(TERMINAL, written.append).finish(response)
        assert "".join(written) == render_response(response, TERMINAL) + "\n"


def test_colours_end_with_each_line(make_answer: Callable[..., Answer]) -> None:
    written: list[str] = []
    stream = AnswerStream(Terminal(width=34, colour=True), written.append)
    stream.show(Draft((FIRST,), make_answer().citations))
    stream.abandon()
    assert written == [
        "\x1b[1mThe bridge over the Lesina opens\x1b[0m\n\x1b[1magain in March. [1]\x1b[0m",
        "\n",
    ]


@pytest.mark.parametrize(("language", "word"), [("no", "Sitert"), ("en", "Quoted"), ("xx", "Quoted"), ("ar", "مقتبس")])
def test_why_an_answer_is_quoted_is_told_in_one_line(make_answer: Any, language: str, word: str) -> None:
    answer = make_answer(language=language, fallback=Fallback("key", "The key was refused. Set KILDE_LLM_KEY."))
    lines = render_response(answer, Terminal()).splitlines()
    assert lines[1:3] == [f"{word}: The key was refused. Set KILDE_LLM_KEY.", ""]
