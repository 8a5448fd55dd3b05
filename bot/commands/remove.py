"""``kilde remove``: take articles out of the library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from bot.commands.options import common_options, json_option


@click.command("remove")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@json_option
@common_options
def command(ids: tuple[str, ...], as_json: bool, flags: Mapping[str, Any]) -> int:
    """Remove articles by the ids that `kilde articles` lists.

    The files stay where they are; indexing their folder again adds the articles again.

    \b
    Examples:
      kilde remove 3f1c0a9be27d4c5a8e10
      kilde articles --json | jq -r '.[] | select(.outlet == "Gulltid") | .id' | xargs kilde remove
    """
    from bot.app import App  # late: settings .3 s, the pipeline 2 s
    from bot.render.json import to_json

    wanted = list(dict.fromkeys(ids))
    with App.start(flags) as app:
        removed = app.library().remove(wanted)
    missing = [article_id for article_id in wanted if article_id not in set(removed)]
    if as_json:
        click.echo(to_json({"removed": removed, "missing": missing}))
    else:
        for article_id in removed:
            click.echo(f"removed {article_id}")
    for article_id in missing:
        click.echo(f"{article_id!r} is not in the library; `kilde articles` lists the ids.", err=True)
    return 1 if missing else 0
