"""Keeps what a model computed for the last prompt, so that the next one that begins alike costs only its rest."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any


class PrefixCache:
    """Keys and values of one sequence of tokens; not for more than one thread at a time.

    Keys and values of a token depend only on the tokens before it, so those of a common prefix are the same for both
    prompts. Models with sliding windows or states (Mamba) forget, and can't be cut back: nothing is kept for them.
    """

    def __init__(self, model: Any, *, chunk_tokens: int) -> None:
        """Begin empty.

        Args:
            model: A causal model of transformers.
            chunk_tokens: Tokens of a prompt that are computed at once; between them it can be stopped.
        """
        self._model = model
        self._chunk_tokens = chunk_tokens
        self._ids: list[int] = []
        self._past: Any = None

    @contextmanager
    def extended_to(self, prompt: Sequence[int], stop: threading.Event) -> Iterator[tuple[Any, int]]:
        """Compute what is missing of a prompt, all but its last token, which `generate` wants to see.

        Args:
            prompt: Token ids, at least one.
            stop: Ends it early.

        Yields:
            The keys and values, and how many of the prompt's tokens had been computed before. If the body raises,
            nothing is kept.
        """
        try:
            cached = self._cut_back(prompt)
            self._compute(prompt[:-1], stop)
            yield self._past, cached
        except BaseException:
            self._forget()
            raise
        if self._past is not None and not self._can_cut():
            self._forget()

    def keep(self, ids: Sequence[int]) -> None:
        """Tell which tokens were computed, prompt and answer; the last ones may have no keys and values yet."""
        self._ids = list(ids)[: self._past.get_seq_length()]

    def _cut_back(self, prompt: Sequence[int]) -> int:
        from transformers import DynamicCache

        shared = 0
        for ours, theirs in zip(self._ids, prompt[:-1], strict=False):
            if ours != theirs:
                break
            shared += 1
        if self._past is None or shared == 0:
            self._past, self._ids = DynamicCache(config=self._model.config), []
            return 0
        self._past.crop(shared - self._past.get_seq_length())  # a negative number of tokens to remove
        self._ids = self._ids[:shared]
        return shared

    def _compute(self, ids: Sequence[int], stop: threading.Event) -> None:
        import torch

        while len(self._ids) < len(ids) and not stop.is_set():
            chunk = list(ids[len(self._ids) : len(self._ids) + self._chunk_tokens])
            batch = torch.tensor([chunk], device=self._model.device)
            # The model without its head: a prompt's logits are not needed.
            self._model.base_model(input_ids=batch, past_key_values=self._past, use_cache=True)
            self._ids += chunk

    def _can_cut(self) -> bool:
        from transformers.cache_utils import DynamicLayer

        return all(type(layer) is DynamicLayer for layer in self._past.layers)

    def _forget(self) -> None:
        self._past, self._ids = None, []
