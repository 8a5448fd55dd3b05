"""``kilde feedback``: what people in Discord thought of the answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from bot.commands.options import common_options

if TYPE_CHECKING:
    from bot.config import Config


@click.group("feedback")
def command() -> None:
    """What people in Discord thought of the answers."""


@command.command("export")
@click.argument("file", type=click.File("w", encoding="utf-8", lazy=True), default="-")
@click.option("--guild", type=click.IntRange(min=1), metavar="ID", help="Only of this Discord server.")
@common_options
def export(file: Any, guild: int | None, flags: Mapping[str, Any]) -> int:
    """Write each verdict with its question and answer as a line of JSON; nobody's name or id is in it.

    \b
    Examples:
      kilde feedback export
      kilde feedback export verdicts.jsonl --guild 1087654321098765432
    """
    import asyncio

    from bot.app import App  # late: settings .3 s

    with App.start(flags) as app:
        count = asyncio.run(_export(app.config, guild, file))
    click.echo(f"{count} {'verdict' if count == 1 else 'verdicts'} exported.", err=True)
    return 0


async def _export(config: Config, guild: int | None, file: Any) -> int:
    from bot.render.feedback import feedback_object  # late: the state's packages take .5 s
    from bot.render.json import to_json
    from bot.state.database import State
    from bot.state.engine import STATE_FILE, state_url

    count = 0
    if config.discord_database_url is None and not (config.data_dir / STATE_FILE).exists():
        return count  # nothing was ever asked in Discord; opening the state would make the file
    async with await State.open(state_url(config.discord_database_url, config.data_dir)) as state:
        async for turn, feedback in state.feedback.export(guild):
            count += 1
            file.write(to_json(feedback_object(count, turn, feedback)) + "\n")
    return count
