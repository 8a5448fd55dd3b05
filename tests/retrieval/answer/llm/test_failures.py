"""Each way in which a model's server fails, against a real server on this machine."""

from __future__ import annotations

import socket
import time
from typing import Any

import pytest

from retrieval.answer.llm import Generation, LanguageModel, Message
from retrieval.errors import ModelError
from tests.retrieval.answer.llm.conftest import LoadModel
from tests.retrieval.answer.llm.scripted_server import ScriptedServer

ASKED = [Message("system", "Answer briefly."), Message("user", "Kdy se otevře most?")]


def read(generation: Generation) -> tuple[str, ModelError]:
    """The text that came, and the error that ended it."""
    pieces: list[str] = []
    with pytest.raises(ModelError, match=r"scripted") as caught:
        pieces.extend(generation)
    assert "hush-hush" not in str(caught.value)
    return "".join(pieces), caught.value


def ask(model: LanguageModel) -> tuple[str, ModelError]:
    return read(model.stream(ASKED, max_tokens=50))


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


@pytest.mark.parametrize("kind", ["openai-like", "ollama"])
def test_nothing_listens_there(load_model: LoadModel, kind: str) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    started_at = time.monotonic()
    _, error = ask(load_model(llm=f"{kind}:scripted", llm_url=url))
    assert (error.reason, error.retryable) == ("unreachable", True)
    assert url in str(error)
    assert "KILDE_LLM_URL" in str(error)
    assert time.monotonic() - started_at >= 1.0, "two more tries, after .2 and .8 s"


def test_a_server_that_hangs_up_is_tried_again(load_model: LoadModel, scripted_server: ScriptedServer) -> None:
    scripted_server.add(hang_up=True)
    scripted_server.add(status=503, body={"error": {"message": "loading"}})
    scripted_server.add("Le ", "pont.")
    assert list(load_model().stream(ASKED, max_tokens=50)) == ["Le ", "pont."]


@pytest.mark.parametrize("kind", ["openai-like", "ollama"])
def test_no_first_word_in_time(load_model: LoadModel, scripted_server: ScriptedServer, kind: str) -> None:
    scripted_server.add(5.0, "late")
    url = scripted_server.url if kind == "openai-like" else scripted_server.address
    text, error = ask(load_model(llm=f"{kind}:scripted", llm_url=url, llm_first_word_s=0.3))
    assert (text, error.reason, error.retryable) == ("", "slow", True)
    assert "gave no word in 0.3 s. Raise KILDE_LLM_FIRST_WORD_S (now 0.3)" in str(error)
    assert scripted_server.requests[0].hung_up.wait(1)


def test_silence_in_the_middle(load_model: LoadModel, scripted_server: ScriptedServer) -> None:
    scripted_server.add("Мост ", 5.0, "late")
    text, error = ask(load_model(llm_stall_s=0.3))
    assert (text, error.reason) == ("Мост ", "stalled")
    assert "KILDE_LLM_STALL_S (now 0.3)" in str(error)
    assert scripted_server.requests[0].hung_up.wait(1)


def test_an_answer_that_takes_too_long(load_model: LoadModel, scripted_server: ScriptedServer) -> None:
    scripted_server.add(*(part for number in range(50) for part in (f"{number} ", 0.1)))
    text, error = ask(load_model(llm_total_s=0.5))
    assert text.startswith("0 1 ")
    assert error.reason == "too_long"
    assert "KILDE_LLM_TOTAL_S (now 0.5)" in str(error)


@pytest.mark.parametrize(
    ("status", "message", "reason", "retryable", "setting"),
    [
        (401, "Incorrect API key provided: hush-hush", "key", False, "Correct KILDE_LLM_KEY"),
        (403, "Forbidden", "key", False, "KILDE_LLM_KEY"),
        (404, "The model `scripted` does not exist", "unknown_model", False, "Correct KILDE_LLM"),
        (429, "You exceeded your current quota, hush-hush", "busy", False, "KILDE_LLM_KEY"),
        (418, "I'm a teapot", "server", False, "See its log"),
        (400, "This model's maximum context length is 8192 tokens. However, you requested 9000", "overflow", False,
         "KILDE_LLM_CONTEXT_TOKENS (now 8192)"),
        (400, "the request exceeds the available context size, try increasing it", "overflow", False, "KILDE_LLM_CO"),
        (400, "The decoder prompt (length 9000) is longer than the maximum model length of 4096. max_model_len",
         "overflow", False, "KILDE_LLM_CO"),
    ],
)  # fmt: skip
def test_a_refusal_is_not_tried_again(
    load_model: LoadModel,
    scripted_server: ScriptedServer,
    *,
    status: int,
    message: str,
    reason: str,
    retryable: bool,
    setting: str,
) -> None:
    scripted_server.add(status=status, body={"error": {"message": message, "type": "some", "code": status}})
    _, error = ask(load_model())
    assert (error.reason, error.retryable) == (reason, retryable)
    assert setting in str(error)
    assert len(scripted_server.requests) == 1


