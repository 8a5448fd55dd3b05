from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from retrieval.answer.llm import Message, load_language_model
from retrieval.errors import ModelError
from retrieval.settings import Settings


@pytest.mark.parametrize("package", ["torch", "gguf"])
def test_a_missing_package_is_named_with_what_installs_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, package: str
) -> None:
    (tmp_path / "model.gguf").touch()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == package else object())
    model = load_language_model(Settings(llm=f"transformers:{tmp_path / 'model.gguf'}"))
    assert model is not None
    with model:
        for call in (
            lambda: list(model.stream([Message("user", "x")], max_tokens=5)),
            lambda: model.count_tokens("x"),
            lambda: model.context_tokens,
        ):
            with pytest.raises(
                ModelError, match=rf"needs the package {package}\. Install it with: pip install"
            ) as told:
                call()
            assert (told.value.reason, told.value.retryable) == ("missing_package", False)
