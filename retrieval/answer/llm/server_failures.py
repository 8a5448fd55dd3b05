"""What goes wrong with a model's server, in the user's words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from retrieval.answer.llm.specification import Specification
from retrieval.errors import ModelError

OVERFLOW = re.compile(
    r"context[ _]length|context[ _]window|context[ _]size|max_model_len|n_ctx|prompt is too long|"
    r"input (?:is|was) too long|too many (?:input )?tokens|"
    r"maximum (?:number of )?(?:input )?tokens|exceeds? .{0,40}context",
    re.IGNORECASE,
)
"""How OpenAI, vLLM, llama.cpp, Ollama, TGI and others say that a prompt is longer than the context."""
NO_QUOTA = re.compile(r"quota|billing|credit", re.IGNORECASE)
SHOWN_CHARS = 200


class ServerFailures:
    """Makes errors that name the server, its answer and the setting to change, and never the key."""

    def __init__(self, specification: Specification, *, key: str | None, context_tokens: int) -> None:
        self._name = specification.name
        self._url = re.sub(r"//[^/@]*@", "//***@", specification.url)
        self._model = specification.model
        self._key = key
        self._context_tokens = context_tokens

    def unreachable(self, error: BaseException) -> ModelError:
        """No connection, or it ended before an answer began."""
        return ModelError(
            f"{self._name} can't be reached at {self._url} ({self._short(_innermost(error))}). Start the server, or "
            "correct KILDE_LLM_URL.",
            reason="unreachable",
        )

    def malformed(self, what: str) -> ModelError:
        """The answer is not in the agreed format, or its end is missing."""
        return ModelError(
            f"{self._name} at {self._url} sent an answer that can't be read ({self._short(what)}). Does KILDE_LLM_URL "
            "name the right server?",
            reason="malformed",
        )

    def status(self, status: int, text: str, headers: Mapping[str, str] | None = None) -> ModelError:
        """The server refused, in its own words.

        Args:
            status: HTTP's; 0 if the server said it in the middle of an answer, without one.
            text: The body, or its message.
            headers: Of the response.
        """
        said = self._short(text)
        if status in (401, 403):
            return ModelError(
                f"{self._name} at {self._url} refused the key ({status}). "
                + ("Correct KILDE_LLM_KEY." if self._key else "Set KILDE_LLM_KEY."),
                reason="key",
            )
        if OVERFLOW.search(text):
            return ModelError(
                f"{self._name} got more than its context holds: {said}. Set KILDE_LLM_CONTEXT_TOKENS "
                f"(now {self._context_tokens}) to what the server allows.",
                reason="overflow",
            )
        if status == 404:
            return ModelError(
                f"{self._name}: {self._url} knows no model {self._model!r} ({said}). Correct KILDE_LLM, or "
                "KILDE_LLM_URL (it mostly ends in /v1); with Ollama, `ollama pull` fetches a model.",
                reason="unknown_model",
            )
        if status == 429:
            no_quota = NO_QUOTA.search(text) is not None
            return ModelError(
                f"{self._name} at {self._url} takes no more requests now (429: {said}). "
                + ("Check the account that KILDE_LLM_KEY belongs to." if no_quota else "Lower KILDE_LLM_REQUESTS."),
                reason="busy",
                retryable=not no_quota,
                retry_after_s=_retry_after_s(headers),
            )
        return ModelError(
            f"{self._name} at {self._url} failed ({status or 'while it answered'}: {said}). See its log, or name "
            "another server with KILDE_LLM_URL.",
            reason="server",
            retryable=status == 0 or status >= 500 or status == 408,
        )

    def _short(self, text: object) -> str:
        line = " ".join(str(text).split())
        if self._key:
            line = line.replace(self._key, "***")
        return line if len(line) <= SHOWN_CHARS else f"{line[:SHOWN_CHARS]}…"


def _innermost(error: BaseException) -> BaseException:
    while error.__cause__ is not None:
        error = error.__cause__
    return error


def _retry_after_s(headers: Mapping[str, str] | None) -> float | None:
    """Seconds from the header `Retry-After`, which holds seconds or a date (RFC 9110, 10.2.3)."""
    value = headers.get("retry-after") if headers is not None else None
    if value is None:
        return None
    try:
        return max(float(value), 0.0)
    except ValueError:
        pass
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    sent = headers.get("date") if headers is not None else None
    try:
        now = parsedate_to_datetime(sent or "")
    except ValueError:
        return None
    return max((date - now).total_seconds(), 0.0)
