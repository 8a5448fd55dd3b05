"""What goes to a language model, and what is known of a request afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of what the model is told."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What a request cost; None where the server does not tell.

    Attributes:
        prompt_tokens: Tokens of the messages.
        completion_tokens: Tokens of the answer.
        cached_tokens: Tokens of the messages that were not computed again, since an earlier request began alike.
        first_word_ms: From the request to the first text; None if there was none.
        total_ms: From the request to its end.
    """

    prompt_tokens: int | None
    completion_tokens: int | None
    cached_tokens: int | None
    first_word_ms: float | None
    total_ms: float


@dataclass(frozen=True, slots=True)
class Chunk:
    """One piece of an answer as a backend gives it: text, counts, or both."""

    text: str = ""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cached_tokens: int | None = None
