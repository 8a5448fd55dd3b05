"""What is in a message of components."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_TEXT = 10


def shown_text(components: list[dict[str, Any]]) -> str:
    """All texts, in the order in which they are shown."""
    return "\n".join(component["content"] for component in walk(components) if component["type"] == _TEXT)


def labels(components: list[dict[str, Any]]) -> list[str]:
    """Labels of the buttons."""
    return [component["label"] for component in walk(components) if "label" in component and "custom_id" in component]


def walk(components: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every component, outer ones first."""
    for component in components:
        yield component
        yield from walk(component.get("components", []))
