"""From the bytes of a file to text: byte order marks, UTF-8, UTF-16, and older encodings by the letters they give.

Text that is already wrong inside valid UTF-8 ("mojibake") stays as it is: what it should have been is a guess.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter

from retrieval.articles.legacy_encodings import guess_encoding
from retrieval.errors import ArticleError

SAMPLE_BYTES = 200_000
"""How much of a file is used to recognise an older encoding; more changes nothing and takes seconds."""

# The 4-byte marks first: the UTF-32 little-endian mark begins with the UTF-16 one.
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MAGIC_NUMBERS = {
    b"%PDF-": "a PDF document",
    b"PK\x03\x04": "a ZIP archive or an office document",
    b"\xd0\xcf\x11\xe0": "an old office document",
    b"{\\rtf": "an RTF document",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"\x1f\x8b": "a gzip file",
    b"BZh": "a bzip2 file",
    b"\xfd7zXZ": "an xz file",
    b"7z\xbc\xaf": "a 7z archive",
    b"\x7fELF": "a program",
    b"SQLite format 3": "an SQLite database",
}
_BINARY_BYTE = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_MAX_BINARY_SHARE = 0.02
"""Share of control bytes above which a file is not text: a few occur in text, in data they are 10% and more."""

_MAX_BROKEN_SHARE = 0.25
"""Broken sequences per sound non-ASCII character up to which a file is damaged UTF-8 and not another encoding."""

_WIDE_PUNCTUATION = re.compile(r"[ \n，。、]")
_MIN_READABLE_SHARE = 0.98
_MIN_COMMON_SHARE = 0.9
_EAST_ASIAN_BLOCKS = frozenset({0x00, 0x20, 0xFF, *range(0x30, 0xA0), *range(0xAC, 0xD8)})
"""High bytes of Chinese, Japanese and Korean characters, their punctuation and ASCII."""

_DECLARED = re.compile(
    rb"<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE
)
_DECLARED_WITHIN_BYTES = 4096


def decode(data: bytes) -> str:
    """Decode the bytes of a text file.

    Args:
        data: The whole file.

    Returns:
        The text, without byte order mark; sequences that are broken inside UTF-8 are U+FFFD.

    Raises:
        ArticleError: The bytes are not text, or in no encoding that can be recognised.
    """
    for mark, name in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, errors="replace")
    wide = _wide_encoding(data)
    if wide is not None:
        return data.decode(wide, errors="replace")
    _refuse_binary(data)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_older(data)


def declared_encoding(data: bytes) -> str | None:
    """The encoding that the head of an HTML page names, if Python knows it."""
    match = _DECLARED.search(data[:_DECLARED_WITHIN_BYTES])
    if match is None:
        return None
    try:
        return codecs.lookup(match.group(1).decode("ascii")).name
    except LookupError:
        return None


def decode_page(data: bytes) -> str:
    """Decode an HTML page: as `decode`, but what the page says of itself beats statistics.

    Raises:
        ArticleError: As `decode`.
    """
    declared = declared_encoding(data)
    if declared is not None and not declared.startswith("utf") and not _is_utf8(data):
        _refuse_binary(data)
        try:
            # Browsers read ISO 8859-1 as the Windows code page that extends it, and pages rely on that.
            return data.decode("cp1252" if declared == "iso8859-1" else declared)
        except (UnicodeDecodeError, LookupError):
            pass  # The page is wrong about itself: as if it had said nothing.
    return decode(data)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _wide_encoding(data: bytes) -> str | None:
    """UTF-16 without a mark: pairs of bytes that read as text of one script or two."""
    sample = data[: SAMPLE_BYTES // 2 * 2]
    if len(data) % 2 or (not _BINARY_BYTE.search(sample) and _is_utf8(data)):
        return None
    for name in ("utf-16-le", "utf-16-be"):
        try:
            text = sample.decode(name)
        except UnicodeDecodeError:
            continue
        # Bytes that are not UTF-16 turn into characters of every script; text has a few, and blanks or full stops.
        blocks = Counter(ord(char) >> 8 for char in text)
        common = sum(count for _, count in blocks.most_common(3))
        east_asian = sum(count for block, count in blocks.items() if block in _EAST_ASIAN_BLOCKS)
        if (
            max(common, east_asian) > _MIN_COMMON_SHARE * len(text)
            and _WIDE_PUNCTUATION.search(text)
            and _is_readable(text)
        ):
            return name
    return None


def _is_readable(text: str) -> bool:
    good = sum(unicodedata.category(char)[0] in "LMNPSZ" or char in "\t\n\r\ufeff\u200e\u200f" for char in text)
    return good >= _MIN_READABLE_SHARE * len(text)


def _refuse_binary(data: bytes) -> None:
    for magic, kind in _MAGIC_NUMBERS.items():
        if data.startswith(magic):
            msg = f"is {kind}, not text: export it as .txt, .md, .html or .json"
            raise ArticleError(msg)
    sample = data[:SAMPLE_BYTES]
    if len(_BINARY_BYTE.findall(sample)) > _MAX_BINARY_SHARE * len(sample) or sample.count(0) > 1:
        msg = "holds binary data, not text: remove it from the folder, or export it as .txt, .md, .html or .json"
        raise ArticleError(msg)


def _decode_older(data: bytes) -> str:
    damaged = data.decode("utf-8", errors="replace")
    foreign = sum(char > "\x7f" for char in damaged)
    broken = damaged.count("\ufffd")
    if broken <= _MAX_BROKEN_SHARE * (foreign - broken):
        return damaged
    guessed = guess_encoding(data[:SAMPLE_BYTES])
    if guessed is not None:
        return data.decode(guessed, errors="replace")
    # Late: 0.03 s, and seldom needed.
    from charset_normalizer import from_bytes

    match = from_bytes(data[:SAMPLE_BYTES]).best()
    if match is None:
        msg = "is in an encoding that cannot be recognised: save it as UTF-8"
        raise ArticleError(msg)
    return data.decode(match.encoding, errors="replace")
