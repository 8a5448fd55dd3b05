"""Command names, options and descriptions in the languages of the catalogues."""

from __future__ import annotations

import discord
from discord import app_commands

from bot.discord_ui.texts import texts_for, texts_in


def text(key: str, *, section: str = "command") -> app_commands.locale_str:
    """An entry of a section: English for Discord's default, the others by the translator."""
    return app_commands.locale_str(texts_in("en")(f"{section}.{key}"), key=f"{section}.{key}")


class CatalogueTranslator(app_commands.Translator):
    """Looks `text` up in the catalogue of a locale; Discord falls back to English for the locales that have none."""

    async def translate(
        self, string: app_commands.locale_str, locale: discord.Locale, context: app_commands.TranslationContextTypes
    ) -> str | None:
        """The entry in that language, or None."""
        texts = texts_for(locale)
        key = string.extras.get("key")
        return texts(key) if key is not None and texts.language != "en" else None
