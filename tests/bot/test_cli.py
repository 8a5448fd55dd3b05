from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.cli import main
from retrieval.errors import QuestionError, StoreError
from retrieval.models import Failure, Filters, IndexReport

ROOT = Path(__file__).parents[2]


def run(*arguments: str, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """A real process, as a person starts it."""
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments], cwd=ROOT, input=data, capture_output=True, check=False
    )


class TestWithoutAnApp:
    def test_help_lists_the_commands(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["--help"]) == 0
        shown = capsys.readouterr().out
        for name in ("index", "ask", "repl", "articles", "remove", "reindex", "status", "doctor"):
            assert f"\n  {name} " in shown

    @pytest.mark.parametrize("name", ["index", "ask", "repl", "articles", "remove", "reindex", "status", "doctor"])
    def test_each_command_has_help_with_examples_and_the_common_options(
        self, capsys: pytest.CaptureFixture[str], name: str
    ) -> None:
        assert main([name, "--help"]) == 0
        shown = capsys.readouterr().out
        for part in ("Examples:\n", f"kilde {name}", "--data-dir", "--library"):
            assert part in shown

    def test_help_imports_nothing_heavy(self) -> None:
        code = "import sys; from bot.cli import main; main(['--help']); print(*sys.modules, file=sys.stderr)"
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
        heavy = {"pydantic", "pydantic_settings", "rich", "prompt_toolkit", "numpy", "chromadb", "llama_index", "regex"}
        assert not heavy & set(done.stderr.split())

    def test_version(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["--version"]) == 0
        assert capsys.readouterr().out == "kilde 0.1.0\n"

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["idnex"], "'idnex' is not a command. Did you mean 'index'?"),
            (["xyz"], "'xyz' is not a command. `kilde --help` lists the commands."),
            (["when is it?"], """'when is it?' is not a command. To ask a question: kilde ask "when is it?\""""),
            (["index"], "Missing argument 'PATH...'"),
            (["ask"], 'Give one question in quotes, such as kilde ask "When does it open?", or --batch FILE.'),
            (["ask", "x", "--batch", "-"], "Give a question or --batch FILE, not both."),
            (["ask", "--batch", "absent.jsonl"], "'absent.jsonl': No such file or directory"),
            (["ask", "--jsn", "x"], "No such option"),
        ],
    )
    def test_wrong_usage_is_2_with_a_hint(
        self, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
    ) -> None:
        assert main(arguments) == 2
        captured = capsys.readouterr()
        assert message in captured.err
        assert captured.out == ""

    def test_a_wrong_setting_is_wrong_usage(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("KILDE_DATADIR", "x")
        assert main(["status"]) == 2
        assert (
            capsys.readouterr().err == "Error: KILDE_DATADIR is not a setting of Kilde. Did you mean KILDE_DATA_DIR?\n"
        )

    def test_a_reader_that_leaves_ends_it_quietly(self) -> None:
        command = f"{sys.executable} -m bot ask --help | true"
        done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, check=False)
        assert done.stderr == b""


