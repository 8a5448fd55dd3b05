"""The one error of the state."""

from __future__ import annotations

from retrieval.errors import KildeError


class StateError(KildeError):
    """The bot's state cannot be opened, read or written."""


def reason_of(error: Exception) -> str:
    """The database's own words for an error; SQLAlchemy's would add the statement."""
    cause = getattr(error, "orig", None) or error
    return str(cause) or type(cause).__name__  # a TimeoutError has no text
