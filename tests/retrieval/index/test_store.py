from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest

from retrieval.errors import EmbeddingMismatchError, LibraryNotFoundError, StoreError
from retrieval.index.embedding import EmbeddingIdentity, default_identity
from retrieval.index.libraries import list_libraries
from retrieval.index.nodes import node_ids
from retrieval.index.store import Store
from retrieval.models import ArticleSummary, Filters, Span

if TYPE_CHECKING:
    from conftest import MakeNode

    from retrieval.index.embedding import Vector
    from retrieval.index.nodes import StoredNode
    from retrieval.settings import Settings

Vectors = Callable[..., "Vector"]


def put(store: Store, nodes: list[StoredNode], vectors: Vector) -> None:
    with store.writing(len(nodes)):
        store.upsert(nodes, vectors)


def test_nodes_and_vectors_come_back_as_they_were(store: Store, make_node: MakeNode, vectors: Vectors) -> None:
    nodes = [
        make_node(1, "Мост закрыт. Почему?", "ru", sentences=(Span(0, 12), Span(13, 20))),
        make_node(2, "桥在三月开放。", "zh", title=None, outlet=None, author=None, published=None, url=None),
        make_node(3, "الجسر مغلق", "ar"),
    ]
    put(store, nodes, vectors(3))
    assert store.get([node.id for node in reversed(nodes)]) == nodes[::-1]
    found = store.vectors_of([node.id for node in nodes])
    for node, vector in zip(nodes, vectors(3), strict=True):
        np.testing.assert_array_equal(found[node.id], vector)
    assert store.count() == 3


def test_query_gives_the_nearest_first(store: Store, make_node: MakeNode, vectors: Vectors) -> None:
    put(store, [make_node(number) for number in range(50)], vectors(50))
    matches = store.query(vectors(50)[7], 5)
    assert len(matches) == 5
    assert matches[0].node == make_node(7)
    assert matches[0].similarity == pytest.approx(1.0, abs=1e-6)
    assert [match.similarity for match in matches] == sorted((match.similarity for match in matches), reverse=True)
    np.testing.assert_array_equal(matches[0].vector, vectors(50)[7])


def test_query_asks_for_more_than_there_are(store: Store, make_node: MakeNode, vectors: Vectors) -> None:
    assert store.query(vectors(1)[0], 10) == []
    put(store, [make_node(1)], vectors(1))
    assert len(store.query(vectors(1)[0], 10)) == 1


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(languages=("it",)), {1}),
        (Filters(outlet="Il Porto"), {1, 2}),
        (Filters(languages=("fr",), outlet="Il Porto"), set()),
        (Filters(published_from=date(2031, 5, 4)), {3}),
        (Filters(published_to=date(2031, 5, 3)), {1, 2}),
        (Filters(published_from=date(2031, 5, 3), published_to=date(2031, 5, 3)), {2}),
        (Filters(), {1, 2, 3, 4}),
    ],
)
def test_filters(
    store: Store, make_node: MakeNode, vectors: Vectors, filters: Filters, expected: set[int]
) -> None:  # fmt: skip
    nodes = [
        make_node(1, language="it", outlet="Il Porto"),
        make_node(2, outlet="Il Porto"),
        make_node(3),
        make_node(4, published=None, outlet=None),
    ]
    put(store, nodes, vectors(4))
    found = store.query(vectors(1)[0], 10, filters=filters)
    assert {int(match.node.article_id, 16) for match in found} == expected


def test_states_tell_what_is_complete(store: Store, make_node: MakeNode, vectors: Vectors) -> None:
    whole, old = "a" * 64, "b" * 64
    ids = [*node_ids("cafe", whole, 2), node_ids("cafe", old, 3)[1]]
    put(store, [replace(make_node(1), id=node_id, article_id="cafe") for node_id in ids], vectors(3))
    state = store.article_states()["cafe"]
    assert state.is_complete(whole)
    assert not state.is_complete(old)
    assert not state.is_complete("c" * 64)
    assert state.ids(except_hash=whole) == [ids[2]]
    assert sorted(state.ids()) == sorted(ids)


def test_an_article_is_put_together_from_its_complete_version(
    store: Store, make_node: MakeNode, vectors: Vectors
) -> None:  # fmt: skip
    def piece(content_hash: str, index: int, text: str) -> StoredNode:
        node_id = node_ids("cafe", content_hash, 2)[index]
        return replace(
            make_node(1, text), id=node_id, article_id="cafe", content_hash=content_hash, node_index=index, node_count=2
        )

    put(store, [piece("f" * 64, 1, "slutt"), piece("f" * 64, 0, "start "), piece("a" * 64, 0, "gammel")], vectors(3))
    assert store.text_of("cafe") == "start slutt"
    assert store.text_of("beef") == ""


