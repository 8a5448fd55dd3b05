"""Asking in a simulated Discord, and what the person sees."""

from __future__ import annotations

from typing import Any

import discord
import pytest
import simcord

from bot.discord_settings import DiscordSettings
from bot.state.models import GuildSettings
from tests.bot.discord_ui.shown import labels, shown_text

QUESTION = "Quando riapre il ponte?"
DAY = "L'Eco di Valmora · February 20, 2025"
ANSWER = f"""-# Quando riapre il ponte?
> Il ponte sul torrente Lesina riaprirà il 3 marzo 2025.¹
-# ¹ 🇮🇹 in Italian · {DAY} · [Il ponte di Valmora riapre](<https://eco.example/ponte>) (eco.example)"""


async def test_a_question_is_answered_with_its_source(
    channel: Any, alice: Any, library: Any, make_answer: Any, env: simcord.Env
) -> None:
    library.responses[QUESTION] = make_answer(QUESTION, language="en")
    result = await alice.slash(channel, "ask", question=QUESTION)
    assert not result.ephemeral
    assert shown_text(result.response.components) == ANSWER
    assert labels(result.response.components) == [
        "Show passage",
        "Ask a follow-up",
        "Start a thread",
        "Helpful",
        "Not helpful",
    ]
    first = next(request for request in env.http_requests if request.path.endswith("/callback"))
    assert first.json == {"type": 5}, "the answer is deferred at once"


async def test_a_private_question_is_answered_for_the_asker_alone(
    channel: Any, alice: Any, library: Any, make_answer: Any
) -> None:
    library.responses[QUESTION] = make_answer(QUESTION)
    result = await alice.slash(channel, "ask", question=QUESTION, private=True)
    assert result.ephemeral
    assert "Start a thread" not in labels(result.response.components)


async def test_filters_reach_the_search(channel: Any, alice: Any, library: Any, make_answer: Any) -> None:
    library.responses[QUESTION] = make_answer(QUESTION)
    await alice.slash(
        channel, "ask", question=QUESTION, language="IT", outlet="L'Eco di Valmora", **{"from": "2025-01-31"}
    )
    _, filters, _ = library.asked[0]
    assert (*filters.languages, filters.outlet, str(filters.published_from)) == ("it", "L'Eco di Valmora", "2025-01-31")


async def test_the_answers_language_reaches_the_model(
    channel: Any, alice: Any, library: Any, make_answer: Any, env: simcord.Env
) -> None:
    library.responses[QUESTION] = make_answer(QUESTION)
    await alice.slash(channel, "ask", question=QUESTION, **{"answer-language": "NB"})
    wrong = await alice.slash(channel, "ask", question=QUESTION, **{"answer-language": "Norwegian"})
    assert library.languages == ["no"]
    assert wrong.response.content.startswith("'Norwegian' is not a language code; use ISO 639-1")
    assert len(env.errors) == 1


async def test_what_the_guild_chose_reaches_the_search(
    channel: Any, alice: Any, library: Any, make_answer: Any, bot: Any
) -> None:
    library.responses[QUESTION] = make_answer(QUESTION)
    await bot.state.guilds.save(GuildSettings(channel.guild.id, languages=("it", "no"), caution="high"))
    await alice.slash(channel, "ask", question=QUESTION)
    await alice.slash(channel, "ask", question=QUESTION, language="no")
    assert [filters.languages for _, filters, _ in library.asked] == [("it", "no"), ("no",)]
    assert library.cautions == ["high", "high"]


async def test_a_language_that_the_guild_did_not_choose_is_refused(
    channel: Any, alice: Any, library: Any, bot: Any
) -> None:
    await bot.state.guilds.save(GuildSettings(channel.guild.id, languages=("it", "no")))
    result = await alice.slash(channel, "ask", question=QUESTION, language="de")
    said = shown_text(result.response.components)
    assert said == "On this server I answer from articles in Italian, Norwegian only."
    assert library.asked == []


async def test_a_wrong_date_is_explained_and_nothing_is_asked(
    channel: Any, alice: Any, library: Any, env: simcord.Env
) -> None:
    result = await alice.slash(channel, "ask", question=QUESTION, to="31.2.2025")
    assert result.ephemeral
    assert result.response.content == "'31.2.2025' is not a date; write year, month and day, such as 2025-03-31."
    assert library.asked == []
    assert len(env.errors) == 1


