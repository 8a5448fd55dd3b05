from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

import pytest

from retrieval.index.lexical import LexicalIndex
from retrieval.index.lock import writer_lock
from retrieval.index.refresh import refresh
from retrieval.models import Filters

if TYPE_CHECKING:
    from conftest import MakeNode

    from retrieval.index.embedding import Vector
    from retrieval.index.nodes import StoredNode
    from retrieval.index.store import Store
    from retrieval.settings import Settings


@pytest.fixture
def nodes(make_node: MakeNode) -> list[StoredNode]:
    return [
        make_node(1, "Ordføreren åpnet broen i Sandvær.", "no"),
        make_node(2, "Il sindaco ha aperto l'embarcadero di Sandvær.", "it", outlet="Il Porto"),
        make_node(3, "市长在三月开放了新桥。", "zh", outlet=None, published=None),
        make_node(4, "Fiskerne solgte båtene sine.", "no"),
    ]


@pytest.fixture
def index(nodes: list[StoredNode]) -> LexicalIndex:
    return LexicalIndex.in_memory(nodes)


def found(index: LexicalIndex, question: str, language: str, filters: Filters | None = None) -> list[int]:
    hits = index.search(question, language=language, k=10, filters=filters)
    return [int(node_id.split(":")[0], 16) for node_id, _ in hits]


@pytest.mark.parametrize(
    ("question", "language", "expected"),
    [
        ("Hvem solgte båt?", "no", [4]),
        ("Chi apre gli embarcaderi?", "it", [2]),
        ("新桥什么时候开放？", "zh", [3]),
        ("Where is Sandvaer?", "en", [2, 1]),
        ("sindaci", "und", [2]),
        ("Fjordavisa", "no", [1, 4]),
        ("Was ist Quark?", "de", []),
        ("", "no", []),
        ('"(*:* AND +id:quark^x ~', "no", []),
    ],
)
def test_search(index: LexicalIndex, question: str, language: str, expected: list[int]) -> None:
    assert sorted(found(index, question, language)) == sorted(expected)


def test_the_node_that_shares_more_is_first(index: LexicalIndex) -> None:
    assert found(index, "Åpnet ordføreren broen i Sandvær?", "no")[0] == 1


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(languages=("no",)), [1]),
        (Filters(outlet="Il Porto"), [2]),
        (Filters(published_from=date(2031, 5, 3)), [2]),
        (Filters(published_to=date(2031, 5, 2)), [1]),
        (Filters(languages=("zh",)), []),
        (Filters(), [1, 2]),
    ],
)
def test_filters(index: LexicalIndex, filters: Filters, expected: list[int]) -> None:
    assert sorted(found(index, "Sandvær", "no", filters)) == expected


def test_filters_do_not_change_scores(index: LexicalIndex) -> None:
    free = dict(index.search("Sandvær", language="no", k=5))
    for node_id, score in index.search("Sandvær", language="no", k=5, filters=Filters(outlet="Il Porto")):
        assert score == pytest.approx(free[node_id])


def test_no_score_exceeds_the_maximum_by_much_and_unknown_words_raise_it(index: LexicalIndex) -> None:
    known = index.max_score("ordføreren broen", language="no")
    assert 0 < index.search("ordføreren broen", language="no", k=1)[0][1] <= known
    assert index.max_score("ordføreren broen quark", language="no") > known * 1.3
    assert index.max_score("", language="no") == 0


def test_rare_terms_weigh_more(index: LexicalIndex) -> None:
    bridge, town, unknown = (index.idf(term) for term in index.terms("broen Sandvær ukjent", language="no"))
    assert town < bridge < unknown


def test_a_language_that_few_nodes_have_is_scored_like_the_others(make_node: MakeNode) -> None:
    words = "storm havn"
    many = [make_node(number, f"{words} vind nummer{number} " * 5, "no") for number in range(30)]
    alone = make_node(99, "tempesta porto vento numero " * 5, "it")
    index = LexicalIndex.in_memory([*many, alone])
    score = index.search("tempesta porto", language="it", k=1)[0][1]
    assert score / index.max_score("tempesta porto", language="it") > 0.7


def test_the_index_on_disk_is_shared_and_replaced_by_id(settings: Settings, nodes: list[StoredNode]) -> None:
    writer, reader = LexicalIndex.open(settings), LexicalIndex.open(settings)
    writer.update(add=nodes, remove=(), version=5)
    writer.update(add=nodes[:2], remove=[nodes[2].id], version=6)
    assert (reader.count(), reader.version) == (0, 0)
    reader.reload()
    assert (reader.count(), reader.version) == (3, 6)
    assert sorted(reader.ids()) == sorted([nodes[0].id, nodes[1].id, nodes[3].id])
    assert reader.languages() == ["it", "no"]
    assert LexicalIndex.open(settings).version == 6


def test_looking_makes_nothing(settings: Settings) -> None:
    index = LexicalIndex.open(settings)
    assert index.search("broen", language="no", k=3) == []
    assert not settings.data_dir.exists()


@pytest.fixture
def filled(store: Store, nodes: list[StoredNode], vectors: Callable[..., Vector]) -> Store:
    with store.writing(4):
        store.upsert(nodes, vectors(4))
    return store


def damage(settings: Settings, how: str) -> None:
    folder = settings.data_dir / "lexical" / "articles"
    if how == "removed":
        shutil.rmtree(folder)
    elif how == "state":
        (folder / "kilde.json").write_text("{", encoding="utf-8")
    elif how == "meta":
        (folder / "meta.json").write_text("{", encoding="utf-8")
    else:
        for path in folder.glob("*.store"):
            path.write_bytes(b"")


@pytest.mark.parametrize("how", ["removed", "state", "meta", "truncated"])
def test_a_damaged_index_is_made_anew_from_the_store(filled: Store, settings: Settings, how: str) -> None:
    refresh(filled, LexicalIndex.open(settings))
    damage(settings, how)
    index = LexicalIndex.open(settings)
    refresh(filled, index)
    assert sorted(index.ids()) == sorted(filled.all_ids())
    assert found(index, "Sandvær", "no") != []
    again = LexicalIndex.open(settings)
    assert again.version == filled.version()
    assert again.count() == 4


def test_a_commit_that_missed_the_index_is_made_up(
    filled: Store, settings: Settings, make_node: MakeNode, vectors: Callable[..., Vector]
) -> None:
    index = LexicalIndex.open(settings)
    refresh(filled, index)
    with filled.writing(2):  # killed before it came to the lexical index
        filled.upsert([make_node(7, "Fergen går", "no")], vectors(1, seed=3))
        filled.delete([make_node(1).id])
    refresh(filled, index)
    assert found(index, "fergen", "no") == [7]
    assert found(index, "ordføreren", "no") == []
    assert not index.sync(filled)


def test_while_another_process_writes_the_index_is_left_to_it(filled: Store, settings: Settings) -> None:
    index = LexicalIndex.open(settings)
    with writer_lock(settings.data_dir, timeout_s=0):
        refresh(filled, index)
    assert index.count() == 0
