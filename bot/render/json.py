"""Answers and errors as the objects of the command-line contract."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from retrieval.errors import KildeError
from retrieval.models import UNKNOWN_LANGUAGE, Answer, Citation, ModelUse, Response, Timings

JsonObject = dict[str, Any]

RETRIEVED_SHOWN = 10
"""How many of the passages that were considered a line lists, by the contract."""

_CONFIDENCE_DECIMALS = 6
_SCORE_DECIMALS = 6
_TIME_DECIMALS = 3


def response_object(response: Response, *, line_id: Any = None) -> JsonObject:
    """One output line for an answer or a refusal."""
    answered = isinstance(response, Answer)
    return {
        "id": line_id,
        "question": response.question,
        "language": response.language,
        "answer": response.text if isinstance(response, Answer) else "",
        "refused": not answered,
        "confidence": round(response.confidence, _CONFIDENCE_DECIMALS),
        "mode": response.mode,
        "sentences": [
            {"text": sentence.text, "citations": list(sentence.citations)}
            for sentence in (response.sentences if isinstance(response, Answer) else ())
        ],
        "citations": [_citation(citation) for citation in (response.citations if isinstance(response, Answer) else ())],
        "retrieved": [
            asdict(passage) | {"score": round(passage.score, _SCORE_DECIMALS)}
            for passage in response.retrieved[:RETRIEVED_SHOWN]
        ],
        "timings_ms": _timings(response.timings),
        "standalone_question": response.standalone_question,
        "fallback": asdict(response.fallback) if isinstance(response, Answer) and response.fallback else None,
        "model": _model(response.model) if response.model else None,
        "error": None,
    }


def error_object(error: KildeError, *, line_id: Any = None, question: Any = None) -> JsonObject:
    """One output line for a question that could not be read or answered."""
    return failure_object(error.kind, str(error), line_id=line_id, question=question)


def failure_object(kind: str, message: str, *, line_id: Any = None, question: Any = None) -> JsonObject:
    """As `error_object`, for what is no error of Kilde's own."""
    return {
        "id": line_id,
        "question": question,
        "language": UNKNOWN_LANGUAGE,
        "answer": "",
        "refused": True,
        "confidence": 0,
        "mode": "extractive",
        "sentences": [],
        "citations": [],
        "retrieved": [],
        "timings_ms": _timings(Timings()),
        "standalone_question": question,
        "fallback": None,
        "model": None,
        "error": {"type": kind, "message": message},
    }


def to_json(value: Any, *, indent: int | None = None) -> str:
    """JSON with every script readable; half characters, which UTF-8 cannot hold, are escaped."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(value, ensure_ascii=True, allow_nan=False, indent=indent)
    return text


def _citation(citation: Citation) -> JsonObject:
    published = citation.published.isoformat() if citation.published else None
    return asdict(citation) | {"published": published, "score": round(citation.score, _SCORE_DECIMALS)}


def _model(use: ModelUse) -> JsonObject:
    values = asdict(use)
    name = values.pop("model")
    first_word_ms = None if use.first_word_ms is None else round(use.first_word_ms, _TIME_DECIMALS)
    changed = {"first_word_ms": first_word_ms, "total_ms": round(use.total_ms, _TIME_DECIMALS)}
    return {"name": name, **values, **changed}


def _timings(timings: Timings) -> JsonObject:
    return {stage: round(milliseconds, _TIME_DECIMALS) for stage, milliseconds in asdict(timings).items()}
