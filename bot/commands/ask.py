"""``kilde ask``: one question, or a file of them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import BinaryIO

import click

from bot.commands.options import common_options, json_option
from retrieval.errors import KildeError

EXIT_REFUSAL = 3


@click.command("ask")
@click.argument("question", nargs=-1, metavar="QUESTION")
@click.option("--batch", type=click.File("rb"), metavar="FILE|-", help="Answer one JSON object a line, in order.")
@click.option("--language", metavar="CODE", help="Only articles in this language, such as it.")
@click.option("--outlet", metavar="NAME", help="Only articles of this outlet.")
@click.option(
    "--from", "published_from", metavar="DATE", help="Only articles published on this day (YYYY-MM-DD) or later."
)
@click.option(
    "--to", "published_to", metavar="DATE", help="Only articles published on this day (YYYY-MM-DD) or earlier."
)
@json_option
@common_options
def command(
    question: tuple[str, ...],
    batch: BinaryIO | None,
    as_json: bool,
    flags: Mapping[str, str | None],
    **filters: str | None,
) -> int:
    """Answer one question with citations, or say that the articles do not say (exit status 3).

    A QUESTION of - is read from standard input. With --batch, each line in is an object with "id" and "question";
    each line out is the object that --json prints. A line in may also give "history" (a list of objects with "question"
    and "answer"), "filters" (an object with "language", "outlet", "published_from" and "published_to") and "passages"
    (texts to answer from, instead of the library).

    \b
    Examples:
      kilde ask "Quando riapre il ponte?"
      kilde ask "When does the bridge open?" --language it --from 2025-01-01
      kilde ask "Hvem bygger broen?" --json | jq -r .answer
      kilde ask --batch questions.jsonl > answers.jsonl
    """
    if batch is not None:
        if question:
            raise click.UsageError("Give a question or --batch FILE, not both.")
        return _answer_batch(batch, flags, filters)
    if not question:
        raise click.UsageError('Give one question in quotes, such as kilde ask "When does it open?", or --batch FILE.')
    text = sys.stdin.read() if question == ("-",) else " ".join(question)  # people forget the quotes
    return _answer_one(text.strip(), as_json, flags, filters)


def _answer_one(
    question: str, as_json: bool, flags: Mapping[str, str | None], filters: Mapping[str, str | None]
) -> int:
    from bot.app import App  # late: settings .3 s, the pipeline 2 s
    from bot.config import detect_terminal
    from bot.filters import parse_filters
    from bot.logs import describe_incident
    from bot.render.json import error_object, failure_object, response_object, to_json
    from bot.render.text import render_response
    from retrieval.models import Filters, Refusal

    try:
        with App.start(flags) as app:
            library = app.library()
            chosen = parse_filters(filters)
            response = library.ask(question, filters=chosen)
            if not response.retrieved and library.size()[0] == 0:
                click.echo(app.empty_hint(), err=True)
            elif not response.retrieved and chosen != Filters():
                click.echo(
                    "No article passed the filter; `kilde articles` lists languages, outlets and dates.", err=True
                )
    except KildeError as error:
        if as_json:
            click.echo(to_json(error_object(error, question=question)))
        raise
    except Exception as error:  # a boundary, as in bot.cli: the contract wants an object for every question
        if not as_json:
            raise
        click.echo(to_json(failure_object(type(error).__name__, describe_incident(error), question=question)))
        return 1
    if as_json:
        click.echo(to_json(response_object(response)))
    else:
        click.echo(render_response(response, detect_terminal(sys.stdout)))
    return EXIT_REFUSAL if isinstance(response, Refusal) else 0


def _answer_batch(file: BinaryIO, flags: Mapping[str, str | None], filters: Mapping[str, str | None]) -> int:
    from bot.app import App  # late: settings .3 s
    from bot.batch import answer_lines
    from bot.filters import parse_filters
    from bot.render.json import to_json
    from bot.render.report import counted

    parse_filters(filters)  # a wrong flag is wrong usage, not an error on every line
    with App.start(flags) as app:
        wrong = total = 0
        for line in answer_lines(file, app, {name: value for name, value in filters.items() if value is not None}):
            click.echo(to_json(line))  # flushes
            total += 1
            wrong += line["error"] is not None
    if wrong:
        click.echo(f'{wrong} of {counted(total, "line")} could not be answered; "error" in each says why.', err=True)
    return 0
