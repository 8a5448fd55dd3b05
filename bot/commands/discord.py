"""``kilde discord``."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from pathlib import Path
from typing import Any

import click

from bot.app import App
from bot.commands.options import common_options


@click.command(name="discord")
@common_options
@click.option("--preview", is_flag=True, help="Try the bot on a page of this machine, without a token.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port of that page.  [default: a free one]")
@click.option(
    "--watch",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Keep a file or folder indexed meanwhile; may be given more than once.",
)
@click.option(
    "--check", is_flag=True, help="Check token, intents, permissions and libraries, and show the invite link."
)
def command(flags: dict[str, Any], preview: bool, port: int | None, watch: tuple[Path, ...], check: bool) -> int:
    """Answer in Discord until you stop it.

    \b
    Examples:
      kilde discord --preview                      try it, without Discord
      kilde discord --check                        will it work? with the link that invites it
      KILDE_DISCORD_TOKEN=... kilde discord
      KILDE_DISCORD_SHARED=articles kilde discord  let every server ask that library
      kilde discord --watch ~/news                 ... and keep a library up to date
    """
    with App.start(flags) as app:
        if check:
            return asyncio.run(_check(app))
        if preview:
            from bot.discord_preview import serve  # late: discord.py .6 s

            config = app.config.model_copy(
                update={"discord_shared": app.config.discord_shared or (app.config.library,)}
            )
            with contextlib.suppress(KeyboardInterrupt):
                asyncio.run(serve(config, port=port, tell=_tell))
        else:
            from bot.discord_app import run  # late: discord.py .6 s

            asyncio.run(run(app.config, watch=watch))
    return 0


async def _check(app: App) -> int:
    """Print each check with its fix; 1 if one fails."""
    from bot.config import detect_terminal
    from bot.discord_checks import run_discord_checks  # late: discord.py .6 s
    from bot.render.checks import render_check

    terminal, failed = detect_terminal(sys.stdout), False
    async for check in run_discord_checks(app):
        click.echo(render_check(check, terminal))
        failed = failed or check.state == "fail"
    return 1 if failed else 0


def _tell(url: str) -> None:
    click.echo(f"Open {url}\nType /ask there. Ctrl-C ends it.", err=True)
