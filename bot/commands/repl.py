"""``kilde repl``: question after question."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import partial
from typing import Any

import click

from bot.commands.options import common_options


@click.command("repl")
@common_options
def command(flags: Mapping[str, Any]) -> int:
    """Ask question after question; /help lists what else it can do.

    Follow-ups such as "and when?" are understood. Reads questions from a pipe as well, one a line.

    \b
    Examples:
      kilde repl
      kilde repl --library city
      printf 'Who builds the bridge?\\nAnd when?\\n' | kilde repl
    """
    from bot.app import App  # late: settings .3 s
    from bot.config import detect_terminal
    from bot.repl.plain import run_plain
    from bot.repl.session import Session

    terminal = detect_terminal(sys.stdout)
    app = App.start(flags)  # closed by the session, once its worker is done with the libraries
    if terminal.width is None or not sys.stdin.isatty():
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]  # a pipe is a TextIOWrapper
        session = Session(app, terminal=terminal, write=click.echo)
        run_plain(session, sys.stdin, click.echo)
    else:
        from bot.repl.interactive import run_interactive, show_waiting  # late: prompt_toolkit .3 s

        session = Session(
            app, terminal=terminal, write=click.echo, on_slow=show_waiting, stream=partial(click.echo, nl=False)
        )
        click.echo("Kilde. Ask a question, or /help; Ctrl-D leaves.")
        if app.config.chroma_url is None and not app.config.data_dir.exists():
            click.echo(app.empty_hint())
        run_interactive(session)
    session.close()
    return 0
