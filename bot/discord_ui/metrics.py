"""What the operator can watch, in Prometheus' form; counted whether or not somebody looks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Counter, Gauge, Histogram

from retrieval.models import Answer, ModelUse, Response

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120)

QUESTIONS = Counter("kilde_questions", "Questions by what became of them.", ["outcome"])
SECONDS = Histogram("kilde_question_seconds", "Time that a question took, by stage.", ["stage"], buckets=_SECONDS)
WAITING = Gauge("kilde_questions_waiting", "Questions whose turn has not come.")
MODEL_TOKENS = Counter(
    "kilde_model_tokens",
    "Tokens of the language model: prompt, cached (those of the prompt it knew) or completion.",
    ["kind"],
)
MODEL_SECONDS = Histogram("kilde_model_seconds", "Time that the model worked for a question.", buckets=_SECONDS)
FIRST_WORD_SECONDS = Histogram("kilde_model_first_word_seconds", "Time to the model's first word.", buckets=_SECONDS)
DROPPED = Counter("kilde_model_dropped_sentences", "Written sentences that nobody is shown, by their flaw.", ["flaw"])
FALLBACKS = Counter(
    "kilde_model_fallbacks", "Answers that are quoted though a model is configured, by reason.", ["reason"]
)
CACHED_ANSWERS = Counter("kilde_model_cached_answers", "Written answers that were still there from the last time.")
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
    if response.model is not None:
        _note_model(response.model)
    if isinstance(response, Answer) and response.fallback is not None:
        FALLBACKS.labels(response.fallback.reason).inc()


def _note_model(use: ModelUse) -> None:
    if use.from_cache:
        CACHED_ANSWERS.inc()
        return
    tokens = {"prompt": use.prompt_tokens, "cached": use.cached_tokens, "completion": use.completion_tokens}
    for kind, count in tokens.items():
        MODEL_TOKENS.labels(kind).inc(count or 0)
    MODEL_SECONDS.observe(use.total_ms / 1000)
    if use.first_word_ms is not None:
        FIRST_WORD_SECONDS.observe(use.first_word_ms / 1000)
    for sentence in use.dropped:
        DROPPED.labels(sentence.flaw).inc()


@contextmanager
def counting_failures() -> Iterator[None]:
    """Count a question that gets neither; by the kind of error, such as ``QuotaError``."""
    try:
        yield
    except BaseException as error:
        QUESTIONS.labels(type(error).__name__).inc()
        raise
