"""An answer that appears on a terminal sentence by sentence, while it is written."""

from __future__ import annotations

from collections.abc import Callable

from bot.render.text import join_sentences, lines_below, render_response
from bot.render.wrap import wrap
from bot.terminal import Terminal
from retrieval.models import Answer, AnswerSentence, Draft, Response


class AnswerStream:
    """Writes what is new; the finished answer stands there once, as `render_response` lays it out."""

    def __init__(self, terminal: Terminal, write: Callable[[str], None]) -> None:
        """Nothing is written yet.

        Args:
            terminal: A real one: what is shown may have to be erased.
            write: Takes text as it is, line breaks included.
        """
        self._terminal = terminal
        self._write = write
        self._shown = ""

    def show(self, draft: Draft) -> None:
        """Show the sentences that came; a draft that changes one before them waits for the finished answer."""
        paragraph = self._paragraph(draft.sentences)
        if paragraph.startswith(self._shown):
            self._write(self._bold(paragraph[len(self._shown) :]))
            self._shown = paragraph

    def finish(self, response: Response) -> None:
        """Show the rest, or all of it anew if the beginning is another one now."""
        paragraph = self._paragraph(response.sentences) if isinstance(response, Answer) else ""
        if isinstance(response, Answer) and self._shown and paragraph.startswith(self._shown):
            below = "\n".join(lines_below(response, self._terminal))
            self._write(f"{self._bold(paragraph[len(self._shown) :])}\n{below}\n")
        else:
            self._write(f"{self._erasure()}{render_response(response, self._terminal)}\n")
        self._shown = ""

    def abandon(self) -> None:
        """End the line of an answer that is not finished."""
        if self._shown:
            self._write("\n")
        self._shown = ""

    def _paragraph(self, sentences: tuple[AnswerSentence, ...]) -> str:
        return "\n".join(wrap(join_sentences(sentences), self._terminal.width))

    def _bold(self, text: str) -> str:
        return "\n".join(self._terminal.paint(line, "bold") for line in text.split("\n"))

    def _erasure(self) -> str:
        """Moves to the beginning of what is shown and clears the screen from there (ECMA-48, CUU and ED)."""
        if not self._shown:
            return ""
        above = self._shown.count("\n")
        return "\r" + (f"\x1b[{above}A" if above else "") + "\x1b[J"
