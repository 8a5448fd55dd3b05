"""The same library on a Chroma server of its own, on the loopback interface."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from retrieval.errors import EmbeddingMismatchError, LibraryNotFoundError, StoreUnavailableError
from retrieval.index.embedding import default_identity, embed_question
from retrieval.index.lexical import LexicalIndex
from retrieval.index.libraries import list_libraries
from retrieval.index.refresh import refresh
from retrieval.index.reindex import reindex_library
from retrieval.index.store import Store
from retrieval.library import Library
from retrieval.settings import Settings

if TYPE_CHECKING:
    from conftest import Workspace

    from tests.conftest import EmbeddingServer

START_TIMEOUT_S = 60


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    port = free_port()
    command = [Path(sys.executable).with_name("chroma"), "run", "--path", tmp_path / "server", "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--host", "127.0.0.1"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=tmp_path
    )
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    yield f"http://127.0.0.1:{port}", process
    process.kill()
    process.wait()


def test_a_library_on_a_server(workspace: Workspace, server: tuple[str, subprocess.Popen[bytes]]) -> None:
    url, process = server
    workspace.settings = workspace.settings.model_copy(update={"chroma_url": url})
    with pytest.raises(LibraryNotFoundError, match=f"no library 'articles' in {url}"):
        Store.open(workspace.settings, create=False, identity=default_identity())
    workspace.write("bridge.txt", "Broen i Sandvær åpner i mars.")
    workspace.write("it.txt", "Il porto di Portovento è chiuso.")
    assert workspace.index().added == ("bridge.txt", "it.txt")
    assert list_libraries(workspace.settings) == ["articles"]
    assert not (workspace.settings.data_dir / "chroma").exists()

    reader = Store.open(workspace.settings, create=False, identity=default_identity())
    elsewhere = workspace.settings.model_copy(update={"data_dir": workspace.settings.data_dir.with_name("elsewhere")})
    lexical = LexicalIndex.open(elsewhere)  # another machine makes its own lexical index
    refresh(reader, lexical)
    assert lexical.count() == 2
    (workspace.folder / "it.txt").unlink()
    workspace.write("bridge.txt", "Broen i Sandvær åpner i juni.")
    report = workspace.index()
    assert (report.updated, report.removed) == (("bridge.txt",), ("it.txt",))
    assert refresh(reader, lexical)
    matches = reader.query(embed_question(workspace.embedding, "Når åpner broen?"), 5)
    assert [match.node.text for match in matches] == ["Broen i Sandvær åpner i juni."]
    assert lexical.ids() == [matches[0].node.id]

    process.kill()
    process.wait()
    with pytest.raises(StoreUnavailableError, match=rf"{url} does not answer .*chroma run.*KILDE_CHROMA_URL"):
        reader.query(matches[0].vector, 5)
    reader.close()


def test_a_dead_server_is_named(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    settings = Settings(data_dir=tmp_path / "data", chroma_url=url)
    with pytest.raises(StoreUnavailableError, match=rf"{url} does not answer .*KILDE_CHROMA_URL"):
        Store.open(settings, create=True, identity=default_identity())
    assert not settings.data_dir.exists()


def test_a_server_that_never_answers_is_given_up(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        settings = Settings(data_dir=tmp_path / "data", chroma_url=url, chroma_timeout_s=0.3)
        with pytest.raises(StoreUnavailableError, match="timed out"):
            list_libraries(settings)


def test_a_library_on_a_server_changes_its_model(
    workspace: Workspace, server: tuple[str, subprocess.Popen[bytes]], embedding_server: EmbeddingServer
) -> None:
    workspace.settings = workspace.settings.model_copy(update={"chroma_url": server[0]})
    workspace.write("a.txt", "Fergen til Lauvøya legges ned i juni.")
    workspace.write("b.txt", "望月桥将于三月开放。")
    workspace.index()
    target = workspace.settings.changed({"embed": "openai-like:letters", "embed_url": embedding_server.url})
    reader = Library.open(settings=workspace.settings)
    report = reindex_library(target)
    assert (report.changed, report.nodes_embedded) == (True, 2)
    with pytest.raises(EmbeddingMismatchError, match="kilde reindex"):
        reader.ask("Når legges fergen ned?")
    reader.close()
    assert list_libraries(target) == ["articles"]
    with Library.open(settings=target) as library:
        assert library.ask("Når legges fergen ned?").retrieved[0].source == "a.txt"
        assert library.index([workspace.folder]).unchanged == 2
    assert reindex_library(target).changed is False
