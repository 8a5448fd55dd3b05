"""The libraries that the bot answers from, open in one process and each met by one thread at a time."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from retrieval.answer.claims import merged
from retrieval.errors import LibraryNotFoundError
from retrieval.models import Answer, ArticleSummary, Caution, CheckedMessage, Draft, Filters, Response, Turn

if TYPE_CHECKING:
    from retrieval import Library

T = TypeVar("T")
MOST_OPEN = 16
"""Libraries kept open; the one that was asked longest ago is closed for another."""


@dataclass(frozen=True, slots=True)
class Found:
    """A response and the library that it comes from."""

    library: str
    response: Response


@dataclass(slots=True)
class _Shelved:
    library: Library
    lock: threading.Lock = field(default_factory=threading.Lock)


class Libraries:
    """Synchronous; call it in the desk's threads."""

    def __init__(
        self, open_library: Callable[[str], Library], *, most_open: int = MOST_OPEN, writes: bool = False
    ) -> None:
        """Open nothing yet.

        Args:
            open_library: Opens a library that exists; raises `LibraryNotFoundError` for one that does not.
            most_open: How many stay open.
            writes: Whether a language model writes the answers.
        """
        self._writes = writes
        self._open_library = open_library
        self._most_open = most_open
        self._shelf: OrderedDict[str, _Shelved] = OrderedDict()
        self._lock = threading.Lock()

    def ask(
        self,
        names: Sequence[str],
        question: str,
        *,
        filters: Filters | None = None,
        history: Sequence[Turn] = (),
        caution: Caution = "normal",
        language: str | None = None,
        on_draft: Callable[[Draft], None] | None = None,
        stop: threading.Event | None = None,
    ) -> Found | None:
        """The answer that is surest, from any of the libraries; of refusals the least sure to be one.

        A model is asked once, for the library that quotes the surest answer.

        Args:
            names: Libraries to look in; those that do not exist or hold nothing are passed over.
            question: In any language.
            filters: Which articles to look in.
            history: The conversation so far, oldest turn first.
            caution: How sure an answer must be.
            language: The answer's, if a model writes it; None: the question's.
            on_draft: Called with the sentences that are written and checked, whenever there is one more.
            stop: Set by another thread that does not want the answer any more.

        Returns:
            None if none of them holds an article.

        Raises:
            QuestionError: The question cannot be answered as it was asked.
            ModelError: With the reason ``stopped``, if ``stop`` was set while a model was writing.
        """

        def ask(names: Sequence[str], *, write: bool) -> Found | None:
            responses = self._from_each(
                names,
                lambda library: library.ask(
                    question,
                    filters=filters,
                    history=history,
                    caution=caution,
                    language=language,
                    on_draft=on_draft,
                    stop=stop,
                    write=write,
                ),
            )
            return max((Found(name, response) for name, response in responses.items()), key=_worth, default=None)

        if not self._writes:
            return ask(names, write=False)
        filled = [name for name in names if self._holds_articles(name)]
        if len(filled) < 2:
            return ask(filled, write=True)
        quoted = ask(filled, write=False)
        if quoted is None or (stop is not None and stop.is_set()):
            return quoted
        # No model overrules a refusal; it can only take a follow-up of a conversation to mean something else.
        if not isinstance(quoted.response, Answer) and not history:
            return quoted
        return ask([quoted.library], write=True) or quoted

    def check(self, names: Sequence[str], message: str, *, filters: Filters | None = None) -> CheckedMessage | None:
        """What the libraries say of a message's claims; of each claim the surest.

        Args:
            names: Libraries to look in; those that do not exist or hold nothing are passed over.
            message: Without markup.
            filters: Which articles to look in.

        Returns:
            None if none of them holds an article.
        """
        checked = self._from_each(names, lambda library: library.check(message, filters=filters))
        return merged(list(checked.values()))

    def article_text(self, name: str, article_id: str) -> str:
        """The cleaned text of an article; empty if it, or the library, is not there (any more)."""
        with self._borrowed(name) as library:
            return library.article_text(article_id) if library is not None else ""

    def articles(self, name: str) -> list[ArticleSummary]:
        """What a library holds, sorted by source; nothing if it does not exist."""
        with self._borrowed(name) as library:
            return library.articles() if library is not None else []

    def close(self) -> None:
        """Close all of them, each as soon as no thread uses it."""
        with self._lock:
            shelved = list(self._shelf.values())
            self._shelf.clear()
        for item in shelved:
            with item.lock:
                item.library.close()

    def _from_each(self, names: Sequence[str], use: Callable[[Library], T]) -> dict[str, T]:
        """What each library gives, by name in this order; those that do not exist or hold nothing give nothing."""
        found = {}
        for name in names:
            with self._borrowed(name) as library:
                if library is not None and library.size()[0]:
                    found[name] = use(library)
        return found

    def _holds_articles(self, name: str) -> bool:
        with self._borrowed(name) as library:
            return library is not None and library.size()[0] > 0

    @contextmanager
    def _borrowed(self, name: str) -> Iterator[Library | None]:
        """A library that no other thread uses meanwhile; None if there is none of that name."""
        try:
            item = self._take(name)
        except LibraryNotFoundError:
            yield None
            return
        try:
            yield item.library
        finally:
            item.lock.release()

    def _take(self, name: str) -> _Shelved:
        while True:
            with self._lock:
                item = self._shelf.get(name)
                if item is None:
                    item = self._shelf[name] = _Shelved(self._open_library(name))
                    self._close_oldest()
                self._shelf.move_to_end(name)
            item.lock.acquire()
            if self._shelf.get(name) is item:
                return item
            item.lock.release()  # it was closed while this thread waited for it

    def _close_oldest(self) -> None:
        for name in list(self._shelf)[: max(0, len(self._shelf) - self._most_open)]:
            if self._shelf[name].lock.acquire(blocking=False):  # one in use stays for now
                self._shelf.pop(name).library.close()


def _worth(found: Found) -> tuple[bool, float]:
    return isinstance(found.response, Answer), found.response.confidence
