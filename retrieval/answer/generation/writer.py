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
from retrieval.answer.llm import Generation, LanguageModel, Message
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
    repaired: bool = False


@dataclass(slots=True)
class _Task:
    """One answer being written."""

    question: Question
    language: str
    numbered: NumberedPassages
    on_draft: OnDraft | None
    stop: threading.Event | None
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

    def write(
        self,
        question: Question,
        language: str,
        passages: Sequence[Passage],
        *,
        on_draft: OnDraft | None = None,
        stop: threading.Event | None = None,
    ) -> Written:
        """Write an answer from passages.

        Args:
            question: What is asked, standing alone.
            language: The answer's.
            passages: Best first.
            on_draft: Called with what is written and checked, whenever it has grown.
            stop: Set by whoever does not want the answer any more.

        Raises:
            ModelError: With the reason ``stopped``, if ``stop`` was set; every other failure is in the fallback.
        """
        use = ModelUse(self.model.name)
        failure: ModelError | None = None
        for share in (1.0, 0.5):  # a server may count more tokens than we do
            task = _Task(question, language, self._numbered(question, language, passages, share), on_draft, stop)
            task.use = use
            try:
                self._write(task)
                failure = None
            except ModelError as error:
                failure = error
            use = task.use
            if failure is None or failure.reason != "overflow":
                break
        if failure is not None and failure.reason == "stopped":
            raise failure
        if failure is None or failure.reason in WORTH_KEEPING:
            self._repair(task)
            draft = _draft(task)
            if draft.sentences:
                return Written(draft.sentences, draft.citations, _with_dropped(task))
        return Written((), (), _with_dropped(task), _fallback(task, failure))

    def _numbered(
        self, question: Question, language: str, passages: Sequence[Passage], share: float
    ) -> NumberedPassages:
        count = self.model.count_tokens
        prompt = self._prompts["answer"]
        around = count(prompt.rules) + count(self._asked(question, language, "")) + MARGIN_TOKENS
        # An answer that has to be repaired becomes part of the next prompt.
        budget = self.model.context_tokens - around - 2 * MAX_ANSWER_TOKENS
        return number_passages(passages, budget_tokens=int(budget * share), count_tokens=count)

    def _asked(self, question: Question, language: str, passages: str) -> str:
        values = {
            "passages": passages,
            "question": quoted_material(question.text),
            "language": language_name(language),
        }
        return self._prompts["answer"].render(values)

    def _messages(self, task: _Task) -> list[Message]:
        asked = Message("user", self._asked(task.question, task.language, task.numbered.text))
        rules = self._prompts["answer"].rules
        return [Message("system", rules), asked] if rules else [asked]

    def _write(self, task: _Task) -> None:
        if not task.numbered.sentences:
            raise ModelError(
                f"A passage and the rules for an answer do not fit into the {self.model.context_tokens:,} tokens that "
                f"{self.model.name} takes. Choose another model with KILDE_LLM, or raise KILDE_LLM_CONTEXT_TOKENS.",
                reason="overflow",
            )
        with self._generation(task, self._messages(task)) as pieces:
            for sentence in read_reply(pieces, task.reply):
                if not self._add(task, self._checked(task, sentence)):
                    break

    def _generation(self, task: _Task, messages: Sequence[Message]) -> _Counted:
        return _Counted(task, self.model.stream(messages, max_tokens=MAX_ANSWER_TOKENS, stop=task.stop))

    def _add(self, task: _Task, line: _Line) -> bool:
        """Take a sentence, and show what is written so far; False when it was the last that is wanted."""
        task.lines.append(line)
        if line.support.holds and task.on_draft is not None:
            task.on_draft(_draft(task))
        return len(task.lines) < MOST_SENTENCES

    def _checked(self, task: _Task, sentence: WrittenSentence) -> _Line:
        """A written sentence with the sentences that it rests on: those that it names, or, if they do not say it or
        it names none, the nearest one that does.
        """  # fmt: skip
        if _said(sentence.text) in {_said(line.text) for line in task.lines if line.support.holds}:
            return _Line(sentence.text, (), Support("repeated"))
        if not self._checker.in_language(sentence.text, task.language):
            return _Line(sentence.text, (), Support("language"))
        best: _Line | None = None
        named = self._named(task, sentence)
        if named:
            best = _Line(sentence.text, named, self._support(task, sentence.text, named))
            if best.support.holds:
                return best
        for candidate in self._checker.nearest(sentence.text, list(task.numbered.sentences.values()), TRIED_ELSEWHERE):
            support = self._support(task, sentence.text, (candidate,))
            if support.holds:
                return _Line(sentence.text, (candidate,), support)
            best = best or _Line(sentence.text, (candidate,), support)
        if best is None or (sentence.numbers and not named):
            return _Line(sentence.text, (), Support("citation", _written(sentence.numbers)))
        return best

    def _support(self, task: _Task, text: str, cited: Sequence[Candidate]) -> Support:
        return self._checker.check(text, task.language, cited, question=task.question)

    def _named(self, task: _Task, sentence: WrittenSentence) -> tuple[Candidate, ...]:
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

    def _repair(self, task: _Task) -> None:
        """Ask once for better sentences in the place of those that do not hold."""
        failing = [line for line in task.lines if not line.support.holds and line.support.flaw != "repeated"]
        if not failing:
            return
        problems = "\n".join(f"- {quoted_material(line.text)} ({line.support.explanation})" for line in failing)
        written = "\n".join(line.text for line in task.lines)
        asked = self._prompts["repair"].render({"problems": problems, "language": language_name(task.language)})
        messages = [*self._messages(task), Message("assistant", written), Message("user", asked)]
        waiting = list(failing)
        try:
            with self._generation(task, messages) as pieces:
                for sentence in read_reply(pieces, Reply()):
                    better = self._checked(task, sentence)
                    if better.support.holds:
                        place = task.lines.index(waiting[0])
                        task.lines[place] = replace(better, repaired=True)
                        task.lines.append(waiting[0])
                    waiting.pop(0)
                    if not waiting:
                        break
        except ModelError as error:
            if error.reason == "stopped":
                raise


class _Counted:
    """A generation whose usage is added to its task's, however it ends."""

    def __init__(self, task: _Task, generation: Generation) -> None:
        self._task = task
        self._generation = generation

    def __enter__(self) -> Iterator[str]:
        return iter(self._generation)

    def __exit__(self, *_: object) -> None:
        self._generation.close()
        used, before = self._generation.usage, self._task.use
        self._task.use = replace(
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


def _draft(task: _Task) -> Draft:
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


def _with_dropped(task: _Task) -> ModelUse:
    dropped = tuple(
        DroppedSentence(line.text, line.support.flaw, line.support.detail)
        for line in task.lines
        if line.support.flaw is not None
    )
    return replace(task.use, dropped=dropped)


def _fallback(task: _Task, failure: ModelError | None) -> Fallback:
    if failure is not None:
        return Fallback(failure.reason, str(failure))
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
