"""The ``kilde`` command: finds the subcommand, and turns errors into messages and exit statuses."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from typing import TextIO

import click

from bot import __version__
from retrieval.errors import KildeError, QuestionError, SettingsError

EXIT_FAILURE = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130
"""128 + SIGINT, as shells count."""

_COMMANDS = {
    "index": "Add or update articles from files and folders.",
    "ask": "Answer one question, or a file of them, with citations.",
    "repl": "Ask question after question.",
    "discord": "Answer in Discord.",
    "feedback": "Export what people thought of the answers.",
    "articles": "List what the library holds.",
    "remove": "Remove articles by their ids.",
    "reindex": "Change a library over to another embedding model.",
    "status": "Show what is configured.",
    "doctor": "Check that everything works, with the fix for what does not.",
}
"""Each is ``command`` in ``bot.commands.NAME``; kept here so that ``kilde --help`` imports none of them."""


class LazyGroup(click.Group):
    """A group that imports a command when it is run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of a newcomer's first session."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command itself, or None if there is none of that name."""
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"bot.commands.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with a hint for a word that is no command."""
        word = args[0]
        if word not in _COMMANDS and not word.startswith("-"):
            near = get_close_matches(word, _COMMANDS, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else "`kilde --help` lists the commands."
            if " " in word.strip():
                hint = f'To ask a question: kilde ask "{word.strip()}"'
            ctx.fail(f"{word!r} is not a command. {hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Lists the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


def _print_version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        click.echo(f"kilde {__version__}")
        ctx.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Show the version."
)
def kilde() -> None:
    """Answers questions about your news articles, in your language, and cites every sentence.

    \b
    Start with:
      kilde index ~/articles
      kilde ask "When does the bridge open?"
      kilde repl

    Exit status: 0 done, 1 failure, 2 wrong usage, 3 the articles do not say (ask).
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command.

    Args:
        arguments: Words after ``kilde``; by default those of the process.

    Returns:
        The exit status.
    """
    _use_utf8(sys.stdout)
    _use_utf8(sys.stderr)
    try:
        status = kilde.main(args=arguments, prog_name="kilde", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except KildeError as error:
        _complain(str(error))
        return EXIT_USAGE if isinstance(error, SettingsError | QuestionError) else EXIT_FAILURE
    except (KeyboardInterrupt, click.Abort):
        _complain("stopped.", label="")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader has left (`kilde articles | head`): nothing to say, and Python shall not try to flush at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FAILURE
    except Exception as error:  # the boundary: whatever it was, the user gets a sentence and an id, not a traceback
        from bot.logs import describe_incident  # late: only when something went wrong

        _complain(describe_incident(error))
        return EXIT_FAILURE
    return status if isinstance(status, int) else 0


def _complain(message: str, label: str = "Error: ") -> None:
    from bot.terminal import safe_line  # late: only when something went wrong

    lines = [safe_line(line) for line in message.splitlines()]
    click.echo(label + "\n".join(lines), err=True)


def _use_utf8(stream: TextIO) -> None:
    """Articles hold every script, whatever the locale says."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(encoding="utf-8", errors="replace")
