"""Log messages on standard error, and incidents in files."""

from __future__ import annotations

import json
import logging
import secrets
import sys
import tempfile
import traceback
from datetime import UTC, datetime
from typing import Any, Literal, TextIO

from bot.terminal import safe_line

_LONG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"

logger = logging.getLogger(__name__)


FIELDS = "fields"
"""``logger.info("...", extra={FIELDS: {...}})`` gives values beside the message."""


def configure(level: str, style: Literal["text", "json"] = "text") -> None:
    """Writes messages of at least this level to standard error; those of other packages only from WARNING.

    A person who asked for no details reads ``warning: ...``; with details come time and module. In the style ``json``
    each message is one JSON object a line, for programs that collect logs.
    """
    handler = _StderrHandler()
    detailed = logging.getLevelNamesMapping()[level] < logging.WARNING
    text = _LongFormatter(_LONG_FORMAT) if detailed else _ShortFormatter()
    handler.setFormatter(_JsonFormatter() if style == "json" else text)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))
    for name in ("bot", "retrieval", "prompts"):
        logging.getLogger(name).setLevel(level)
    # It warns of each page without text ("discarding data: None"), which the report names with its file and a fix.
    logging.getLogger("trafilatura").setLevel(logging.ERROR)


class _StderrHandler(logging.StreamHandler[TextIO]):
    """Writes to what ``sys.stderr`` is at that moment: while the REPL prompts, that leads round the prompt."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]  # an attribute in the base class, by the same trick in logging
        return sys.stderr


class _ShortFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return f"{record.levelname.lower()}: {safe_line(record.getMessage())}"


class _LongFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        values = " ".join(f"{name}={value}" for name, value in _fields(record).items())
        return super().format(record) + (f" ({safe_line(values)})" if values else "")


class _JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **_fields(record),
        }
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False, default=str)


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    return getattr(record, FIELDS, {})


def describe_incident(error: Exception) -> str:
    """Notes an unexpected error.

    Returns:
        A sentence for the user, with the incident's id and the file.
    """
    incident, file = _write_incident(error)
    return f"Kilde hit a fault of its own ({type(error).__name__}). Incident {incident}; the details are in {file}"


def note_incident(error: BaseException) -> str:
    """Notes an unexpected error for the operator.

    Returns:
        The incident's id alone, for people who have no business in the operator's files.
    """
    incident, file = _write_incident(error)
    logger.error("incident %s (%s): the details are in %s", incident, type(error).__name__, file)
    return incident


def _write_incident(error: BaseException) -> tuple[str, str]:
    """Writes an error with its traceback to a file of its own, for a report of the fault.

    Returns:
        The incident's id, and the file.
    """
    incident = secrets.token_hex(4)
    details = "".join(traceback.format_exception(error))
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", prefix=f"kilde-{incident}-", suffix=".log", delete=False
    ) as file:
        file.write(details)
    logger.debug("incident %s", incident, exc_info=error)
    return incident, file.name