class TestAsk:
    def test_an_answer(self, started: Any, library: Any, make_answer: Any, capsys: pytest.CaptureFixture[str]) -> None:
        library.responses = {"Quando?": make_answer("Quando?")}
        assert main(["ask", "Quando?", "--language", "it", "--from", "2025-01-01"]) == 0
        assert capsys.readouterr().out.startswith("Il ponte sul torrente Lesina riaprirà il 3 marzo 2025. [1]\n\n[1] “")
        assert library.asked[0][1] == Filters(languages=("it",), published_from=library.asked[0][1].published_from)

    def test_a_refusal_is_3(
        self, started: Any, library: Any, make_refusal: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        library.responses = {"Wer?": make_refusal("Wer?")}
        assert main(["ask", "Wer?"]) == 3
        assert capsys.readouterr().out.startswith("Das steht nicht in den Artikeln.\n")

    def test_a_question_without_quotes_is_its_words(self, started: Any, library: Any, make_answer: Any) -> None:
        library.responses = {"Quando riapre il ponte?": make_answer()}
        assert main(["ask", "Quando", "riapre", "il", "ponte?"]) == 0

    def test_a_filter_that_lets_nothing_through_is_pointed_out(
        self, started: Any, library: Any, make_refusal: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        library.responses = {"Wer?": make_refusal("Wer?", closest=(), retrieved=())}
        assert main(["ask", "Wer?", "--outlet", "Eco"]) == 3
        assert capsys.readouterr().err == (
            "No article passed the filter; `kilde articles` lists languages, outlets and dates.\n"
        )

    def test_a_batch_says_how_many_lines_failed(
        self, started: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "plain.txt").write_text("Who built it?\nWhen?\n", encoding="utf-8")
        assert main(["ask", "--batch", str(tmp_path / "plain.txt")]) == 0
        captured = capsys.readouterr()
        assert len(captured.out.splitlines()) == 2
        assert captured.err == '2 of 2 lines could not be answered; "error" in each says why.\n'

    def test_json(self, started: Any, library: Any, make_answer: Any, capsys: pytest.CaptureFixture[str]) -> None:
        library.responses = {"Quando?": make_answer("Quando?")}
        assert main(["ask", "--json", "Quando?"]) == 0
        line = json.loads(capsys.readouterr().out)
        assert (line["id"], line["error"]) == (None, None)

    def test_an_error_is_json_too(self, started: Any, library: Any, capsys: pytest.CaptureFixture[str]) -> None:
        library.responses = {"": QuestionError("The question is empty.")}
        assert main(["ask", "--json", " "]) == 2
        captured = capsys.readouterr()
        assert json.loads(captured.out)["error"]["type"] == "QuestionError"
        assert captured.err == "Error: The question is empty.\n"

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["--from", "yesterday"], "'yesterday' is not a date"),
            (["--language", "Italian"], "'Italian' is not a language code"),
            (["--from", "2025-02-01", "--to", "2025-01-01"], "No date is from 2025-02-01 and to 2025-01-01"),
        ],
    )
    @pytest.mark.parametrize("question", [["Wer?"], ["--batch", "-"]])
    def test_wrong_filters_are_wrong_usage(
        self, started: Any, capsys: pytest.CaptureFixture[str], question: list[str], arguments: list[str], message: str
    ) -> None:
        assert main(["ask", *question, *arguments]) == 2
        assert message in capsys.readouterr().err

    def test_an_absent_library(self, started: Any, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["ask", "Wer?", "--library", "town"]) == 1
        assert "There is no library town" in capsys.readouterr().err

    def test_a_fault_of_our_own_has_an_incident_and_no_traceback(
        self, started: Any, library: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        library.responses = {"Wer?": ZeroDivisionError("oops")}
        assert main(["ask", "Wer?"]) == 1
        message = capsys.readouterr().err
        assert message.startswith("Error: Kilde hit a fault of its own (ZeroDivisionError). Incident ")
        assert "Traceback" not in message
        path = Path(message.split("the details are in ")[1].strip())
        assert "ZeroDivisionError: oops" in path.read_text("utf-8")
        path.unlink()

    def test_ctrl_c(self, started: Any, library: Any, capsys: pytest.CaptureFixture[str]) -> None:
        library.responses = {"Wer?": KeyboardInterrupt()}
        assert main(["ask", "Wer?"]) == 130
        assert capsys.readouterr().err == "\nstopped.\n"


class TestIndex:
    def test_the_summary(self, started: Any, library: Any, capsys: pytest.CaptureFixture[str]) -> None:
        library.report = IndexReport(added=("a.txt",), seconds=0.25)
        assert main(["index", "news", "--prune"]) == 0
        assert capsys.readouterr().out == (
            "added 1\n  a.txt\n1 added, 0 updated, 0 unchanged, 0 removed, 0 failed in 0.2 s.\n"
            "The library holds 1 article in 1 node.\n"
        )
        assert library.indexed == [(("news",), True)]

    @pytest.mark.parametrize(
        ("report", "status"),
        [
            (IndexReport(added=("a",), failed=(Failure("b", "no"),)), 0),
            (IndexReport(unchanged=1, failed=(Failure("b", "no"),)), 0),
            (IndexReport(failed=(Failure("b", "no"),)), 1),
            (IndexReport(removed=("a",)), 0),
        ],
    )
    def test_it_fails_only_when_nothing_could_be_stored(
        self, started: Any, library: Any, report: IndexReport, status: int
    ) -> None:
        library.report = report
        assert main(["index", "news", "--json"]) == status

    def test_ctrl_c_says_what_is_kept(
        self, started: Any, library: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def interrupted(*_arguments: Any, **_options: Any) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(library, "index", interrupted)
        assert main(["index", "news"]) == 130
        assert "what was indexed is kept" in capsys.readouterr().err


class TestLists:
    def test_articles(self, started: Any, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["articles"]) == 0
        assert capsys.readouterr().out == (
            "0123456789abcdef0123  Il ponte di Valmora riapre\n"
            "                      L'Eco di Valmora · 2025-02-20 · it · 1 node · ponte.txt\n"
        )

    def test_articles_json(self, started: Any, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["articles", "--json"]) == 0
        (article,) = json.loads(capsys.readouterr().out)
        assert article["published"] == "2025-02-20"
        assert {"id", "title", "outlet", "published", "language", "nodes", "source"} <= set(article)

    def test_an_empty_library_says_how_to_fill_it(
        self, started: Any, library: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        library.held = []
        assert main(["articles"]) == 0
        captured = capsys.readouterr()
        assert (captured.out, "kilde index PATH" in captured.err) == ("", True)

    def test_remove(self, started: Any, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["remove", "0123456789abcdef0123", "0123456789abcdef0123"]) == 0
        assert capsys.readouterr().out == "removed 0123456789abcdef0123\n"

    def test_remove_what_is_not_there(self, started: Any, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["remove", "0123456789abcdef0123", "nope"]) == 1
        captured = capsys.readouterr()
        assert captured.out == "removed 0123456789abcdef0123\n"
        assert captured.err == "'nope' is not in the library; `kilde articles` lists the ids.\n"


class TestStatusAndDoctor:
    def test_status(self, started: Any, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["status"]) == 0
        shown = capsys.readouterr().out
        assert "articles: 1 article in 1 node (it 1)" in shown
        assert "KILDE_LOCK_TIMEOUT_S" in shown
        assert "\n  python" in shown

    def test_status_json(self, started: Any, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["status", "--json", "--library", "absent"]) == 0
        status = json.loads(capsys.readouterr().out)
        assert status["library"]["problem"] == "does not exist yet"
        assert status["settings"]["KILDE_LIBRARY"] == "absent"
        assert status["settings"]["KILDE_CHROMA_URL"] is None

    def test_status_shows_why_a_library_cannot_be_opened(
        self, started: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def broken(*_arguments: Any, **_options: Any) -> None:
            raise StoreError("The store is damaged.")

        monkeypatch.setattr(started, "library", broken)
        assert main(["status"]) == 0
        assert "articles: The store is damaged.\n  fix: kilde doctor\n" in capsys.readouterr().out
