"""Fifty questions in one second, and two guilds that must not see each other: the real bot's process, a fake Discord.

    python -m benchmarks.discord_load

Prints how long the event loop kept a callback waiting while the questions came in, when the askers saw a first sign,
when they had their answers, and how many of 200 mixed questions of two guilds were answered from the other's library.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np

from bot.state.database import State
from bot.state.engine import sqlite_url
from bot.state.models import GuildSettings
from retrieval import Library
from tests.bot.wire.fake_discord import APPLICATION, TOKEN, FakeDiscord, Json, components, shown

SAMPLES = Path(__file__).parents[1] / "bot" / "samples"
WIRE = Path(__file__).parents[1] / "tests" / "bot" / "wire"
QUESTIONS = (
    "How many cars does the ferry Havsula have room for?",
    "Quando riapre il Museo del Vento?",
    "Wie viele Elefanten leben im Zoo von Valserena?",
)
GUILDS = {"500": "Tordivel", "501": "Kornblomst"}
"""Each guild's own library tells the same of its own word, which the other must never see."""

LIMITS = {"500": "7431", "501": "7529"}
"""Each guild's own number of daily questions."""


def main() -> None:
    """Run both parts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=50)
    parser.add_argument("--mixed", type=int, default=200)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_measure(Path(folder), arguments.questions, arguments.mixed))


async def _measure(folder: Path, count: int, mixed: int) -> None:
    data = folder / "data"
    with Library.open(data) as library:
        library.index([SAMPLES])
    for guild, word in GUILDS.items():
        article = folder / f"{guild}.txt"
        article.write_text(
            f"Møterommet i {word}gata\n\nPassordet til møterommet i {word}gata er {word}. Det ble valgt i går.\n",
            "utf-8",
        )
        with Library.open(data, name=f"guild-{guild}") as library:
            library.index([article])
    database = sqlite_url(folder / "state.sqlite3")
    async with await State.open(database) as state:
        for guild, limit in LIMITS.items():
            await state.guilds.save(GuildSettings(int(guild), daily_questions=int(limit)))
    async with FakeDiscord().serve() as discord, _bot(discord, data, folder / "lag.txt", database):
        await discord.online()
        await _load(discord, folder / "lag.txt", count)
        asked = await _isolation(discord, mixed)
        await _crossings(discord, asked)
    async with await State.open(database) as state:
        await _report_feedback(state)


async def _load(discord: FakeDiscord, lag_file: Path, count: int) -> None:
    await discord.final(await discord.slash("ask", question=QUESTIONS[0]), "60 biler")  # the models are loaded
    start = time.perf_counter()
    asked = {}
    for number in range(count):
        await asyncio.sleep(max(0.0, start + number / count - time.perf_counter()))
        sent = time.perf_counter()
        asked[await discord.slash("ask", user=_user(number), question=QUESTIONS[number % len(QUESTIONS)])] = sent
    await discord.until(lambda: all(_done(discord.messages.get(token)) for token in asked), within_s=300)
    end = time.perf_counter()
    first = [_first_sign(discord, token) - sent for token, sent in asked.items()]
    answered = [_last_sign(discord, token) - sent for token, sent in asked.items()]
    waits = _waits(lag_file)
    within = waits[(waits[:, 0] >= start) & (waits[:, 0] <= end), 1]
    print(f"{count} questions in one second: all answered after {end - start:.1f} s")
    for name, times in (("first sign", first), ("answer", answered)):
        print(f"{name}: p50 {_at(times, 50)}, p95 {_at(times, 95)}")
    print(f"event loop: longest wait {within.max() * 1000:.0f} ms, p99 {np.percentile(within, 99) * 1000:.1f} ms")
    print(f"told their place in the queue: {_told_place(discord, asked)} of {count}")


async def _isolation(discord: FakeDiscord, count: int) -> dict[str, str]:
    rng = random.Random(1)  # noqa: S311  not for secrets
    asked: dict[str, str] = {}
    for number in range(count):
        guild, about = rng.choice(list(GUILDS)), rng.choice(list(GUILDS.values()))
        question = f"Hva er passordet til møterommet i {about}gata?"
        asked[await discord.slash("ask", user=_user(number), guild=guild, question=question)] = guild
        await asyncio.sleep(0.02)
    await discord.until(lambda: all(_done(discord.messages.get(token)) for token in asked), within_s=600)
    crossed = answered = 0
    for token, guild in asked.items():
        other = next(word for name, word in GUILDS.items() if name != guild)
        # The question itself is shown above the answer, so only quotes and sources count.
        said = "\n".join(
            line for line in shown(discord.messages[token]).splitlines() if not line.startswith("-# Hva er")
        )
        crossed += other in said
        answered += GUILDS[guild] in said
    print(
        f"two guilds, {count} questions at once: {answered} answered from their own library, {crossed} saw the other's"
    )
    return asked


async def _crossings(discord: FakeDiscord, asked: dict[str, str]) -> None:
    """Lists, suggestions, settings and buttons of one guild, looked at and pressed from both."""
    for guild, word in GUILDS.items():
        other = next(name for name in GUILDS if name != guild)
        typing = await discord.subcommand("kilde", "remove", guild=guild, typing="article")
        suggested = (await discord.request("POST", f"/interactions/.*/{typing}/callback")).text
        listed = await _told(discord, await discord.subcommand("kilde", "articles", guild=guild))
        settings = await _told(discord, await discord.subcommand("kilde", "settings", guild=guild))
        seen = f"{suggested}\n{listed}\n{settings}"
        crossed = [text for text in (GUILDS[other], LIMITS[other]) if text in seen]
        own = word in suggested and word in listed and LIMITS[guild] in settings
        print(f"guild {guild}: suggestions, list and settings are its own: {own}; of the other: {crossed}")
        answer = next(discord.messages[token] for token, where in asked.items() if where == guild)
        before = len(discord.requests)
        for pressed_in in GUILDS:
            for label in ("Helpful", "Show passage", "Ask a follow-up"):
                if any(one.get("label") == label for one in components(answer["components"])):
                    await discord.press(answer, label, user=_user(int(pressed_in)), guild=pressed_in)
        await asyncio.sleep(2)
        told = [request.text for request in discord.requests[before:]]
        refused = sum("no longer remember" in text for text in told)
        print(f"    its buttons pressed here and in the other guild: {len(told)} replies, {refused} refused")


async def _told(discord: FakeDiscord, token: str) -> str:
    return (await discord.request("POST", f"/webhooks/{APPLICATION}/{token}")).text


async def _report_feedback(state: State) -> None:
    """Whoever pressed has the number of the guild where they pressed, so a row that crossed shows."""
    rows = [(turn, given) for guild in GUILDS async for turn, given in state.feedback.export(int(guild))]
    crossed = sum(given.user_id != _user_id(turn.guild_id or 0) for turn, given in rows)
    print(f"feedback: {len(rows)} rows, {crossed} given from the other guild")


def _waits(lag_file: Path) -> np.ndarray:
    """When a callback was asked for and how long it waited, in seconds, a row each."""
    lines = lag_file.read_text("ascii").splitlines()[:-1]
    return np.array([[float(part) for part in line.split()] for line in lines])


def _user_id(number: int) -> int:
    return 10_000 + number


def _user(number: int) -> Json:
    return {
        "id": str(_user_id(number)),
        "username": f"p{number}",
        "discriminator": "0",
        "avatar": None,
        "global_name": None,
    }


def _done(message: Json | None) -> bool:
    """Whether the message is the answer or the refusal: only these have buttons or name closest articles."""
    return message is not None and any(
        one.get("custom_id", "").startswith("kilde:yes") for one in components(message["components"])
    )


def _first_sign(discord: FakeDiscord, token: str) -> float:
    return next(request.at for request in discord.requests if token in request.path)


def _last_sign(discord: FakeDiscord, token: str) -> float:
    return max(request.at for request in discord.requests if token in request.path)


def _told_place(discord: FakeDiscord, asked: dict[str, float]) -> int:
    edits = [request for request in discord.requests if request.method == "PATCH"]
    return sum(sum(token in request.path for request in edits) > 1 for token in asked)


def _at(seconds: list[float], percentile: int) -> str:
    return f"{np.percentile(seconds, percentile):.2f} s"


@asynccontextmanager
async def _bot(discord: FakeDiscord, data: Path, lag_file: Path, database: str) -> AsyncIterator[None]:
    environment = {
        **os.environ,  # noqa: TID251  what the child inherits
        "PYTHONPATH": os.pathsep.join([str(WIRE), str(WIRE.parents[2])]),
        "FAKE_DISCORD": discord.address,
        "FAKE_DISCORD_LAG": str(lag_file),
        "KILDE_DISCORD_TOKEN": TOKEN,
        "KILDE_DISCORD_SHARED": "articles",
        "KILDE_DISCORD_COOLDOWN_S": "0",
        "KILDE_DISCORD_QUEUE": "500",
        "KILDE_DISCORD_DATABASE_URL": database,
    }
    command = (sys.executable, "-m", "bot", "discord", "--data-dir", str(data))
    process = await asyncio.create_subprocess_exec(*command, env=environment, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


if __name__ == "__main__":
    main()
