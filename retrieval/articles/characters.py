"""Characters that nobody sees: removed where they are junk, kept where a script or an emoji needs them."""

from __future__ import annotations

import re
import unicodedata

_LINE_ENDS = re.compile(r"\r\n?|[\n\v\f\x1c-\x1e\u2028\u2029]")
# Not after the first character of a misread UTF-8 sequence: what is wrong inside valid UTF-8 stays ("Ã\x85" was "Å").
_NEXT_LINE = re.compile(r"(?<![\u0080-\u00bf\u00c2-\u00f4])\x85")
_OTHER_CONTROLS = re.compile(r"(?<![\u0080-\u00bf\u00c2-\u00f4])[\x80-\x9f]+")
_SOFT_HYPHEN_AT_LINE_END = re.compile(r"(?<!Ã)\u00ad[ \t]*\n[ \t]*(?=\S)")
_BLANKS = re.compile(r"[\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")

# Zero-width space, word joiner, byte order mark, soft hyphen, marks and overrides of writing direction (an override can
# make a quote read differently from its text), invisible operators, object replacement, annotation marks.
_INVISIBLE = re.compile(
    r"(?<!Ã)\u00ad|[\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffc]"
    r"|[\x00-\x08\x0e-\x1b\x1f\x7f]"
)

# Joiners decide between letter forms in Arabic, Syriac, N'Ko, Mongolian and the scripts of India and South-East Asia.
_JOINING_SCRIPTS = (
    "\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u18af\u1a20-\u1aff\u1b00-\u1c4f"
    "\ua800-\ua82f\ua840-\ua8ff\ua980-\uabff\ufb50-\ufdff\ufe70-\ufefe"
)
_EMOJI = "\u00a9\u00ae\u203c-\u2bff\u3030\u303d\u3297\u3299\ufe0f\U0001f000-\U0001faff"
_NON_JOINER_OUT_OF_PLACE = re.compile(rf"(?<![{_JOINING_SCRIPTS}])\u200c")
_JOINER_OUT_OF_PLACE = re.compile(rf"(?<![{_JOINING_SCRIPTS}{_EMOJI}])\u200d")

# Tag characters spell out region flags after a black flag; anywhere else they are text that only a machine sees.
_TAGS_OUT_OF_PLACE = re.compile("(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0000-\U000e007f]+")
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")


def clean_characters(text: str) -> str:
    r"""Normalise a text: NFC, lines end in ``\n``, every blank is a space, nothing invisible is left.

    Words cut by a soft hyphen at the end of a line are joined. Zero-width joiners stay where their script needs them.
    """
    text = _LINE_ENDS.sub("\n", text)
    if text.isascii():
        return _INVISIBLE.sub("", text.replace("\t", " "))
    text = _NEXT_LINE.sub("\n", text)
    text = _SOFT_HYPHEN_AT_LINE_END.sub("", text)
    text = _BLANKS.sub(" ", text)
    text = _INVISIBLE.sub("", text)
    text = _LONE_SURROGATE.sub("\ufffd", text)
    text = _TAGS_OUT_OF_PLACE.sub("", text)
    text = _NON_JOINER_OUT_OF_PLACE.sub("", text)
    text = _JOINER_OUT_OF_PLACE.sub("", text)
    text = _OTHER_CONTROLS.sub("", text)
    return unicodedata.normalize("NFC", text)
