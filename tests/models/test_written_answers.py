"""SmolLM2-135M answers about the sample articles, in the process and behind `transformers serve`."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.library import Library
from retrieval.models import Answer, Draft
from retrieval.settings import Settings
from tests.models.conftest import Served

pytestmark = pytest.mark.models

SAMPLES = Path(__file__).parents[2] / "bot" / "samples"
QUESTIONS = (
    "When did the swing bridge in Port Ellery open again?",
    "What struck the central pier of the bridge in Port Ellery?",
    "Which comet did Beatrix Hartwell and Kofi Osei discover?",
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    with Library.open(folder) as library:
        library.index([SAMPLES / "marlow-point-comet.md", SAMPLES / "port-ellery-swing-bridge.html"])
    return folder


@pytest.mark.parametrize("kind", ["transformers", "openai-like"])
def test_a_small_model_writes_and_what_does_not_hold_is_dropped(
    data: Path, gguf: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    values: dict[str, object] = {"data_dir": data, "llm": f"transformers:{gguf}"}
    if kind == "openai-like":
        served: Served = request.getfixturevalue("served_smollm")
        values |= {"llm": f"openai-like:{served.model}", "llm_url": served.url, "llm_context_tokens": 2048}
    settings = Settings(**values, llm_first_word_s=300, llm_stall_s=300, llm_total_s=600)
    table = []
    with Library.open(settings=settings, create=False) as library:
        for question in QUESTIONS:
            drafts: list[Draft] = []
            answer = library.ask(question, on_draft=drafts.append)
            assert isinstance(answer, Answer)
            assert answer.citations
            assert answer.model is not None
            assert answer.model.requests >= 1
            if answer.mode == "generative":
                assert drafts, "its sentences were shown as they came"
            else:
                assert answer.fallback is not None
            table += [(question, "shown", sentence.text) for sentence in answer.sentences]
            table += [(question, f"{one.flaw} {one.detail}", one.text) for one in answer.model.dropped]
    print("\n" + "\n".join(f"{what:24} {text}" for _, what, text in table))  # noqa: T201  shown by `pytest -s`
    assert table
