"""Trains the passage reader on questions with passages that answer them and passages that do not."""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from torch import nn

from benchmarks.answering_sentences import sentences_of
from benchmarks.cached_embedding import CachedEmbedding
from benchmarks.datasets import Document, JudgedQuestion, WrittenQuestion, doc_of, holds_answer, whole
from benchmarks.examples import CUT_MARK, Example
from benchmarks.reader_network import MAX_TOKENS, ReaderNetwork
from retrieval.index.embedding import embed_passages, embed_question

STEPS, STEP_TOKENS, LEARNING_RATE, WEIGHT_DECAY, WARM_UP = 2000, 3000, 6e-4, 0.01, 0.08
SHARE_OF_EXAMPLES, SHARE_OF_JUDGED = 0.4, 0.4
"""Each pass takes so many of the data sets' questions, which are the same in many languages, and of the judged ones."""
JUDGED_WEIGHT, JUDGED_MOST = 0.7, 6.0
"""Weight, and largest loss, of questions of which only a person's verdict on all passages is known."""
JUDGED_PASSAGES, PIECE_CHARS = 3, 800
SHARE_OF_OTHERS = 0.3
"""So often a question of our own is also put to a piece of its document that has nothing of its answer."""
SHARE_OF_TRANSLATED = 0.5
"""So many of our own questions about a paragraph that stands in other languages are also asked about one of those."""
SHARE_OF_SENTENCES = 0.6
"""So often one of our own questions is also put to one sentence alone or with its neighbours, as the second look does:
to one that answers, if any does, and to one that does not."""

Sentences = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lesson:
    """A question with passages."""

    question: str
    passages: tuple[Sentences, ...]
    answers: tuple[str, ...] = ()
    """What the only passage holds; none: it does not hold the answer."""
    places: frozenset[int] = frozenset()
    """Which of its sentences answer."""
    answerable: bool | None = None
    """Of several passages: whether one of them, not known which, holds the answer."""


class Lessons:
    """Everything that is learned from; a new pass draws other passages."""

    def __init__(
        self,
        examples: Sequence[Example],
        answers: dict[tuple[str, str], tuple[str, ...]],
        written: Sequence[WrittenQuestion],
        translations: Mapping[str, Sequence[Document]],
        judged: Sequence[JudgedQuestion],
        embedding: CachedEmbedding,
    ) -> None:
        """Prepare them.

        Args:
            examples: Questions with the nodes that the search found in many libraries.
            answers: The gold strings of a question's text in a document.
            written: Questions of our own, with near misses.
            translations: The same text in other languages, by a document's id.
            judged: Questions with several passages.
            embedding: Chooses the passages that are read.
        """
        self._rng = random.Random(0)  # noqa: S311  not for secrets
        self._found = _by_question(examples, answers)
        pieces = cache(_pieces)  # many questions are about one document
        self._written = [(question, pieces(question.document)) for question in written]
        self._translated = [
            (question, [pieces(document) for document in translations[question.document.doc]])
            for question in written
            if translations.get(question.document.doc)
        ]
        self._judged = [_judged_lesson(question, embedding) for question in judged]

    def one_pass(self) -> list[Lesson]:
        """Lessons in no order."""
        rng = self._rng
        lessons = rng.sample(self._judged, int(len(self._judged) * SHARE_OF_JUDGED))
        for question, (right, wrong) in rng.sample(self._found, int(len(self._found) * SHARE_OF_EXAMPLES)):
            if right:
                lessons.append(rng.choice(right))
            if wrong and (not right or rng.random() < 0.8):
                lessons.append(Lesson(question, (rng.choice(wrong[:4]),)))
        for written, pieces in self._written:
            lessons += self._written_lessons(written, pieces)
        for written, versions in rng.sample(self._translated, int(len(self._translated) * SHARE_OF_TRANSLATED)):
            passages = tuple(piece.sentences for piece in rng.choice(versions))
            lessons.append(Lesson(written.text, passages, answerable=written.answer is not None))
        rng.shuffle(lessons)
        return lessons

    def _written_lessons(self, written: WrittenQuestion, pieces: Sequence[_Piece]) -> Iterator[Lesson]:
        """The piece that answers, and often another: always if it has the answer's words and does not answer."""
        rng, answer = self._rng, written.answer
        others = list(pieces)
        if answer:
            right, place = next(
                (piece, place) for piece in pieces for place, end in enumerate(piece.ends) if written.answer_start < end
            )
            yield Lesson(written.text, (right.sentences,), (answer,), frozenset({place}))
            others.remove(right)
        if others:
            other = rng.choice(others)
            if not answer or rng.random() < SHARE_OF_OTHERS or whole(answer).search(" ".join(other.sentences)):
                yield Lesson(written.text, (other.sentences,))
        if rng.random() < SHARE_OF_SENTENCES:
            yield from self._sentence_lessons(written, pieces)

    def _sentence_lessons(self, written: WrittenQuestion, pieces: Sequence[_Piece]) -> Iterator[Lesson]:
        """The sentence that answers, and one that does not, alone or with those around it."""
        rng, answer = self._rng, written.answer
        sentences = [sentence for piece in pieces for sentence in piece.sentences]
        ends = [end for piece in pieces for end in piece.ends]
        right = next(index for index, end in enumerate(ends) if written.answer_start < end) if answer else None
        before, after = rng.choice(((0, 0), (0, 0), (1, 0), (1, 1)))
        if answer and right is not None:
            first = max(0, right - before)
            yield Lesson(
                written.text, (tuple(sentences[first : right + after + 1]),), (answer,), frozenset({right - first})
            )
        wrong = [i for i in range(len(sentences)) if right is None or not i - before <= right <= i + after]
        if wrong:
            index = rng.choice(wrong)
            yield Lesson(written.text, (tuple(sentences[max(0, index - before) : index + after + 1]),))


