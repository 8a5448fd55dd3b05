from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from bot.state.database import State
from bot.state.engine import make_engine, place_of, sqlite_url
from bot.state.errors import StateError
from bot.state.models import GuildSettings, NewTurn
from bot.state.tables import VERSION_TABLE, Base

pytestmark = pytest.mark.asyncio


async def test_migrating_an_empty_file_makes_the_declared_tables(state: State, tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'state.db'}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, Base.metadata) == []
        assert context.get_current_heads() == ("0001",)
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    engine.dispose()


async def test_a_turn_id_is_never_given_twice(state: State, make_turn: Callable[..., NewTurn]) -> None:
    first = await state.turns.add(make_turn())
    await state.turns.forget_guild(1)
    assert (await state.turns.add(make_turn())).id > first.id


async def test_everything_is_there_after_a_restart(url: str, make_turn: Callable[..., NewTurn]) -> None:
    settings = GuildSettings(1, channels=(10,), caution="high")
    async with await State.open(url) as state:
        turn = await state.turns.add(make_turn())
        await state.turns.attach(turn.id, 1000)
        await state.feedback.give(turn.id, 100, helpful=True)
        await state.quotas.take(1, 100, turn.asked_at.date(), 5)
        await state.guilds.save(settings)
        await state.facts.set("commands", "abc")
    async with await State.open(url) as state:
        assert await state.turns.of_message(1000) == turn
        assert [feedback.user_id for feedback in await state.feedback.of(turn.id)] == [100]
        assert await state.quotas.used(1, 100, turn.asked_at.date()) == 1
        assert await state.guilds.get(1) == settings
        assert await state.facts.get("commands") == "abc"


async def test_two_open_states_see_each_other(url: str, state: State) -> None:
    async with await State.open(url) as other:
        await other.facts.set("key", "value")
        assert await state.facts.get("key") == "value"


async def test_closing_twice_does_no_harm(url: str) -> None:
    state = await State.open(url)
    await state.close()
    await state.close()


async def test_a_missing_folder_is_made_whatever_its_name(tmp_path: Path) -> None:
    path = tmp_path / "橋 %41 ? # @:" / "state.db"
    async with await State.open(sqlite_url(path)):
        assert path.is_file()


async def test_a_database_of_a_newer_version_is_left_alone(url: str, tmp_path: Path) -> None:
    await (await State.open(url)).close()
    with sqlite3.connect(tmp_path / "state.db") as connection:
        connection.execute("UPDATE kilde_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(StateError, match=r"state\.db was made by a newer version of Kilde \(its version is 9999\)"):
        await State.open(url)


async def test_another_programs_database_is_left_alone(url: str, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "state.db") as connection:
        connection.execute("CREATE TABLE theirs (id)")
    before = (tmp_path / "state.db").read_bytes()
    with pytest.raises(StateError, match=r"state\.db holds the tables of another program"):
        await State.open(url)
    connection.close()
    assert (tmp_path / "state.db").read_bytes() == before


async def test_a_file_that_is_no_database_is_left_alone(url: str, tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    file.write_text("Заметки о мосте. " * 100, "utf-8")
    before = file.read_bytes()
    with pytest.raises(StateError, match=r"state\.db cannot be opened \(file is not a database\)\. Check that"):
        await State.open(url)
    assert file.read_bytes() == before


async def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(StateError, match=r"cannot be opened \(unable to open database file\)"):
        await State.open(sqlite_url(tmp_path))


async def test_a_folder_inside_a_file_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StateError, match=r"cannot be opened \(.*file"):
        await State.open(sqlite_url(tmp_path / "file" / "state.db"))


async def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    if os.access(folder, os.W_OK):
        pytest.skip("root may write everywhere")
    with pytest.raises(StateError, match=r"cannot be opened \(.*\)\. Check that .* its folder may be written"):
        await State.open(sqlite_url(folder / "state.db"))


async def test_a_table_that_vanished_is_a_state_error(state: State, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "state.db") as connection:
        connection.execute("DROP TABLE facts")
    connection.close()
    with pytest.raises(StateError, match=r"state\.db cannot be read or written \(no such table: facts\)"):
        await state.facts.get("key")


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("state.db", "has the form sqlite"),
        ("postgresql+asyncpg://u:secret@h:port/d", "has the form sqlite"),
        ("mysql://u:secret@h/d", r"cannot be kept in mysql://u:\*\*\*@h/d\. Use sqlite"),
        ("postgresql://u:secret@h/d", r"cannot be kept in postgresql://u:\*\*\*@h/d\. Use sqlite"),
        ("sqlite+aiosqlite://", "needs a file"),
        ("sqlite+aiosqlite:///:memory:", "needs a file"),
    ],
)
async def test_a_url_that_cannot_be_used(url: str, message: str) -> None:
    with pytest.raises(StateError, match=message) as caught:
        await State.open(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(("query", "reason"), [("timeout=5", "Connect call failed"), ("sslmode=no", "'sslmode'")])
async def test_a_server_that_cannot_be_reached(query: str, reason: str) -> None:
    pytest.importorskip("asyncpg", reason="the driver of PostgreSQL is optional")
    url = f"postgresql+asyncpg://u:secret@127.0.0.1:1/d?{query}"
    with pytest.raises(StateError, match=rf"u:\*\*\*@127\.0\.0\.1:1/d cannot be opened \(.*{reason}") as caught:
        await State.open(url)
    assert "secret" not in str(caught.value)


@pytest.mark.skipif(find_spec("asyncpg") is not None, reason="the driver of PostgreSQL is installed")
async def test_a_driver_that_is_not_installed() -> None:
    with pytest.raises(StateError, match=r"u:\*\*\*@h/d needs a driver\. Install it: pip install asyncpg"):
        await State.open("postgresql+asyncpg://u:secret@h/d")


async def test_no_password_is_named() -> None:
    url = make_engine(sqlite_url(Path("state.db"))).url.set(drivername="postgresql+asyncpg", host="h", username="u")
    assert place_of(url.set(password="secret", query={"password": "secret"})) == "postgresql+asyncpg://u:***@h/state.db"  # noqa: S106
