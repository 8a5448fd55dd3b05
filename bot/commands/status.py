"""``kilde status``: what is configured."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import click

from bot.commands.options import common_options, json_option


@click.command("status")
@json_option
@common_options
def command(as_json: bool, flags: Mapping[str, Any]) -> int:
    """Show the settings, the size of the library and the versions; `kilde doctor` checks that they work.

    \b
    Examples:
      kilde status
      KILDE_LIBRARY=city kilde status --json
    """
    from bot.app import App  # late: settings .3 s, the pipeline 2 s
    from bot.config import detect_terminal
    from bot.render.json import to_json
    from bot.render.status import render_status, status_object
    from bot.status import read_status

    with App.start(flags) as app:
        status = read_status(app)
    if as_json:
        click.echo(to_json(status_object(status), indent=1))
    else:
        click.echo(render_status(status, detect_terminal(sys.stdout)))
    return 0