@dataclass(frozen=True, slots=True)
class _Piece:
    """A few sentences of a document."""

    sentences: Sentences
    ends: tuple[int, ...]
    """Where each ends in the document's text."""


Found = tuple[list[Lesson], list[Sentences]]


def _by_question(
    examples: Sequence[Example], answers: dict[tuple[str, str], tuple[str, ...]]
) -> list[tuple[str, Found]]:
    """Every question once, with a lesson for each node that answers it and the best of those that do not."""
    right: dict[str, dict[Sentences, Lesson]] = defaultdict(dict)
    wrong: dict[str, dict[Sentences, float]] = defaultdict(dict)
    for example in examples:
        question = example.question.text
        places: dict[str, set[int]] = defaultdict(set)
        for item, label in zip(example.candidates, example.labels, strict=True):
            if label:
                places[item.ranked.node.id].add(item.place)
        for candidate in {item.ranked.node.id: item for item in example.candidates}.values():
            node, doc = candidate.ranked.node, doc_of(candidate.ranked.node.source)
            gold = answers.get((question, doc), ())
            if node.id in places:
                lesson = Lesson(question, (node.sentence_texts,), gold, frozenset(places[node.id]))
                right[question][node.sentence_texts] = lesson
            elif not holds_answer(node.text, answers.get((question, doc.rstrip(CUT_MARK)), ())):
                wrong[question][node.sentence_texts] = candidate.ranked.score + (1.5 if CUT_MARK in doc else 0)
    questions = sorted({*right, *wrong})
    return [
        (question, (list(right[question].values()), sorted(wrong[question], key=lambda node: -wrong[question][node])))
        for question in questions
    ]


def _pieces(document: Document) -> list[_Piece]:
    """A document in passages of a few sentences."""
    pieces: list[list[tuple[int, str]]] = [[]]
    for end, sentence in sentences_of(document):
        if pieces[-1] and sum(len(before) for _, before in pieces[-1]) + len(sentence) > PIECE_CHARS:
            pieces.append([])
        pieces[-1].append((end, sentence))
    return [
        _Piece(tuple(sentence for _, sentence in piece), tuple(end for end, _ in piece)) for piece in pieces if piece
    ]


def _judged_lesson(question: JudgedQuestion, embedding: CachedEmbedding) -> Lesson:
    """The passages nearest to the question, each as one sentence: which of them answers is not known."""
    similarity = embed_passages(embedding, question.passages) @ embed_question(embedding, question.text)
    best = np.argsort(-similarity)[:JUDGED_PASSAGES]
    passages = tuple((question.passages[index],) for index in best)
    return Lesson(question.text, passages, answerable=question.answerable)


def train(network: ReaderNetwork, lessons: Lessons) -> None:
    """Fit the network's changes; about an hour on two cores that multiply in bfloat16, far longer on others."""
    torch.manual_seed(0)
    parameters = [parameter for parameter in network.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=STEPS + 1, pct_start=WARM_UP)
    started, losses = time.perf_counter(), []
    for step, batch in zip(range(1, STEPS + 1), _batches(network, lessons), strict=False):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = _loss(network, batch)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
        if step % 50 == 0:
            print(f"step {step}: loss {np.mean(losses[-50:]):.3f}, {time.perf_counter() - started:.0f} s", flush=True)
    network.eval()


def _batches(network: ReaderNetwork, lessons: Lessons) -> Iterator[list[Lesson]]:
    """Lessons of about the same length, of STEP_TOKENS in all."""
    rng = random.Random(1)  # noqa: S311  not for secrets
    while True:
        drawn = lessons.one_pass()
        for start in range(0, len(drawn), 512):
            sized = [(_size(network, lesson), index, lesson) for index, lesson in enumerate(drawn[start : start + 512])]
            batches: list[list[Lesson]] = [[]]
            count = 0
            for size, _, lesson in sorted(sized, key=lambda item: item[:2]):
                if batches[-1] and (count + len(lesson.passages)) * size > STEP_TOKENS:
                    batches.append([])
                    count = 0
                batches[-1].append(lesson)
                count += len(lesson.passages)
            rng.shuffle(batches)
            yield from batches


def _size(network: ReaderNetwork, lesson: Lesson) -> int:
    passage = max(sum(map(len, network.passage_ids(sentences))) for sentences in lesson.passages)
    return min(MAX_TOKENS, passage + len(network.question_ids(lesson.question)) + 1)


def _loss(network: ReaderNetwork, batch: Sequence[Lesson]) -> torch.Tensor:
    """What the network should have known better: minus the log-probability of the truth, on average."""
    read = [(lesson.question, network.passage_ids(sentences)) for lesson in batch for sentences in lesson.passages]
    found, first = network([(question, [token for piece in pieces for token in piece]) for question, pieces in read])
    losses, row = [], 0
    for lesson in batch:
        if lesson.answerable is not None:
            nothing = found[row : row + len(lesson.passages), 0].sum()
            some = torch.log1p(-torch.exp(nothing.clamp(max=-1e-4)))
            losses.append(JUDGED_WEIGHT * (-some if lesson.answerable else -nothing).clamp(max=JUDGED_MOST))
        elif not lesson.answers:
            losses.append(-found[row, 0])
        else:
            places = np.flatnonzero(network.answer_tokens(lesson.passages[0], lesson.places, lesson.answers))
            places += first[row]
            places = places[places < found.shape[1]]
            if len(places):
                losses.append(-torch.logsumexp(found[row, torch.from_numpy(places)], 0))
        row += len(lesson.passages)
    # Of a lone lesson, whose answer is cut off, nothing can be learned.
    return torch.stack(losses).mean() if losses else found.sum() * 0
