"""``kilde discord``."""

from __future__ import annotations

import asyncio
from typing import Any

import click

from bot.app import App
from bot.commands.options import common_options


@click.command(name="discord")
@common_options
def command(flags: dict[str, Any]) -> None:
    """Answer in Discord until you stop it.

    \b
    Examples:
      KILDE_DISCORD_TOKEN=... kilde discord
      KILDE_DISCORD_SHARED=articles kilde discord
    """
    with App.start(flags) as app:
        from bot.discord_app import run  # late: discord.py .6 s

        asyncio.run(run(app.config))
