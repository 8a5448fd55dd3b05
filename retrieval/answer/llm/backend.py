"""What `LanguageModel` asks of each kind of model."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Protocol

from retrieval.answer.llm.messages import Chunk, Message

DEFAULT_CONTEXT_TOKENS = 8192
"""Where neither a setting nor the model tells."""


class Backend(Protocol):
    """One model. All but `context_tokens` and `count_tokens` are called in one event loop only."""

    @property
    def context_tokens(self) -> int:
        """Tokens that prompt and answer may have together."""

    def count_tokens(self, text: str) -> int:
        """How many tokens the text is, or an estimate that is rather too high."""

    async def prepare(self) -> None:
        """Import and load what the first request needs; not subject to a request's deadlines.

        Raises:
            ModelError: It can't be loaded.
        """

    def stream(self, messages: Sequence[Message], *, max_tokens: int) -> AsyncGenerator[Chunk, None]:
        """Answer once, without trying again; to cancel it stops the model.

        Raises:
            ModelError: While iterated over: no answer, or only a part of it.
        """

    async def close(self) -> None:
        """Give back connections and memory."""
