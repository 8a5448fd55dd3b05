from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.terminal import Terminal, safe_line, safe_url


@given(st.text())
def test_no_text_commands_the_terminal(text: str) -> None:
    safe = safe_line(text)
    assert not any(ord(sign) < 0x20 or 0x7F <= ord(sign) < 0xA0 for sign in safe)
    safe.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("\x1b]0;owned\x07\x1b[2J", "␛]0;owned␇␛[2J"),
        ("one\ntwo\r\nthree\tfour", "one two  three four"),
        ("\u202egnp.exe\u202c \u2066x\u2069", "gnp.exe x"),
        ("\x9b31m", "\ufffd31m"),
        ("half \ud83d", "half \ufffd"),
        ("ponte — 桥 — جسر — 👩\u200d🚒", "ponte — 桥 — جسر — 👩\u200d🚒"),
    ],
)
def test_signs_that_command_become_visible_or_vanish(text: str, safe: str) -> None:
    assert safe_line(text) == safe


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://eco.example/a?b=c&d=%20#e", "https://eco.example/a?b=c&d=%20#e"),
        ("https://eco.example/\x1b\\evil", "https://eco.example/%1B%5Cevil"),
        ("https://eco.example/città", "https://eco.example/citt%C3%A0"),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("http://[broken", None),
    ],
)
def test_only_web_addresses_are_linked(url: str, safe: str | None) -> None:
    assert safe_url(url) == safe


def test_a_link_needs_a_terminal_that_knows_links() -> None:
    assert Terminal().link("Eco", "https://eco.example") == "Eco"
    linked = "\x1b]8;;https://eco.example\x1b\\Eco\x1b]8;;\x1b\\"
    assert Terminal(80, hyperlinks=True).link("Eco", "https://eco.example") == linked


def test_paint_needs_colours() -> None:
    assert Terminal().paint("x", "bold") == "x"
    assert Terminal(80, colour=True).paint("x", "bold", "red") == "\x1b[1;31mx\x1b[0m"
    assert Terminal(80, colour=True).paint("", "bold") == ""
