"""Bad input, through the real command: the message that a person sees, the exit status, and that the rest went on."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import socket
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest

from bot.cli import main
from retrieval.index.embedding import EmbeddingIdentity
from retrieval.index.store import Store
from retrieval.settings import Settings

QUESTION = "Quando riapre la biblioteca di Montefalda?"
FACT = "La biblioteca di Montefalda riapre lunedì 14 aprile dopo due anni di restauro."


class Run(NamedTuple):
    status: int
    out: str
    err: str


def kilde(*arguments: str | Path) -> Run:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main([str(argument) for argument in arguments])
    return Run(status, out.getvalue(), err.getvalue())


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Holds ``news``, articles among everything that cannot be read."""
    folder = tmp_path_factory.mktemp("bad")
    news = folder / "news"
    (news / "2025").mkdir(parents=True)
    (news / "good.txt").write_text(f"{FACT}\n", "utf-8")
    (news / "empty.txt").touch()
    (news / "binary.txt").write_bytes(bytes(range(256)) * 50)
    with (news / "large.txt").open("wb") as large:
        large.truncate(50_000_000)
    (news / "unreadable.txt").write_text("Chiuso a chiave.", "utf-8")
    market = {"id": "c", "text": "Il mercato di Montefalda si sposta in piazza Nuova."}
    (news / "records.jsonl").write_text(f'{{"id": "a", "text": "rotto\n{json.dumps(market)}\n', "utf-8")
    (news / "menu.html").write_text(
        '<html><body><nav><a href="/">Home</a></nav><img src="a.jpg"></body></html>', "utf-8"
    )
    (news / "loop.txt").symlink_to("loop.txt")
    (news / "2025" / "round").symlink_to("..")
    return folder


@pytest.fixture(scope="module")
def indexed(place: Path) -> Run:
    """One run over all of it, with a path that does not exist beside it."""
    real_open = os.open

    def refuse(path: Any, *arguments: Any, **options: Any) -> int:
        if str(path).endswith("unreadable.txt"):  # root may read a file of any mode
            raise PermissionError(13, "Permission denied", str(path))
        return real_open(path, *arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        patch.setattr(os, "open", refuse)
        return kilde("index", "news", "absent", "--data-dir", place / "data")


@pytest.fixture
def data(place: Path, indexed: Run, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(place)
    return place / "data"


@pytest.mark.parametrize(
    "line",
    [
        "empty.txt: is empty: nothing to index",
        "binary.txt: holds binary data, not text: remove it from the folder, or export it as .txt, .md, .html or .json",
        "large.txt: has 50.0 MB and the limit is 20 MB: split the file, or raise KILDE_MAX_ARTICLE_MB",
        "unreadable.txt: cannot be read, permission denied: change its permissions, or run as a user who may read it",
        "records.jsonl#1: is not valid JSON (Unterminated string starting at, line 1 column 21): "
        "correct or remove the line",
        "menu.html: is a page without article text (only menus or scripts): save the whole page, or its text as .txt",
        "loop.txt: is a link that leads back to itself: remove the link",
        "2025/round: is a link to PLACE/news, a folder that holds it: remove the link, or it would go round for ever",
        "absent: does not exist: check the spelling",
    ],
)
def test_each_bad_file_is_named_with_its_reason(indexed: Run, place: Path, line: str) -> None:
    assert f"  {line}\n".replace("PLACE", os.path.realpath(place)) in indexed.out


def test_the_other_articles_are_indexed(indexed: Run) -> None:
    assert (indexed.status, indexed.err) == (0, "")
    assert indexed.out.startswith("added 2\n  good.txt\n  records.jsonl#c\nfailed 9\n")


def test_nothing_but_bad_files_is_a_failure_and_changes_nothing(data: Path) -> None:
    run = kilde("index", "news/empty.txt", "absent", "--data-dir", data)
    assert run.status == 1
    assert "0 added, 0 updated, 0 unchanged, 0 removed, 2 failed in " in run.out
    assert run.out.endswith("The library holds 2 articles in 2 nodes.\n")


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ("", "The question is empty. Ask something, such as: who opened the new bridge?"),
        (
            "chi? " * 4000,
            "The question has 19,999 characters and the limit is 2,000; shorten it, or raise KILDE_MAX_QUESTION_CHARS.",
        ),
        (
            "ᚹᚺᛖᚾ ᛞᛟᛖᛊ ᛁᛏ ᛟᛈᛖᚾ",
            "The question is written in a script that the embedding model does not know (Runic); ask in another.",
        ),
    ],
)
def test_a_bad_question_is_wrong_usage(data: Path, question: str, message: str) -> None:
    assert kilde("ask", question, "--data-dir", data) == (2, "", f"Error: {message}\n")


