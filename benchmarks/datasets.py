"""The texts and questions that figures are measured on, read from a folder outside the project."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import regex

DEFAULT_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

FIRST_NORQUAD_GROUP, FIRST_NORSUMM_GROUP, FIRST_WRITTEN_GROUP = 1000, 2000, 3000
"""Groups of texts that are each a subject of their own; xquad's have numbers below."""
XQUAD_LANGUAGES = ("it", "en", "de", "es", "ro", "ru", "tr", "ar", "zh", "el", "vi", "hi", "th")


@dataclass(frozen=True, slots=True)
class Document:
    """One paragraph or article of a data set."""

    doc: str
    language: str
    text: str
    group: int
    """Documents of one group treat one subject; tuning and reporting never share a group."""


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question with the document that answers it and the strings that count as its answer there."""

    id: str
    qid: str
    """The same in every language."""
    language: str
    text: str
    doc: str
    answers: tuple[str, ...]


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Read a gzipped file of JSON lines."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def xquad(data: Path) -> tuple[list[Document], list[GoldQuestion]]:
    """XQuAD and SQuAD-it: paragraphs in thirteen languages, and questions in each."""
    documents = [
        Document(row["doc"], row["lang"], row["text"], row["article"])
        for row in read_rows(data / "xquad" / "documents.jsonl.gz")
    ]
    return documents, _questions(data / "xquad" / "questions.jsonl.gz")


def norquad(data: Path) -> tuple[list[Document], list[GoldQuestion]]:
    """NorQuAD: Norwegian news and encyclopaedia texts with questions."""
    rows = read_rows(data / "norquad" / "documents.jsonl.gz")
    documents = [
        Document(row["doc"], "no", row["text"], FIRST_NORQUAD_GROUP + number) for number, row in enumerate(rows)
    ]
    return documents, _questions(data / "norquad" / "questions.jsonl.gz")


def norsumm(data: Path) -> list[Document]:
    """NorSumm: Norwegian news articles."""
    files = sorted((data / "norsumm").glob("*.txt"))
    return [
        Document(f"norsumm-{file.stem}", "no", file.read_text(encoding="utf-8"), FIRST_NORSUMM_GROUP + number)
        for number, file in enumerate(files)
    ]


def written_articles() -> list[Document]:
    """News articles that were written for this project to learn from; all of even groups, so new ones go to the end."""
    rows = map(json.loads, WRITTEN_ARTICLES.read_text(encoding="utf-8").splitlines())
    return [
        Document(row["doc"], row["language"], row["text"], FIRST_WRITTEN_GROUP + 2 * number)
        for number, row in enumerate(rows)
    ]


@dataclass(frozen=True, slots=True)
class WrittenQuestion:
    """A question that was written for this project about one of the documents."""

    document: Document
    language: str
    text: str
    answer: str | None
    """None: a near miss, about what the document treats, but not answered by it."""
    answer_start: int = -1
    """Where the answer begins in the document's text."""


@dataclass(frozen=True, slots=True)
class JudgedQuestion:
    """A question of NoMIRACL with the passages that a search engine found for it."""

    id: str
    language: str
    text: str
    passages: tuple[str, ...]
    answerable: bool
    """Whether a person saw an answer in one of them."""


NEAR_MISSES = Path(__file__).parent / "near_misses.jsonl"
WRITTEN_ARTICLES = Path(__file__).parent / "written_articles.jsonl"


def near_misses(documents: Iterable[Document]) -> list[WrittenQuestion]:
    """Questions of our own, half of them near misses, about the documents given."""
    by_doc = {document.doc: document for document in documents}
    found = []
    for row in map(json.loads, NEAR_MISSES.read_text(encoding="utf-8").splitlines()):
        if (document := by_doc.get(row["doc"])) is not None:
            start, end = row["answer"] or (-1, -1)
            answer = document.text[start:end] if row["answer"] else None
            found.append(WrittenQuestion(document, row["language"], row["question"], answer, start))
    return found


def translations(documents: Iterable[Document]) -> dict[str, list[Document]]:
    """The same paragraph in xquad's other languages, by a document's id."""
    versions: dict[str, list[Document]] = defaultdict(list)
    for document in documents:
        if document.group < FIRST_NORQUAD_GROUP:
            versions[document.doc.partition("-")[2]].append(document)
    return {one.doc: [other for other in same if other is not one] for same in versions.values() for one in same}


def nomiracl(data: Path) -> list[JudgedQuestion]:
    """NoMIRACL: questions in eight languages whose passages hold an answer or do not."""
    return [
        JudgedQuestion(row["id"], row["lang"], row["question"], tuple(row["passages"]), row["answerable"])
        for path in sorted((data / "nomiracl").glob("*.jsonl.gz"))
        for row in read_rows(path)
    ]


def write_articles(documents: Iterable[Document], folder: Path) -> None:
    """Write documents as one article file, ``articles.jsonl``, for the library to read; their ids become the items."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "articles.jsonl").open("w", encoding="utf-8") as out:
        for document in documents:
            row = {"id": document.doc, "text": document.text, "language": document.language}
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


def doc_of(source: str) -> str:
    """The data set's document id of an article's source, ``articles.jsonl#id``."""
    return source.partition("#")[2]


def tuned_on(group: int) -> bool:
    """Whether fitted values may look at this group: the even ones; figures are reported on the odd ones."""
    return group % 2 == 0


def holds_answer(text: str, answers: Iterable[str]) -> bool:
    """Whether a text holds one of the answers, letter case and blanks aside."""
    text = folded(text)
    return any(folded(answer) in text for answer in answers)


@lru_cache(maxsize=50_000)
def folded(text: str) -> str:
    """A text in small letters with one blank between words."""
    return " ".join(text.lower().split())


_LETTER = r"[\p{Latin}\p{Greek}\p{Cyrillic}\p{Arabic}\p{Hebrew}\p{Devanagari}\p{Bengali}\p{Hangul}\p{N}\p{M}\u200d]"


def whole(answer: str) -> regex.Pattern[str]:
    """Finds an answer where it does not begin or end within a word, in scripts that part words by blanks."""
    before = rf"(?<!{_LETTER})" if regex.match(_LETTER, answer) else ""
    after = rf"(?!{_LETTER})" if regex.match(_LETTER, answer[-1:]) else ""
    return regex.compile(before + regex.escape(answer) + after, regex.IGNORECASE)


def _questions(path: Path) -> list[GoldQuestion]:
    return [
        GoldQuestion(
            row["id"], row.get("qid", row["id"]), row["lang"], row["question"], row["doc"], tuple(row["answers"])
        )
        for row in read_rows(path)
    ]
