"""What a terminal can show, and text made safe for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urlsplit

Look = Literal["bold", "dim", "red", "green", "yellow", "cyan", "mark"]

_CODES: dict[Look, str] = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "cyan": "36",
    "mark": "1;7",
}

_BIDI_CONTROLS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_LINE_BREAKS = "\n\r\t\u2028\u2029"
_SAFE = (
    {code: chr(0x2400 + code) for code in range(0x20)}  # ESC becomes the picture of ESC
    | dict.fromkeys(range(0x7F, 0xA0), "\ufffd")
    | dict.fromkeys(range(0xD800, 0xE000), "\ufffd")  # half a character cannot be encoded
    | dict.fromkeys(map(ord, _BIDI_CONTROLS))  # an unclosed one would turn round the rest of the screen
    | dict.fromkeys(map(ord, _LINE_BREAKS), " ")
)


def safe_line(text: str) -> str:
    """Text of an article as one line that cannot command the terminal.

    Control characters (escape sequences among them) become visible signs, directional overrides vanish.
    """
    return text.translate(_SAFE)


@dataclass(frozen=True, slots=True)
class Terminal:
    """How to write to one stream; the defaults suit a file or a pipe."""

    width: int | None = None
    """Columns; None when lines are not to be wrapped."""
    colour: bool = False
    hyperlinks: bool = False

    def paint(self, text: str, *looks: Look) -> str:
        """Puts a look on text where colours are allowed."""
        if not self.colour or not text:
            return text
        return f"\x1b[{';'.join(_CODES[look] for look in looks)}m{text}\x1b[0m"

    def link(self, label: str, url: str) -> str:
        """An OSC 8 hyperlink where the terminal knows them, else the label alone."""
        target = safe_url(url)
        if not self.hyperlinks or target is None:
            return label
        return f"\x1b]8;;{target}\x1b\\{label}\x1b]8;;\x1b\\"


def safe_url(url: str) -> str | None:
    """A web address with nothing in it that a terminal could take for a command, or None if it is no web address."""
    try:
        scheme = urlsplit(url).scheme.lower()
    except ValueError:
        return None
    if scheme not in {"http", "https"}:
        return None
    return quote(url.strip(), safe="!#$%&'()*+,/:;=?@[]~", errors="replace")
