"""Whether a follow-up finds what its full question finds, and whether questions that stand alone are left alone.

    python -m benchmarks.follow_ups --half tune

Conversations of our own about documents of xquad and norquad (``conversations.jsonl``): a first question, a second
that leaves out what the first one said, and the second in full. They are asked in the libraries of
`benchmarks.retrieval`: (a) those about norquad, (b) those about xquad, where the right paragraph in any language
counts. Every first and full question is also asked after the first question of another conversation, which must not
bend it.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.cached_embedding import CachedEmbedding
from benchmarks.datasets import DEFAULT_DATA, FIRST_NORQUAD_GROUP, doc_of, norquad, translations, xquad
from benchmarks.retrieval import first_right, open_library
from retrieval import Library
from retrieval.answer.follow_up import search_for, standalone_question
from retrieval.models import Turn
from retrieval.search.question import Question, read_question
from retrieval.search.ranked import RankedNode

CONVERSATIONS = Path(__file__).parent / "conversations.jsonl"
CUTOFFS = (1, 5)
SEED = 1


@dataclass(frozen=True, slots=True)
class Conversation:
    """Two questions about one document."""

    id: str
    half: str
    """``tune`` or ``held_out``; the rule was made without a look at the latter."""
    doc: str
    group: int
    ask_in: str
    first: str
    answer: str
    second: str
    full: str

    @property
    def library(self) -> str:
        """The library that holds the document."""
        return "a" if self.group >= FIRST_NORQUAD_GROUP else "b"


class Asker:
    """Asks as the product does, and tells how well the right document did."""

    def __init__(self, library: Library, embedding: CachedEmbedding, right: dict[str, set[str]]) -> None:
        """Ask ``library``; ``right`` holds the ids of the documents that answer, by a conversation's document."""
        self._search = library.search()
        self._embedding = embedding
        self._right = right

    def ask(self, text: str, doc: str, history: Sequence[Turn] = ()) -> tuple[int, bool]:
        """Rank of the first right document, from 0, and whether the question was taken for a follow-up."""
        question, ranked = search_for(standalone_question(text, history), self._find)
        documents = list(dict.fromkeys(doc_of(item.node.source) for item in ranked))
        return first_right(documents, self._right[doc]), question.text != text

    def _find(self, text: str) -> tuple[Question, list[RankedNode]]:
        question = read_question(text, self._embedding)
        return question, self._search.rank(question)


def main() -> None:
    """Print recall of documents by language."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--work", type=Path, default=Path("build/benchmarks"))
    parser.add_argument("--half", choices=("tune", "held_out"), default="tune")
    arguments = parser.parse_args()
    conversations = [one for one in read_conversations() if one.half == arguments.half]
    with ExitStack() as stack:
        askers = open_askers(arguments.data, arguments.work, stack)
        print_follow_ups(askers, conversations)
        print_unrelated(askers, conversations)
        print_unanswerable(askers, conversations)


def read_conversations() -> list[Conversation]:
    """All conversations, both halves."""
    return [Conversation(**json.loads(line)) for line in CONVERSATIONS.read_text(encoding="utf-8").splitlines()]


def open_askers(data: Path, work: Path, stack: ExitStack) -> dict[str, Asker]:
    """One for each library, by its name."""
    embedding = CachedEmbedding(work / "vectors.sqlite")
    paragraphs, norwegian = xquad(data)[0], norquad(data)[0]
    right = {document.doc: {document.doc} for document in paragraphs + norwegian}
    for doc, others in translations(paragraphs).items():
        right[doc].update(other.doc for other in others)
    italian = [document for document in paragraphs if document.language == "it"]
    return {
        name: Asker(stack.enter_context(open_library(name, documents, work, embedding)), embedding, right)
        for name, documents in (("a", italian + norwegian), ("b", paragraphs))
    }


def print_follow_ups(askers: dict[str, Asker], conversations: Sequence[Conversation]) -> None:
    """One line a language: the second question alone, with the first before it, and in full."""
    rows: dict[str, list[tuple[int, int, int, bool]]] = defaultdict(list)
    for one in conversations:
        asker, history = askers[one.library], [Turn(one.first, one.answer)]
        alone, full = asker.ask(one.second, one.doc)[0], asker.ask(one.full, one.doc)[0]
        by_rule, leans = asker.ask(one.second, one.doc, history)
        for part in (one.ask_in, "all"):
            rows[part].append((alone, by_rule, full, leans))
    print(f"\n{'follow-ups':12}{'n':>4}  {'alone':>11}  {'by the rule':>11}  {'in full':>11}  rule/full@5  recognised")
    for part, found in sorted(rows.items(), key=lambda row: (row[0] == "all", row[0])):
        table = np.array(found)
        recalls = [recall(table[:, column]) for column in range(3)]
        shown = "  ".join("/".join(f"{value:.3f}" for value in values).rjust(11) for values in recalls)
        ratio = recalls[1][-1] / recalls[2][-1] if recalls[2][-1] else float("nan")
        print(f"{part:12}{len(table):>4}  {shown}  {ratio:>11.3f}  {table[:, 3].mean():>10.3f}")


def print_unrelated(askers: dict[str, Asker], conversations: Sequence[Conversation]) -> None:
    """Questions that stand alone: asked first, and after the first question of a conversation about something else."""
    chance = random.Random(SEED)  # noqa: S311  a reproducible choice
    rows = []
    for one in conversations:
        other = chance.choice([it for it in conversations if it.group != one.group and it.library == one.library])
        for text in (one.first, one.full):
            alone = askers[one.library].ask(text, one.doc)[0]
            rows.append((alone, *askers[one.library].ask(text, one.doc, [Turn(other.first, other.answer)])))
    table = np.array(rows)
    alone, after = recall(table[:, 0]), recall(table[:, 1])
    print(f"\n{len(table)} questions that stand alone, asked after another conversation's first question:")
    print(
        f"alone {alone[0]:.3f}/{alone[1]:.3f}, after it {after[0]:.3f}/{after[1]:.3f} ({after[1] / alone[1]:.3f} of "
        f"recall@5), taken for follow-ups {table[:, 2].mean():.3f}"
    )


def print_unanswerable(askers: dict[str, Asker], conversations: Sequence[Conversation]) -> None:
    """Norwegian questions that stand alone, in the library that answers none of them: the last topic is tempting."""
    chance = random.Random(SEED)  # noqa: S311  a reproducible choice
    before = [one for one in conversations if one.library == "b"]
    bent = []
    for one in conversations:
        for text in (one.first, one.full) if one.library == "a" else ():
            other = chance.choice(before)
            bent.append(askers["b"].ask(text, one.doc, [Turn(other.first, other.answer)])[1])
    print(f"{len(bent)} more that no article answers: taken for follow-ups {np.mean(bent):.3f}")


def recall(ranks: np.ndarray) -> list[float]:
    """Share of ranks within each cutoff."""
    return [float((ranks < cutoff).mean()) for cutoff in CUTOFFS]


if __name__ == "__main__":
    main()
