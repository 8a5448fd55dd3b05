"""``kilde status`` for a person and as JSON."""

from __future__ import annotations

from dataclasses import asdict

from bot.render.json import JsonObject
from bot.render.report import counted
from bot.render.wrap import wrap
from bot.status import LibraryStatus, Status
from bot.terminal import Terminal, safe_line


def render_status(status: Status, terminal: Terminal) -> str:
    """Library, settings and versions, one a line."""
    lines = [terminal.paint("Library", "bold"), *_library(status.library, terminal)]
    lines += ["", terminal.paint("Language model", "bold"), f"  {safe_line(status.model)}"]
    lines += ["", terminal.paint("Settings", "bold") + "  (flags, then KILDE_* variables, then .env)"]
    room = max(len(setting.variable) for setting in status.settings)
    for setting in status.settings:
        value = safe_line(setting.value) or "-"
        line = f"  {setting.variable:<{room}}  {value}"
        lines.append(line if not setting.is_default else terminal.paint(f"{line}  (default)", "dim"))
    lines += ["", terminal.paint("Versions", "bold")]
    lines += [f"  {name:<{room}}  {version or 'not installed'}" for name, version in status.versions]
    return "\n".join(lines)


def status_object(status: Status) -> JsonObject:
    """The object of ``kilde status --json``."""
    return {
        "library": asdict(status.library) | {"languages": dict(status.library.languages)},
        "model": status.model,
        "settings": {setting.variable: setting.value or None for setting in status.settings},
        "versions": {name: version or None for name, version in status.versions},
    }


def _library(library: LibraryStatus, terminal: Terminal) -> list[str]:
    if library.problem:
        problem = wrap(f"{library.name}: {safe_line(library.problem)}", terminal.width, indent="  ")
        return [*problem, f"  fix: {library.fix}"]
    languages = ", ".join(f"{language} {count}" for language, count in library.languages)
    size = f"{library.name}: {counted(library.articles, 'article')} in {counted(library.nodes, 'node')}"
    return wrap(f"{size}{f' ({languages})' if languages else ''}", terminal.width, indent="  ")
