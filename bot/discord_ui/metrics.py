"""What the operator can watch, in Prometheus' form; counted whether or not somebody looks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Counter, Gauge, Histogram

from retrieval.models import Answer, Response

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120)

QUESTIONS = Counter("kilde_questions", "Questions by what became of them.", ["outcome"])
SECONDS = Histogram("kilde_question_seconds", "Time that a question took, by stage.", ["stage"], buckets=_SECONDS)
WAITING = Gauge("kilde_questions_waiting", "Questions whose turn has not come.")
DISCORD_ERRORS = Counter("kilde_discord_errors", "Calls that Discord refused, by its code.", ["code"])


def note_response(response: Response, *, total_s: float) -> None:
    """Count an answer or a refusal.

    Args:
        response: What was found.
        total_s: Seconds from the question to it, waiting included.
    """
    QUESTIONS.labels("answered" if isinstance(response, Answer) else "refused").inc()
    timings = response.timings
    working_s = timings.total / 1000
    for stage, milliseconds in (("embed", timings.embed), ("search", timings.search), ("answer", timings.answer)):
        SECONDS.labels(stage).observe(milliseconds / 1000)
    SECONDS.labels("queue").observe(max(0.0, total_s - working_s))
    SECONDS.labels("total").observe(total_s)


@contextmanager
def counting_failures() -> Iterator[None]:
    """Count a question that gets neither; by the kind of error, such as ``QuotaError``."""
    try:
        yield
    except BaseException as error:
        QUESTIONS.labels(type(error).__name__).inc()
        raise
