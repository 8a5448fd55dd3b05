"""A verdict as a line of a dataset."""

from __future__ import annotations

from typing import Any

from bot.state.models import Feedback, Turn


def feedback_object(number: int, turn: Turn, feedback: Feedback) -> dict[str, Any]:
    """A verdict with what was asked and answered, without who asked and who judged.

    Args:
        number: Of the verdict in its file, from 1.
        turn: The question and its answer.
        feedback: The verdict.

    Returns:
        ``question`` is the one that was searched for: a follow-up stands in it with what it refers to, and ``asked`` as
        it was typed. A line can be asked again by ``kilde ask --batch``.
    """
    return {
        "id": f"feedback-{number}",
        "question": turn.standalone_question,
        "asked": turn.question,
        "language": turn.language,
        "answer": turn.answer,
        "refused": turn.refused,
        "confidence": turn.confidence,
        "citations": [
            {
                "library": one.library,
                "article_id": one.article_id,
                "source": one.source,
                "start_char": one.start_char,
                "end_char": one.end_char,
                "quote": one.quote,
            }
            for one in turn.citations
        ],
        "helpful": feedback.helpful,
        "reason": feedback.reason,
        "asked_at": turn.asked_at.isoformat(),
    }
