"""What is kept of a person, and how they get rid of it."""

from __future__ import annotations

import json
from typing import Any

import simcord

from tests.bot.discord_ui.shown import shown_text

QUESTION = "Quando riapre il ponte?"


async def test_a_person_sees_gets_and_deletes_what_is_kept_of_them(
    env: simcord.Env, channel: Any, library: Any, make_answer: Any, state: Any
) -> None:
    library.responses[QUESTION] = make_answer(QUESTION)
    alice, bob = (channel.guild.add_member(env.create_user(name)) for name in ("alice", "bob"))
    for person in (alice, bob):
        await person.slash(channel, "ask", question=QUESTION)
    shown = await alice.slash(channel, "privacy")
    assert shown.ephemeral
    assert shown_text(shown.response.components).startswith("I keep 3 entries about you.")
    export = await alice.click(shown.response.message, label="Get it as a file")
    content = json.loads(await export.response.attachments[0].read())
    assert [turn["question"] for turn in content["turns"]] == [QUESTION]
    await alice.click(shown.response.message, label="Delete everything")
    assert shown_text(shown.response.components) == "Everything about you is deleted."
    assert await state.personal.count(alice.id) == 0
    assert await state.personal.count(bob.id) == 3


async def test_someone_who_never_asked_has_nothing_kept(env: simcord.Env, channel: Any) -> None:
    carol = channel.guild.add_member(env.create_user("carol"))
    shown = await carol.slash(channel, "privacy")
    assert shown_text(shown.response.components).startswith("I keep nothing about you.")
