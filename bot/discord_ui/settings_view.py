"""A guild's settings as a form that saves every change at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

import discord
from discord import ui

from bot.discord_ui.answer_view import ANSWER_COLOUR
from bot.discord_ui.markdown import plain
from bot.discord_ui.texts import Texts, flag
from bot.state.models import GuildSettings

TIMEOUT_S = 600
MOST_CHOSEN = 25
DAILY_CHOICES = (3, 5, 10, 20, 50, 100)
CAUTIONS = ("low", "normal", "high")

Interaction = discord.Interaction[Any]
Save = Callable[[GuildSettings], Awaitable[None]]


class SettingsView(ui.LayoutView):
    """Shows what holds now, and a control for each part of it."""

    def __init__(
        self, settings: GuildSettings, *, shared: Sequence[str], languages: Sequence[str], save: Save, texts: Texts
    ) -> None:
        """Show the settings.

        Args:
            settings: As they are.
            shared: Libraries that the operator lists.
            languages: ISO 639-1 codes of the articles that there are.
            save: Stores changed settings; called after the permission was checked again.
            texts: The language of who sees it.
        """
        super().__init__(timeout=TIMEOUT_S)
        self.settings = settings
        self._shared, self._languages, self._save, self._texts = shared, languages, save, texts
        self._fill()

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """The form outlives a permission that was taken away, so it is asked for at every change."""
        if interaction.permissions.manage_guild:
            return True
        text = self._texts("error.permission", permission=self._texts("manage.permission"))
        await interaction.response.send_message(text, ephemeral=True)
        return False

    async def change(self, interaction: Interaction, **values: Any) -> None:
        """Save a change and show what holds now."""
        self.settings = replace(self.settings, **values)
        await self._save(self.settings)
        self._fill()
        await interaction.response.edit_message(view=self)

    def _fill(self) -> None:
        self.clear_items()
        texts, settings = self._texts, self.settings
        container: ui.Container[Any] = ui.Container(
            ui.TextDisplay(f"### {texts('settings.title')}\n{self._summary()}"), accent_colour=ANSWER_COLOUR
        )
        container.add_item(ui.ActionRow(_Channels(settings, texts)))
        container.add_item(ui.ActionRow(_Roles(settings, texts)))
        container.add_item(ui.ActionRow(_Choice("daily_questions", texts("settings.daily_choose"), self._daily())))
        container.add_item(ui.ActionRow(_Choice("caution", texts("settings.caution_choose"), self._cautions())))
        if self._languages:
            container.add_item(
                ui.ActionRow(_Choices("languages", texts("settings.languages_choose"), self._language_options()))
            )
        if self._shared:
            container.add_item(
                ui.ActionRow(_Choices("shared", texts("settings.shared_choose"), self._shared_options()))
            )
        container.add_item(
            ui.ActionRow(_Threads(texts("settings.threads_off" if settings.threads else "settings.threads_on")))
        )
        self.add_item(container)

    def _summary(self) -> str:
        texts, settings = self._texts, self.settings
        everything = texts("settings.all")
        parts = {
            "channels": " ".join(f"<#{channel}>" for channel in settings.channels) or everything,
            "roles": " ".join(f"<@&{role}>" for role in settings.roles) or everything,
            "daily": str(settings.daily_questions) if settings.daily_questions else texts("settings.default"),
            "caution": texts(f"settings.caution_{settings.caution}"),
            "languages": ", ".join(texts.language_name(code) for code in settings.languages) or everything,
            "shared": ", ".join(map(plain, self._shown_shared())) or texts("settings.none"),
            "threads": texts("settings.yes" if settings.threads else "settings.no"),
        }
        return "\n".join(f"**{texts(f'settings.{name}')}**: {value}" for name, value in parts.items())

    def _shown_shared(self) -> list[str]:
        chosen = self.settings.shared
        return [name for name in self._shared if chosen is None or name in chosen]

    def _daily(self) -> list[discord.SelectOption]:
        chosen = self.settings.daily_questions
        options = [discord.SelectOption(label=self._texts("settings.default"), value="0", default=chosen is None)]
        return options + [
            discord.SelectOption(label=str(number), value=str(number), default=chosen == number)
            for number in DAILY_CHOICES
        ]

    def _cautions(self) -> list[discord.SelectOption]:
        return [
            discord.SelectOption(
                label=self._texts(f"settings.caution_{name}"), value=name, default=self.settings.caution == name
            )
            for name in CAUTIONS
        ]

    def _language_options(self) -> list[discord.SelectOption]:
        return [
            discord.SelectOption(
                label=self._texts.language_name(code),
                value=code,
                emoji=flag(code),
                default=code in self.settings.languages,
            )
            for code in self._languages[:MOST_CHOSEN]
        ]

    def _shared_options(self) -> list[discord.SelectOption]:
        shown = self._shown_shared()
        return [
            discord.SelectOption(label=name, value=name, default=name in shown) for name in self._shared[:MOST_CHOSEN]
        ]


class _Channels(ui.ChannelSelect[SettingsView]):
    def __init__(self, settings: GuildSettings, texts: Texts) -> None:
        super().__init__(
            placeholder=texts("settings.channels_choose"),
            channel_types=[discord.ChannelType.text, discord.ChannelType.forum, discord.ChannelType.news],
            min_values=0,
            max_values=MOST_CHOSEN,
            default_values=[discord.Object(channel, type=discord.abc.GuildChannel) for channel in settings.channels],
        )

    async def callback(self, interaction: Interaction) -> None:
        if self.view is not None:
            await self.view.change(interaction, channels=tuple(channel.id for channel in self.values))


class _Roles(ui.RoleSelect[SettingsView]):
    def __init__(self, settings: GuildSettings, texts: Texts) -> None:
        super().__init__(
            placeholder=texts("settings.roles_choose"),
            min_values=0,
            max_values=MOST_CHOSEN,
            default_values=[discord.Object(role, type=discord.Role) for role in settings.roles],
        )

    async def callback(self, interaction: Interaction) -> None:
        if self.view is not None:
            await self.view.change(interaction, roles=tuple(role.id for role in self.values))


class _Choice(ui.Select[SettingsView]):
    """One of several values."""

    def __init__(self, name: str, placeholder: str, options: list[discord.SelectOption]) -> None:
        super().__init__(placeholder=placeholder, options=options)
        self._name = name

    async def callback(self, interaction: Interaction) -> None:
        (value,) = self.values
        chosen: object = value if self._name == "caution" else int(value) or None
        if self.view is not None:
            await self.view.change(interaction, **{self._name: chosen})


class _Choices(ui.Select[SettingsView]):
    """Any number of values; all of the shared libraries are the operator's list, whatever it will hold."""

    def __init__(self, name: str, placeholder: str, options: list[discord.SelectOption]) -> None:
        super().__init__(placeholder=placeholder, options=options, min_values=0, max_values=len(options))
        self._name = name

    async def callback(self, interaction: Interaction) -> None:
        every = self._name == "shared" and len(self.values) == len(self.options)
        if self.view is not None:
            await self.view.change(interaction, **{self._name: None if every else tuple(self.values)})


class _Threads(ui.Button[SettingsView]):
    def __init__(self, label: str) -> None:
        super().__init__(label=label)

    async def callback(self, interaction: Interaction) -> None:
        if self.view is not None:
            await self.view.change(interaction, threads=not self.view.settings.threads)
