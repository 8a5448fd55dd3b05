"""What a language model says of a claim and the sentences that tell of it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

import regex

from prompts import Prompt
from retrieval.answer.generation.numbered_passages import quoted_material
from retrieval.answer.llm import LanguageModel, Message
from retrieval.errors import ModelError
from retrieval.models import Verdict

MAX_TOKENS = 24
VERDICTS: Mapping[str, Verdict] = {
    "SUPPORTED": "supported",
    "REFUTED": "refuted",
    "UNKNOWN": "not_enough_info",
}
"""The prompt's words."""

_VERDICT = regex.compile(rf"[\s*_`]*({'|'.join(VERDICTS)})\b[\s*_`.:]*(?:\[?(\d+)\]?)?")

logger = logging.getLogger(__name__)


class Judge:
    """Asks the model about one claim at a time."""

    def __init__(self, model: LanguageModel, prompts: Mapping[str, Prompt]) -> None:
        """Ask ``model`` with the prompt ``check``."""
        self._model = model
        self._prompt = prompts["check"]

    def verdict(self, claim: str, sentences: Sequence[str]) -> tuple[Verdict, int | None] | None:
        """What it says, and the place of the sentence that decides it.

        Args:
            claim: One statement.
            sentences: What the articles say, likeliest first.

        Returns:
            None if the model fails or says something else.
        """
        numbered = "\n".join(f"[{number}] {quoted_material(text)}" for number, text in enumerate(sentences, start=1))
        messages = [Message("system", self._prompt.rules)] if self._prompt.rules else []
        asked = self._prompt.render({"sentences": numbered, "claim": quoted_material(claim)})
        messages.append(Message("user", asked))
        try:
            with self._model.stream(messages, max_tokens=MAX_TOKENS) as pieces:
                found = _VERDICT.match("".join(pieces))
        except ModelError as error:
            logger.warning("A claim is checked without the model: %s", error)
            return None
        if found is None:
            return None
        place = int(found[2]) - 1 if found[2] else None
        return VERDICTS[found[1].upper()], place if place is not None and 0 <= place < len(sentences) else None
