"""A question made fit to search with, or a clear error that says why it can't be."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass

import regex

from retrieval.articles.language import detect_language
from retrieval.errors import QuestionError
from retrieval.index.embedding import Embedding, Vector, embed_question

KNOWN_SCRIPTS = (  # noqa: SIM905  a literal would take a line a name
    "Arabic Armenian Bengali Cyrillic Devanagari Ethiopic Georgian Greek Gujarati Gurmukhi Han Hangul Hebrew Hiragana "
    "Kannada Katakana Khmer Lao Latin Malayalam Myanmar Oriya Sinhala Tamil Telugu Thai"
).split()
"""Scripts of the hundred languages that XLM-RoBERTa, so multilingual-e5, was trained on (arXiv:1911.02116, table 6)."""

_LETTER = regex.compile(r"\p{L}")
_KNOWN_LETTER = regex.compile("[" + "".join(rf"\p{{Script={script}}}" for script in KNOWN_SCRIPTS) + "]")
_INVISIBLE = regex.compile(r"[\p{Cc}\p{Cf}\p{Cs}--[\u200c\u200d\s]]", flags=regex.V1)


@dataclass(frozen=True, slots=True)
class Question:
    """What is searched for."""

    text: str
    """NFC, one line; for a follow-up, what it was taken to mean."""
    language: str
    vector: Vector
    """``(dim,)``, L2-normalised, in the embedding model's question space."""


def clean_question(text: str, *, max_chars: int) -> str:
    """Check a question and put it on one NFC line without control characters.

    Raises:
        QuestionError: It is empty, holds no word, is longer than ``max_chars``, or is in an unknown script.
    """
    cleaned = one_line(text)
    if not cleaned:
        raise QuestionError("The question is empty. Ask something, such as: who opened the new bridge?")
    if len(cleaned) > max_chars:
        raise QuestionError(
            f"The question has {len(cleaned):,} characters and the limit is {max_chars:,}; "
            "shorten it, or raise KILDE_MAX_QUESTION_CHARS."
        )
    if not regex.search(r"[\p{L}\p{N}]", cleaned):
        raise QuestionError(f"The question {cleaned[:40]!r} holds no word; ask in words.")
    _check_script(cleaned)
    return cleaned


def one_line(text: str) -> str:
    """The text in NFC on one line, without control and formatting characters."""
    return " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFC", text)).split())


def read_question(text: str, embedding: Embedding) -> Question:
    """Find a cleaned question's language and vector."""
    return Question(text, detect_language(text), embed_question(embedding, text))


def _check_script(text: str) -> None:
    letters = _LETTER.findall(text)
    unknown = [letter for letter in letters if not _KNOWN_LETTER.match(letter)]
    if len(unknown) * 2 > len(letters):
        name = Counter(unicodedata.name(letter, "unnamed").split(" ")[0].title() for letter in unknown).most_common(1)[
            0
        ][0]
        raise QuestionError(
            f"The question is written in a script that the embedding model does not know ({name}); ask in another."
        )
