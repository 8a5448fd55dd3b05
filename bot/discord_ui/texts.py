"""What the bot says, in the six languages that it speaks."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import discord
from babel import Locale
from babel.dates import format_date

LANGUAGES = ("en", "it", "no", "de", "fr", "es")
_BY_LOCALE = {
    discord.Locale.italian: "it",
    discord.Locale.norwegian: "no",
    discord.Locale.german: "de",
    discord.Locale.french: "fr",
    discord.Locale.spain_spanish: "es",
    discord.Locale.latin_american_spanish: "es",
}
_FLAGS = {
    "bg": "🇧🇬", "ca": "🏴", "cs": "🇨🇿", "da": "🇩🇰", "de": "🇩🇪", "el": "🇬🇷", "en": "🇬🇧", "es": "🇪🇸", "et": "🇪🇪",
    "fa": "🇮🇷", "fi": "🇫🇮", "fr": "🇫🇷", "he": "🇮🇱", "hi": "🇮🇳", "hr": "🇭🇷", "hu": "🇭🇺", "id": "🇮🇩", "is": "🇮🇸",
    "it": "🇮🇹", "ja": "🇯🇵", "ko": "🇰🇷", "lt": "🇱🇹", "lv": "🇱🇻", "nl": "🇳🇱", "no": "🇳🇴", "pl": "🇵🇱", "pt": "🇵🇹",
    "ro": "🇷🇴", "ru": "🇷🇺", "sk": "🇸🇰", "sl": "🇸🇮", "sr": "🇷🇸", "sv": "🇸🇪", "th": "🇹🇭", "tr": "🇹🇷", "uk": "🇺🇦",
    "vi": "🇻🇳", "zh": "🇨🇳",
}  # fmt: skip
_NO_FLAG = "🌐"
"""For a language of many countries, Arabic say, and for one that is not known."""


class Texts:
    """The catalogue of one language."""

    def __init__(self, language: str, entries: Mapping[str, str]) -> None:
        """Know it; use `texts_in` or `texts_for`."""
        self.language = language
        self._entries = entries
        self._locale = Locale.parse(language)

    def __call__(self, key: str, **values: object) -> str:
        """A text, ``section.name``, with its placeholders filled.

        Values go in as they are: what people or articles wrote must have been made safe before (`markdown.plain`).

        Raises:
            KeyError: There is no such text, or a placeholder has no value.
        """
        if "count" in values and key not in self._entries:
            key += "_one" if values["count"] == 1 else "_other"
        return self._entries[key].format(**values)

    @property
    def keys(self) -> frozenset[str]:
        """Names of all texts."""
        return frozenset(self._entries)

    def language_name(self, code: str) -> str:
        """A language's name in this one; its code if it has no name here."""
        return str(self._locale.languages.get(code, code))

    def day(self, day: date) -> str:
        """A date as people write it."""
        return str(format_date(day, format="long", locale=self._locale))


def texts_for(locale: discord.Locale | None) -> Texts:
    """The texts in the language that a person uses Discord in; English where it is none of ours."""
    return texts_in(_BY_LOCALE.get(locale, "en") if locale else "en")


@cache
def texts_in(language: str) -> Texts:
    """The texts of one of `LANGUAGES`."""
    content = (files("bot.discord_ui") / "catalogues" / f"{language}.toml").read_text(encoding="utf-8")
    return Texts(language, dict(_flat(tomllib.loads(content))))


def _flat(entries: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for name, value in entries.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{path}{name}.")
        else:
            yield path + name, value


def flag(language: str) -> str:
    """The flag that stands for a language, ISO 639-1."""
    return _FLAGS.get(language, _NO_FLAG)
