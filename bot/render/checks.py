"""Lines of ``kilde doctor``."""

from __future__ import annotations

from bot.check import Check, State
from bot.render.wrap import wrap
from bot.terminal import Look, Terminal, safe_line

_LOOKS: dict[State, Look] = {"ok": "green", "warn": "yellow", "fail": "red"}
_INDENT = " " * 22


def render_check(check: Check, terminal: Terminal) -> str:
    """``ok    python          3.11``, with the fix on a line of its own."""
    head = f"{check.state:<6}{check.name:<16}"
    lines = wrap(safe_line(check.found), terminal.width, indent=_INDENT, first_indent=head)
    lines[0] = terminal.paint(check.state, _LOOKS[check.state]) + lines[0][len(check.state) :]
    if check.fix:
        lines += wrap(f"fix: {safe_line(check.fix)}", terminal.width, indent=_INDENT)
    return "\n".join(lines)
