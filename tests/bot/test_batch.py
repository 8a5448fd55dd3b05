from __future__ import annotations

import json
from typing import Any

import pytest

from bot.batch import answer_lines
from retrieval.errors import LibraryNotFoundError, QuestionError
from retrieval.models import Filters, Turn


def run(app: Any, *lines: Any, filters: dict[str, str] | None = None) -> list[dict[str, Any]]:
    encoded = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    return list(answer_lines([line + b"\n" for line in encoded], app, filters or {}))


def test_lines_are_answered_in_order_with_their_ids(
    app: Any, library: Any, make_answer: Any, make_refusal: Any
) -> None:
    library.responses = {"Quando?": make_answer("Quando?"), "Wer?": make_refusal("Wer?")}
    out = run(app, {"id": "a", "question": "Wer?"}, {"id": 2, "question": "Quando?"}, {"question": "Wer?"})
    assert [(line["id"], line["question"], line["refused"]) for line in out] == [
        ("a", "Wer?", True),
        (2, "Quando?", False),
        (None, "Wer?", True),
    ]


def test_history_and_filters_reach_the_library(app: Any, library: Any, make_answer: Any) -> None:
    library.responses = {"E quando?": make_answer()}
    line = {
        "id": 1,
        "question": "E quando?",
        "history": [{"question": "Chi?", "answer": "Ilda Ferrani."}],
        "filters": {"language": "nb", "outlet": None},
        "gold": "a key of the data set",
    }
    run(app, line, filters={"language": "it", "outlet": "Eco"})
    # The line's own filter wins over the flag; one that it leaves open (null) admits all.
    assert library.asked == [("E quando?", Filters(languages=("no",)), (Turn("Chi?", "Ilda Ferrani."),))]


@pytest.mark.parametrize(
    ("line", "kind", "message"),
    [
        (b'{"id": 1, "question"', "BatchLineError", "Line 1 is not JSON: "),
        (b"\xff\xfe", "BatchLineError", r"Line 1 is not UTF-8 \(byte 1\)"),
        (b"[1]", "BatchLineError", "Line 1 is a JSON list, but should be an object"),
        (b'{"id": NaN}', "BatchLineError", "Line 1 is not JSON: NaN is no JSON value"),
        (b"[" * 100_000, "BatchLineError", "Line 1 is not JSON: "),
        ({"id": 1}, "BatchLineError", 'Line 1 has no "question"'),
        ({"question": 5}, "BatchLineError", 'Line 1: "question" should be text.'),
        (
            {"question": "Wer?", "history": [{"question": "x"}]},
            "BatchLineError",
            'Line 1: "history" should be a list of objects with "question" and "answer", both text',
        ),
        ({"question": "Wer?", "passages": [1]}, "BatchLineError", '"passages" should be a list of texts'),
        ({"question": "Wer?", "filter": {}}, "BatchLineError", "Line 1 has the key 'filter'; did you mean \"filters\""),
        ({"question": "Wer?", "filters": {"languag": "it"}}, "SettingsError", "'languag' is not a filter"),
        ({"question": "Wer?", "filters": {"published_from": "May"}}, "SettingsError", "'May' is not a date"),
    ],
)
def test_a_bad_line_is_an_error_and_the_rest_goes_on(
    app: Any, library: Any, make_refusal: Any, line: Any, kind: str, message: str
) -> None:
    library.responses = {"Wer?": make_refusal("Wer?")}
    bad, good = run(app, line, {"id": 2, "question": "Wer?"})
    assert bad["error"]["type"] == kind
    with pytest.raises(ValueError, match=message):
        raise ValueError(bad["error"]["message"])
    assert (bad["refused"], bad["confidence"], bad["citations"]) == (True, 0, [])
    assert (good["id"], good["error"]) == (2, None)


def test_errors_of_the_library_are_lines_too(app: Any, library: Any) -> None:
    library.responses = {"": QuestionError("The question is empty."), "Wer?": ZeroDivisionError("oops")}
    empty, fault = run(app, {"id": 1, "question": ""}, {"id": 2, "question": "Wer?"})
    assert empty["error"] == {"type": "QuestionError", "message": "The question is empty."}
    assert fault["error"]["type"] == "ZeroDivisionError"
    assert "Incident" in fault["error"]["message"]
    assert (fault["id"], fault["question"]) == (2, "Wer?")


def test_a_library_that_is_not_there_is_an_error_on_each_line(app: Any) -> None:
    app.libraries = {}
    out = run(app, {"id": 1, "question": "Wer?"}, {"id": 2, "question": "Was?"})
    assert [line["error"]["type"] for line in out] == [LibraryNotFoundError.__name__] * 2


def test_blank_lines_count_between_others_and_not_at_the_end(app: Any, library: Any, make_refusal: Any) -> None:
    library.responses = {"Wer?": make_refusal("Wer?")}
    out = run(app, {"id": 1, "question": "Wer?"}, b"", b"  ", {"id": 2, "question": "Wer?"}, b"", b"")
    assert [(line["id"], (line["error"] or {}).get("message")) for line in out] == [
        (1, None),
        (None, "Line 2 is blank; each line should be a JSON object."),
        (None, "Line 3 is blank; each line should be a JSON object."),
        (2, None),
    ]


def test_a_byte_order_mark_is_no_part_of_the_first_line(app: Any, library: Any, make_refusal: Any) -> None:
    library.responses = {"Wer?": make_refusal("Wer?")}
    assert run(app, b'\xef\xbb\xbf{"question": "Wer?"}')[0]["error"] is None
