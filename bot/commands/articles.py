"""``kilde articles``: what the library holds."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import click

from bot.commands.options import common_options, json_option


@click.command("articles")
@json_option
@common_options
def command(as_json: bool, flags: Mapping[str, Any]) -> int:
    """List what the library holds: id, title, outlet, date, language, nodes, source.

    \b
    Examples:
      kilde articles
      kilde articles --json | jq -r '.[] | select(.language == "it") | .id'
    """
    from bot.app import App  # late: settings .3 s, the pipeline 2 s
    from bot.config import detect_terminal
    from bot.render.articles import article_object, render_articles
    from bot.render.json import to_json

    with App.start(flags) as app:
        articles = app.library().articles()
        hint = app.empty_hint()
    if as_json:
        click.echo(to_json([article_object(article) for article in articles], indent=1))
    elif articles:
        click.echo(render_articles(articles, detect_terminal(sys.stdout)))
    else:
        click.echo(hint, err=True)
    return 0
