"""Brings a database to the tables of this version."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.state.engine import LOCK_TIMEOUT_S, place_of
from bot.state.errors import StateError
from bot.state.tables import VERSION_TABLE

LOCKS = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "SELECT pg_advisory_xact_lock(5524601)"}
"""Two bots that start at once migrate one after the other; the number is arbitrary and must stay.

On SQLite it also makes the migration one transaction: Python's driver begins none for `CREATE TABLE`.
"""


def migrate(engine: AsyncEngine) -> None:
    """Makes the file and the tables where they are missing. Blocks: call it in a thread without an event loop.

    Raises:
        StateError: The database is another program's, or of a newer version.
        SQLAlchemyError: The database refused.
        sqlite3.Error: The file is no database or cannot be opened.
        OSError: The folder cannot be made, or the server not reached.
    """
    if engine.dialect.name == "sqlite":
        _prepare_file(Path(str(engine.url.database)))
    asyncio.run(_migrate(engine))


def _prepare_file(path: Path) -> None:
    """Fails here if the file cannot be used: aiosqlite would leave a thread or a connection behind."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, timeout=LOCK_TIMEOUT_S)) as connection:
        connection.execute("PRAGMA schema_version")


async def _migrate(engine: AsyncEngine) -> None:
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade)
        if engine.dialect.name == "sqlite":  # only now: until the tables are known, the file may be another program's
            async with engine.connect() as connection:
                await connection.exec_driver_sql("PRAGMA journal_mode = WAL")
    finally:
        await engine.dispose()  # its connections belong to the event loop of this thread


def _upgrade(connection: Connection) -> None:
    connection.exec_driver_sql(LOCKS[connection.dialect.name])
    config = Config()
    config.set_main_option("script_location", "bot.state:migrations")
    config.attributes["connection"] = connection
    place = place_of(connection.engine.url)
    versions = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_heads()
    if not versions and inspect(connection).get_table_names():
        raise StateError(f"{place} holds the tables of another program. Give the state a file or database of its own.")
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if newer := set(versions) - known:
        raise StateError(
            f"The state in {place} was made by a newer version of Kilde (its version is {', '.join(newer)}). "
            "Update Kilde, or restore a copy from before the newer version ran."
        )
    command.upgrade(config, "head")
