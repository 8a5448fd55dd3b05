"""What an index run did, for a person and as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from bot.render.json import JsonObject
from bot.render.wrap import wrap
from bot.terminal import Look, Terminal, safe_line
from retrieval.models import IndexReport, ReindexReport

_LISTED = 20
"""Sources and warnings that a summary lists before it only counts them; failures are always listed."""


def render_report(report: IndexReport, terminal: Terminal, *, size: tuple[int, int]) -> str:
    """The summary of ``kilde index``.

    Args:
        report: What the run did.
        terminal: Where it is shown.
        size: Articles and nodes that the library now holds.
    """
    lines: list[str] = []
    lines += _listing("added", report.added, terminal, look="green")
    lines += _listing("updated", report.updated, terminal, look="cyan")
    lines += _listing("removed", report.removed, terminal, look="yellow")
    for warning in report.warnings[:_LISTED]:
        lines += wrap(f"warning: {safe_line(warning)}", terminal.width, indent="  ", first_indent="")
    if len(report.warnings) > _LISTED:
        lines.append(f"and {len(report.warnings) - _LISTED:,} more warnings (all with --json)")
    if report.failed:
        lines.append(terminal.paint(f"failed {len(report.failed)}", "red"))
        for failure in report.failed:
            text = f"{safe_line(failure.source)}: {safe_line(failure.reason)}"
            lines += wrap(text, terminal.width, indent="    ", first_indent="  ")
    lines.append(
        f"{len(report.added)} added, {len(report.updated)} updated, {report.unchanged} unchanged,"
        f" {len(report.removed)} removed, {len(report.failed)} failed in {_duration(report.seconds)}."
    )
    articles, nodes = size
    lines.append(f"The library holds {counted(articles, 'article')} in {counted(nodes, 'node')}.")
    return "\n".join(lines)


def report_object(report: IndexReport) -> JsonObject:
    """The object of ``kilde index --json``."""
    return {
        "added": list(report.added),
        "updated": list(report.updated),
        "unchanged": report.unchanged,
        "removed": list(report.removed),
        "failed": [{"source": failure.source, "reason": failure.reason} for failure in report.failed],
        "warnings": list(report.warnings),
        "nodes_embedded": report.nodes_embedded,
        "seconds": round(report.seconds, 3),
    }


def render_reindex(report: ReindexReport, terminal: Terminal) -> str:
    """The summary of ``kilde reindex``."""
    if not report.changed:
        text = f"{report.library} has the vectors of {safe_line(report.after)} already; nothing to do."
        return "\n".join(wrap(text, terminal.width, indent="  ", first_indent=""))
    kept = report.nodes - report.nodes_embedded
    went_on = f" ({kept:,} of them by a run that was stopped)" if kept else ""
    lines = [
        f"{report.library}: {counted(report.nodes, 'node')} of {counted(report.articles, 'article')} embedded"
        f"{went_on} in {_duration(report.seconds)}.",
        f"before: {safe_line(report.before)}",
        f"now:    {safe_line(report.after)}",
    ]
    return "\n".join(part for line in lines for part in wrap(line, terminal.width, indent="  ", first_indent=""))


def reindex_object(report: ReindexReport) -> JsonObject:
    """The object of ``kilde reindex --json``."""
    return asdict(report) | {"seconds": round(report.seconds, 3)}


def counted(number: int, noun: str) -> str:
    """``1 article``, ``2,000 articles``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _listing(word: str, sources: Iterable[str], terminal: Terminal, *, look: Look) -> list[str]:
    names = list(sources)
    if not names:
        return []
    lines = [terminal.paint(f"{word} {len(names)}", look)]
    lines += [f"  {safe_line(name)}" for name in names[:_LISTED]]
    if len(names) > _LISTED:
        lines.append(f"  and {len(names) - _LISTED:,} more (all with --json)")
    return lines


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"
