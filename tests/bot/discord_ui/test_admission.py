"""Who may ask, where, and how often."""

from __future__ import annotations

import pytest

from bot.discord_ui.admission import Admission, ChannelError, CooldownError, RoleError
from bot.state.models import GuildSettings


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def admission(clock: Clock) -> Admission:
    return Admission(cooldown_s=3, clock=clock)


def ask(
    admission: Admission,
    guild: GuildSettings,
    *,
    who: int = 7,
    where: tuple[int, ...] = (1,),
    roles: tuple[int, ...] = (),
) -> None:
    admission.check(guild, asker_id=who, channel_ids=where, role_ids=roles)


def test_by_default_everyone_may_ask_everywhere(admission: Admission) -> None:
    ask(admission, GuildSettings(5))


def test_a_guild_that_chose_channels_is_answered_in_them_and_in_their_threads(admission: Admission) -> None:
    guild = GuildSettings(5, channels=(1, 2))
    with pytest.raises(ChannelError, match="2 channels") as caught:
        ask(admission, guild, where=(3,))
    assert caught.value.channels == (1, 2)
    ask(admission, guild, where=(33, 2))


def test_a_guild_that_chose_roles_admits_one_of_them(admission: Admission) -> None:
    guild = GuildSettings(5, roles=(10, 11))
    with pytest.raises(RoleError, match="roles"):
        ask(admission, guild, roles=(12,))
    ask(admission, guild, roles=(12, 11))


def test_a_person_waits_between_questions_and_nobody_else_does(admission: Admission, clock: Clock) -> None:
    guild = GuildSettings(5)
    ask(admission, guild)
    with pytest.raises(CooldownError, match="in 3 s"):
        ask(admission, guild)
    ask(admission, guild, who=8)
    clock.now += 3
    ask(admission, guild)


def test_a_question_that_is_not_admitted_starts_no_cooldown(admission: Admission) -> None:
    with pytest.raises(ChannelError):
        ask(admission, GuildSettings(5, channels=(2,)), where=(1,))
    ask(admission, GuildSettings(5))


def test_those_whose_cooldown_is_over_are_forgotten(
    admission: Admission, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.discord_ui.admission._MOST_REMEMBERED", 2)
    guild = GuildSettings(5)
    ask(admission, guild, who=1)
    clock.now += 5
    ask(admission, guild, who=2)
    ask(admission, guild, who=3)
    assert set(admission._free_at) == {2, 3}
