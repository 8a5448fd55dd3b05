"""Composition root: makes what a command needs from its settings, and closes it."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from bot import logs
from bot.config import Config, load_config
from retrieval.settings import Settings

if TYPE_CHECKING:
    from retrieval import Library


class App:
    """One run of a command. Libraries are opened when first asked for and closed with the app."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self._libraries: dict[str, Library] = {}

    @classmethod
    def start(cls, flags: Mapping[str, Any] | None = None) -> Self:
        """Reads the settings and sets up logging.

        Args:
            flags: Settings given on the command line, by field name; None means not given.

        Raises:
            SettingsError: A setting cannot be used.
        """
        config = load_config(flags)
        logs.configure(config.log_level, config.log_format)
        return cls(config)

    @property
    def settings(self) -> Settings:
        """What the retrieval pipeline takes."""
        return self.config.retrieval

    def library(self, name: str | None = None, *, create: bool = False) -> Library:
        """The library of that name, by default the configured one; the same object each time.

        Raises:
            KildeError: As `Library.open`.
        """
        from retrieval import Library  # late: chromadb takes .7 s

        chosen = name or self.config.library
        if chosen not in self._libraries:
            self._libraries[chosen] = Library.open(name=chosen, settings=self.settings, create=create)
        return self._libraries[chosen]

    def empty_hint(self, name: str | None = None) -> str:
        """How to fill a library that holds nothing, with the flags that this run would need."""
        chosen = name or self.config.library
        return f"The library {chosen} holds no articles yet. Fill it with: {self.index_command(chosen)}"

    def index_command(self, name: str | None = None) -> str:
        """What to type to fill a library."""
        return f"kilde index PATH{self._flags(name)}"

    def reindex_command(self, name: str | None = None) -> str:
        """What to type to change a library over to the configured embedding model."""
        return f"kilde reindex{self._flags(name)}"

    def _flags(self, name: str | None) -> str:
        chosen, defaults = name or self.config.library, Settings()
        folder = "" if self.config.data_dir == defaults.data_dir else f" --data-dir {self.config.data_dir}"
        library = "" if chosen == defaults.library else f" --library {chosen}"
        return f"{folder}{library}"

    def close(self) -> None:
        """Closes what was opened; may be called twice."""
        while self._libraries:
            self._libraries.popitem()[1].close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
