from __future__ import annotations

from pathlib import Path

import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from retrieval.answer.llm.repetition import RepetitionGuard
from retrieval.answer.llm.tokens import estimate_tokens, load_counter
from retrieval.errors import ModelError


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 0), ("The bridge opens tomorrow.", 10), ("2031-03-04", 10), ("橋は明日開く。", 7), ("الجسر غدا", 6)],
)
def test_the_estimate_is_a_third_of_the_bytes_and_each_digit_and_sign(text: str, tokens: int) -> None:
    assert estimate_tokens(text) == tokens


@pytest.mark.parametrize("given", ["folder", "file"])
def test_a_given_tokenizer_counts(tmp_path: Path, given: str) -> None:
    tokenizer = Tokenizer(WordLevel({"[UNK]": 0, "most": 1}, unk_token="[UNK]"))  # noqa: S106  # not a password
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    counter = load_counter(str(tmp_path if given == "folder" else tmp_path / "tokenizer.json"), openai_model="gpt-4o")
    assert counter("most je most") == 3


def test_a_tokenizer_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{}", "utf-8")
    with pytest.raises(ModelError, match=r"KILDE_LLM_TOKENIZER is '.+', which can't be loaded"):
        load_counter(str(tmp_path), openai_model=None)


def test_an_unknown_model_is_estimated() -> None:
    assert load_counter(None, openai_model="some-model") is estimate_tokens


def guard(text: str, size: int = 5) -> bool:
    watching = RepetitionGuard()
    return any(watching.repeats(text[start : start + size]) for start in range(0, len(text), size))


@pytest.mark.parametrize(
    "unit", ["Most se otevře zítra. ", "no, ", "橋は明日開く。", "الجسر. ", "\n", "Line one.\nLine two.\n"]
)
def test_repetition_is_noticed(unit: str) -> None:
    assert guard("It begins like this. " + unit * (1200 // len(unit)))


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"{number}. Ferry to island number {number}\n" for number in range(200)),
        "".join(f"| Tuesday | {number * 7} |\n" for number in range(100)),
        "1000000000000000000000000000000",
        "|---|---|---|---|---|---|---|---|---|---|\n",
        "ha ha ha ha ha ha ha ha, said the mayor.",
        "The bridge. " * 3,
    ],
)
def test_lists_numbers_and_laughter_are_no_repetition(text: str) -> None:
    assert not guard(text)
