from __future__ import annotations

from typing import TYPE_CHECKING

import onnx
import pytest

from retrieval.index.graph_cache import cached_graph

if TYPE_CHECKING:
    from pathlib import Path


class Builder:
    """Counts how often a graph is built."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> onnx.ModelProto:
        self.count += 1
        return onnx.helper.make_model(onnx.helper.make_graph([], "empty", [], []))


def test_a_graph_is_built_once(tmp_path: Path) -> None:
    build = Builder()
    first = cached_graph("reader-1", build, folder=tmp_path / "made")
    assert cached_graph("reader-1", build, folder=tmp_path / "made") == first
    assert build.count == 1
    cached_graph("reader-2", build, folder=tmp_path / "made")
    assert build.count == 2
    assert len(list((tmp_path / "made").iterdir())) == 2


@pytest.mark.parametrize("content", [b"", b"short", bytes(100)])
def test_a_damaged_file_is_made_again(tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture) -> None:
    build = Builder()
    first = cached_graph("reader", build, folder=tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(content)
    assert cached_graph("reader", build, folder=tmp_path) == first
    assert cached_graph("reader", build, folder=tmp_path) == first
    assert build.count == 2
    assert f"The cached file {file} is damaged" in caplog.text


def test_a_folder_that_cannot_be_made_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    build = Builder()
    assert cached_graph("reader", build, folder=tmp_path / "file") == cached_graph(
        "reader", build, folder=tmp_path / "file"
    )
    assert build.count == 2