def test_an_ollama_model_that_was_not_pulled(load_model: LoadModel, scripted_server: ScriptedServer) -> None:
    scripted_server.add(status=404, body={"error": "model 'scripted' not found"})
    _, error = ask(load_model(llm="ollama:scripted", llm_url=scripted_server.address))
    assert error.reason == "unknown_model"
    assert "ollama pull" in str(error)


def test_too_many_requests_waits_as_long_as_the_server_says(
    load_model: LoadModel, scripted_server: ScriptedServer
) -> None:
    scripted_server.add(status=429, body={"error": {"message": "slow down"}}, headers={"Retry-After": "0.5"})
    scripted_server.add("ok")
    generation = load_model().stream(ASKED, max_tokens=50)
    assert list(generation) == ["ok"]
    assert generation.usage.first_word_ms is not None
    assert generation.usage.first_word_ms > 500


def test_too_many_requests_fails_at_once_if_the_server_wants_a_longer_pause(
    load_model: LoadModel, scripted_server: ScriptedServer
) -> None:
    scripted_server.add(status=429, body={"error": {"message": "slow down"}}, headers={"Retry-After": "60"})
    _, error = ask(load_model())
    assert (error.reason, error.retryable, error.retry_after_s) == ("busy", True, 60.0)
    assert len(scripted_server.requests) == 1


def test_a_server_that_fails_is_tried_three_times(load_model: LoadModel, scripted_server: ScriptedServer) -> None:
    for _ in range(3):
        scripted_server.add(status=500, body="out of memory")
    _, error = ask(load_model())
    assert (error.reason, error.retryable) == ("server", True)
    assert "out of memory" in str(error)
    assert len(scripted_server.requests) == 3


@pytest.mark.parametrize(
    "script",
    [
        {"raw": b"data: {broken\n\n"},
        {"raw": b'data: {"choices": [{"index": 0}]}\n\n'},
        {"raw": b"<html><body>Welcome to nginx!</body></html>"},
        {"raw": b'data: {"choices": [{"index": 0, "delta": {"content": "\xff"}}]}\n\n'},
        {"pieces": ["橋は"], "cut": True},
        {"pieces": ["橋は"], "clean_cut": True},
    ],
)
def test_an_answer_that_cannot_be_read(
    load_model: LoadModel, scripted_server: ScriptedServer, script: dict[str, Any]
) -> None:
    scripted_server.add(*script.pop("pieces", ()), **script)
    _, error = ask(load_model())
    assert error.reason == "malformed"
    assert "KILDE_LLM_URL" in str(error)
    assert len(scripted_server.requests) == 1, "never tried again once an answer began"


@pytest.mark.parametrize("script", [{"raw": b"{broken\n"}, {"raw": b'{"message": {"content": "x"}}\n'}, {"cut": True}])
def test_an_ollama_answer_that_cannot_be_read(
    load_model: LoadModel, scripted_server: ScriptedServer, script: dict[str, Any]
) -> None:
    scripted_server.add(**script)
    _, error = ask(load_model(llm="ollama:scripted", llm_url=scripted_server.address))
    assert error.reason == "malformed"


def test_an_error_in_the_middle_of_the_stream(load_model: LoadModel, scripted_server: ScriptedServer) -> None:
    scripted_server.add(raw=b'data: {"error": {"message": "CUDA out of memory", "code": 500}}\n\n', cut=True)
    scripted_server.add("ok")
    assert list(load_model().stream(ASKED, max_tokens=50)) == ["ok"]


def test_no_word_at_all(load_model: LoadModel, scripted_server: ScriptedServer) -> None:
    scripted_server.add("")
    _, error = ask(load_model())
    assert (error.reason, error.retryable) == ("empty", False)


def test_the_same_again_and_again(load_model: LoadModel, scripted_server: ScriptedServer) -> None:
    scripted_server.add("Most je dlouhý. ", *["Most se otevře zítra. "] * 500, 5.0)
    text, error = ask(load_model())
    assert error.reason == "repetition"
    assert len(text) < 400
    assert scripted_server.requests[0].hung_up.wait(1)


def test_a_missing_option_is_left_out(load_model: LoadModel, scripted_server: ScriptedServer) -> None:
    model = load_model()
    for refuse in ("stream_options", "seed", None):
        scripted_server.add("ok", refuse=refuse)
    assert list(model.stream(ASKED, max_tokens=50)) == ["ok"]
    scripted_server.add("ok")
    assert list(model.stream(ASKED, max_tokens=50)) == ["ok"]
    assert not {"stream_options", "seed"} & set(scripted_server.requests[-1].body)
