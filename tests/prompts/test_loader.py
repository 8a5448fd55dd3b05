from __future__ import annotations

from pathlib import Path

import pytest

from prompts import PromptError, load_prompt


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "answer.md").write_text('Answer {{question}} from {{ passages }} as {"json": true}. متن 桥', "utf-8")
    return tmp_path


def test_a_prompt_is_filled_in(folder: Path) -> None:
    prompt = load_prompt("answer", ["passages", "question"], folder=folder)
    text = prompt.render({"question": "Wer? {{ passages }}", "passages": "[1] جسر"})
    assert text == 'Answer Wer? {{ passages }} from [1] جسر as {"json": true}. متن 桥'


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["question"], r"Prompt answer\.md: \{\{ passages \}\} is unknown \(in the file: passages, question\)"),
        (["question", "passages", "tone"], r"\{\{ tone \}\} is missing"),
    ],
)
def test_placeholders_must_be_the_expected_ones(folder: Path, names: list[str], message: str) -> None:
    with pytest.raises(PromptError, match=message):
        load_prompt("answer", names, folder=folder)


def test_values_must_be_the_placeholders(folder: Path) -> None:
    prompt = load_prompt("answer", ["passages", "question"], folder=folder)
    with pytest.raises(PromptError, match=r"\{\{ passages \}\} is missing, \{\{ x \}\} is unknown"):
        prompt.render({"question": "Wer?", "x": ""})


def test_a_prompt_that_is_not_there() -> None:
    with pytest.raises(PromptError, match=r"There is no prompt nothing\.md in"):
        load_prompt("nothing", [])
