"""``kilde reindex``: change a library over to another embedding model."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import click

from bot.commands.options import common_options, json_option


@click.command("reindex")
@json_option
@common_options
def command(as_json: bool, flags: Mapping[str, Any]) -> int:
    """Change a library over to the embedding model that KILDE_EMBED names.

    The vectors are made anew from the stored text; the files that the articles came from are not needed. Until the
    new vectors are whole, questions are answered with the old ones, by processes that have the old setting. Stop it
    whenever you like: the next run goes on.

    Articles stay cut as they are, and `kilde index` leaves them so until they change. A piece that is longer than a
    transformers model can read is embedded in parts; a server that cannot read it says so, and nothing is changed.

    \b
    Examples:
      KILDE_EMBED=transformers:intfloat/multilingual-e5-base kilde reindex
      KILDE_EMBED=openai-like:bge-m3 KILDE_EMBED_URL=http://localhost:8080/v1 kilde reindex --library city
      kilde reindex --json                          back to the model of .env, or the one that Kilde comes with
    """
    from bot.app import App  # late: settings .3 s, the pipeline 2 s
    from bot.config import detect_terminal
    from bot.render.json import to_json
    from bot.render.progress import IndexProgressBar
    from bot.render.report import reindex_object, render_reindex
    from retrieval.index import reindex

    with App.start(flags) as app:
        try:
            with IndexProgressBar(sys.stderr, detect_terminal(sys.stderr)) as bar:
                report = reindex.reindex_library(app.settings, on_progress=bar.update)
        except KeyboardInterrupt:
            click.echo("Stopped; the library is as it was. The same command goes on from here.", err=True)
            return 130
    click.echo(to_json(reindex_object(report)) if as_json else render_reindex(report, detect_terminal(sys.stdout)))
    return 0
