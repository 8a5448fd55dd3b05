"""The installed command against a fake of Discord's REST interface and gateway, over real sockets.

The bot runs as its own process, with the real embedding model and a real library of the sample articles.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from retrieval import Library
from tests.bot.wire.fake_discord import APPLICATION, BOB, CHANNEL, SOON_S, TOKEN, FakeDiscord, shown

ROOT = Path(__file__).parents[3]
QUESTION = "How many cars does the ferry Havsula have room for?"
ANSWER = "«Havsula» har plass til 60 biler og 199 passasjerer"
FOLLOW_UP = "And how many passengers?"

Start = Callable[..., AbstractAsyncContextManager["Bot"]]


class Bot:
    """The bot's process."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process = process
        self._log = log

    def terminate(self) -> None:
        """As an operator's service manager stops it."""
        self._process.send_signal(signal.SIGTERM)

    async def ended(self) -> tuple[int, str]:
        """Its exit status and what it wrote on standard error."""
        status = await asyncio.wait_for(self._process.wait(), SOON_S)
        return status, self._log.read_text(encoding="utf-8")

    async def kill(self) -> None:
        """Take it away without a word."""
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wire") / "data"
    with Library.open(folder) as library:
        assert library.index([ROOT / "bot" / "samples" / "havsula-ferge.txt"]).failed == ()
    return folder


@pytest.fixture
async def discord() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord().serve() as fake:
        yield fake


@pytest.fixture
def start(discord: FakeDiscord, articles: Path, tmp_path: Path) -> Start:
    @asynccontextmanager
    async def started(**settings: str) -> AsyncIterator[Bot]:
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), str(ROOT)]),
            "FAKE_DISCORD": discord.address,
            "KILDE_DISCORD_TOKEN": TOKEN,
            "KILDE_DISCORD_SHARED": "articles",
            "KILDE_DISCORD_COOLDOWN_S": "0",
            "KILDE_DISCORD_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/state.sqlite3",
            **settings,
        }
        log = tmp_path / "bot.log"
        with log.open("wb") as errors:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "bot", "discord", "--data-dir", str(articles), "--verbose"),
                cwd=tmp_path,
                env=environment,
                stderr=errors,
            )
        bot = Bot(process, log)
        try:
            yield bot
        finally:
            await bot.kill()
            sys.stderr.write(log.read_text(encoding="utf-8"))  # shown if the test fails

    return started


async def test_a_conversation(discord: FakeDiscord, start: Start) -> None:
    discord.refusals["PATCH /webhooks/.*"] = 1
    async with start():
        await discord.online()
        commands = await discord.request("PUT", f"/applications/{APPLICATION}/commands")
        assert {command["name"] for command in commands.body} == {"ask", "kilde", "privacy", "Check this message"}

        token = await discord.slash("ask", question=QUESTION)
        deferred = await discord.request("POST", f"/interactions/.*/{token}/callback")
        assert deferred.body["type"] == 5
        answer = await discord.final(token, ANSWER)
        assert shown(answer).startswith(f"-# {QUESTION}\n> «Havsula» har plass til 60 biler")
        assert not discord.refusals.total(), "the refused edit was sent again"

        before = len(discord.requests)
        await discord.say(QUESTION, mention=True)
        reply = await discord.request("POST", f"/channels/{CHANNEL}/messages", ANSWER, after=before)
        assert reply.body["allowed_mentions"] == {"parse": [], "replied_user": False}

        pressed = await discord.press(answer, "Start a thread")
        thread = await discord.request("POST", f"/channels/{CHANNEL}/messages/{answer['id']}/threads")
        assert thread.body["name"] == f"Kilde: {QUESTION}"
        await discord.request("POST", f"/channels/{answer['id']}/messages", "Go on here")
        assert pressed


async def test_buttons_and_forms_after_a_restart(discord: FakeDiscord, start: Start) -> None:
    async with start() as bot:
        await discord.online()
        answer = await discord.final(await discord.slash("ask", question=QUESTION), ANSWER)
        await bot.kill()
    async with start():
        await discord.online(2)
        token = await discord.press(answer, "Show passage")
        passage = await discord.request("POST", f"/webhooks/{APPLICATION}/{token}", "**«Havsula»")
        assert passage.body["flags"] & 64, "for who pressed alone"

        token = await discord.press(answer, "Ask a follow-up")
        form = await discord.request("POST", f"/interactions/.*/{token}/callback")
        assert form.body["type"] == 9
        await discord.final(await discord.submit(form.body["data"], FOLLOW_UP), ANSWER)
    assert sum(request.method == "PUT" for request in discord.requests) == 1, "Discord knew the commands already"


async def test_killed_in_the_middle_of_a_conversation(discord: FakeDiscord, start: Start) -> None:
    limit = {"KILDE_DISCORD_DAILY_QUESTIONS": "2"}
    async with start(**limit) as bot:
        await discord.online()
        answer = await discord.final(await discord.slash("ask", question=QUESTION), ANSWER)
        await discord.press(answer, "Start a thread")
        await discord.request("POST", f"/channels/{answer['id']}/messages", "Go on here")
        token = await discord.slash("ask", question=QUESTION, user=BOB)
        await discord.request("POST", f"/interactions/.*/{token}/callback")
        await bot.kill()
    async with start(**limit):
        await discord.online(2)
        await discord.press(answer, "Helpful")
        await discord.request("POST", "/interactions/.*/callback", "Noted as helpful")

        before = len(discord.requests)
        await discord.say(FOLLOW_UP, channel=answer["id"], mention=True)
        await discord.request("POST", f"/channels/{answer['id']}/messages", ANSWER, after=before)

        token = await discord.slash("ask", question=QUESTION)
        await discord.final(token, "You have asked all your 2 questions of today")
        await discord.final(await discord.slash("ask", question=QUESTION, user=BOB), ANSWER)


async def test_a_lost_connection_is_resumed_and_a_lost_session_begun_anew(discord: FakeDiscord, start: Start) -> None:
    async with start():
        await discord.online()
        await discord.reconnect()
        await discord.online(2)
        await discord.final(await discord.slash("ask", question=QUESTION), ANSWER)
        await discord.invalidate()
        await discord.online(3)
        await discord.final(await discord.slash("ask", question=QUESTION), ANSWER)
    assert discord.hellos == ["identify", "resume", "identify"]


async def test_stopping_finishes_the_answer_under_way(discord: FakeDiscord, start: Start) -> None:
    async with start() as bot:
        await discord.online()
        token = await discord.slash("ask", question=QUESTION)
        await discord.request("POST", f"/interactions/.*/{token}/callback")
        bot.terminate()
        await discord.final(token, ANSWER)
        status, errors = await bot.ended()
    assert status == 0, errors


async def test_a_wrong_token(start: Start) -> None:
    async with start(KILDE_DISCORD_TOKEN="wrong.token") as bot:  # noqa: S106
        status, errors = await bot.ended()
    assert status == 1
    assert "Error: Discord does not know this token." in errors
    assert "wrong.token" not in errors


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (4014, "Discord does not grant this bot the message content intent"),
        (4004, "Discord does not know this token"),
    ],
)
async def test_discord_closes_the_door(discord: FakeDiscord, start: Start, code: int, said: str) -> None:
    discord.identify_close = code
    async with start(KILDE_DISCORD_MESSAGE_CONTENT="true") as bot:
        status, errors = await bot.ended()
    assert status == 1
    assert said in errors
    assert "Traceback" not in errors
