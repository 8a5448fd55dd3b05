"""Graphs that take a second to build, kept between starts."""

from __future__ import annotations

import hashlib
import logging
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

if TYPE_CHECKING:
    from onnx import ModelProto

logger = logging.getLogger(__name__)

EMBEDDINGS, MARKS, STATES = "embeddings", "marks", "states"
"""Names of an encoder graph's inputs and output."""
VERSION = 1
"""Raised when graphs are built in another way."""


def cached_graph(name: str, build: Callable[[], ModelProto], *, folder: Path | None = None) -> bytes:
    """The serialized graph, from the cache or built and put there.

    Args:
        name: Tells this graph from others: carries a hash of all that it is built from.
        build: Builds it.
        folder: The cache; None: the user's cache folder. If it cannot be written, the graph is built at each start.
    """
    file = (folder or platformdirs.user_cache_path("kilde")) / f"{name}-v{VERSION}.onnx"
    try:
        digest, content = _split(file.read_bytes())
        if hashlib.sha256(content).digest() == digest:
            return content
        logger.warning("The cached file %s is damaged and is made again", file)
    except FileNotFoundError:
        pass
    except OSError as error:
        logger.warning("The cached file %s cannot be read (%s)", file, error)
    content = bytes(build().SerializeToString())
    _write(file, hashlib.sha256(content).digest() + content)
    return content


def _split(stored: bytes) -> tuple[bytes, bytes]:
    size = hashlib.sha256().digest_size
    return stored[:size], stored[size:]


def _write(file: Path, content: bytes) -> None:
    """Write a file so that other processes see all of it or nothing."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent, prefix=file.name, delete=False) as unfinished:
            unfinished.write(content)
        Path(unfinished.name).replace(file)
    except OSError as error:
        logger.info("The graph cannot be kept for the next start (%s)", error)
