"""How Python values travel to a column and back, alike on SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Text, TypeDecorator

from bot.state.models import StoredCitation

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


class SafeText(TypeDecorator[str]):
    """Text; NUL (which PostgreSQL refuses) and lone surrogates (which no encoding has) become U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """On the way in."""
        if value is None:
            return None
        return "".join(REPLACEMENT if char == "\0" or "\ud800" <= char <= "\udfff" else char for char in value)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment; SQLite keeps no time zone, so it is stored and read as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """On the way in.

        Raises:
            ValueError: The moment has no time zone.
        """
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value} has no time zone; pass an aware datetime")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """On the way out."""
        return value and (value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC))


class JsonTuple(TypeDecorator[tuple[Any, ...]]):
    """Numbers or texts as a JSON array; None as NULL."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_result_value(self, value: list[Any] | None, dialect: Dialect) -> tuple[Any, ...] | None:
        """On the way out; on the way in JSON takes a tuple as it is."""
        return None if value is None else tuple(value)


class Citations(TypeDecorator[tuple[StoredCitation, ...]]):
    """Citations as a JSON array of objects."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: tuple[StoredCitation, ...] | None, dialect: Dialect) -> list[dict[str, Any]]:
        """On the way in."""
        return [
            asdict(citation) | {"published": citation.published and citation.published.isoformat()}
            for citation in value or ()
        ]

    def process_result_value(self, value: list[dict[str, Any]] | None, dialect: Dialect) -> tuple[StoredCitation, ...]:
        """On the way out."""
        return tuple(
            StoredCitation(**item | {"published": item["published"] and date.fromisoformat(item["published"])})
            for item in value or ()
        )
