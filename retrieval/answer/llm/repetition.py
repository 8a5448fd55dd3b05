"""Notices a model that says the same thing again and again, which small models do without end."""

from __future__ import annotations

MAX_UNIT_CHARS = 300
REPEATS = 4
MIN_CHARS = 120
"""A repetition is four times the same text, and at least this long: "no, no, no, no" is none."""
MIN_WORDLESS_CHARS = 400
"""The same without a letter in it: rules, rows of dots and zeros are that long in ordinary tables."""
CHECK_EVERY_CHARS = 32


class RepetitionGuard:
    """Reads an answer piece by piece."""

    def __init__(self) -> None:
        self._tail = ""
        self._unchecked_chars = 0

    def repeats(self, piece: str) -> str | None:
        """The text that the answer now repeats, or None.

        Only exact repetition without anything between counts, so numbered lists and tables do not.
        """
        self._tail = (self._tail + piece)[-REPEATS * MAX_UNIT_CHARS :]
        self._unchecked_chars += len(piece)
        if self._unchecked_chars < CHECK_EVERY_CHARS:
            return None
        self._unchecked_chars = 0
        for length in range(1, MAX_UNIT_CHARS + 1):
            if self._ends_in_repeats(length):
                return self._tail[-length:]
        return None

    def _ends_in_repeats(self, length: int) -> bool:
        tail = self._tail
        has_letter = any(character.isalpha() for character in tail[-length:])
        total = max(REPEATS * length, MIN_CHARS if has_letter else MIN_WORDLESS_CHARS)
        # A text of period n equals itself shifted by n.
        return len(tail) >= total and tail[-(total - length) :] == tail[-total:-length]
