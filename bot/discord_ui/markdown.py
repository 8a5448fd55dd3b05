"""Text from articles and people, made to be shown by Discord as it is and to do nothing."""

from __future__ import annotations

from urllib.parse import urlsplit

import regex

_ZERO_WIDTH = "\u200b"
_UNSEEN = regex.compile(r"[\p{Cc}\p{Bidi_Control}\u2028\u2029\ufeff--[\n\t]]", regex.VERSION1)
"""Control characters and those that turn the direction of what follows."""
_BLANKS = regex.compile(r"\s+")
_MARKS = regex.compile(r"[\\*_~`|\[\]()<>#]")
"""What begins or ends markup anywhere; Discord shows any of them as it is after a backslash."""
_LINE_MARKS = regex.compile(r"^(\s*)([-+]|\d+\.)(?=\s)", regex.MULTILINE)
"""What makes a list at the beginning of a line."""
_MENTION = regex.compile(r"@(?=everyone|here|[!&]?\d)", regex.IGNORECASE)
_SCHEME = regex.compile(r"(?<=[a-z]):(?=//)", regex.IGNORECASE)
_INVITE = regex.compile(r"(?<=discord(?:app)?)\.(?=(?:gg|com/invite|me|io|li)\b)", regex.IGNORECASE)
_LINK_BREAKERS = {"(": "%28", ")": "%29", "<": "%3C", ">": "%3E", "[": "%5B", "]": "%5D", "\\": "%5C", "`": "%60"}


def plain(text: str) -> str:
    """One line that Discord shows letter by letter: no markup, no mention, no link, no turned direction.

    Allowed mentions are switched off for every message as well; that a text cannot even look like a mention or a link
    is for the people who read it.
    """
    return plain_lines(_BLANKS.sub(" ", text)).strip()


def plain_lines(text: str) -> str:
    """As `plain`, with its line breaks kept."""
    text = _MARKS.sub(r"\\\g<0>", _UNSEEN.sub("", text))
    text = _LINE_MARKS.sub(lambda match: f"{match[1]}{match[2][:-1]}\\{match[2][-1]}", text)
    text = _MENTION.sub("@" + _ZERO_WIDTH, text)
    return _INVITE.sub("." + _ZERO_WIDTH, _SCHEME.sub(r"\:", text))


def link(text: str, url: str | None) -> str:
    """A text that leads to an address of the article's own metadata, with the host in sight; without one, the text.

    Only http and https lead anywhere: no other scheme, no address with a user name, no broken one.
    """
    address = safe_address(url)
    if address is None:
        return plain(text)
    return f"[{plain(text)}](<{address}>) ({plain(urlsplit(address).hostname or '')})"


def safe_address(url: str | None) -> str | None:
    """The address in a form that cannot end Discord's markup, or None if it shall not be a link."""
    if url is None:
        return None
    try:
        parts = urlsplit(url.strip())
        usable = parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc and parts.port != 0
    except ValueError:
        return None
    if not usable or _UNSEEN.search(url) or regex.search(r"\s", url.strip()):
        return None
    return "".join(_LINK_BREAKERS.get(letter, letter) for letter in parts.geturl())


def quoted(text: str) -> str:
    """The text as a block quote, each line of it."""
    return "\n".join(f"> {line}" for line in text.split("\n"))
