from __future__ import annotations

import gc
import signal
import subprocess
import sys
import threading
import time

import pytest

from retrieval.answer.llm import LanguageModel, Message, load_language_model
from retrieval.answer.llm import language_model as module
from retrieval.answer.llm.request import Limits
from retrieval.errors import ModelError, SettingsError
from retrieval.settings import Settings
from tests.retrieval.answer.llm.conftest import LoadModel
from tests.retrieval.answer.llm.scripted_server import ScriptedServer

ASKED = [Message("system", "Answer."), Message("user", "متى يفتح الجسر؟")]


def failure(model: LanguageModel) -> ModelError:
    with pytest.raises(ModelError, match=r"scripted") as caught:
        list(model.stream(ASKED, max_tokens=50))
    return caught.value


def test_text_and_usage_of_an_openai_like_server(load_model: LoadModel, scripted_server: ScriptedServer) -> None:
    usage = {
        "prompt_tokens": 20,
        "completion_tokens": 2,
        "total_tokens": 22,
        "prompt_tokens_details": {"cached_tokens": 16},
    }
    scripted_server.add("يفتح ", 0.05, "الجسر غدا.", usage=usage)
    generation = load_model().stream(ASKED, max_tokens=50)
    assert list(generation) == ["يفتح ", "الجسر غدا."]
    told = generation.usage
    assert (told.prompt_tokens, told.completion_tokens, told.cached_tokens) == (20, 2, 16)
    assert told.first_word_ms is not None
    assert told.first_word_ms + 50 <= told.total_ms
    request = scripted_server.requests[0]
    assert (request.path, request.headers["authorization"]) == ("/v1/chat/completions", "Bearer hush-hush")
    wanted = {"model": "scripted", "temperature": 0.0, "seed": 0, "max_tokens": 50, "stream": True}
    assert wanted.items() <= request.body.items()
    assert request.body["messages"][1] == {"role": "user", "content": "متى يفتح الجسر؟"}


def test_what_llama_cpp_tells_of_its_cache(load_model: LoadModel, scripted_server: ScriptedServer) -> None:
    end = (
        b'data: {"choices": [{"index": 0, "delta": {"content": "ok"}, "finish_reason": null}]}\n\n'
        b'data: {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], '
        b'"timings": {"prompt_n": 5, "cache_n": 15, "predicted_n": 3}}\n\ndata: [DONE]\n\n'
    )
    scripted_server.add(raw=end)
    generation = load_model().stream(ASKED, max_tokens=50)
    assert list(generation) == ["ok"]
    usage = generation.usage
    assert (usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens) == (20, 3, 15)


def test_text_and_usage_of_ollama(load_model: LoadModel, scripted_server: ScriptedServer) -> None:
    scripted_server.add("桥", "明天开。", usage={"prompt_eval_count": 20, "eval_count": 2})
    model = load_model(llm="ollama:scripted", llm_url=scripted_server.address, llm_context_tokens=4096)
    generation = model.stream(ASKED, max_tokens=50)
    assert list(generation) == ["桥", "明天开。"]
    usage = generation.usage
    assert (usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens) == (20, 2, None)
    options = scripted_server.requests[0].body["options"]
    assert {"temperature": 0.0, "num_ctx": 4096, "num_predict": 50, "seed": 0}.items() <= options.items()


@pytest.mark.parametrize("kind", ["openai-like", "ollama"])
@pytest.mark.parametrize("pieces", [(), ("Broen ",)], ids=["before the first word", "in the middle"])
@pytest.mark.parametrize("how", ["stop", "close", "drop"])
def test_stopping_is_noticed_by_the_server(
    load_model: LoadModel, scripted_server: ScriptedServer, *, kind: str, pieces: tuple[str, ...], how: str
) -> None:
    scripted_server.add(*pieces, 30.0)
    url = scripted_server.url if kind == "openai-like" else scripted_server.address
    model = load_model(llm=f"{kind}:scripted", llm_url=url)
    stop = threading.Event()
    generation = model.stream(ASKED, max_tokens=50, stop=stop)
    assert [next(generation) for _ in pieces] == list(pieces)
    request = scripted_server.wait_for_request()
    if how == "stop":
        threading.Timer(0.05, stop.set).start()
        with pytest.raises(ModelError, match=r"was stopped") as caught:
            next(generation)
        assert (caught.value.reason, caught.value.retryable) == ("stopped", False)
    elif how == "close":
        generation.close()
        assert list(generation) == []
    else:
        del generation
        gc.collect()
    assert request.hung_up.wait(1)


def test_ctrl_c_while_waiting_stops_the_model(load_model: LoadModel, scripted_server: ScriptedServer) -> None:
    scripted_server.add(30.0)
    generation = load_model(llm_first_word_s=20).stream(ASKED, max_tokens=50)
    request = scripted_server.wait_for_request()
    main = threading.main_thread().ident
    threading.Timer(0.1, signal.pthread_kill, [main, signal.SIGINT]).start()
    with pytest.raises(KeyboardInterrupt):
        next(generation)
    assert request.hung_up.wait(1)


