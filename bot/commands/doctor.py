"""``kilde doctor``: does everything work, and what is the fix?"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import click

from bot.commands.options import common_options, json_option


@click.command("doctor")
@json_option
@common_options
def command(as_json: bool, flags: Mapping[str, Any]) -> int:
    """Check that everything works; each line is ok, warn or fail, with the fix.

    Exit status 1 when something fails.

    \b
    Examples:
      kilde doctor
      kilde doctor --json | jq '.[] | select(.state != "ok")'
    """
    from dataclasses import asdict  # late, like the rest: `kilde --help` stays quick

    from bot.app import App
    from bot.checks import run_checks
    from bot.config import detect_terminal
    from bot.render.checks import render_check
    from bot.render.json import to_json

    terminal = detect_terminal(sys.stdout)
    checks = []
    with App.start(flags) as app:
        for check in run_checks(app):
            checks.append(check)
            if not as_json:
                click.echo(render_check(check, terminal))
    if as_json:
        click.echo(to_json([asdict(check) for check in checks], indent=1))
    return 1 if any(check.state == "fail" for check in checks) else 0
