"""Several libraries in one process, each met by one thread at a time."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bot.discord_ui.libraries import Libraries
from retrieval.errors import LibraryNotFoundError
from retrieval.models import Answer, Turn

QUESTION = "Quando riapre il ponte?"


class Shelf:
    """Opens libraries of its own, and knows how often."""

    def __init__(self, **libraries: Any) -> None:
        self.libraries = libraries
        self.opened: list[str] = []

    def __call__(self, name: str) -> Any:
        if name not in self.libraries:
            raise LibraryNotFoundError(name)
        self.opened.append(name)
        return self.libraries[name]


def test_the_surest_answer_of_all_libraries_is_given(make_answer: Any, make_refusal: Any, new_library: Any) -> None:
    one, two, three = (new_library() for _ in range(3))
    one.responses[QUESTION] = make_refusal(QUESTION, confidence=0.99)
    two.responses[QUESTION] = make_answer(QUESTION, confidence=0.4)
    three.responses[QUESTION] = make_answer(QUESTION, confidence=0.8)
    found = Libraries(Shelf(one=one, two=two, three=three)).ask(["one", "two", "three"], QUESTION)
    assert found is not None
    assert found.library == "three"
    assert isinstance(found.response, Answer)


@pytest.mark.parametrize("conversation", [(), (Turn("Chi?", "Lei."),)])
def test_a_model_writes_for_the_library_that_quotes_the_surest_answer(
    make_answer: Any, make_refusal: Any, new_library: Any, conversation: tuple[Turn, ...]
) -> None:
    one, two, empty = (new_library() for _ in range(3))
    empty.held = []
    one.responses[QUESTION] = make_answer(QUESTION, confidence=0.4)
    two.responses[QUESTION] = make_answer(QUESTION, confidence=0.8)
    libraries = Libraries(Shelf(one=one, two=two, empty=empty), writes=True)
    found = libraries.ask(["one", "empty", "two"], QUESTION, history=conversation)
    assert found is not None
    assert (found.library, one.writes, two.writes) == ("two", [False], [False, True])
    for library in (one, two):
        library.responses[QUESTION] = make_refusal(QUESTION)
        library.writes.clear()
    libraries.ask(["one", "two"], QUESTION, history=conversation)
    assert (one.writes, two.writes) == ([False, True] if conversation else [False], [False])
    libraries.ask(["two"], QUESTION)
    assert two.writes == [False, True]


def test_libraries_that_are_not_there_or_empty_are_passed_over(make_answer: Any, new_library: Any) -> None:
    full, empty = new_library(), new_library()
    empty.held = []
    full.responses[QUESTION] = make_answer(QUESTION)
    libraries = Libraries(Shelf(full=full, empty=empty))
    assert libraries.ask(["absent", "empty"], QUESTION) is None
    assert libraries.ask(["absent", "empty", "full"], QUESTION) is not None
    assert libraries.articles("absent") == []
    assert libraries.article_text("absent", "a") == ""


def test_a_library_is_opened_once_and_the_one_asked_longest_ago_is_closed(new_library: Any) -> None:
    shelf = Shelf(**{name: new_library() for name in "abc"})
    libraries = Libraries(shelf, most_open=2)
    for name in "abacb":
        libraries.articles(name)
    assert shelf.opened == ["a", "b", "c", "b"]
    assert shelf.libraries["b"].closed
    libraries.close()
    assert all(library.closed for library in shelf.libraries.values())


def test_no_two_threads_meet_in_one_library(new_library: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    library = new_library()
    inside, most = 0, 0
    lock = threading.Lock()

    def articles() -> list[Any]:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        time.sleep(0.005)
        with lock:
            inside -= 1
        return []

    monkeypatch.setattr(library, "articles", articles)
    libraries = Libraries(Shelf(a=library))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: libraries.articles("a"), range(24)))
    assert most == 1
