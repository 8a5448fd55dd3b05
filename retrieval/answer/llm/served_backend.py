"""What models on a server have in common."""

from __future__ import annotations

import threading

from retrieval.answer.llm.backend import DEFAULT_CONTEXT_TOKENS
from retrieval.answer.llm.server_failures import ServerFailures
from retrieval.answer.llm.specification import Specification
from retrieval.answer.llm.tokens import Counter, load_counter
from retrieval.settings import Settings

CONNECT_S = 5.0
"""Longest wait for a connection, so that a host that drops packets is told from a slow model."""
SEED = 0


class ServedBackend:
    """Settings, failures and the count of tokens."""

    def __init__(self, specification: Specification, settings: Settings, *, openai_model: str | None) -> None:
        """Keep what is needed; nothing is connected yet.

        Args:
            specification: The model.
            settings: Its server, key, tokenizer and context.
            openai_model: Its name, if it may be one of OpenAI's, whose tokenizers are known.
        """
        self._specification = specification
        self._key = settings.llm_key.get_secret_value() if settings.llm_key else None
        self.context_tokens = settings.llm_context_tokens or DEFAULT_CONTEXT_TOKENS
        self._failures = ServerFailures(specification, key=self._key, context_tokens=self.context_tokens)
        self._tokenizer = settings.llm_tokenizer
        self._openai_model = openai_model
        self._counter: Counter | None = None
        self._lock = threading.Lock()

    def count_tokens(self, text: str) -> int:
        """By `KILDE_LLM_TOKENIZER`, by OpenAI's own tokenizer for its models, or an estimate."""
        with self._lock:
            if self._counter is None:
                self._counter = load_counter(self._tokenizer, openai_model=self._openai_model)
        return self._counter(text)