def test_summaries_follow_the_version(store: Store, make_node: MakeNode, vectors: Vectors) -> None:
    put(store, [make_node(2), make_node(1, language="it", outlet=None)], vectors(2))
    assert [article.source for article in store.summaries()] == ["1.txt", "2.txt"]
    assert store.summaries()[1] == ArticleSummary(
        id=f"{2:020x}",
        root="/articles",
        source="2.txt",
        language="no",
        nodes=1,
        title="Sak 2",
        outlet="Fjordavisa",
        author="Redaksjonen",
        published=date(2031, 5, 3),
        url="https://fjordavisa.example/2",
    )
    assert store.languages() == {"it": 1, "no": 1}
    with store.writing(1):
        store.delete([make_node(2).id, "0:0:0000/0001"])
    assert [article.source for article in store.summaries()] == ["1.txt"]


def test_locations(store: Store, make_node: MakeNode, vectors: Vectors) -> None:
    put(store, [make_node(1)], vectors(1))
    assert store.locations([make_node(1).id]) == {make_node(1).article_id: ("/articles", "1.txt")}
    assert store.locations([]) == {}


def test_more_nodes_than_chroma_takes_at_once(
    store: Store, make_node: MakeNode, vectors: Vectors, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr("retrieval.index.store.PAGE_SIZE", 3)
    nodes = [make_node(number) for number in range(8)]
    put(store, nodes, vectors(8))
    assert store.get([node.id for node in nodes]) == nodes
    assert len(store.vectors_of([node.id for node in nodes])) == 8
    with store.writing(8):
        store.delete([node.id for node in nodes])
    assert store.count() == 0


def test_vectors_must_fit_the_nodes(store: Store, make_node: MakeNode, vectors: Vectors) -> None:
    with pytest.raises(StoreError, match=r"1 nodes of 384 dimensions came with vectors \(2, 384\)"):
        store.upsert([make_node(1)], vectors(2))


def test_a_second_client_of_the_process_sees_a_commit_after_reopening(
    store: Store, settings: Settings, make_node: MakeNode, vectors: Vectors
) -> None:
    put(store, [make_node(1), make_node(2)], vectors(2))
    reader = Store.open(settings, create=False, identity=None)
    assert len(reader.query(vectors(1)[0], 10)) == 2
    with store.writing(2):
        store.upsert([make_node(3)], vectors(1, seed=9))
        store.delete([make_node(1).id])
    assert reader.reopen_if_changed()
    assert {match.node for match in reader.query(vectors(1)[0], 10)} == {make_node(2), make_node(3)}
    assert not reader.reopen_if_changed()
    assert reader.version() == store.version()
    reader.close()


def test_libraries_are_separate(settings: Settings, store: Store, make_node: MakeNode, vectors: Vectors) -> None:
    put(store, [make_node(1)], vectors(1))
    other = settings.model_copy(update={"library": "archive"})
    Store.open(other, create=True, identity=default_identity()).close()
    assert list_libraries(settings) == ["archive", "articles"]
    reopened = Store.open(other, create=False, identity=default_identity())
    assert reopened.count() == 0
    reopened.close()


def test_a_library_that_does_not_exist_names_those_that_do(settings: Settings, store: Store) -> None:
    other = settings.model_copy(update={"library": "nowhere"})
    with pytest.raises(LibraryNotFoundError, match=r"no library 'nowhere' in .*It has: articles\."):
        Store.open(other, create=False, identity=default_identity())


def test_nothing_is_made_by_looking(settings: Settings) -> None:
    with pytest.raises(LibraryNotFoundError, match=r"It has none yet; make one with `kilde index PATH`"):
        Store.open(settings, create=False, identity=default_identity())
    assert list_libraries(settings) == []
    assert not settings.data_dir.exists()


def test_another_embedding_model_is_refused(settings: Settings, store: Store) -> None:
    with pytest.raises(EmbeddingMismatchError, match=r"multilingual-e5-small.*384 dimensions.*other-model \(768\)"):
        Store.open(settings, create=True, identity=EmbeddingIdentity("other-model", 768))
    reader = Store.open(settings, create=False, identity=None)
    assert reader.identity == default_identity()
    reader.close()


def test_a_collection_of_somebody_else_is_left_alone(settings: Settings) -> None:
    import chromadb
    from chromadb.config import Settings as ChromaSettings

    folder = settings.data_dir / "chroma"
    folder.mkdir(parents=True)
    client = chromadb.PersistentClient(str(folder), settings=ChromaSettings(anonymized_telemetry=False))
    client.create_collection("articles", embedding_function=None)
    client.close()
    with pytest.raises(StoreError, match="was not made by this version of Kilde"):
        Store.open(settings, create=True, identity=default_identity())
    assert list_libraries(settings) == []
