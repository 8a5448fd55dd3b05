import json
from datetime import date

import pytest

from retrieval.articles.draft import Draft
from retrieval.articles.json_records import read_json, read_jsonl
from retrieval.errors import ArticleError
from retrieval.models import Failure


def _drafts(found: list[Draft | Failure]) -> list[Draft]:
    return [draft for draft in found if isinstance(draft, Draft)]


def test_reads_every_documented_field() -> None:
    record = {
        "text": "<p>Brua ble &aring;pnet.</p><p>Mange kom.</p>",
        "title": "Ny bru",
        "outlet": "Storvik Blad",
        "author": ["Tuva Solli", "Ola Vik"],
        "published": "2024-03-05T10:00:00Z",
        "url": "https://example.org/1",
        "id": 17,
        "language": "nn",
        "unknown": {"ignored": True},
    }
    (draft,) = _drafts(list(read_json(json.dumps(record))))
    assert draft.text == "Brua ble åpnet.\nMange kom."
    assert (draft.metadata.title, draft.metadata.outlet) == ("Ny bru", "Storvik Blad")
    assert draft.metadata.author == "Tuva Solli, Ola Vik"
    assert draft.metadata.published == date(2024, 3, 5)
    assert (draft.metadata.url, draft.metadata.language) == ("https://example.org/1", "no")
    assert draft.item is None


@pytest.mark.parametrize("name", ["text", "body", "content"])
def test_other_names_of_the_text(name: str) -> None:
    (draft,) = _drafts(list(read_json(json.dumps({name: "Brua er åpen.", "date": "2024-03-05"}))))
    assert (draft.text, draft.metadata.published) == ("Brua er åpen.", date(2024, 3, 5))


def test_items_are_keyed_by_id_then_url_then_position() -> None:
    records = [
        {"text": "En", "id": "a"},
        {"text": "To", "url": "https://example.org/2"},
        {"text": "Tre"},
        {"text": "Fire", "id": 4},
    ]
    drafts = _drafts(list(read_json(json.dumps(records))))
    assert [draft.item for draft in drafts] == ["a", "https://example.org/2", "3", "4"]
    assert [draft.item for draft in _drafts(list(read_json(json.dumps({"articles": records}))))] == [
        d.item for d in drafts
    ]


def test_a_broken_line_fails_alone() -> None:
    text = (
        '{"text": "En"}\n\n{broken\n[1]\n"to"\n{"title": "x"}\n{"text": 5}\n{"text": " "}\r\n{"text": "市长\u2028说"}'
    )
    found = list(read_jsonl(text))
    assert [draft.text for draft in _drafts(found)] == ["En", "市长\n说"]
    assert [draft.item for draft in _drafts(found)] == ["1", "9"]
    reasons = {failure.source: failure.reason for failure in found if isinstance(failure, Failure)}
    assert sorted(reasons) == ["3", "4", "5", "6", "7", "8"]
    assert "is not valid JSON (Expecting property name enclosed in double quotes, line 1 column 2)" in reasons["3"]
    assert "is not a JSON object" in reasons["4"]
    assert reasons["6"] == "has no field `text`: it must hold the article's text"
    assert "field `text` that cannot be used" in reasons["7"]
    assert "it is int '5'" in reasons["7"]
    assert "holds no text in the field `text`" in reasons["8"]


@pytest.mark.parametrize(
    ("record", "name"),
    [
        ({"text": "a", "title": 3}, "title"),
        ({"text": "a", "id": ["x"]}, "id"),
        ({"text": None}, "text"),
        ({"text": "a", "author": {"name": "x"}}, "author"),
        ({"text": "a", "id": "x" * 201}, "id"),
        ({"text": "a", "published": 17}, "published"),
    ],
)
def test_an_error_names_the_field(record: dict[str, object], name: str) -> None:
    with pytest.raises(ArticleError, match=f"has a field `{name}` that cannot be used"):
        list(read_json(json.dumps(record)))


def test_two_articles_with_one_id() -> None:
    (first, second) = read_jsonl('{"text": "En", "id": "a"}\n{"text": "To", "id": "a"}')
    assert isinstance(first, Draft)
    assert second == Failure("2", "has the id 'a', as has line 1: give each article an id of its own")


@pytest.mark.parametrize("text", ["[]", "3", '"x"', "null", "[" * 100_000, "{", "", "1" * 5000])
def test_a_broken_file_is_an_error(text: str) -> None:
    with pytest.raises(ArticleError, match=r"is not valid JSON|holds no articles"):
        list(read_json(text))


def test_lone_surrogates_do_not_get_through() -> None:
    (draft,) = _drafts(list(read_jsonl('{"text": "a\\ud800b", "id": "k\\ud800"}')))
    draft.text.encode()
    assert draft.item is not None
    draft.item.encode()


def test_right_to_left_text() -> None:
    (draft,) = _drafts(list(read_json(json.dumps({"text": "افتتح <b>الجسر</b> اليوم.", "title": "جسر"}))))
    assert (draft.text, draft.metadata.title) == ("افتتح الجسر اليوم.", "جسر")
