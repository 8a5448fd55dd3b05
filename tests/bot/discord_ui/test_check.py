"""**Check this message** in a simulated Discord, and what the person sees."""

from __future__ import annotations

from typing import Any

import pytest
import simcord

from bot.discord_ui.cogs.check import without_markup
from bot.discord_ui.markdown import plain
from bot.state.models import GuildSettings
from retrieval.models import CheckedClaim, CheckedMessage
from tests.bot.conftest import make_citation
from tests.bot.discord_ui.shown import labels, shown_text

MENU = "Check this message"
TRUE, FALSE, UNKNOWN = "Il ponte (quello nuovo) riapre a marzo.", "Riapre il 9 aprile.", "La sindaca ha due figli."
MESSAGE = f"{TRUE} {FALSE} {UNKNOWN}"
LINK = "[Il ponte di Valmora riapre](<https://eco.example/ponte>) (eco.example)"
SOURCE = f"🇮🇹 · L'Eco di Valmora · February 20, 2025 · {LINK}"
QUOTE = "Il ponte sul torrente Lesina riaprirà il 3 marzo 2025."
CHECKED = CheckedMessage(
    "it",
    (
        CheckedClaim(TRUE, "supported", (make_citation(1),)),
        CheckedClaim(FALSE, "refuted", (make_citation(2),)),
        CheckedClaim(UNKNOWN, "not_enough_info", ()),
    ),
    unchecked=2,
)


@pytest.fixture
def bob(env: simcord.Env, channel: Any) -> Any:
    return channel.guild.add_member(env.create_user("bob"))


async def test_each_claim_is_shown_with_its_verdict_and_quote(channel: Any, alice: Any, bob: Any, library: Any) -> None:
    library.checked[MESSAGE] = CHECKED
    result = await alice.context_menu(channel, MENU, await bob.send(channel, MESSAGE))
    assert result.ephemeral, "whose words are checked is not shown up"
    assert shown_text(result.response.components) == "\n".join(
        [
            f"✅ **{plain(TRUE)}**",
            "The articles seem to say so",
            f"¹ “{QUOTE}”",
            f"-# {SOURCE}",
            f"❌ **{plain(FALSE)}**",
            "The articles seem to say otherwise",
            f"² “{QUOTE}”",
            f"-# {SOURCE}",
            f"❔ **{plain(UNKNOWN)}**",
            "The articles don't say",
            "-# 2 more statements were not checked.",
        ]
    )
    assert labels(result.response.components) == []


async def test_a_message_that_states_nothing_is_said_to_do_so(channel: Any, alice: Any, bob: Any, library: Any) -> None:
    library.checked["ok?"] = CheckedMessage("en", (), 0)
    result = await alice.context_menu(channel, MENU, await bob.send(channel, "**ok?** <@1> https://eco.example"))
    assert shown_text(result.response.components).startswith("I find no statement in this message")


async def test_a_check_counts_as_a_question(channel: Any, alice: Any, bob: Any, library: Any, bot: Any) -> None:
    await bot.state.guilds.save(GuildSettings(channel.guild.id, daily_questions=1))
    library.checked[MESSAGE] = CHECKED
    said = await bob.send(channel, MESSAGE)
    await alice.context_menu(channel, MENU, said)
    refused = await alice.context_menu(channel, MENU, said)
    assert "You have asked your one question of today" in shown_text(refused.response.components)


async def test_only_the_languages_of_the_guild_are_searched(
    channel: Any, alice: Any, bob: Any, library: Any, bot: Any
) -> None:
    await bot.state.guilds.save(GuildSettings(channel.guild.id, languages=("no",)))
    library.checked[MESSAGE] = CHECKED
    await alice.context_menu(channel, MENU, await bob.send(channel, MESSAGE))
    assert library.asked[0][1].languages == ("no",)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("**Il ponte** _riapre_ ~~oggi~~.", "Il ponte riapre oggi."),
        ("<@123> sier at <#456> er åpen <:smile:789>", "sier at   er åpen"),
        ("Se https://eco.example/x?a=b her", "Se   her"),
        ("> Il ponte riapre.", "Il ponte riapre."),
        ("[Il ponte riapre](https://eco.example). Costa poco.", "Il ponte riapre. Costa poco."),
        ("5*3 metri, 详情https://x.cn。桥已开放。", "5×3 metri, 详情 。桥已开放。"),
    ],
)
def test_markup_states_nothing(content: str, words: str) -> None:
    assert without_markup(content) == words


async def test_what_is_checked_can_do_nothing(
    channel: Any, alice: Any, bob: Any, library: Any, env: simcord.Env
) -> None:
    hostile = "@everyone the bridge (https://evil.example) opens at discord.gg/abc"
    said = "@everyone the bridge ( ) opens at discord.gg/abc"
    library.checked[said] = CheckedMessage("en", (CheckedClaim(hostile, "refuted", (make_citation(1),)),), 0)
    result = await alice.context_menu(channel, MENU, await bob.send(channel, hostile))
    text = shown_text(result.response.components)
    assert "@everyone" not in text
    assert "discord.gg" not in text
    assert "https://evil.example" not in text
    sent = next(request for request in env.http_requests if request.path.endswith("/messages/@original"))
    assert sent.json["allowed_mentions"] == {"parse": []}
