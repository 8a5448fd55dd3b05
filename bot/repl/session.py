"""One conversation: what the REPL knows, and what it does with a line."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from bot.app import App
from bot.logs import describe_incident
from bot.render.report import counted
from bot.render.stream import AnswerStream
from bot.render.text import render_response
from bot.repl.worker import Worker
from bot.terminal import Terminal
from retrieval.errors import KildeError, LibraryNotFoundError
from retrieval.models import Answer, ArticleSummary, Filters, Response, Turn

if TYPE_CHECKING:
    from concurrent.futures import Future

    from retrieval import Library

T = TypeVar("T")

HISTORY_TURNS = 8
"""Turns that a follow-up may lean on."""

_CLOSE_TIMEOUT_S = 2.0

HELP_WORDS = frozenset({"help", "?"})
LEAVE_WORDS = frozenset({"q", "quit", "exit"})
"""What people type to leave a program whose commands they do not know yet."""


class Session:
    """State and behaviour without a terminal: lines come in by `handle`, text goes out by ``write``.

    All access to the library goes through the worker's one thread.
    """

    def __init__(
        self,
        app: App,
        *,
        terminal: Terminal,
        write: Callable[[str], None],
        on_slow: Callable[[bool], None] = lambda _slow: None,
        stream: Callable[[str], None] | None = None,
    ) -> None:
        """Starts to load the library in the background.

        Args:
            app: Opens libraries.
            terminal: How text is laid out.
            write: Takes finished text, line breaks inside it but not at its end.
            on_slow: Told when a wait becomes long (True) and when it is over (False).
            stream: Takes pieces of text as they come, line breaks included; None: answers are written when finished.
        """
        self.app = app
        self.terminal = terminal
        self.write = write
        self.library_name = app.config.library
        self.filters = Filters()
        self.filter_text = ""
        self.answer_language: str | None = None
        """Of answers that a model writes; None: the question's."""
        self.last: Response | None = None
        self.titles: tuple[str, ...] = ()
        self.state = "loading …"
        """What the library holds, for the toolbar."""
        self._stream = stream
        self._turns: list[Turn] = []
        self._worker = Worker(on_slow)
        self._loading: Future[None] = self._worker.submit(self._load)

    def handle(self, line: str) -> bool:
        """Does what a line says; False when it says to leave."""
        from bot.repl.commands import run_command  # late: they take a Session

        text = line.strip()
        if not text:
            return True
        if text.lower() in HELP_WORDS:
            text = "/help"
        if text.lower() in LEAVE_WORDS:
            return False
        try:
            return run_command(self, text) if text.startswith("/") else self._question(text)
        except LibraryNotFoundError as error:
            others = self.libraries()
            self.write(f"{error} /library NAME turns to one." if others else self.app.empty_hint(self.library_name))
        except KildeError as error:
            self.write(self.terminal.paint(str(error), "red"))
        except KeyboardInterrupt:
            self.write("(cancelled)")
        except Exception as error:  # a boundary, as in bot.cli: one fault does not end the conversation
            self.write(self.terminal.paint(describe_incident(error), "red"))
        return True

    def with_library(self, job: Callable[[Library], T]) -> T:
        """Runs a job with the open library, in the worker's thread.

        Raises:
            KildeError: The library cannot be opened, or the job's own error.
        """
        return self._worker.run(lambda: job(self.app.library(self.library_name)))

    def libraries(self) -> list[str]:
        """Names of all libraries, in the data folder or on the server."""
        from retrieval.index.libraries import list_libraries  # late: chromadb .7 s

        return self._worker.run(lambda: list_libraries(self.app.settings))

    def switch(self, name: str) -> tuple[int, int]:
        """Turns to another library; a follow-up starts anew there.

        Returns:
            Articles and nodes that it holds.
        """
        size = self._worker.run(lambda: self.app.library(name).size())
        self.library_name = name
        self.forget()
        self._worker.run(self._load)
        return size

    def forget(self) -> None:
        """Starts a new conversation."""
        self._turns.clear()
        self.last = None

    def wait_until_loaded(self) -> None:
        """Returns when the first load has ended, well or not."""
        self._worker.wait(self._loading)

    def close(self) -> None:
        """Closes the libraries, unless an answer that nobody wants still uses them; then the process's end does."""
        self._worker.submit(self.app.close)
        self._worker.close(timeout_s=_CLOSE_TIMEOUT_S)

    def _question(self, text: str) -> bool:
        response = self._answer(text)
        self.last = response
        answer = response.text if isinstance(response, Answer) else ""
        self._turns.append(Turn(question=response.standalone_question, answer=answer))
        del self._turns[:-HISTORY_TURNS]
        self._worker.submit(self._load)  # another process may have changed the library since
        if not isinstance(response, Answer) and not response.retrieved:
            self._explain_nothing_found()
        return True

    def _answer(self, text: str) -> Response:
        """Asks and shows the answer, sentence by sentence where that can be shown; Ctrl-C stops the model."""
        stop = threading.Event()
        news: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        shown = AnswerStream(self.terminal, self._stream) if self._stream else None

        def ask(library: Library) -> Response:
            return library.ask(
                text,
                filters=filters,
                history=history,
                language=language,
                on_draft=(lambda draft: news.put(lambda: shown.show(draft))) if shown else None,
                stop=stop,
            )

        history, filters, language = tuple(self._turns), self.filters, self.answer_language
        name = self.library_name
        try:
            response = self._worker.wait(self._worker.submit(lambda: ask(self.app.library(name))), news)
        except BaseException:
            stop.set()
            if shown is not None:
                shown.abandon()
            raise
        if shown is not None:
            shown.finish(response)
        else:
            self.write(render_response(response, self.terminal))
        return response

    def _explain_nothing_found(self) -> None:
        """Not one passage came up: the library is empty, or the filter lets nothing through."""
        if self.with_library(lambda library: library.size())[0] == 0:
            self.write(self.app.empty_hint(self.library_name))
        elif self.filters != Filters():
            self.write("No article passed the filter; /filter shows it, /filter clear removes it.")

    def _load(self) -> None:
        """Opens the library and learns the titles; why that fails is told with the first question."""
        try:
            library = self.app.library(self.library_name)
            articles = library.articles()
        except LibraryNotFoundError:
            self.titles, self.state = (), "empty"
            return
        except KildeError:
            self.titles, self.state = (), "not open"
            return
        self.titles = _titles(articles)
        self.state = counted(len(articles), "article") if articles else "empty"
        if articles:
            library.load()


def _titles(articles: list[ArticleSummary]) -> tuple[str, ...]:
    return tuple(sorted({article.title for article in articles if article.title}))
