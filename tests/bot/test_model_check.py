"""What ``kilde doctor`` says of a language model: one test for each way to configure it wrongly."""

from __future__ import annotations

import importlib.util
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.app import App
from bot.check import Check
from bot.checks import check_library
from bot.config import load_config
from bot.model_check import check_language_model
from retrieval.index.embedding import EmbeddingIdentity
from retrieval.index.store import Store
from tests.retrieval.answer.llm.scripted_server import ScriptedServer

CheckModel = Callable[..., Check]


@pytest.fixture
def check_model(tmp_path: Path, scripted_server: ScriptedServer) -> CheckModel:
    """Checks an app with settings that name the scripted server, changed."""

    def check(**changes: Any) -> Check:
        values = {"data_dir": str(tmp_path / "data"), "llm": "openai-like:test", "llm_url": scripted_server.url}
        return check_language_model(App(load_config(values | changes)))

    return check


def test_no_model_is_configured(check_model: CheckModel) -> None:
    assert check_model(llm="none") == Check("language model", "ok", "none: answers are quoted")


def test_a_model_that_answers(check_model: CheckModel, scripted_server: ScriptedServer) -> None:
    scripted_server.add("Yes.")
    check = check_model()
    assert check.state == "ok"
    assert check.found.startswith("openai-like:test, first word after ")
    assert check.found.endswith(" ms")


def test_a_wrong_specification(check_model: CheckModel) -> None:
    check = check_model(llm="gpt4")
    assert check.state == "fail"
    assert check.found.startswith("KILDE_LLM is 'gpt4', which names no language model. Valid are none, openai-like:")
    assert check.fix.startswith("Correct KILDE_LLM")


def test_an_address_where_nobody_answers(check_model: CheckModel) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    check = check_model(llm_url=url)
    assert check.state == "fail"
    assert f"can't be reached at {url}" in check.found
    assert check.fix == "Start the server, or correct KILDE_LLM_URL."


def test_a_wrong_key(check_model: CheckModel, scripted_server: ScriptedServer) -> None:
    scripted_server.add(status=401, body={"error": {"message": "Incorrect API key provided"}})
    check = check_model(llm_key="hush-hush")
    assert check.state == "fail"
    assert "refused the key (401)" in check.found
    assert check.fix == "Set KILDE_LLM_KEY to a key of that server."
    assert "hush-hush" not in check.found + check.fix


@pytest.mark.parametrize(
    ("models", "fix"),
    [
        (["small", "large"], "Set KILDE_LLM to a model that the server offers: openai-like:small, openai-like:large."),
        (None, "Correct KILDE_LLM, or KILDE_LLM_URL."),
    ],
)
def test_a_model_that_the_server_does_not_have(
    check_model: CheckModel, scripted_server: ScriptedServer, models: list[str] | None, fix: str
) -> None:
    scripted_server.models = models
    scripted_server.add(status=404, body={"error": {"message": "The model `test` does not exist"}})
    check = check_model()
    assert (check.state, check.fix) == ("fail", fix)
    assert "knows no model 'test'" in check.found


def test_a_model_in_the_process_without_torch(
    check_model: CheckModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "model.gguf").touch()
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "torch" else find(name))
    check = check_model(llm=f"transformers:{tmp_path / 'model.gguf'}", llm_url=None)
    assert check.state == "fail"
    # Where the extra is not installed at all, another package of it may be missed first.
    assert "needs the package" in check.found
    assert check.fix == "pip install 'kilde[torch]', or set KILDE_LLM to a model on a server."


def test_a_folder_that_is_not_there(check_model: CheckModel) -> None:
    check = check_model(llm="transformers:./no/such/model", llm_url=None)
    assert check.state == "fail"
    assert "but there is no no/such/model" in check.found
    assert check.fix.startswith("Correct KILDE_LLM")


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("answer.md", "Answer {{ question }} in {{ language }}.", "{{ passages }} is missing"),
        ("anser.md", "Answer.", "anser.md in it is none"),
    ],
)
def test_prompts_that_cannot_be_used(check_model: CheckModel, tmp_path: Path, name: str, text: str, found: str) -> None:
    folder = tmp_path / "prompts"
    folder.mkdir()
    (folder / name).write_text(text, "utf-8")
    check = check_model(prompts=str(folder))
    assert check.state == "fail"
    assert found in check.found
    assert "KILDE_PROMPTS" in check.fix


def test_a_library_of_another_embedding_model(tmp_path: Path) -> None:
    app = App(load_config({"data_dir": str(tmp_path / "data")}))
    Store.open(app.settings, create=True, identity=EmbeddingIdentity("other-model", 768)).close()
    check = check_library(app)
    assert (check.state, check.fix) == ("fail", f"kilde reindex --data-dir {tmp_path / 'data'}")
