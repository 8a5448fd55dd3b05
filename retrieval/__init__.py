"""Finding, answering, citing: everything of Kilde that is not an interface.

from retrieval import Library

with Library.open(".kilde") as library:
    library.index(["articles/"])
    print(library.ask("Who opened the bridge?"))
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from retrieval.library import Library

__all__ = ["Library"]


def __getattr__(name: str) -> Any:
    """Import `Library` when it is first used, so that a stage's modules can be had without the others."""
    if name == "Library":
        from retrieval.library import Library

        return Library
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
