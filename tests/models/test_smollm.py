"""A real model, in the process and behind a server."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from retrieval.answer.llm import LanguageModel, Message, load_language_model
from retrieval.answer.llm.local_model import LocalTokenizer
from retrieval.errors import ModelError
from retrieval.settings import Settings
from tests.models.conftest import Served

pytestmark = pytest.mark.models

PASSAGES = Message(
    "system",
    "Answer in one sentence from these passages. The bridge of Valmora is 412 metres long. It cost 96 million crowns. "
    "Mayor Sigrun Hatlen opened it on Saturday. The ferry to Lauvøya stops in June; eleven people worked on board. ",
)
QUESTIONS = ("How long is the bridge?", "Who opened the bridge?", "When does the ferry stop?")


def ask(model: LanguageModel, question: str, *, max_tokens: int = 24) -> tuple[str, int]:
    """The answer, and how many tokens of the prompt were not computed again."""
    generation = model.stream([PASSAGES, Message("user", question)], max_tokens=max_tokens)
    text = "".join(generation)
    cached = generation.usage.cached_tokens
    assert cached is not None
    return text, cached


def test_it_streams_and_counts(smollm: LanguageModel) -> None:
    generation = smollm.stream([PASSAGES, Message("user", QUESTIONS[0])], max_tokens=24)
    pieces = list(generation)
    assert len(pieces) > 5
    assert "412" in "".join(pieces)
    usage = generation.usage
    assert usage.prompt_tokens is not None
    assert usage.prompt_tokens > smollm.count_tokens(PASSAGES.text) > 50
    assert usage.completion_tokens is not None
    assert len(pieces) <= usage.completion_tokens <= 24
    assert smollm.context_tokens == 8192


def test_a_common_beginning_is_not_computed_again_and_changes_nothing(smollm: LanguageModel) -> None:
    fresh = []
    for question in QUESTIONS:
        "".join(smollm.stream([Message("system", "An entirely different text."), PASSAGES], max_tokens=1))
        text, cached = ask(smollm, question)
        assert cached < 10, "only the template's first words are shared"
        fresh.append(text)
    reused = [ask(smollm, question) for question in QUESTIONS]
    assert [text for text, _ in reused] == fresh
    assert all(cached > smollm.count_tokens(PASSAGES.text) for _, cached in reused[1:])


def test_an_answer_that_was_stopped_leaves_the_cache_in_order(smollm: LanguageModel) -> None:
    expected, _ = ask(smollm, QUESTIONS[1])
    with smollm.stream([PASSAGES, Message("user", "Tell a long story about the ferry.")], max_tokens=200) as generation:
        next(generation)
    assert ask(smollm, QUESTIONS[1])[0] == expected


@pytest.mark.parametrize("text", ["Tårnbrua åpnet lørdag.", "Мост открыли.", "افتتح الجسر", "橋が開通した。🌉"])
def test_text_arrives_whole_in_every_script(smollm: LanguageModel, gguf: Path, text: str) -> None:
    from retrieval.answer.llm.local_model import _Writer

    tokenizer = LocalTokenizer(str(gguf))
    pieces: list[str] = []
    writer = _Writer(tokenizer, pieces.append)
    ids = tokenizer.encode(text)
    writer.put(_Ids([]))
    for token in ids:
        writer.put(_Ids([token]))
    writer.flush()
    assert "".join(pieces) == text
    assert not any("\ufffd" in piece for piece in pieces)
    assert smollm.count_tokens(text) == len(ids)


class _Ids(list[int]):
    """As much of a tensor as a streamer looks at."""

    def flatten(self) -> SimpleNamespace:
        return SimpleNamespace(tolist=lambda: list(self))


@pytest.mark.parametrize("words", [20, 3000], ids=["while it writes", "while it reads the prompt"])
def test_it_stops(smollm: LanguageModel, words: int) -> None:
    stop = threading.Event()
    messages = [Message("system", "Lighthouse. " * words), Message("user", "Tell a long story.")]
    generation = smollm.stream(messages, max_tokens=2000, stop=stop)
    threading.Timer(1.0, stop.set).start()
    with pytest.raises(ModelError, match=r"was stopped"):
        list(generation)
    until = time.monotonic() + 10
    while any(thread.name == "kilde-llm-generate" for thread in threading.enumerate()):
        assert time.monotonic() < until, "the thread goes on"
        time.sleep(0.02)


def test_a_prompt_longer_than_the_context(gguf: Path) -> None:
    model = load_language_model(Settings(llm=f"transformers:{gguf}", llm_context_tokens=256))
    assert model is not None
    with model, pytest.raises(ModelError, match=r"its context holds 256\. Raise KILDE_LLM_CONTEXT_TOKENS") as caught:
        list(model.stream([Message("user", "Lighthouse. " * 300)], max_tokens=5))
    assert caught.value.reason == "overflow"


def test_a_file_that_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "broken.gguf").write_bytes(b"GGUF, but not really")
    model = load_language_model(Settings(llm=f"transformers:{tmp_path / 'broken.gguf'}"))
    assert model is not None
    with model, pytest.raises(ModelError, match=r"broken\.gguf can't be loaded") as caught:
        list(model.stream([PASSAGES], max_tokens=5))
    assert (caught.value.reason, caught.value.retryable) == ("load", False)


def test_a_folder_is_a_model_too(folder: Path) -> None:
    model = load_language_model(Settings(llm=f"transformers:{folder}", llm_first_word_s=120))
    assert model is not None
    with model:
        assert "412" in ask(model, QUESTIONS[0])[0]


def test_a_server_streams_too(served_smollm: Served) -> None:
    settings = Settings(llm=f"openai-like:{served_smollm.model}", llm_url=served_smollm.url, llm_first_word_s=120)
    model = load_language_model(settings)
    assert model is not None
    with model:
        generation = model.stream([PASSAGES, Message("user", QUESTIONS[0])], max_tokens=24)
        pieces = list(generation)
    assert len(pieces) > 5
    assert "412" in "".join(pieces)
    assert generation.usage.prompt_tokens is not None
