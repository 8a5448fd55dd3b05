"""What articles and people write is shown and does nothing."""

from __future__ import annotations

import pytest

from bot.discord_ui.markdown import link, plain, plain_lines, safe_address


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text, nothing to do: 12:30", "plain text, nothing to do: 12:30"),
        ("**bold** _it_ ~~no~~ `x` ||s||", r"\*\*bold\*\* \_it\_ \~\~no\~\~ \`x\` \|\|s\|\|"),
        ("[free](https://evil.example)", r"\[free\]\(https\://evil.example\)"),
        ("# head", r"\# head"),
        ("> quote", r"\> quote"),
        ("-# small", r"-\# small"),
        ("- item", r"\- item"),
        ("1. item", r"1\. item"),
        ("the 1. FC lost - again", "the 1. FC lost - again"),
        ("@everyone and @here", "@\u200beveryone and @\u200bhere"),
        ("@Everyone", "@\u200bEveryone"),
        ("<@123> <@&456> <#789>", "\\<@\u200b123\\> \\<@\u200b&456\\> \\<\\#789\\>"),
        ("mail a@example.org", "mail a@example.org"),
        ("join discord.gg/abc", "join discord.\u200bgg/abc"),
        ("join DiscordApp.com/invite/x", "join DiscordApp.\u200bcom/invite/x"),
        ("a\u202eevil\u2066b\x00c", "aevilbc"),
        ("a\nb\u2028c", "a b c"),
        ("back\\slash", "back\\\\slash"),
        ("می‌خواهم", "می‌خواهم"),
        ("北京「桥」开通了。", "北京「桥」开通了。"),
    ],
)
def test_a_text_is_shown_letter_by_letter(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_lines_are_kept_where_they_are_wanted_and_cannot_make_lists() -> None:
    assert plain_lines("one\n- two\n2. three\n# four") == "one\n\\- two\n2\\. three\n\\# four"


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "ftp://example.org/a",
        "https://",
        "//example.org/a",
        "https://user:secret@example.org/",
        "https://bank.example@evil.example/",
        "https://exa mple.org/",
        "https://example.org/\u202egpj.exe",
        "https://[::1",
        "https://example.org:99999/",
    ],
)
def test_an_address_that_is_no_plain_web_address_is_no_link(url: str | None) -> None:
    assert safe_address(url) is None
    assert link("Title", url) == "Title"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
        ("HTTP://Example.org/a_(b)", "http://Example.org/a_%28b%29"),
        ("https://example.org/>)[x](https://evil.example", "https://example.org/%3E%29%5Bx%5D%28https://evil.example"),
    ],
)
def test_an_address_cannot_end_the_markup_around_it(url: str, address: str) -> None:
    assert safe_address(url) == address


def test_a_title_cannot_forge_the_link_that_it_stands_in() -> None:
    shown = link("News](https://evil.example) [x", "https://www.example.org/a")
    assert shown == r"[News\]\(https\://evil.example\) \[x](<https://www.example.org/a>) (www.example.org)"
