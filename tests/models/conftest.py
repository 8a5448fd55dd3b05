"""Models that run inside the process, with the extra torch; without it these tests are skipped."""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "models: loads a model with torch, which takes seconds and hundreds of megabytes"
    )


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The default embedding model as a folder in Hugging Face's format, 470 MB."""
    from benchmarks.torch_reference import write_reference

    return write_reference(tmp_path_factory.mktemp("models") / "reference")
