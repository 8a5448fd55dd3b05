"""A follow-up question made to stand alone by the language model; what it gets wrong, the rule decides."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace

from prompts import Prompt
from retrieval.answer.follow_up import Standalone
from retrieval.answer.generation.markup import plain
from retrieval.answer.generation.numbered_passages import language_name, quoted_material
from retrieval.answer.llm import LanguageModel, Message
from retrieval.answer.names import capitalized, numbers_in, share_found
from retrieval.articles.language import detect_language
from retrieval.errors import ModelError
from retrieval.models import Turn
from retrieval.search.question import one_line

MAX_TOKENS = 80
MAX_TURNS = 3
"""What was said earlier is seldom meant, and every turn is read by the model before it writes a word."""
MAX_ANSWER_CHARS = 300
MAX_GROWTH_CHARS = 200
"""A question that has grown by more holds an answer, or the whole conversation."""

logger = logging.getLogger(__name__)


class Rewriter:
    """Asks the model what a follow-up means."""

    def __init__(self, model: LanguageModel, prompts: Mapping[str, Prompt]) -> None:
        """Ask ``model`` with the prompt ``follow_up``."""
        self._model = model
        self._prompt = prompts["follow_up"]

    def rewrite(
        self, question: str, history: Sequence[Turn], by_rule: Standalone, *, stop: threading.Event | None = None
    ) -> Standalone:
        """The question as it stands alone.

        Args:
            question: A cleaned question that leans on what was said.
            history: Earlier turns, oldest first.
            by_rule: What the rule takes it to mean; given back if the model fails or invents something.
            stop: Set by whoever does not want the answer any more.

        Raises:
            ModelError: With the reason ``stopped``, if ``stop`` was set.
        """
        said = "\n".join(
            f"Question: {quoted_material(turn.question)}\nAnswer: {quoted_material(turn.answer)[:MAX_ANSWER_CHARS]}"
            for turn in history[-MAX_TURNS:]
        )
        values = {
            "conversation": said,
            "question": quoted_material(question),
            "language": language_name(detect_language(question)),
        }
        messages = [Message("system", self._prompt.rules)] if self._prompt.rules else []
        messages.append(Message("user", self._prompt.render(values)))
        try:
            with self._model.stream(messages, max_tokens=MAX_TOKENS, stop=stop) as pieces:
                written = "".join(pieces)
        except ModelError as error:
            if error.reason == "stopped":
                raise
            logger.warning("The follow-up is taken apart by rule: %s", error)
            return by_rule
        lines = [line for line in written.splitlines() if line.strip()]
        rewritten = one_line(plain(lines[0])) if lines else ""
        if not _is_sound(rewritten, question, " ".join([said, question])):
            return by_rule
        return replace(by_rule, text=rewritten, topic_names=by_rule.topic_names | capitalized(rewritten))


def _is_sound(rewritten: str, question: str, known: str) -> bool:
    """Whether it can be what was asked: not empty or overlong, and no name or number that nobody mentioned."""
    if not rewritten or len(rewritten) > len(question) + MAX_GROWTH_CHARS:
        return False
    names_known = share_found(capitalized(rewritten), known) == 1.0
    return names_known and numbers_in(rewritten) <= numbers_in(known)
