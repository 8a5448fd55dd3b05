"""Every text stands in every language, with the same placeholders, and within Discord's limits."""

from __future__ import annotations

import string
import tomllib
from datetime import date
from importlib.resources import files

import discord
import pytest

from bot.discord_ui.texts import LANGUAGES, flag, texts_for, texts_in

OTHERS = [language for language in LANGUAGES if language != "en"]
BUTTON_CHARS, TITLE_CHARS, LABEL_CHARS = 80, 45, 45


def entries(language: str) -> dict[str, str]:
    texts = texts_in(language)
    return {key: texts._entries[key] for key in texts.keys}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", OTHERS)
def test_no_language_misses_a_text_or_has_one_too_many(language: str) -> None:
    assert set(entries(language)) == set(entries("en"))


@pytest.mark.parametrize("language", OTHERS)
def test_placeholders_are_the_same(language: str) -> None:
    english = entries("en")
    found = {key: placeholders(text) for key, text in entries(language).items()}
    assert found == {key: placeholders(text) for key, text in english.items()}


@pytest.mark.parametrize("language", OTHERS)
def test_a_text_is_translated(language: str) -> None:
    english = entries("en")
    same = {key for key, text in entries(language).items() if text == english[key]}
    assert same <= {
        "answer.in_language",
        "thread.name",
        "command.ask.question",
        "command.ask.outlet",
        "command.kilde.name",
        "status.articles_other",
        "command.privacy.name",
        "command.kilde.file",
        "command.kilde.text",
        "command.kilde.article",
        "command.kilde.articles",
        "command.kilde.status",
        "settings.no",
        "settings.caution_normal",
        "settings.threads",
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_fit_where_discord_puts_them(language: str) -> None:
    for key, text in entries(language).items():
        if key.startswith("button."):
            assert len(text) <= BUTTON_CHARS, key
        if key.endswith((".title", ".question", ".reason")) and key.startswith(("follow_up", "feedback")):
            assert len(text) <= TITLE_CHARS, key
        if key.startswith("menu."):
            assert len(text) <= 32, key
        if key.startswith("command.") and not key.endswith("description"):
            assert text == text.lower(), key
            assert len(text) <= 32, key
            assert all(letter.isalnum() or letter in "-_" for letter in text), key
        if key.startswith("command.") and key.endswith("description"):
            assert len(text) <= 100, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_files_hold_nothing_but_texts(language: str) -> None:
    content = (files("bot.discord_ui") / "catalogues" / f"{language}.toml").read_text(encoding="utf-8")
    assert tomllib.loads(content)
    assert all(text == text.strip() != "" for text in entries(language).values())


def test_a_locale_without_a_catalogue_reads_english() -> None:
    assert texts_for(discord.Locale.japanese).language == "en"
    assert texts_for(None).language == "en"
    assert texts_for(discord.Locale.latin_american_spanish).language == "es"


def test_counts_choose_the_form() -> None:
    texts = texts_in("no")
    assert texts("progress.place", count=1) == "Ett spørsmål står foran ditt."
    assert texts("progress.place", count=3) == "3 spørsmål står foran ditt."


def test_a_text_that_is_missing_is_an_error() -> None:
    with pytest.raises(KeyError, match=r"no\.such"):
        texts_in("en")("no.such")


def test_days_languages_and_flags() -> None:
    assert texts_in("it").day(date(2025, 3, 2)) == "2 marzo 2025"
    assert texts_in("de").language_name("it") == "Italienisch"
    assert texts_in("de").language_name("xx") == "xx"
    assert (flag("no"), flag("ar"), flag("und")) == ("🇳🇴", "🌐", "🌐")
