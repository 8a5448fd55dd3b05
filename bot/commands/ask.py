"""``kilde ask``: one question, or a file of them."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

import click

from bot.commands.options import common_options, json_option
from retrieval.errors import KildeError

if TYPE_CHECKING:
    from retrieval.models import Draft, Response

EXIT_REFUSAL = 3
QUOTED_ANYWAY = "KILDE_LLM is none: answers are quoted in their article's language, not written in another one."


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
@click.option(
    "--answer-language", metavar="CODE", help="Language that a model writes the answer in.  [default: the question's]"
)
@json_option
@common_options
def command(
    question: tuple[str, ...],
    batch: BinaryIO | None,
    as_json: bool,
    flags: Mapping[str, str | None],
    answer_language: str | None,
    **filters: str | None,
) -> int:
    """Answer one question with citations, or say that the articles do not say (exit status 3).

    A QUESTION of - is read from standard input. With --batch, each line in is an object with "id" and "question";
    each line out is the object that --json prints. A line in may also give "history" (a list of objects with "question"
    and "answer"), "filters" (an object with "language", "outlet", "published_from" and "published_to"), "passages"
    (texts to answer from, instead of the library) and "answer_language".

    Every object out has the keys "id", "question", "language", "answer", "refused", "confidence", "mode" (extractive or
    generative), "sentences", "citations", "retrieved", "timings_ms", "standalone_question" (what a follow-up was taken
    to mean), "fallback" (why an answer is quoted although a language model is configured: "reason" and "message", or
    null), "model" (what the model did: tokens, times, sentences that were dropped with their flaw; null if it was not
    asked) and "error".

    \b
    Examples:
      kilde ask "Quando riapre il ponte?"
      kilde ask "When does the bridge open?" --language it --from 2025-01-01
      kilde ask "When does the bridge open?" --answer-language es
      kilde ask "Hvem bygger broen?" --json | jq -r .answer
      kilde ask --batch questions.jsonl > answers.jsonl
    """
    if batch is not None:
        if question:
            raise click.UsageError("Give a question or --batch FILE, not both.")
        return _answer_batch(batch, flags, filters, answer_language)
    if not question:
        raise click.UsageError('Give one question in quotes, such as kilde ask "When does it open?", or --batch FILE.')
    text = sys.stdin.read() if question == ("-",) else " ".join(question)  # people forget the quotes
    if as_json:
        return _answer_as_json(text.strip(), flags, filters, answer_language)
    return _answer_as_text(text.strip(), flags, filters, answer_language)


def _answer_as_text(
    question: str, flags: Mapping[str, str | None], filters: Mapping[str, str | None], answer_language: str | None
) -> int:
    from bot.config import detect_terminal  # late: settings .3 s
    from bot.render.stream import AnswerStream
    from bot.render.text import render_response

    terminal = detect_terminal(sys.stdout)
    if terminal.width is None:
        response = _ask(question, flags, filters, answer_language)
        click.echo(render_response(response, terminal))
        return _status(response)
    stream = AnswerStream(terminal, partial(click.echo, nl=False))
    try:
        response = _ask(question, flags, filters, answer_language, on_draft=stream.show)
    except BaseException:
        stream.abandon()
        raise
    stream.finish(response)
    return _status(response)


def _answer_as_json(
    question: str, flags: Mapping[str, str | None], filters: Mapping[str, str | None], answer_language: str | None
) -> int:
    from bot.logs import describe_incident  # late: settings .3 s
    from bot.render.json import error_object, failure_object, response_object, to_json

    try:
        response = _ask(question, flags, filters, answer_language)
    except KildeError as error:
        click.echo(to_json(error_object(error, question=question)))
        raise
    except Exception as error:  # a boundary, as in bot.cli: the contract wants an object for every question
        click.echo(to_json(failure_object(type(error).__name__, describe_incident(error), question=question)))
        return 1
    click.echo(to_json(response_object(response)))
    return _status(response)


def _ask(
    question: str,
    flags: Mapping[str, str | None],
    filters: Mapping[str, str | None],
    answer_language: str | None,
    *,
    on_draft: Callable[[Draft], None] | None = None,
) -> Response:
    """The answer; Ctrl-C ends the wait for a model, and with it the model's work."""
    from bot.app import App  # late: settings .3 s, the pipeline 2 s
    from bot.filters import parse_answer_language, parse_filters
    from retrieval.models import Filters

    stop = threading.Event()
    language = parse_answer_language(answer_language)
    with App.start(flags) as app:
        library = app.library()
        chosen = parse_filters(filters)
        if language is not None and app.settings.llm == "none":
            click.echo(QUOTED_ANYWAY, err=True)
        try:
            response = library.ask(question, filters=chosen, language=language, on_draft=on_draft, stop=stop)
        finally:
            stop.set()
        if not response.retrieved and library.size()[0] == 0:
            click.echo(app.empty_hint(), err=True)
        elif not response.retrieved and chosen != Filters():
            click.echo("No article passed the filter; `kilde articles` lists languages, outlets and dates.", err=True)
    return response


def _status(response: Response) -> int:
    from retrieval.models import Refusal

    return EXIT_REFUSAL if isinstance(response, Refusal) else 0


def _answer_batch(
    file: BinaryIO,
    flags: Mapping[str, str | None],
    filters: Mapping[str, str | None],
    answer_language: str | None,
) -> int:
    from bot.app import App  # late: settings .3 s
    from bot.batch import answer_lines
    from bot.filters import parse_answer_language, parse_filters
    from bot.render.json import to_json
    from bot.render.report import counted

    parse_answer_language(answer_language)
    parse_filters(filters)  # a wrong flag is wrong usage, not an error on every line
    with App.start(flags) as app:
        wrong = total = 0
        given = {name: value for name, value in filters.items() if value is not None}
        for line in answer_lines(file, app, given, answer_language=answer_language):
            click.echo(to_json(line))  # flushes
            total += 1
            wrong += line["error"] is not None
    if wrong:
        click.echo(f'{wrong} of {counted(total, "line")} could not be answered; "error" in each says why.', err=True)
    return 0
