"""The connection to SQLite or PostgreSQL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import URL, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.state.errors import StateError

FORMS = "sqlite+aiosqlite:///PATH or postgresql+asyncpg://USER:PASSWORD@HOST/DATABASE"
SQLITE, POSTGRESQL = "sqlite+aiosqlite", "postgresql+asyncpg"
STATE_FILE = "discord.sqlite3"
"""In the data folder, if no other database is configured."""
LOCK_TIMEOUT_S = 10
PRAGMAS = (f"busy_timeout = {LOCK_TIMEOUT_S * 1000}", "foreign_keys = ON", "secure_delete = ON")
"""For each connection; the last one overwrites what is deleted."""
CONNECT_TIMEOUT_S = 10
COMMAND_TIMEOUT_S = 30


def state_url(configured: str | None, data_dir: Path) -> str:
    """The address that is configured, or else of a SQLite file in the data folder."""
    return configured or sqlite_url(data_dir / STATE_FILE)


def sqlite_url(path: Path) -> str:
    """The URL of a SQLite file, whatever characters its path has."""
    return URL.create(SQLITE, database=str(path)).render_as_string()


def place_of(url: URL) -> str:
    """What to call the database in a message: its path, or its URL without the password."""
    if url.drivername == SQLITE:
        return str(url.database)
    return url.set(query={}).render_as_string()  # a password may also stand in the query


def make_engine(url: str) -> AsyncEngine:
    """An engine that has not connected yet.

    Raises:
        StateError: The URL cannot be used, or its driver is not installed.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:  # ValueError: the port
        raise StateError(f"The URL of the state cannot be read. It has the form {FORMS}.") from error
    if parsed.drivername not in (SQLITE, POSTGRESQL):
        raise StateError(f"The state cannot be kept in {place_of(parsed)}. Use {FORMS}.")
    if parsed.drivername == SQLITE and parsed.database in (None, "", ":memory:"):
        raise StateError("The state needs a file that outlives the bot. Use sqlite+aiosqlite:///PATH.")
    options: dict[str, Any] = {"hide_parameters": True}  # errors are logged; questions are not
    if parsed.drivername == POSTGRESQL:
        timeouts = {"timeout": CONNECT_TIMEOUT_S, "command_timeout": COMMAND_TIMEOUT_S}
        options |= {"pool_pre_ping": True, "connect_args": timeouts}
    try:
        engine = create_async_engine(parsed, **options)
    except ModuleNotFoundError as error:
        raise StateError(f"{place_of(parsed)} needs a driver. Install it: pip install {error.name}") from error
    if parsed.drivername == SQLITE:
        event.listen(engine.sync_engine, "connect", _set_pragmas)
    return engine


def _set_pragmas(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
