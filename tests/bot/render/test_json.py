from __future__ import annotations

import json
from collections.abc import Callable

from bot.render.json import error_object, response_object, to_json
from retrieval.errors import QuestionError
from retrieval.models import Answer, DroppedSentence, Fallback, ModelUse, Refusal, Retrieved

KEYS = [
    "id", "question", "language", "answer", "refused", "confidence", "mode", "sentences", "citations", "retrieved",
    "timings_ms", "standalone_question", "fallback", "model", "error",
]  # fmt: skip


def test_an_answer(make_answer: Callable[..., Answer]) -> None:
    line = response_object(make_answer(), line_id=7)
    assert list(line) == KEYS
    assert json.loads(to_json(line)) == {
        "id": 7,
        "question": "Quando riapre il ponte?",
        "language": "it",
        "answer": "Il ponte sul torrente Lesina riaprirà il 3 marzo 2025.",
        "refused": False,
        "confidence": 0.876543,
        "mode": "extractive",
        "sentences": [{"text": "Il ponte sul torrente Lesina riaprirà il 3 marzo 2025.", "citations": [1]}],
        "citations": [
            {
                "number": 1,
                "article_id": "0123456789abcdef0123",
                "source": "ponte.txt",
                "title": "Il ponte di Valmora riapre",
                "url": "https://eco.example/ponte",
                "outlet": "L'Eco di Valmora",
                "published": "2025-02-20",
                "language": "it",
                "start_char": 27,
                "end_char": 81,
                "quote": "Il ponte sul torrente Lesina riaprirà il 3 marzo 2025.",
                "score": 0.912346,
            }
        ],
        "retrieved": [
            {
                "article_id": "0123456789abcdef0123",
                "source": "ponte.txt",
                "start_char": 0,
                "end_char": 161,
                "score": 0.9,
            }
        ],
        "timings_ms": {"embed": 1.0, "search": 2.0, "answer": 3.0, "total": 6.0},
        "standalone_question": "Quando riapre il ponte?",
        "fallback": None,
        "model": None,
        "error": None,
    }


def test_a_refusal_keeps_what_was_retrieved_and_its_confidence(make_refusal: Callable[..., Refusal]) -> None:
    passages = tuple(Retrieved("a", "a.txt", number, number + 1, 0.5) for number in range(12))
    line = response_object(make_refusal(retrieved=passages))
    assert list(line) == KEYS
    assert (line["refused"], line["answer"], line["sentences"], line["citations"]) == (True, "", [], [])
    assert line["confidence"] == 0.0821
    assert [passage["start_char"] for passage in line["retrieved"]] == list(range(10))


def test_what_a_model_did_and_why_the_answer_is_quoted(make_answer: Callable[..., Answer]) -> None:
    use = ModelUse(
        "openai-like:test", 2, 310, 120, 40, 250.12345, 900.0, dropped=(DroppedSentence("Nel 2031.", "number", "2031"),)
    )
    answer = make_answer(
        standalone_question="Quando riapre il ponte di Valmora?",
        model=use,
        fallback=Fallback("unsupported", "Nothing that openai-like:test wrote is said by the passages."),
    )
    line = response_object(answer)
    assert list(line) == KEYS
    assert line["standalone_question"] == "Quando riapre il ponte di Valmora?"
    assert line["fallback"] == {
        "reason": "unsupported",
        "message": "Nothing that openai-like:test wrote is said by the passages.",
    }
    assert json.loads(to_json(line["model"])) == {
        "name": "openai-like:test",
        "requests": 2,
        "prompt_tokens": 310,
        "cached_tokens": 120,
        "completion_tokens": 40,
        "first_word_ms": 250.123,
        "total_ms": 900.0,
        "from_cache": False,
        "dropped": [{"text": "Nel 2031.", "flaw": "number", "detail": "2031"}],
    }


def test_an_error() -> None:
    line = error_object(QuestionError("The question is empty."), line_id="x", question="")
    assert list(line) == KEYS
    assert (line["refused"], line["confidence"], line["citations"], line["retrieved"]) == (True, 0, [], [])
    assert line["timings_ms"] == {"embed": 0.0, "search": 0.0, "answer": 0.0, "total": 0.0}
    assert line["error"] == {"type": "QuestionError", "message": "The question is empty."}


def test_every_script_is_readable_and_half_characters_are_escaped() -> None:
    assert to_json(["桥", "جسر"]) == '["桥", "جسر"]'
    assert to_json(["half \ud83d"]) == '["half \\ud83d"]'