def test_closing_the_model_ends_what_runs(load_model: LoadModel, scripted_server: ScriptedServer) -> None:
    scripted_server.add(30.0)
    model = load_model()
    generation = model.stream(ASKED, max_tokens=50)
    request = scripted_server.wait_for_request()
    model.close()
    model.close()
    with pytest.raises(ModelError, match=r"was stopped"):
        next(generation)
    assert request.hung_up.wait(1)
    with pytest.raises(RuntimeError, match=r"is closed"):
        model.stream(ASKED, max_tokens=50)


def test_no_more_requests_at_the_same_time_than_allowed(load_model: LoadModel, scripted_server: ScriptedServer) -> None:
    for _ in range(6):
        scripted_server.add(0.1, "ok")
    model = load_model(llm_requests=2)
    generations = [model.stream(ASKED, max_tokens=50) for _ in range(6)]
    assert ["".join(generation) for generation in generations] == ["ok"] * 6
    assert scripted_server.most_running == 2


def test_waiting_for_others_ends_with_the_total_time(
    load_model: LoadModel, scripted_server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted_server.add(5.0, "ok")
    model = load_model(llm_requests=1)
    with model.stream(ASKED, max_tokens=50):
        scripted_server.wait_for_request()
        monkeypatch.setattr(model, "_limits", Limits(first_word_s=3, stall_s=3, total_s=0.2))
        error = failure(model)
    assert error.reason == "too_long"
    assert "KILDE_LLM_REQUESTS" in str(error)


def test_a_failing_server_is_left_alone_for_a_while(
    load_model: LoadModel, scripted_server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAUSE_S", 0.5)
    model = load_model(llm_first_word_s=0.05)
    for _ in range(4):
        scripted_server.add(30.0)
    assert [failure(model).reason for _ in range(3)] == ["slow"] * 3
    error = failure(model)
    assert (error.reason, error.retryable) == ("open", True)
    assert "3 failures in a row" in str(error)
    assert "gave no word in 0.05 s" in str(error)
    assert "tried again in" in str(error)
    assert len(scripted_server.requests) == 3
    time.sleep(0.5)
    assert failure(model).reason == "slow", "one trial"
    assert failure(model).reason == "open"
    time.sleep(0.5)
    scripted_server.add("ok")
    scripted_server.add("ok")
    assert [list(model.stream(ASKED, max_tokens=5)) for _ in range(2)] == [["ok"], ["ok"]]


def test_a_wrong_key_does_not_open_the_breaker(load_model: LoadModel, scripted_server: ScriptedServer) -> None:
    model = load_model()
    for _ in range(5):
        scripted_server.add(status=401, body={"error": {"message": "no"}})
    assert [failure(model).reason for _ in range(5)] == ["key"] * 5


def test_stopping_says_nothing_about_the_server(load_model: LoadModel, scripted_server: ScriptedServer) -> None:
    model = load_model(llm_first_word_s=0.05)
    for _ in range(3):
        scripted_server.add(30.0)
    assert [failure(model).reason for _ in range(2)] == ["slow"] * 2
    with model.stream(ASKED, max_tokens=50):
        pass
    scripted_server.add(30.0)
    assert failure(model).reason == "slow"
    assert failure(model).reason == "open"


def test_none_means_none() -> None:
    assert load_language_model(Settings()) is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"llm": "gpt-4o"}, r"KILDE_LLM is 'gpt-4o', which names no language model\. Valid are none, openai-like:"),
        ({"llm": "openai:gpt-4o"}, r"KILDE_LLM is 'openai:gpt-4o'"),
        ({"llm": "ollama:"}, r"KILDE_LLM is 'ollama:'"),
        ({"llm": "transformers:missing/x.gguf"}, r"there is no missing/x\.gguf"),
        ({"llm": "transformers:./missing"}, r"there is no missing"),
        ({"llm": "openai-like:gpt-4o"}, r"without KILDE_LLM_URL means OpenAI's own server, which wants a key"),
        ({"llm": "transformers:a/b", "llm_url": "http://localhost:1"}, r"KILDE_LLM_URL is set, but"),
    ],
)
def test_a_wrong_specification_is_told_before_anything_is_loaded(changes: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        load_language_model(Settings().changed(changes))


def test_loading_imports_nothing_heavy() -> None:
    code = (
        "import sys; from retrieval.answer.llm import load_language_model; from retrieval.settings import Settings\n"
        "for llm in ('ollama:x', 'transformers:a/b', 'openai-like:x'):\n"
        "    load_language_model(Settings(llm=llm, llm_key='k')).close()\n"
        "print({'httpx', 'openai', 'ollama', 'llama_index', 'transformers', 'torch', 'tiktoken'} & set(sys.modules))"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed == "set()\n"
