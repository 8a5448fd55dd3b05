"""The values that pass between the parts of Kilde.

Offsets count code points in the article's cleaned, NFC-normalised text. A ``score`` is higher when better.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Mode = Literal["extractive", "generative"]

UNKNOWN_LANGUAGE = "und"
"""ISO 639-2 code for a text whose language could not be told."""


@dataclass(frozen=True, slots=True)
class Article:
    r"""What a person would read, cleaned.

    ``text`` has one paragraph a line (``"\n"``); no sentence and no quote crosses a line, so none spans text that
    cleaning removed. Fields that the article does not give are None, never guessed.
    """

    id: str
    root: str
    """Absolute POSIX path of the folder that was indexed; empty for an article that is not a file."""
    source: str
    """Path relative to ``root`` (``path#item`` inside a JSON file), or a URL."""
    text: str
    content_hash: str
    """SHA-256 in hex of everything that decides the article's nodes."""
    language: str
    """ISO 639-1 (``no`` for both Norwegian forms), or ``und``."""
    title: str | None = None
    outlet: str | None = None
    author: str | None = None
    published: date | None = None
    url: str | None = None
    unread: tuple[str, ...] = ()
    """What it states and nobody can read, in words."""


@dataclass(frozen=True, slots=True)
class ArticleSummary:
    """One line of ``kilde articles``: an article without its text."""

    id: str
    root: str
    source: str
    language: str
    nodes: int
    title: str | None = None
    outlet: str | None = None
    author: str | None = None
    published: date | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of code points, ``[start_char, end_char)``."""

    start_char: int
    end_char: int


Caution = Literal["low", "normal", "high"]
"""How sure an answer must be: with ``low`` more questions are answered, and more of them wrongly."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which articles may be searched; None, and no languages, admit all. Dates are inclusive."""

    languages: tuple[str, ...] = ()
    outlet: str | None = None
    published_from: date | None = None
    published_to: date | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier exchange of a conversation."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A verified quote: ``quote`` equals the article's text from ``start_char`` to ``end_char``."""

    number: int
    article_id: str
    source: str
    title: str | None
    url: str | None
    outlet: str | None
    published: date | None
    language: str
    start_char: int
    end_char: int
    quote: str
    score: float


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """One sentence of an answer and the numbers of the citations it rests on (never empty)."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A passage that was considered, best first."""

    article_id: str
    source: str
    start_char: int
    end_char: int
    score: float


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds spent on one question, by stage."""

    embed: float = 0.0
    search: float = 0.0
    answer: float = 0.0
    total: float = 0.0


Flaw = Literal["citation", "number", "date", "name", "negation", "meaning", "relevance", "language", "repeated"]
"""Why a written sentence does not hold: it cites no passage, says what the cited sentences do not say or what was not
asked, is in the wrong language, or was said before."""


@dataclass(frozen=True, slots=True)
class DroppedSentence:
    """A sentence that a language model wrote and nobody is shown."""

    text: str
    flaw: Flaw
    detail: str
    """What exactly, such as the number that no cited sentence has; may be empty."""


@dataclass(frozen=True, slots=True)
class ModelUse:
    """What a language model did for one answer, in all its requests; None where it does not tell."""

    model: str
    requests: int = 0
    prompt_tokens: int | None = None
    cached_tokens: int | None = None
    """Prompt tokens that it still knew from an earlier request."""
    completion_tokens: int | None = None
    first_word_ms: float | None = None
    total_ms: float = 0.0
    dropped: tuple[DroppedSentence, ...] = ()
    from_cache: bool = False
    """Whether the whole answer was still there from the last time that it was asked."""


@dataclass(frozen=True, slots=True)
class Fallback:
    """Why an answer is quoted although a language model is configured."""

    reason: str
    """Stable: a `ModelError`'s reason, ``unsupported``, or ``found_nothing``."""
    message: str
    """What happened and which setting to change."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The sentences of an answer that are written and checked so far, and their citations."""

    sentences: tuple[AnswerSentence, ...]
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """Sentences that answer the question, each with its citations."""

    question: str
    language: str
    sentences: tuple[AnswerSentence, ...]
    citations: tuple[Citation, ...]
    confidence: float
    """Probability (0 to 1) that the articles answer the question and that this answer is right."""
    mode: Mode
    retrieved: tuple[Retrieved, ...]
    timings: Timings
    standalone_question: str
    """What was searched for: the question, or what a follow-up was taken to mean."""
    model: ModelUse | None = None
    """None if no language model was asked."""
    fallback: Fallback | None = None
    """Set if the model failed and the answer is quoted instead."""

    @property
    def text(self) -> str:
        """The sentences as one text, without citation numbers."""
        return " ".join(sentence.text for sentence in self.sentences)


@dataclass(frozen=True, slots=True)
class Refusal:
    """The articles do not say."""

    question: str
    language: str
    confidence: float
    """Same meaning as ``Answer.confidence``, for the best answer that was found and not given."""
    mode: Mode
    closest: tuple[ArticleSummary, ...]
    """The articles nearest to the question, best first; not an answer."""
    retrieved: tuple[Retrieved, ...]
    timings: Timings
    standalone_question: str
    model: ModelUse | None = None
    """None if no language model was asked."""


Response = Answer | Refusal


Verdict = Literal["supported", "refuted", "not_enough_info"]
"""What the articles say of a claim, in the terms of FEVER (Thorne et al., 2018)."""


@dataclass(frozen=True, slots=True)
class CheckedClaim:
    """One statement, and the sentences that tell of the same thing."""

    claim: str
    verdict: Verdict
    citations: tuple[Citation, ...]
    """Empty for ``not_enough_info``; numbered through the message."""


@dataclass(frozen=True, slots=True)
class CheckedMessage:
    """What the articles say of a message's claims, in the message's order."""

    language: str
    claims: tuple[CheckedClaim, ...]
    unchecked: int
    """Claims that were left out because there were too many."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One article, file or line that could not be read."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What one index run did; sources are sorted."""

    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: int = 0
    removed: tuple[str, ...] = ()
    failed: tuple[Failure, ...] = ()
    warnings: tuple[str, ...] = ()
    nodes_embedded: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class ReindexReport:
    """What changing a library over to another embedding model did."""

    library: str
    before: str
    """Fingerprint of the model that the library had."""
    after: str
    changed: bool
    """False if it had the configured model already."""
    articles: int
    nodes: int
    nodes_embedded: int
    """Fewer than all if the run went on where another was stopped."""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class IndexProgress:
    """How far an index run has come, for a progress bar."""

    stage: Literal["scan", "read", "embed", "finish"]
    done: int
    total: int | None
    unit: str = field(default="articles")
