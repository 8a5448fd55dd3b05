"""The REPL without a terminal: lines from a pipe, the transcript as output."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bot.repl.session import Session

PROMPT = "kilde> "


def run_plain(session: Session, lines: Iterable[str], write: Callable[[str], None]) -> None:
    """Handles line after line. Each is written behind the prompt, so that the output reads as a conversation."""
    for line in lines:
        text = line.strip()
        if not text:
            continue
        write(f"{PROMPT}{text}")
        if not session.handle(text):
            return
        write("")