async def test_a_refusal_offers_the_closest_articles(channel: Any, alice: Any, library: Any, make_refusal: Any) -> None:
    library.responses["Wer hat die Brücke entworfen?"] = make_refusal()
    result = await alice.slash(channel, "ask", question="Wer hat die Brücke entworfen?")
    assert shown_text(result.response.components).splitlines()[1:] == [
        "**The articles do not say.**",
        "Closest articles:",
        "- 🇮🇹 Il ponte di Valmora riapre · L'Eco di Valmora · February 20, 2025",
    ]


async def test_a_question_nobody_can_answer_is_explained_and_not_counted(
    channel: Any, alice: Any, library: Any, bot: Any
) -> None:
    library.held = []
    result = await alice.slash(channel, "ask", question=QUESTION)
    assert shown_text(result.response.components) == "There are no articles to search yet."
    exported = await bot.state.personal.export(alice.id)
    assert all(row["used"] == 0 for row in exported["quotas"])


async def test_a_fault_gets_a_number_and_no_details(
    channel: Any, alice: Any, library: Any, caplog: pytest.LogCaptureFixture
) -> None:
    library.responses[QUESTION] = RuntimeError("secret path /home/x")
    result = await alice.slash(channel, "ask", question=QUESTION)
    text = shown_text(result.response.components)
    assert text.startswith("Something went wrong on my side. If you report it, give this number: ")
    assert "secret" not in text
    assert text.rsplit(" ", 1)[1] in caplog.text


async def test_the_passage_is_shown_to_who_asks_for_it_with_the_quote_in_bold(
    channel: Any, alice: Any, library: Any, make_answer: Any, env: simcord.Env
) -> None:
    library.responses[QUESTION] = make_answer(QUESTION)
    answer = await alice.slash(channel, "ask", question=QUESTION)
    bob = channel.guild.add_member(env.create_user("bob"))
    shown = await bob.click(answer.response.message, label="Show passage")
    assert shown.ephemeral
    assert shown_text(shown.response.components) == (
        "### Il ponte di Valmora riapre\n"
        f"-# 🇮🇹 Italian · {DAY} · [ponte.txt](<https://eco.example/ponte>) (eco.example)\n"
        "Il ponte di Valmora riapre\n"
        "**Il ponte sul torrente Lesina riaprirà il 3 marzo 2025.** Lo ha detto la sindaca Ilda Ferrani.\n"
        "I lavori sono costati due milioni di euro."
    )


async def test_a_follow_up_keeps_its_context(
    channel: Any, alice: Any, library: Any, make_answer: Any, env: simcord.Env
) -> None:
    library.responses[QUESTION] = make_answer(QUESTION)
    library.responses["E quanto costa?"] = make_answer("E quanto costa?")
    answer = await alice.slash(channel, "ask", question=QUESTION)
    form = await alice.click(answer.response.message, label="Ask a follow-up")
    await alice.submit_modal(form, {form.modal["components"][0]["component"]["custom_id"]: "E quanto costa?"})
    question, _, history = library.asked[1]
    assert question == "E quanto costa?"
    assert [(turn.question, turn.answer) for turn in history] == [
        (QUESTION, "Il ponte sul torrente Lesina riaprirà il 3 marzo 2025.")
    ]


async def test_buttons_work_after_a_restart(
    channel: Any, alice: Any, library: Any, make_answer: Any, env: simcord.Env, state: Any, new_bot: Any
) -> None:
    library.responses[QUESTION] = make_answer(QUESTION)
    answer = await alice.slash(channel, "ask", question=QUESTION)
    await env.restart_bot(new_bot())
    result = await alice.click(answer.response.message, label="Helpful")
    assert result.response.content == "Thank you. Noted as helpful."
    (verdict,) = await state.feedback.of(1)
    assert (verdict.user_id, verdict.helpful) == (alice.id, True)


async def test_what_did_not_help_is_noted_with_its_reason(
    channel: Any, alice: Any, library: Any, make_answer: Any, state: Any
) -> None:
    library.responses[QUESTION] = make_answer(QUESTION)
    answer = await alice.slash(channel, "ask", question=QUESTION)
    form = await alice.click(answer.response.message, label="Not helpful")
    assert [(one.helpful, one.reason) for one in await state.feedback.of(1)] == [(False, None)]
    await alice.submit_modal(form, {form.modal["components"][0]["component"]["custom_id"]: "wrong bridge"})
    assert [(one.helpful, one.reason) for one in await state.feedback.of(1)] == [(False, "wrong bridge")]


