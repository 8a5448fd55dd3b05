"""``kilde index``: add or update articles."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from bot.commands.options import common_options, json_option

if TYPE_CHECKING:
    from retrieval.models import IndexReport


@click.command("index")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--prune", is_flag=True, help="Remove articles of a folder that is missing, unreadable or empty now.")
@json_option
@common_options
def command(paths: tuple[str, ...], prune: bool, as_json: bool, flags: Mapping[str, Any]) -> int:
    """Add or update the articles in files and folders.

    Reads .txt, .md, .html, .json and .jsonl, folders with all that is in them. An article that has not changed
    costs nothing; one whose file has gone from a folder named here is removed. Stop it whenever you like: the next
    run goes on.

    \b
    Examples:
      kilde index ~/articles
      kilde index news/2025 interview.md --library city
      kilde index ~/articles --json | jq .failed
    """
    from bot.app import App  # late: settings .3 s, the pipeline 2 s
    from bot.config import detect_terminal
    from bot.render.json import to_json
    from bot.render.progress import IndexProgressBar
    from bot.render.report import render_report, report_object

    with App.start(flags) as app:
        library = app.library(create=True)
        try:
            with IndexProgressBar(sys.stderr, detect_terminal(sys.stderr)) as bar:
                report = library.index(paths, prune=prune, on_progress=bar.update)
        except KeyboardInterrupt:
            click.echo("Stopped; what was indexed is kept. The same command goes on from here.", err=True)
            return 130
        if as_json:
            click.echo(to_json(report_object(report)))
        else:
            click.echo(render_report(report, detect_terminal(sys.stdout), size=library.size()))
    return _exit_status(report)


def _exit_status(report: IndexReport) -> int:
    stored = len(report.added) + len(report.updated) + report.unchanged
    return 1 if report.failed and not stored else 0
