"""Options that every command takes."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click

Command = Callable[..., Any]


def common_options(command: Command) -> Command:
    """Adds ``--data-dir``, ``--library`` and ``--verbose``; the command gets ``flags``, which `App.start` takes."""

    @click.option("--data-dir", metavar="FOLDER", help="Folder that holds the libraries.  [default: .kilde]")
    @click.option("--library", metavar="NAME", help="Name of the library.  [default: articles]")
    @click.option("-v", "--verbose", is_flag=True, help="Say on standard error what is being done.")
    @functools.wraps(command)
    def with_flags(*args: Any, data_dir: str | None, library: str | None, verbose: bool, **values: Any) -> Any:
        flags = {"data_dir": data_dir, "library": library, "log_level": "INFO" if verbose else None}
        return command(*args, flags=flags, **values)

    return with_flags


def json_option(command: Command) -> Command:
    """Adds ``--json``, which the command gets as ``as_json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)
