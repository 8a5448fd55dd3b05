"""The REPL on a terminal: prompt, history, completion, toolbar."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.patch_stdout import patch_stdout

from bot.repl.commands import COMMANDS, filter_words
from bot.repl.plain import PROMPT
from bot.repl.session import Session
from retrieval.models import Answer

_HISTORY_FILE = "repl_history"
_TITLES_SHOWN = 10
_MIN_TITLE_CHARS = 2
_TOOLBAR_REFRESH_S = 0.5


def run_interactive(session: Session) -> None:
    """Prompts until the user leaves; Ctrl-C at the prompt clears the line."""
    prompt: PromptSession[str] = PromptSession(
        history=_history(session.app.config.data_dir),
        completer=ReplCompleter(session),
        # Titles come with Tab only: a menu over every word of a question would be in the way.
        complete_while_typing=Condition(lambda: get_app().current_buffer.text.startswith("/")),
        bottom_toolbar=lambda: _toolbar(session),
        refresh_interval=_TOOLBAR_REFRESH_S,
    )
    while True:
        try:
            with patch_stdout(raw=True):  # a warning from the background goes above the prompt, not into it
                line = prompt.prompt(PROMPT)
        except KeyboardInterrupt:
            continue
        except EOFError:
            return
        if not session.handle(line):
            return
        session.write("")


def show_waiting(slow: bool) -> None:
    """A word while an answer takes its time, gone when it is there."""
    sys.stdout.write("… (Ctrl-C cancels)" if slow else "\r\x1b[K")
    sys.stdout.flush()


class ReplCompleter(Completer):
    """Commands and their arguments after a slash; titles of articles elsewhere."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """What may stand at the cursor, best first."""
        text = document.text_before_cursor.lstrip()
        name, space, arguments = text.partition(" ")
        if not text.startswith("/"):
            yield from self._titles(document)
        elif space:
            word = arguments.rpartition(" ")[2]
            for choice in self._arguments(name[1:]):
                if choice.startswith(word):
                    yield Completion(choice, start_position=-len(word))
        else:
            for command in COMMANDS.values():
                if command.name.startswith(name[1:].lower()):
                    yield Completion(f"/{command.name}", start_position=-len(name), display_meta=command.summary)

    def _titles(self, document: Document) -> Iterable[Completion]:
        word = document.get_word_before_cursor(WORD=True)
        wanted = word.casefold()
        if len(word) < _MIN_TITLE_CHARS:
            return
        matches = [title for title in self._session.titles if f" {title.casefold()}".find(f" {wanted}") >= 0]
        for title in matches[:_TITLES_SHOWN]:
            yield Completion(title, start_position=-len(word))

    def _arguments(self, command: str) -> list[str]:
        if command == "open" and isinstance(self._session.last, Answer):
            return [str(citation.number) for citation in self._session.last.citations]
        return {"filter": filter_words(), "answer-language": ["auto"]}.get(command, [])


def _history(data_dir: Path) -> History:
    """Kept in the data folder, for its owner only; in memory while there is no such folder to write to."""
    path = data_dir / _HISTORY_FILE
    try:
        path.touch(mode=0o600)
    except OSError:
        return InMemoryHistory()
    return FileHistory(str(path))


def _toolbar(session: Session) -> str:
    parts = [session.library_name, session.state]
    if session.filter_text:
        parts.append(session.filter_text)
    if session.answer_language:
        parts.append(f"answers in {session.answer_language}")
    return f" {' · '.join(parts)} · /help "
