"""A model on the scripted server, with short limits."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from retrieval.answer.llm import LanguageModel, load_language_model
from retrieval.settings import Settings
from tests.retrieval.answer.llm.scripted_server import ScriptedServer, scripted_server

__all__ = ["scripted_server"]

LoadModel = Callable[..., LanguageModel]


@pytest.fixture
def load_model(scripted_server: ScriptedServer) -> Iterator[LoadModel]:
    """Makes models on the scripted server; they are closed at the end."""
    # Imported at a model's first use, which short limits would count.
    importlib.import_module("llama_index.llms.openai_like")
    importlib.import_module("llama_index.llms.ollama")
    models: list[LanguageModel] = []

    def load(**changes: Any) -> LanguageModel:
        values: dict[str, Any] = {
            "llm": "openai-like:scripted",
            "llm_url": scripted_server.url,
            "llm_key": "hush-hush",
            "llm_first_word_s": 3,
            "llm_stall_s": 3,
            "llm_total_s": 10,
        }
        model = load_language_model(Settings(**values | changes))
        assert model is not None
        models.append(model)
        return model

    yield load
    for model in models:
        model.close()
