"""Every error that Kilde raises on purpose, and whether trying again can help."""

from __future__ import annotations

from typing import ClassVar


class KildeError(Exception):
    """Base of all expected errors; its message is shown to the user as it stands.

    A message names the offending value, the limit it broke and what to do about it.
    """

    retryable: ClassVar[bool] = False

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


class EmbeddingUnavailableError(KildeError):
    """The embedding server, or the place a model is downloaded from, does not answer."""

    retryable = True