async def test_a_mention_is_a_question_and_a_reply_to_the_answer_a_follow_up(
    channel: Any, alice: Any, library: Any, make_answer: Any, bot: Any
) -> None:
    library.responses[QUESTION] = make_answer(QUESTION)
    library.responses["E quanto costa?"] = make_answer("E quanto costa?")
    await alice.send(channel, f"{bot.user.mention} {QUESTION}")
    answer = channel.last_message
    assert answer.author == bot.user
    await alice.send(channel, f"{bot.user.mention} E quanto costa?", reply_to=answer)
    assert [len(history) for _, _, history in library.asked] == [0, 1]


async def test_other_messages_other_bots_and_bare_mentions(channel: Any, alice: Any, library: Any, bot: Any) -> None:
    await alice.send(channel, "nothing to do with it")
    assert channel.last_message.author.id == alice.id
    await alice.send(channel, bot.user.mention)
    assert library.asked == []


async def test_a_direct_message_is_a_question(env: simcord.Env, library: Any, make_answer: Any) -> None:
    library.responses[QUESTION] = make_answer(QUESTION)
    carol = env.create_user("carol")
    await carol.send_dm(QUESTION)
    assert [question for question, _, _ in library.asked] == [QUESTION]


@pytest.mark.parametrize(
    "discord_settings", [DiscordSettings(discord_shared=("news",), discord_daily_questions=1, discord_cooldown_s=0)]
)
async def test_more_questions_than_a_day_allows_are_declined(
    channel: Any, alice: Any, library: Any, make_answer: Any, discord_settings: DiscordSettings
) -> None:
    library.responses[QUESTION] = make_answer(QUESTION)
    await alice.slash(channel, "ask", question=QUESTION)
    result = await alice.slash(channel, "ask", question=QUESTION)
    assert shown_text(result.response.components).startswith("You have asked your one question of today.")
    assert len(library.asked) == 1


async def test_a_guild_never_sees_the_library_of_another(
    env: simcord.Env, shelf: dict[str, Any], library: Any, make_answer: Any, make_refusal: Any
) -> None:
    guilds = [env.create_guild(), env.create_guild()]
    shelf.clear()
    shelf[f"guild-{guilds[0].id}"] = library
    library.responses[QUESTION] = make_answer(QUESTION)
    seen = []
    for guild in guilds:
        member = guild.add_member(env.create_user("dave"))
        result = await member.slash(guild.create_text_channel("news"), "ask", question=QUESTION)
        seen.append(shown_text(result.response.components))
    assert "3 marzo 2025" in seen[0]
    assert seen[1] == "There are no articles to search yet."


async def test_nothing_that_is_sent_can_ping(
    channel: Any, alice: Any, library: Any, make_answer: Any, env: simcord.Env, make_citation: Any
) -> None:
    library.responses["@everyone?"] = make_answer("@everyone?")
    result = await alice.slash(channel, "ask", question="@everyone?")
    assert "@everyone" not in shown_text(result.response.components)
    assert result.response.message.mention_everyone is False
    assert env.bot.allowed_mentions.to_dict() == discord.AllowedMentions.none().to_dict()


@pytest.mark.parametrize("told", [False, True])
async def test_the_log_tells_what_was_asked_only_if_the_operator_wants_it(
    channel: Any,
    alice: Any,
    library: Any,
    make_answer: Any,
    bot: Any,
    caplog: pytest.LogCaptureFixture,
    told: bool,
) -> None:
    library.responses[QUESTION] = make_answer(QUESTION)
    changed = bot.questions._settings.model_copy(update={"discord_log_questions": told})
    bot.questions._settings = changed
    with caplog.at_level("INFO", logger="bot"):
        await alice.slash(channel, "ask", question=QUESTION)
    record = next(record for record in caplog.records if record.message == "answered a question")
    assert record.fields["guild"] == channel.guild.id
    assert ("question" in record.fields) == told
    assert told or QUESTION not in caplog.text
