from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from retrieval.articles import SourceFile, read_file, read_path, scan
from retrieval.articles import reader as reader_module
from retrieval.articles.files import article_id
from retrieval.errors import ArticleError
from retrieval.models import Article, Failure
from retrieval.settings import Settings

SETTINGS = Settings()
NORWEGIAN = "Kommunestyret i Storvik vedtok mandag kveld å bygge en ny bru over elva."


def _source(path: Path) -> SourceFile:
    (found,) = scan(path)
    assert isinstance(found, SourceFile)
    return found


def _read(path: Path) -> Article:
    (article,) = read_path(path, settings=SETTINGS)
    assert isinstance(article, Article)
    return article


def test_a_folder_gives_articles_and_failures(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"Title: Ny bru\nDate: 2024-03-05\n\n{NORWEGIAN}", encoding="utf-8")
    (tmp_path / "b.md").write_text("# Γέφυρα\n\nΗ γέφυρα άνοιξε χθες.", encoding="utf-8")
    (tmp_path / "c.html").write_text(f"<html><body><p>{NORWEGIAN}</p></body></html>", encoding="utf-8")
    (tmp_path / "d.json").write_text('{"text": "大桥昨天开通了。"}', encoding="utf-8")
    (tmp_path / "e.jsonl").write_text('{"text": "افتتح الجسر أمس.", "id": "x"}\n{oops\n', encoding="utf-8")
    (tmp_path / "f.txt").write_bytes(b"")
    (tmp_path / "g.txt").write_bytes(bytes(range(256)) * 10)
    (tmp_path / "h.html").write_text("<html><script>1</script></html>", encoding="utf-8")
    (tmp_path / "i.json").write_text("{", encoding="utf-8")
    (tmp_path / "j.txt").write_text(" \u200b\n…", encoding="utf-8")
    (tmp_path / "k.txt").write_bytes(NORWEGIAN.encode("utf-16"))
    found = list(read_path(tmp_path, settings=SETTINGS))
    articles = {item.source: item for item in found if isinstance(item, Article)}
    assert {source: article.language for source, article in articles.items()} == {
        "a.txt": "no", "b.md": "el", "c.html": "no", "d.json": "zh", "e.jsonl#x": "ar", "k.txt": "no"
    }  # fmt: skip
    assert articles["a.txt"].title == "Ny bru"
    assert articles["a.txt"].published == date(2024, 3, 5)
    assert articles["a.txt"].text == articles["c.html"].text == articles["k.txt"].text == NORWEGIAN
    failures = {item.source: item.reason for item in found if isinstance(item, Failure)}
    assert sorted(failures) == ["e.jsonl#2", "f.txt", "g.txt", "h.html", "i.json", "j.txt"]
    assert failures["f.txt"] == "is empty: nothing to index"
    assert "holds binary data" in failures["g.txt"]
    assert "a page without article text" in failures["h.html"]
    assert "is not valid JSON" in failures["i.json"]
    assert failures["j.txt"] == "holds no text: nothing to index"


def test_identity_goes_by_path_and_hash_by_content(tmp_path: Path) -> None:
    first, second = tmp_path / "a.txt", tmp_path / "sub" / "b.txt"
    second.parent.mkdir()
    first.write_text(NORWEGIAN, encoding="utf-8")
    second.write_text(f"{NORWEGIAN}\r\n", encoding="utf-8")
    one, two = _read(first), _read(second)
    assert one.id != two.id
    assert one.content_hash == two.content_hash
    through_root = {item.id for item in read_path(tmp_path, settings=SETTINGS) if isinstance(item, Article)}
    assert through_root == {one.id, two.id}
    assert one.id == article_id(tmp_path.as_posix(), "a.txt")
    assert (one.root, one.source) == (tmp_path.as_posix(), "a.txt")


@pytest.mark.parametrize(
    "head", ["Title: A", "Outlet: B", "Author: C", "Date: 2024-03-05", "URL: https://example.org", "Language: da"]
)
def test_every_metadata_field_changes_the_hash(tmp_path: Path, head: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text(NORWEGIAN, encoding="utf-8")
    before = _read(path)
    path.write_text(f"{head}\n\n{NORWEGIAN}", encoding="utf-8")
    after = _read(path)
    assert (before.text, before.id) == (after.text, after.id)
    assert before.content_hash != after.content_hash


def test_a_new_cleaning_changes_the_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_text(NORWEGIAN, encoding="utf-8")
    before = _read(path)
    monkeypatch.setattr(reader_module, "CLEANING_VERSION", -1)
    assert _read(path).content_hash != before.content_hash


def test_a_stated_language_is_believed(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(f"---\nlang: da\n---\n{NORWEGIAN}", encoding="utf-8")
    assert _read(path).language == "da"


def test_the_language_of_a_template_is_not(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text(f'<html lang="en"><body><article><p>{NORWEGIAN}</p></article></body></html>', encoding="utf-8")
    assert _read(path).language == "no"


def test_a_page_named_txt_is_read_as_a_page(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    body = f"<nav><a href='/'>Meny</a></nav><article><p>{NORWEGIAN}</p></article>"
    page = f"<!DOCTYPE html>\n<html><body>{body}</body></html>"
    path.write_text(page, encoding="utf-8")
    assert _read(path).text == NORWEGIAN


def test_a_file_over_the_limit_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as stream:
        stream.truncate(50_000_000)
    with pytest.raises(
        ArticleError, match=r"has 50\.0 MB and the limit is 20 MB: split the file, or raise KILDE_MAX_ARTICLE_MB"
    ):
        list(read_file(_source(path), settings=SETTINGS))


def test_a_file_that_grew_since_the_scan_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("x" * 30_000, encoding="utf-8")
    grown = replace(_source(path), size=10)
    with pytest.raises(ArticleError, match=r"the limit is 0\.02 MB"):
        list(read_file(grown, settings=Settings(max_article_mb=0.02)))


def test_the_limit_follows_the_setting(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(f"{NORWEGIAN}\n" * 2_000, encoding="utf-8")
    with pytest.raises(ArticleError, match=r"the limit is 0\.1 MB"):
        list(read_file(_source(path), settings=Settings(max_article_mb=0.1)))
    (article,) = read_file(_source(path), settings=SETTINGS)
    assert isinstance(article, Article)


def test_a_file_that_vanished_is_an_article_error(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(NORWEGIAN, encoding="utf-8")
    source = _source(path)
    path.unlink()
    with pytest.raises(ArticleError, match="does not exist"):
        list(read_file(source, settings=SETTINGS))
