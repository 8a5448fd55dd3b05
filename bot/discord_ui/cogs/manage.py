"""``/kilde``: the articles of a guild, for those who manage it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.discord_ui.admission import ManagerError
from bot.discord_ui.answer_text import LISTED_CHARS, pages, shortened
from bot.discord_ui.answer_view import notice
from bot.discord_ui.articles_view import ArticlePages
from bot.discord_ui.guild_articles import NewFile
from bot.discord_ui.markdown import plain
from bot.discord_ui.questions import guild_library
from bot.discord_ui.settings_view import SettingsView
from bot.discord_ui.texts import Texts, flag, texts_for
from bot.discord_ui.translator import text
from retrieval.models import ArticleSummary, IndexReport

if TYPE_CHECKING:
    from bot.discord_ui.client import KildeBot

Interaction = discord.Interaction[Any]

MOST_CHOICES = 25
"""Discord shows so many suggestions."""
MOST_LANGUAGES = 8


def is_manager(interaction: Interaction) -> bool:
    """Whether the person may manage the guild; Discord's own check can be lifted by a guild's settings.

    Raises:
        ManagerError: They may not.
    """
    if interaction.guild_id is None or not interaction.permissions.manage_guild:
        raise ManagerError
    return True


@app_commands.guild_only()
@app_commands.default_permissions(manage_guild=True)
class ManageCog(commands.GroupCog, group_name=text("kilde.name"), group_description=text("kilde.description")):
    """Adds, removes and lists the articles of a guild's own library."""

    def __init__(self, bot: KildeBot) -> None:
        super().__init__()
        self._bot = bot

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """Every command of the group is for managers."""
        return is_manager(interaction)

    @app_commands.command(name=text("kilde.add"), description=text("kilde.add_description"))
    @app_commands.rename(file=text("kilde.file"), words=text("kilde.text"), title=text("kilde.title"))
    @app_commands.describe(
        file=text("kilde.file_description"),
        words=text("kilde.text_description"),
        title=text("kilde.title_description"),
    )
    async def add(
        self,
        interaction: Interaction,
        file: discord.Attachment | None = None,
        words: app_commands.Range[str, 1, 6000] | None = None,
        title: app_commands.Range[str, 1, 200] | None = None,
    ) -> None:
        """Add an article from a file or a text."""
        texts = texts_for(interaction.locale)
        if (file is None) == (words is None):
            await interaction.response.send_message(texts("manage.file_or_text"), ephemeral=True)
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        if file is not None:
            self._bot.articles.check(file.filename, file.size)
            new = NewFile(file.filename, await file.read())
        else:
            name = title or " ".join((words or "").split())[:60]
            new = NewFile(f"{name}.txt", f"{title}\n\n{words}".encode() if title else (words or "").encode())
        guild_id = interaction.guild_id or 0
        report = await self._bot.writing.run(lambda: self._bot.articles.add(guild_id, [new]))
        await interaction.followup.send(view=notice(report_text(report, texts)), ephemeral=True)

    @app_commands.command(name=text("kilde.remove"), description=text("kilde.remove_description"))
    @app_commands.rename(article=text("kilde.article"))
    @app_commands.describe(article=text("kilde.article_description"))
    async def remove(self, interaction: Interaction, article: str) -> None:
        """Remove an article."""
        texts = texts_for(interaction.locale)
        await interaction.response.defer(ephemeral=True, thinking=True)
        guild_id = interaction.guild_id or 0
        removed = await self._bot.writing.run(lambda: self._bot.articles.remove(guild_id, [article]))
        said = texts("manage.removed", title=plain(_name(removed[0]))) if removed else texts("manage.not_there")
        await interaction.followup.send(view=notice(said), ephemeral=True)

    @remove.autocomplete("article")
    async def _suggest(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Titles that hold what was typed; nothing is embedded for it."""
        articles = await self._held(interaction.guild_id or 0)
        return [
            app_commands.Choice(name=shortened(_name(article)), value=article.id)
            for article in _matching(articles, typed)
        ][:MOST_CHOICES]

    @app_commands.command(name=text("kilde.articles"), description=text("kilde.articles_description"))
    @app_commands.rename(search=text("kilde.search"))
    @app_commands.describe(search=text("kilde.search_description"))
    async def articles(self, interaction: Interaction, search: str = "") -> None:
        """List what the library holds, page by page."""
        texts = texts_for(interaction.locale)
        await interaction.response.defer(ephemeral=True, thinking=True)
        found = _matching(await self._held(interaction.guild_id or 0), search)
        if not found:
            await interaction.followup.send(view=notice(texts("manage.no_articles")), ephemeral=True)
            return
        await interaction.followup.send(view=ArticlePages(found, texts), ephemeral=True)

    @articles.autocomplete("search")
    async def _suggest_search(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Outlets and titles that hold what was typed."""
        found = _matching(await self._held(interaction.guild_id or 0), typed)
        names = dict.fromkeys([*(article.outlet for article in found if article.outlet), *map(_name, found)])
        fitting = [name for name in names if len(name) <= LISTED_CHARS and _holds(name, typed)]
        return [app_commands.Choice(name=name, value=name) for name in fitting[:MOST_CHOICES]]

    @app_commands.command(name=text("kilde.settings"), description=text("kilde.settings_description"))
    async def settings(self, interaction: Interaction) -> None:
        """Show and change where and how the bot answers here."""
        texts = texts_for(interaction.locale)
        await interaction.response.defer(ephemeral=True, thinking=True)
        settings = await self._bot.questions.guild_settings(interaction.guild_id)
        shared = self._bot.questions.shared
        languages: Counter[str] = Counter()
        for library in (guild_library(settings.guild_id), *shared):
            languages.update(article.language for article in await self._bot.questions.articles(library))
        view = SettingsView(
            settings,
            shared=shared,
            languages=[code for code, _ in languages.most_common()],
            save=self._bot.state.guilds.save,
            texts=texts,
        )
        await interaction.followup.send(view=view, ephemeral=True)

    @app_commands.command(name=text("kilde.status"), description=text("kilde.status_description"))
    async def status(self, interaction: Interaction) -> None:
        """Show what is searched for this guild, and how busy the bot is."""
        texts = texts_for(interaction.locale)
        await interaction.response.defer(ephemeral=True, thinking=True)
        questions, guild_id = self._bot.questions, interaction.guild_id or 0
        own = guild_library(guild_id)
        lines = [f"### {texts('status.title')}"]
        for library in questions.visible_libraries(await questions.guild_settings(guild_id)):
            name = texts("status.own") if library == own else plain(library)
            lines.append(holding_text(name, await questions.articles(library), texts))
        today = discord.utils.utcnow().replace(hour=0, minute=0, second=0, microsecond=0)
        lines.append(texts("status.asked", count=await self._bot.state.turns.count_since(guild_id, today)))
        lines.append(texts("status.waiting", count=questions.waiting))
        await interaction.followup.send(view=notice("\n".join(lines)), ephemeral=True)

    async def _held(self, guild_id: int) -> list[ArticleSummary]:
        return await self._bot.questions.articles(guild_library(guild_id))


def holding_text(name: str, articles: list[ArticleSummary], texts: Texts) -> str:
    """What a library holds: how many articles, in which languages, and the day of the newest."""
    line = f"- **{name}**: {texts('status.articles', count=len(articles))}"
    languages = Counter(article.language for article in articles)
    line += "".join(f" · {flag(code)} {count}" for code, count in languages.most_common(MOST_LANGUAGES))
    newest = max((article.published for article in articles if article.published), default=None)
    return f"{line} · {texts('status.newest', day=texts.day(newest))}" if newest else line


def report_text(report: IndexReport, texts: Texts) -> str:
    """What became of what was added."""
    lines = []
    for key, sources in (("manage.added", report.added), ("manage.updated", report.updated)):
        if sources:
            lines.append(texts(key, count=len(sources), names=", ".join(plain(source) for source in sources[:5])))
    if report.unchanged:
        lines.append(texts("manage.unchanged", count=report.unchanged))
    lines += [f"{plain(failure.source)}: {plain(failure.reason)}" for failure in report.failed]
    return "\n".join(pages(lines, cut_mark=texts("answer.cut"))[0])


def _matching(articles: list[ArticleSummary], typed: str) -> list[ArticleSummary]:
    return [article for article in articles if _holds(f"{_name(article)} {article.outlet or ''}", typed)]


def _holds(text: str, typed: str) -> bool:
    """Whether the text has every word that was typed."""
    return all(word in text.casefold() for word in typed.casefold().split())


def _name(article: ArticleSummary) -> str:
    return article.title or article.source