def test_a_bad_question_in_a_batch_fails_alone(data: Path, tmp_path: Path) -> None:
    batch = tmp_path / "questions.jsonl"
    batch.write_text("\n".join(json.dumps({"question": question}) for question in ("", QUESTION)), "utf-8")
    run = kilde("ask", "--batch", batch, "--data-dir", data)
    empty, answered = map(json.loads, run.out.splitlines())
    assert run.status == 0
    assert empty["error"]["type"] == "QuestionError"
    assert (answered["error"], answered["answer"]) == (None, FACT)


def test_a_library_that_does_not_exist(data: Path) -> None:
    message = "Error: There is no library 'town' in the data folder data. It has: articles.\n"
    assert kilde("ask", QUESTION, "--data-dir", "data", "--library", "town") == (1, "", message)


def test_a_library_of_another_embedding_model(data: Path) -> None:
    settings = Settings(data_dir=data, library="other")
    Store.open(settings, create=True, identity=EmbeddingIdentity("other-model", 768)).close()
    for command in (("ask", QUESTION), ("index", "news/good.txt")):
        run = kilde(*command, "--data-dir", data, "--library", "other")
        assert (run.status, run.out) == (1, "")
        assert run.err.startswith(
            "Error: The library 'other' was made with the embedding model other-model (768 dimensions), and "
        )
        assert run.err.endswith("or change the library over to the latter: kilde reindex\n")


def test_a_data_folder_where_nothing_can_be_made(data: Path) -> None:
    run = kilde("index", "news/good.txt", "--data-dir", "news/good.txt/data")
    assert run == (
        1,
        "",
        "Error: The data folder news/good.txt/data cannot be made: Not a directory. "
        "Choose another with --data-dir or KILDE_DATA_DIR.\n",
    )


def test_a_data_folder_that_does_not_let_a_question_lock_it(data: Path, tmp_path: Path) -> None:
    copy = tmp_path / "data"
    shutil.copytree(data, copy)
    (copy / "commit.lock").unlink()
    (copy / "commit.lock").mkdir()  # as no mode does, this stops root too
    run = kilde("ask", QUESTION, "--data-dir", copy)
    assert (run.status, run.out) == (1, "")
    assert run.err.startswith(f"Error: The data folder {copy} cannot be locked: [Errno ")
    assert run.err.endswith("Check that you may write there and that its disk has space.\n")


def test_a_full_disk_leaves_the_library_as_it_was(data: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "new.txt").write_text("La piscina di Montefalda apre in maggio.", "utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=28_000_000))
        run = kilde("index", tmp_path / "new.txt", "--data-dir", data)
    assert run == (
        1,
        "",
        f"Error: The disk of {data / 'chroma'} is full: 28 MB free, 34 MB needed. "
        "Nothing was damaged; free some space and run the same command again.\n",
    )
    assert [article["source"] for article in json.loads(kilde("articles", "--json", "--data-dir", data).out)] == [
        "good.txt",
        "records.jsonl#c",
    ]


@pytest.mark.parametrize("command", [("ask", QUESTION), ("index", "news/good.txt"), ("articles",)])
def test_a_dead_chroma_server(data: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"  # bound, so nobody else gets it, and not listening
        monkeypatch.setenv("KILDE_CHROMA_URL", url)
        run = kilde(*command, "--data-dir", data)
    assert (run.status, run.out) == (1, "")
    assert run.err.startswith(f"Error: The Chroma server at {url} does not answer (")
    assert run.err.endswith("without that setting Kilde keeps its articles in the data folder.\n")


def test_the_library_still_answers(data: Path) -> None:
    run = kilde("ask", QUESTION, "--data-dir", data)
    assert run.status == 0
    assert run.out.startswith(FACT)
