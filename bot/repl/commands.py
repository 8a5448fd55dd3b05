"""The commands of the REPL, which begin with a slash."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches

from bot.filters import parse_answer_language, parse_filters
from bot.render.excerpt import render_excerpt
from bot.render.json import response_object, to_json
from bot.render.report import counted
from bot.render.text import render_citations
from bot.repl.session import LEAVE_WORDS, Session
from bot.terminal import safe_line
from retrieval.errors import LibraryNotFoundError, SettingsError
from retrieval.models import Answer, Filters

_FILTER_NAMES = {"language": "language", "outlet": "outlet", "from": "published_from", "to": "published_to"}
"""Names as they are typed, with the fields of `Filters`."""


@dataclass(frozen=True, slots=True)
class SlashCommand:
    """A command, its arguments as they are shown, and what it does with the words after its name."""

    name: str
    usage: str
    summary: str
    run: Callable[[Session, str], bool]


def run_command(session: Session, line: str) -> bool:
    """Runs ``/name arguments``; False when it was to leave."""
    name, _, arguments = line[1:].partition(" ")
    command = COMMANDS.get("quit" if name.lower() in LEAVE_WORDS else name.lower())
    if command is None:
        near = get_close_matches(name.lower(), COMMANDS, n=1, cutoff=0.5)
        hint = f"Did you mean /{near[0]}?" if near else "/help lists the commands."
        session.write(f"/{safe_line(name)} is not a command. {hint}")
        return True
    return command.run(session, arguments.strip())


def _sources(session: Session, _arguments: str) -> bool:
    if isinstance(session.last, Answer):
        session.write("\n".join(render_citations(session.last.citations, session.terminal)))
    else:
        session.write("There is no answer yet whose sources could be shown." if session.last is None else _NO_CITATIONS)
    return True


def _open(session: Session, arguments: str) -> bool:
    citations = session.last.citations if isinstance(session.last, Answer) else ()
    if not citations:
        session.write("There is no answer yet with a passage to open." if session.last is None else _NO_CITATIONS)
        return True
    chosen = [citation for citation in citations if str(citation.number) == (arguments.strip("[]") or "1")]
    if not chosen:
        numbers = ", ".join(str(citation.number) for citation in citations)
        session.write(f"{safe_line(arguments)!r} is not the number of a citation; the last answer has {numbers}.")
        return True
    citation = chosen[0]
    text = session.with_library(lambda library: library.article_text(citation.article_id))
    session.write(render_excerpt(citation, text, session.terminal))
    return True


def _library(session: Session, arguments: str) -> bool:
    if arguments:
        try:
            articles, nodes = session.switch(arguments)
        except LibraryNotFoundError as error:  # the session would take it for the current library's
            session.write(safe_line(str(error)))
            return True
        size = f"{counted(articles, 'article')}, {counted(nodes, 'node')}"
        session.write(f"Asking {arguments} now ({size})." if articles else session.app.empty_hint(arguments))
        return True
    names = session.libraries()
    if not names:
        session.write(session.app.empty_hint(session.library_name))
    for name in names:
        session.write(f"{'*' if name == session.library_name else ' '} {safe_line(name)}")
    return True


def _filter(session: Session, arguments: str) -> bool:
    if arguments.lower() in {"clear", "none", "off"}:
        session.filters = Filters()
    elif arguments:
        session.filters = parse_filters(_current(session.filters) | _assignments(arguments))
    session.filter_text = _describe(session.filters)
    session.write(f"Filter: {session.filter_text or 'none; all articles are searched.'}")
    return True


def filter_words() -> list[str]:
    """What may follow ``/filter``, for completion."""
    return [*(f"{name}=" for name in _FILTER_NAMES), "clear"]


def _describe(filters: Filters) -> str:
    """``language=it from=2025-01-01``, quoted so that it can be typed again."""
    values = {name: _current(filters)[field] for name, field in _FILTER_NAMES.items()}
    return " ".join(f"{name}={shlex.quote(safe_line(value))}" for name, value in values.items() if value)


def _current(filters: Filters) -> dict[str, str | None]:
    first, last = filters.published_from, filters.published_to
    return {
        "language": ",".join(filters.languages) or None,
        "outlet": filters.outlet,
        "published_from": str(first) if first else None,
        "published_to": str(last) if last else None,
    }


def _assignments(arguments: str) -> dict[str, str]:
    try:
        words = shlex.split(arguments)
    except ValueError as error:
        raise SettingsError('A quotation mark is not closed; write outlet="The Daily", for example.') from error
    values: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or name.lower() not in _FILTER_NAMES:
            raise SettingsError(
                f'{word!r} is not a filter; write language=it, outlet="The Daily", from=2025-01-31 or to=2025-12-31, '
                "or clear."
            )
        values[_FILTER_NAMES[name.lower()]] = value
    return values


def _json(session: Session, _arguments: str) -> bool:
    if session.last is None:
        session.write("There is no answer yet.")
    else:
        session.write(to_json(response_object(session.last), indent=2))
    return True


def _meaning(session: Session, _arguments: str) -> bool:
    last = session.last
    if last is None:
        session.write("There is no question yet.")
    elif last.standalone_question == last.question:
        session.write("The last question was taken as it stands.")
    else:
        session.write(f"Taken to mean: {safe_line(last.standalone_question)}")
    return True


def _answer_language(session: Session, arguments: str) -> bool:
    if arguments:
        session.answer_language = parse_answer_language(arguments)
    chosen = session.answer_language
    session.write(f"Answers are written in: {chosen or 'the language of the question'}.")
    if chosen and session.app.settings.llm == "none":
        session.write("KILDE_LLM is none, so answers are quoted in their article's language all the same.")
    return True


def _new(session: Session, _arguments: str) -> bool:
    session.forget()
    session.write("The next question stands on its own.")
    return True


def _help(session: Session, _arguments: str) -> bool:
    session.write("Type a question in any language, or a follow-up such as “and when?”.")
    for command in COMMANDS.values():
        session.write(f"  {f'/{command.name} {command.usage}':<29}{command.summary}")
    session.write("Ctrl-C cancels an answer, Ctrl-D leaves.")
    return True


def _quit(_session: Session, _arguments: str) -> bool:
    return False


_NO_CITATIONS = "The last question was not answered, so there is nothing to show."

COMMANDS = {
    command.name: command
    for command in (
        SlashCommand("sources", "", "the citations of the last answer", _sources),
        SlashCommand("open", "N", "the passage of citation N within its article", _open),
        SlashCommand("library", "[NAME]", "list the libraries, or turn to one", _library),
        SlashCommand("filter", "[NAME=VALUE ...]", "search only some: language= outlet= from= to=, or clear", _filter),
        SlashCommand("answer-language", "[CODE|auto]", "the language that a model writes in", _answer_language),
        SlashCommand("meaning", "", "what the last follow-up was taken to mean", _meaning),
        SlashCommand("json", "", "the last answer as JSON", _json),
        SlashCommand("new", "", "forget the conversation; the next question is no follow-up", _new),
        SlashCommand("help", "", "this list", _help),
        SlashCommand("quit", "", "leave", _quit),
    )
}
