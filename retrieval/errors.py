"""Every error that Kilde raises on purpose, and whether trying again can help."""

from __future__ import annotations

from typing import Literal


class KildeError(Exception):
    """Base of all expected errors; its message is shown to the user as it stands.

    A message names the offending value, the limit it broke and what to do about it.
    """

    retryable: bool = False

    @property
    def kind(self) -> str:
        """Stable name for machine-readable output, such as ``"ArticleError"``."""
        return type(self).__name__


class ArticleError(KildeError):
    """One article cannot be read; the others are not affected."""


class QuestionError(KildeError):
    """The question cannot be answered as it was asked (empty, too long, no words)."""


class SettingsError(KildeError):
    """A setting, flag or filter has a value that cannot be used."""


class LibraryNotFoundError(KildeError):
    """The named library does not exist in the data folder or on the server."""


class EmbeddingMismatchError(KildeError):
    """The library holds vectors of another embedding model than the configured one."""


class CitationError(KildeError):
    """A quote does not equal its article's text; an answer that holds one is never shown."""


class StoreError(KildeError):
    """The store refused to read or write: no permission, no space, damaged files."""


class LibraryBusyError(KildeError):
    """Another process is writing to the data folder."""

    retryable = True


class StoreUnavailableError(KildeError):
    """The Chroma server does not answer."""

    retryable = True


ModelFailure = Literal[
    "unreachable", "slow", "stalled", "too_long", "key", "unknown_model", "busy", "server", "malformed", "empty",
    "repetition", "overflow", "stopped", "open", "missing_package", "load",
]  # fmt: skip
"""What can be wrong with a language model: not reached; no first word in time; no further word in time; longer than the
total time; 401 or 403; 404; 429; any other status; not the agreed format; no text; the same text again and again; more
than the context holds; stopped by the caller; not tried, since it just failed; a package, or the model, that can't be
loaded."""


class ModelError(KildeError):
    """The language model gave no answer, or broke off in the middle of one."""

    def __init__(
        self,
        message: str,
        *,
        reason: ModelFailure,
        retryable: bool | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        """Keep what went wrong.

        Args:
            message: For the user: what happened, the limit, and the setting to change.
            reason: Stable name of the failure.
            retryable: Whether trying again can help; None: what the reason implies.
            retry_after_s: When the server said to try again.
        """
        super().__init__(message)
        self.reason: ModelFailure = reason
        self.retryable = reason in _PASSING if retryable is None else retryable
        self.retry_after_s = retry_after_s


_PASSING = frozenset({"unreachable", "slow", "stalled", "too_long", "busy", "server", "malformed", "open"})
"""Failures that may be over at the next try."""


class EmbeddingUnavailableError(KildeError):
    """The embedding server, or the place a model is downloaded from, does not answer."""

    retryable = True
