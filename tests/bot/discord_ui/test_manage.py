"""What those who manage a guild can do, and others cannot."""

from __future__ import annotations

from typing import Any

import discord
import pytest
import simcord

from bot.discord_ui.texts import texts_in
from bot.state.models import GuildSettings
from retrieval.models import IndexReport
from tests.bot.discord_ui.shown import labels, shown_text


@pytest.fixture
def guild(env: simcord.Env) -> Any:
    return env.create_guild()


@pytest.fixture
def channel(guild: Any) -> Any:
    return guild.create_text_channel("news")


@pytest.fixture
def manager(env: simcord.Env, guild: Any) -> Any:
    managers = guild.create_role("Managers", permissions=discord.Permissions(manage_guild=True))
    return guild.add_member(env.create_user("mona"), roles=[managers])


async def test_a_text_becomes_an_article_of_the_guilds_own_library(
    guild: Any, channel: Any, manager: Any, library: Any, shelf: dict[str, Any], tmp_path: Any
) -> None:
    library.report = IndexReport(added=("Ponte.txt",))
    result = await manager.slash(channel, "kilde add", text="Il ponte riapre.", title="Ponte")
    assert result.ephemeral
    assert shown_text(result.response.components) == "Added: Ponte.txt"
    assert (tmp_path / "guilds" / str(guild.id) / "Ponte.txt").read_text() == "Ponte\n\nIl ponte riapre."
    assert f"guild-{guild.id}" in shelf


async def test_nothing_or_both_is_explained(channel: Any, manager: Any) -> None:
    result = await manager.slash(channel, "kilde add")
    assert result.response.content == "Give either a file or a text."


async def test_articles_are_listed_page_by_page(
    guild: Any, channel: Any, manager: Any, library: Any, shelf: dict[str, Any], make_summary: Any
) -> None:
    shelf[f"guild-{guild.id}"] = library
    library.held = [make_summary(id=f"{number:020}", title=f"Ponte {number}") for number in range(1, 21)]
    result = await manager.slash(channel, "kilde articles")
    first = shown_text(result.response.components).splitlines()
    assert first[0] == "-# Articles 1 to 8 of 20"
    assert first[1].startswith("1. 🇮🇹 Ponte 1 ·")
    assert labels(result.response.components) == ["Previous", "Next"]
    await manager.click(result.response.message, label="Next")
    assert shown_text(result.response.components).splitlines()[0] == "-# Articles 9 to 16 of 20"
    await manager.click(result.response.message, label="Next")
    assert shown_text(result.response.components).splitlines()[0] == "-# Articles 17 to 20 of 20"


async def test_a_search_is_suggested_and_finds_what_was_suggested(
    guild: Any, channel: Any, manager: Any, library: Any, shelf: dict[str, Any], make_summary: Any
) -> None:
    shelf[f"guild-{guild.id}"] = library
    library.held = [make_summary(), make_summary(id="f" * 20, title="La frana", outlet="Il Fondovalle")]
    choices = await manager.autocomplete(channel, "kilde articles", "search", "f")
    assert [choice["value"] for choice in choices] == ["Il Fondovalle", "La frana"]
    result = await manager.slash(channel, "kilde articles", search="La frana")
    assert shown_text(result.response.components).splitlines()[0] == "-# Articles 1 to 1 of 1"


async def test_an_article_is_suggested_by_its_title_and_removed(
    guild: Any, channel: Any, manager: Any, library: Any, shelf: dict[str, Any], make_summary: Any
) -> None:
    shelf[f"guild-{guild.id}"] = library
    library.held = [make_summary(), make_summary(id="f" * 20, title="La frana")]
    choices = await manager.autocomplete(channel, "kilde remove", "article", "fra")
    assert [choice["value"] for choice in choices] == ["f" * 20]
    result = await manager.slash(channel, "kilde remove", article="f" * 20)
    assert shown_text(result.response.components) == "Removed: La frana"


async def test_a_change_of_settings_is_kept_and_shown(guild: Any, channel: Any, manager: Any, state: Any) -> None:
    result = await manager.slash(channel, "kilde settings")
    assert "**Threads**: yes" in shown_text(result.response.components)
    await manager.click(result.response.message, label="Switch threads off")
    assert "**Threads**: no" in shown_text(result.response.components)
    assert await state.guilds.get(guild.id) == GuildSettings(guild.id, threads=False)


async def test_who_may_not_manage_the_server_may_not_manage_the_bot(env: simcord.Env, guild: Any, channel: Any) -> None:
    member = guild.add_member(env.create_user("max"))
    assert not [name for name in member.available_commands(channel) if name.startswith("kilde")]


async def test_status_shows_what_is_searched_and_what_was_asked(
    guild: Any, channel: Any, manager: Any, library: Any, shelf: dict[str, Any], new_library: Any, make_answer: Any
) -> None:
    shelf[f"guild-{guild.id}"] = new_library()
    shelf[f"guild-{guild.id}"].held = []
    library.responses["Quando riapre il ponte?"] = make_answer("Quando riapre il ponte?")
    await manager.slash(channel, "ask", question="Quando riapre il ponte?")
    result = await manager.slash(channel, "kilde status")
    assert result.ephemeral
    assert shown_text(result.response.components).splitlines() == [
        "### Kilde on this server",
        "- **This server's library**: 0 articles",
        f"- **news**: One article · 🇮🇹 1 · newest from {texts_in('en').day(library.held[0].published)}",
        "One question was asked here today.",
        "0 questions are waiting.",
    ]
