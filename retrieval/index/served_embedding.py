"""``openai-like:MODEL``: a model behind an OpenAI-compatible server, through LlamaIndex's OpenAILikeEmbedding.

Bounded in time: a request may take REQUEST_TIMEOUT_S and is repeated after the waits in RETRY_WAITS_S, and only if
that can help.
"""

from __future__ import annotations

import logging
import time
import weakref
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from retrieval.errors import EmbeddingUnavailableError, KildeError, SettingsError
from retrieval.index.model_folder import known_prefixes

if TYPE_CHECKING:
    from llama_index.embeddings.openai_like import (  # type: ignore[import-untyped,unused-ignore]  # ships no types
        OpenAILikeEmbedding,
    )
    from openai import APIStatusError

logger = logging.getLogger(__name__)

T = TypeVar("T")
REQUEST_TIMEOUT_S = 30.0
RETRY_WAITS_S = (0.5, 2.0)
BATCH_SIZE = 16
NO_KEY = "none"
"""Sent where no key is set, so that the one in OPENAI_API_KEY is not sent to another server."""
KEPT = "What was stored before is kept."
MESSAGE_CHARS = 300


class ServedEmbedding:
    """A server's embedding model; nothing is imported or asked before the first text."""

    def __init__(self, model: str, url: str, key: str | None, *, waits_s: Sequence[float] = RETRY_WAITS_S) -> None:
        """Remember where it is.

        Args:
            model: What the server calls it.
            url: Base URL, to which ``/embeddings`` is added.
            key: Sent as a bearer token.
            waits_s: Seconds before each repetition of a request that failed.
        """
        self.model_name = model
        self.fingerprint = f"openai-like/{model}"
        self.prefixes = known_prefixes(model.removesuffix(":latest"))
        self._url = url.rstrip("/")
        self._key = key
        self._waits_s = waits_s

    @classmethod
    def class_name(cls) -> str:
        """Name of the model's kind."""
        return "ServedEmbedding"

    def get_query_embedding(self, query: str) -> list[float]:
        """Vector of a question."""
        return self._asked(lambda: [self._client.get_query_embedding(self.prefixes.question + query)], 1)[0]

    def get_text_embedding_batch(self, texts: list[str]) -> list[list[float]]:
        """Vectors of texts of articles."""
        prefixed = [self.prefixes.passage + text for text in texts]
        vectors: list[list[float]] = []
        for start in range(0, len(prefixed), BATCH_SIZE):
            vectors += self._asked_for(prefixed[start : start + BATCH_SIZE])
        return vectors

    def _asked_for(self, texts: list[str]) -> list[list[float]]:
        return self._asked(lambda: self._client.get_text_embedding_batch(texts), len(texts))

    @cached_property
    def _client(self) -> OpenAILikeEmbedding:
        from llama_index.embeddings.openai_like import OpenAILikeEmbedding  # late: 1 s

        client = OpenAILikeEmbedding(
            model_name=self.model_name,
            api_base=self._url,
            api_key=self._key or NO_KEY,
            embed_batch_size=BATCH_SIZE,
            timeout=REQUEST_TIMEOUT_S,
            max_retries=0,  # both LlamaIndex and its client would repeat each other's repetitions
        )
        # LlamaIndex has no way to close its connections, which else stay open until the process ends.
        weakref.finalize(self, client._get_client().close)
        return client

    def _asked(self, request: Callable[[], list[list[float]]], expected: int) -> list[list[float]]:
        import openai  # late: 1 s

        for wait_s in (*self._waits_s, None):
            try:
                vectors = request()
            except openai.APIConnectionError as error:  # a timeout is one
                failure: KildeError = self._unreachable(error)
                cause: Exception = error
            except openai.APIStatusError as error:
                failure, cause = self._refused(error), error
            except (openai.APIError, AttributeError, TypeError, ValueError) as error:
                raise self._no_server(error) from error  # it answered, but not with embeddings
            else:
                if len(vectors) != expected or len({len(vector) for vector in vectors}) != 1 or not vectors[0]:
                    raise self._no_server(f"{len(vectors)} vectors for {expected} texts")
                return vectors
            if wait_s is None or not failure.retryable:
                break
            logger.warning("%s Trying again in %g s.", failure, wait_s)
            time.sleep(wait_s)
        raise failure from cause

    def _unreachable(self, error: Exception) -> KildeError:
        return EmbeddingUnavailableError(
            f"The embedding server at {self._where} does not answer ({error.__cause__ or error}). "
            f"Start it, or correct KILDE_EMBED_URL. {KEPT}"
        )

    def _refused(self, error: APIStatusError) -> KildeError:
        said = error.message[:MESSAGE_CHARS]
        if error.status_code in {401, 403}:
            fix = "Correct KILDE_EMBED_KEY" if self._key else "Set KILDE_EMBED_KEY"
            return SettingsError(f"The embedding server at {self._where} refuses the key ({said}). {fix}.")
        if error.status_code == 404:
            return SettingsError(
                f"The embedding server at {self._where} has no model {self.model_name!r}, or no /embeddings ({said}). "
                "Correct KILDE_EMBED, or KILDE_EMBED_URL, which usually ends in /v1."
            )
        if error.status_code == 429 or error.status_code >= 500:
            return EmbeddingUnavailableError(
                f"The embedding server at {self._where} failed ({said}). Try again later, or look into its log. {KEPT}"
            )
        return SettingsError(
            f"The embedding server at {self._where} refuses a text ({said}). "
            f"If it is too long for {self.model_name!r}, raise the server's limit, or choose another model in "
            f"KILDE_EMBED. {KEPT}"
        )

    def _no_server(self, problem: object) -> KildeError:
        return SettingsError(
            f"What answers at {self._where} gives no embeddings ({str(problem)[:MESSAGE_CHARS]}). "
            "Correct KILDE_EMBED_URL, which usually ends in /v1."
        )

    @property
    def _where(self) -> str:
        """The URL without a password, for messages."""
        parts = urlsplit(self._url)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
