"""Answers made by hand, and a library that gives them: fictional people and places throughout."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

from bot.app import App
from bot.config import load_config
from retrieval.errors import LibraryNotFoundError, ModelError
from retrieval.models import (
    Answer,
    AnswerSentence,
    ArticleSummary,
    Caution,
    CheckedMessage,
    Citation,
    Draft,
    Filters,
    IndexProgress,
    IndexReport,
    Refusal,
    Retrieved,
    Timings,
    Turn,
)
from tests.retrieval.answer.llm.scripted_server import scripted_server

__all__ = ["scripted_server"]

ARTICLE = (
    "Il ponte di Valmora riapre\n"
    "Il ponte sul torrente Lesina riaprirà il 3 marzo 2025. Lo ha detto la sindaca Ilda Ferrani.\n"
    "I lavori sono costati due milioni di euro."
)
QUOTE = "Il ponte sul torrente Lesina riaprirà il 3 marzo 2025."


def make_citation(number: int = 1, **changes: Any) -> Citation:
    start = ARTICLE.index(QUOTE)
    values: dict[str, Any] = {
        "number": number,
        "article_id": "0123456789abcdef0123",
        "source": "ponte.txt",
        "title": "Il ponte di Valmora riapre",
        "url": "https://eco.example/ponte",
        "outlet": "L'Eco di Valmora",
        "published": date(2025, 2, 20),
        "language": "it",
        "start_char": start,
        "end_char": start + len(QUOTE),
        "quote": QUOTE,
        "score": 0.91234567,
    }
    return Citation(**values | changes)


def make_answer(question: str = "Quando riapre il ponte?", **changes: Any) -> Answer:
    values: dict[str, Any] = {
        "question": question,
        "language": "it",
        "sentences": (AnswerSentence(QUOTE, (1,)),),
        "citations": (make_citation(),),
        "confidence": 0.87654321,
        "mode": "extractive",
        "retrieved": (Retrieved("0123456789abcdef0123", "ponte.txt", 0, len(ARTICLE), 0.9),),
        "timings": Timings(1.0, 2.0, 3.0, 6.0),
        "standalone_question": question,
    }
    return Answer(**values | changes)


def make_summary(**changes: Any) -> ArticleSummary:
    values: dict[str, Any] = {
        "id": "0123456789abcdef0123",
        "root": "/articles",
        "source": "ponte.txt",
        "language": "it",
        "nodes": 1,
        "title": "Il ponte di Valmora riapre",
        "outlet": "L'Eco di Valmora",
        "published": date(2025, 2, 20),
    }
    return ArticleSummary(**values | changes)


def make_refusal(question: str = "Wer hat die Brücke entworfen?", **changes: Any) -> Refusal:
    values: dict[str, Any] = {
        "question": question,
        "language": "de",
        "confidence": 0.0821,
        "mode": "extractive",
        "closest": (make_summary(),),
        "retrieved": (Retrieved("0123456789abcdef0123", "ponte.txt", 0, len(ARTICLE), 0.4),),
        "timings": Timings(),
        "standalone_question": question,
    }
    return Refusal(**values | changes)


class FakeLibrary:
    """Gives prepared answers to prepared questions; anything else is an error of the test."""

    def __init__(self) -> None:
        self.responses: dict[str, Answer | Refusal | BaseException] = {}
        self.checked: dict[str, CheckedMessage] = {}
        self.held = [make_summary()]
        self.report = IndexReport()
        self.asked: list[tuple[str, Filters | None, tuple[Turn, ...]]] = []
        self.cautions: list[Caution] = []
        self.languages: list[str | None] = []
        """Of the answers, as they were asked for."""
        self.writes: list[bool] = []
        self.drafts: dict[str, list[Draft]] = {}
        """Shown before the answer; the answer then waits for `release` or to be stopped."""
        self.stopped = threading.Event()
        self.indexed: list[tuple[tuple[str, ...], bool]] = []
        self.release = threading.Event()
        self.release.set()
        self.closed = False

    def ask(
        self,
        question: str,
        *,
        filters: Filters | None = None,
        history: Sequence[Turn] = (),
        passages: Sequence[str] | None = None,
        caution: Caution = "normal",
        language: str | None = None,
        on_draft: Callable[[Draft], None] | None = None,
        stop: threading.Event | None = None,
        write: bool = True,
    ) -> Answer | Refusal:
        assert passages is None, "passages are answered without a library"
        self.asked.append((question, filters, tuple(history)))
        self.cautions.append(caution)
        self.languages.append(language)
        self.writes.append(write)
        for draft in self.drafts.get(question, ()) if write and on_draft is not None else ():
            on_draft(draft)
        self._wait(stop)
        response = self.responses[question]
        if isinstance(response, BaseException):
            raise response
        return response

    def _wait(self, stop: threading.Event | None) -> None:
        until = time.monotonic() + 10
        while not self.release.wait(0.01):
            if stop is not None and stop.is_set():
                self.stopped.set()
                raise ModelError("test was stopped.", reason="stopped")
            assert time.monotonic() < until, "the test forgot to let the answer go"

    def check(self, message: str, *, filters: Filters | None = None) -> CheckedMessage:
        self.asked.append((message, filters, ()))
        return self.checked[message]

    def index(
        self,
        paths: Sequence[Path | str],
        *,
        prune: bool = False,
        on_progress: Callable[[IndexProgress], None] | None = None,
    ) -> IndexReport:
        self.indexed.append((tuple(map(str, paths)), prune))
        if on_progress is not None:
            on_progress(IndexProgress("embed", 1, 2))
        return self.report

    def load(self) -> None:
        pass

    def articles(self) -> list[ArticleSummary]:
        return list(self.held)

    def article_text(self, article_id: str) -> str:
        return {"0123456789abcdef0123": ARTICLE}[article_id]

    def remove(self, article_ids: Sequence[str]) -> list[str]:
        held = {article.id for article in self.held}
        return [article_id for article_id in article_ids if article_id in held]

    def size(self) -> tuple[int, int]:
        return len(self.held), sum(article.nodes for article in self.held)

    def close(self) -> None:
        self.closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


class FakeApp(App):
    """An app whose libraries are fakes; a name that is not among them does not exist."""

    libraries: dict[str, FakeLibrary]

    def library(self, name: str | None = None, *, create: bool = False) -> Any:
        chosen = name or self.config.library
        if chosen not in self.libraries and not create:
            raise LibraryNotFoundError(f"There is no library {chosen} in {self.config.data_dir}.")
        return self.libraries[chosen]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the settings of the person who runs it."""
    import os

    for name in [name for name in os.environ if name.startswith("KILDE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def library() -> FakeLibrary:
    return FakeLibrary()


@pytest.fixture
def app(library: FakeLibrary, tmp_path: Path) -> FakeApp:
    app = FakeApp(load_config({"data_dir": str(tmp_path / "data")}))
    app.libraries = {"articles": library, "city": FakeLibrary()}
    return app


@pytest.fixture
def started(app: FakeApp, monkeypatch: pytest.MonkeyPatch) -> FakeApp:
    """Commands that start an app get the fake one."""

    def start(_class: type[App], flags: dict[str, Any] | None = None) -> FakeApp:
        app.config = load_config({"data_dir": str(app.config.data_dir), **(flags or {})})
        return app

    monkeypatch.setattr("bot.app.App.start", classmethod(start))
    return app


def _fixture_of(maker: Callable[..., Any]) -> Any:
    return pytest.fixture(lambda: maker, name=maker.__name__)


make_answer_fixture = _fixture_of(make_answer)
make_citation_fixture = _fixture_of(make_citation)
make_refusal_fixture = _fixture_of(make_refusal)
make_summary_fixture = _fixture_of(make_summary)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of one article."""
    from retrieval import Library

    folder = tmp_path_factory.mktemp("one")
    (folder / "ponte.txt").write_text(
        "Il ponte di Valmora riapre\n\n"
        "Il ponte sul torrente Lesina riaprirà il 3 marzo 2025. Lo ha detto la sindaca Ilda Ferrani.\n",
        "utf-8",
    )
    with Library.open(folder / "data") as library:
        assert library.index([folder / "ponte.txt"]).failed == ()
    return folder / "data"
