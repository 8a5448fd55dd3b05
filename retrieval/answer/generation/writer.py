"""Has a language model write an answer, and lets through only the sentences that hold."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from prompts import Prompt
from retrieval.answer.candidates import Candidate
from retrieval.answer.extractive import cite
from retrieval.answer.generation.numbered_passages import (
    Number,
    NumberedPassages,
    language_name,
    number_passages,
    quoted_material,
)
from retrieval.answer.generation.reply import WHOLE_PASSAGE, Reply, WrittenSentence, read_reply
from retrieval.answer.generation.support import Support, SupportChecker
from retrieval.answer.llm import Generation, LanguageModel, Message, Usage
from retrieval.errors import ModelError
from retrieval.models import AnswerSentence, Citation, Draft, DroppedSentence, Fallback, ModelUse
from retrieval.search.passages import Passage
from retrieval.search.question import Question

MAX_ANSWER_TOKENS = 400
MOST_SENTENCES = 5
MOST_CITED = 3
"""Citations of one sentence; who names more has not found where it stands."""
MARGIN_TOKENS = 64
"""Kept free for what a chat template puts around messages."""
TRIED_ELSEWHERE = 3
"""Sentences that are tried in the place of those that a written sentence names wrongly or not at all."""
DECISIVE = "negation"
"""The flaw that no other citation mends. With others, .02 fewer false sentences are caught than with what was named
alone; with this one, .1 (``python -m benchmarks.support --elsewhere``)."""
WORTH_KEEPING = frozenset({"repetition", "too_long"})
"""Failures that come after the answer: what holds of it is given."""

OnDraft = Callable[[Draft], None]


@dataclass(frozen=True, slots=True)
class Written:
    """What came of it; without sentences there is a reason to fall back on quotes."""

    sentences: tuple[AnswerSentence, ...]
    citations: tuple[Citation, ...]
    use: ModelUse
    fallback: Fallback | None = None


@dataclass(slots=True)
class _Line:
    """A written sentence with what it was found to rest on."""

    text: str
    cited: tuple[Candidate, ...]
    support: Support


@dataclass(slots=True)
class Task:
    """One answer being written."""

    question: Question
    language: str
    passages: Sequence[Passage]
    stop: threading.Event | None
    numbered: NumberedPassages
    generation: Generation | None = None
    failure: ModelError | None = None
    reply: Reply = field(default_factory=Reply)
    lines: list[_Line] = field(default_factory=list)
    use: ModelUse = field(default_factory=lambda: ModelUse(""))


class Writer:
    """Writes answers with one language model."""

    def __init__(self, model: LanguageModel, prompts: Mapping[str, Prompt], checker: SupportChecker) -> None:
        """Put the parts together.

        Args:
            model: Writes.
            prompts: As `prompts.load_prompts` gives them.
            checker: Says whether sentences hold.
        """
        self.model = model
        self._prompts = prompts
        self._checker = checker

    def begin(
        self, question: Question, language: str, passages: Sequence[Passage], *, stop: threading.Event | None = None
    ) -> Task:
        """Send the question to the model and return at once, so that the passages can be read while it thinks.

        Args:
            question: What is asked, standing alone.
            language: The answer's.
            passages: Best first.
            stop: Set by whoever does not want the answer any more.
        """
        return self._begin(question, language, passages, stop)

    def cancel(self, task: Task) -> ModelUse:
        """Stop the model: its answer is not needed."""
        self._end_generation(task)
        return task.use

    def finish(self, task: Task, *, on_draft: OnDraft | None = None) -> Written:
        """Read what the model writes, check it, and have it repaired once.

        Args:
            task: Begun by `begin`.
            on_draft: Called with what is written and checked, whenever it has grown.

        Raises:
            ModelError: With the reason ``stopped``, if the task's ``stop`` was set; every other failure is in the
                fallback.
        """
        self._read(task, on_draft)
        if task.failure is not None and task.failure.reason == "overflow" and task.numbered.sentences:
            # The server counts more tokens than we do: once more with half of the passages.
            use = task.use
            half = self.model.count_tokens(task.numbered.text) // 2
            task = self._begin(task.question, task.language, task.passages, task.stop, most_tokens=half)
            task.use = use
            self._read(task, on_draft)
        if task.failure is not None and task.failure.reason == "stopped":
            raise task.failure
        if task.failure is None:
            self._repair(task)
        if task.failure is None or task.failure.reason in WORTH_KEEPING:
            draft = _draft(task)
            if draft.sentences:
                return Written(draft.sentences, draft.citations, _with_dropped(task))
        return Written((), (), _with_dropped(task), _fallback(task))

    def _begin(
        self,
        question: Question,
        language: str,
        passages: Sequence[Passage],
        stop: threading.Event | None,
        *,
        most_tokens: int | None = None,
    ) -> Task:
        task = Task(question, language, passages, stop, NumberedPassages({}, ""), use=ModelUse(self.model.name))
        try:
            task.numbered = self._numbered(question, language, passages, most_tokens)
            task.generation = self.model.stream(self._messages(task), max_tokens=MAX_ANSWER_TOKENS, stop=stop)
        except ModelError as error:
            task.failure = error
        return task

    def _numbered(
        self, question: Question, language: str, passages: Sequence[Passage], most_tokens: int | None
    ) -> NumberedPassages:
        count = self.model.count_tokens
        prompt = self._prompts["answer"]
        around = count(prompt.rules) + count(self._asked(question, language, "")) + MARGIN_TOKENS
        # An answer that has to be repaired becomes part of the next prompt.
        budget = self.model.context_tokens - around - 2 * MAX_ANSWER_TOKENS
        budget = budget if most_tokens is None else min(budget, most_tokens)
        numbered = number_passages(passages, budget_tokens=budget, count_tokens=count)
        if not numbered.sentences:
            raise ModelError(
                f"A passage and the rules for an answer do not fit into the {self.model.context_tokens:,} tokens that "
                f"{self.model.name} takes. Choose another model with KILDE_LLM, or raise KILDE_LLM_CONTEXT_TOKENS.",
                reason="overflow",
            )
        return numbered

    def _asked(self, question: Question, language: str, passages: str) -> str:
        values = {
            "passages": passages,
            "question": quoted_material(question.text),
            "language": language_name(language),
        }
        return self._prompts["answer"].render(values)

    def _messages(self, task: Task) -> list[Message]:
        asked = Message("user", self._asked(task.question, task.language, task.numbered.text))
        rules = self._prompts["answer"].rules
        return [Message("system", rules), asked] if rules else [asked]

    def _read(self, task: Task, on_draft: OnDraft | None) -> None:
        """Take the sentences as they come, and show those that hold."""
        if task.generation is None:
            return
        try:
            for sentence in read_reply(task.generation, task.reply):
                line = self._checked(task, sentence)
                task.lines.append(line)
                if line.support.holds and on_draft is not None:
                    on_draft(_draft(task))
                if len(task.lines) == MOST_SENTENCES:
                    break
        except ModelError as error:
            task.failure = error
        finally:
            self._end_generation(task)

    @staticmethod
    def _end_generation(task: Task) -> None:
        if task.generation is not None:
            task.generation.close()
            task.use = _added(task.use, task.generation.usage)
            task.generation = None

    def _checked(self, task: Task, sentence: WrittenSentence) -> _Line:
        """A written sentence with what it rests on.

        That is what it names; or, if that does not say it or it names nothing, something near that does.
        """
        if _said(sentence.text) in {_said(line.text) for line in task.lines if line.support.holds}:
            return _Line(sentence.text, (), Support("repeated"))
        if not self._checker.in_language(sentence.text, task.language):
            return _Line(sentence.text, (), Support("language"))
        named = self._named(task, sentence)
        if sentence.numbers and not named:
            return _Line(sentence.text, (), Support("citation", _written(sentence.numbers)))
        if not self._checker.is_relevant(sentence.text, task.question.text):
            return _Line(sentence.text, named, Support("relevance"))
        tried: list[_Line] = []
        for cited in self._possible(task, sentence.text, named):
            support = self._checker.check(sentence.text, task.language, cited, question=task.question.text)
            if support.holds:
                return _Line(sentence.text, cited, support)
            tried.append(_Line(sentence.text, cited, support))
            if support.flaw == DECISIVE:
                break
        return tried[0] if tried else _Line(sentence.text, (), Support("citation"))

    def _possible(self, task: Task, text: str, named: tuple[Candidate, ...]) -> Iterator[tuple[Candidate, ...]]:
        """What a sentence may rest on: what it names, that with the sentence before it, and the nearest ones."""
        if named:
            yield named
        if len(named) == 1:
            passage, place = next(number for number, one in task.numbered.sentences.items() if one is named[0])
            if (passage, place - 1) in task.numbered.sentences:
                yield task.numbered.sentences[passage, place - 1], *named
        for candidate in self._checker.nearest(text, list(task.numbered.sentences.values()), TRIED_ELSEWHERE):
            if (candidate,) != named:
                yield (candidate,)

    def _named(self, task: Task, sentence: WrittenSentence) -> tuple[Candidate, ...]:
        """The sentences of those numbers; of a passage that is named as a whole, the nearest one."""
        found: dict[Number, Candidate] = {}
        for number in sentence.numbers or task.reply.used:
            if number in task.numbered.sentences:
                found[number] = task.numbered.sentences[number]
            elif number[1] == WHOLE_PASSAGE:
                of_passage = task.numbered.of_passage(number[0])
                for nearest in self._checker.nearest(sentence.text, of_passage, 1):
                    found[number] = nearest
        return tuple(found.values()) if len(found) <= MOST_CITED else ()

    def _repair(self, task: Task) -> None:
        """Ask once for better sentences in the place of those that do not hold."""
        failing = [line for line in task.lines if not line.support.holds and line.support.flaw != "repeated"]
        if not failing:
            return
        problems = "\n".join(f"- {quoted_material(line.text)} ({line.support.explanation})" for line in failing)
        written = "\n".join(line.text for line in task.lines)
        asked = self._prompts["repair"].render({"problems": problems, "language": language_name(task.language)})
        messages = [*self._messages(task), Message("assistant", written), Message("user", asked)]
        waiting = list(failing)
        task.generation = self.model.stream(messages, max_tokens=MAX_ANSWER_TOKENS, stop=task.stop)
        try:
            for sentence in read_reply(task.generation, Reply(), with_blanks=True):
                old = waiting.pop(0)
                better = self._checked(task, sentence) if sentence.text else old
                if better.support.holds:
                    task.lines[task.lines.index(old)] = better
                    task.lines.append(old)  # it is told what was dropped
                if not waiting:
                    break
        except ModelError as error:
            if error.reason == "stopped":
                raise
        finally:
            self._end_generation(task)


def _added(before: ModelUse, used: Usage) -> ModelUse:
    """The use of one more request."""
    return replace(
        before,
        requests=before.requests + 1,
        prompt_tokens=_sum(before.prompt_tokens, used.prompt_tokens),
        cached_tokens=_sum(before.cached_tokens, used.cached_tokens),
        completion_tokens=_sum(before.completion_tokens, used.completion_tokens),
        first_word_ms=used.first_word_ms if before.first_word_ms is None else before.first_word_ms,
        total_ms=before.total_ms + used.total_ms,
    )


def _sum(one: int | None, other: int | None) -> int | None:
    return other if one is None else one + (other or 0)


def _draft(task: Task) -> Draft:
    """What holds so far, its citations numbered in the order of their first use."""
    citations: dict[tuple[str, int], Citation] = {}
    sentences = []
    for line in task.lines:
        if not line.support.holds:
            continue
        numbers = []
        for candidate in line.cited:
            key = (candidate.ranked.node.article_id, candidate.span.start_char)
            if key not in citations:
                score = line.support.probability
                citations[key] = cite(candidate, candidate.span, number=len(citations) + 1, score=score)
            numbers.append(citations[key].number)
        sentences.append(AnswerSentence(line.text, tuple(dict.fromkeys(numbers))))
    return Draft(tuple(sentences), tuple(citations.values()))


def _with_dropped(task: Task) -> ModelUse:
    dropped = tuple(
        DroppedSentence(line.text, line.support.flaw, line.support.detail)
        for line in task.lines
        if line.support.flaw is not None
    )
    return replace(task.use, dropped=dropped)


def _fallback(task: Task) -> Fallback:
    if task.failure is not None:
        return Fallback(task.failure.reason, str(task.failure))
    model = task.use.model
    if task.lines:
        return Fallback("unsupported", f"Nothing that {model} wrote is said by the passages that it was given.")
    if task.reply.says_nothing or task.reply.used:
        return Fallback("found_nothing", f"{model} finds no answer in the passages.")
    return Fallback("empty", f"{model} wrote nothing. Choose another model with KILDE_LLM.")


def _said(text: str) -> str:
    return " ".join(text.casefold().split())


def _written(numbers: Sequence[Number]) -> str:
    return " ".join(f"[{passage}.{place}]" if place else f"[{passage}]" for passage, place in numbers)
