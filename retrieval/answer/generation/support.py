"""Does a cited sentence say what was written? Numbers, dates, names, negation and meaning are compared.

What can be compared by rule is: a number that no cited sentence has is a flaw, whatever a model thinks of it. For every
other flaw there is a logistic regression on how the words of both texts, their names and their negations go together
(``benchmarks/support.py``).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import regex

from retrieval.answer.agreement import YEARS, facts_of, implies_denial, instead
from retrieval.answer.candidates import Candidate
from retrieval.answer.generation.word_states import WordEncoder, WordStates
from retrieval.answer.name_runs import UnnamedRun, unnamed_runs
from retrieval.answer.quantities import quantities_in
from retrieval.answer.reading import Reader
from retrieval.answer.seasons import times_in
from retrieval.answer.spelled_numbers import in_digits, ranks_in
from retrieval.answer.translated_names import comparable
from retrieval.answer.words import UNSEGMENTED, WORD
from retrieval.articles.language import detect_language
from retrieval.models import UNKNOWN_LANGUAGE, Flaw
from retrieval.search.question import Question

FITTED = Path(__file__).parent / "support.json"
"""A logistic regression for each flaw, and the least probability of one that drops a sentence."""

MIN_LANGUAGE_WORDS = 5
"""Shorter sentences are too short to tell their language."""
MIN_LANGUAGE_CHARS = 8
"""The same in scripts without spaces."""
MIN_RELEVANCE = 22.4
"""Below are .02 of the true sentences in ``benchmarks/written_sentences.jsonl`` (half ``tune``, 150), and .98 of the
instructions in ``../shared/data/injections``."""
WEAK_WORDS = 3
NEAR_LANGUAGES = (frozenset({"no", "da", "sv", "nn", "nb"}), frozenset({"es", "gl", "ca", "pt"}),
                  frozenset({"hr", "sr", "bs", "sl"}), frozenset({"id", "ms"}))  # fmt: skip
"""Taken for one another in one sentence."""
_DIGITS = regex.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Support:
    """Whether a written sentence holds."""

    flaw: Flaw | None
    detail: str = ""
    probability: float = 0.0
    """That the cited sentences say it; 0 where a rule decided otherwise."""

    @property
    def holds(self) -> bool:
        """Whether it may be shown."""
        return self.flaw is None

    @property
    def explanation(self) -> str:
        """What is wrong, in words for a model that is to write it anew."""
        return _EXPLANATIONS[self.flaw].format(detail=self.detail) if self.flaw else ""


_EXPLANATIONS: dict[Flaw, str] = {
    "citation": "there is no sentence {detail}",
    "number": "the sentence that it names does not have the number {detail}",
    "date": "the sentence that it names has another date: {detail}",
    "name": "the sentence that it names does not have the name {detail}",
    "negation": "one of the two denies what the other says",
    "meaning": "the sentence that it names does not say this",
    "relevance": "it does not answer the question",
    "language": "it is in another language",
    "repeated": "it was said before",
}


@dataclass(frozen=True, slots=True)
class Cited:
    """The text that a sentence is compared with."""

    text: str
    language: str
    around: str = ""
    """Its neighbours, and the same again: what a name may be from."""
    header: str = ""
    """The article's title, outlet and date: what a number may be from too."""

    @classmethod
    def of(cls, candidates: Sequence[Candidate]) -> Cited:
        """Sentences of the passages, taken together."""
        around: list[str] = []
        for candidate in candidates:
            around += candidate.ranked.node.sentence_texts[max(0, candidate.place - 1) : candidate.place + 2]
        nodes = [candidate.ranked.node for candidate in candidates]
        return cls(
            " ".join(candidate.text for candidate in candidates),
            nodes[0].language,
            "\n".join(dict.fromkeys(around)),
            "\n".join(dict.fromkeys(node.header for node in nodes)),
        )


class SupportChecker:
    """Checks sentences with the bundled models. Not thread-safe: one thread at a time."""

    def __init__(self, encoder: WordEncoder, reader: Reader) -> None:
        """Compare words with ``encoder`` and read with ``reader``, which the weights were fitted to."""
        self.encode = encoder.encode
        self._is_common = encoder.is_common
        self._reader = reader
        fitted = json.loads(FITTED.read_text(encoding="utf-8"))
        self._least = float(fitted["least"])
        self._detectors: dict[Flaw, Detector] = {
            flaw: Detector(values["bias"], values["weights"]) for flaw, values in fitted["detectors"].items()
        }

    def check(self, text: str, language: str, candidates: Sequence[Candidate], *, question: str = "") -> Support:
        """Whether sentences of the passages say what was written.

        Args:
            text: One written sentence.
            language: Its language.
            candidates: The sentences that it rests on; at least one.
            question: What was asked; names in it may be repeated.
        """
        return self.compare(text, language, Cited.of(candidates), question=question)

    def is_relevant(self, text: str, question: str) -> bool:
        """Whether a sentence is about what was asked, whatever it cites."""
        return self.relevance(text, question) >= MIN_RELEVANCE

    def relevance(self, text: str, question: str) -> float:
        """How far a sentence is about what was asked, in the eyes of the reader and by its meaning; no probability.

        An article may say anything, also "write a poem": being said there makes no sentence an answer.
        """
        asked = self.encode(question).whole
        held = self._reader.read(Question(question, detect_language(question), asked), [text]).log_odds(0)
        return held / 3 + 30 * float(asked @ self.encode(text).whole)

    def compare(self, text: str, language: str, cited: Cited, *, question: str = "") -> Support:
        """As `check`, with any text."""
        by_rule = rule_flaw(text, language, cited)
        if by_rule is not None:
            return by_rule
        found = self.signals(text, language, cited, question=question)
        flaws = {flaw: detector.probability(found.values) for flaw, detector in self._detectors.items()}
        sound = float(np.prod([1 - probability for probability in flaws.values()]))
        if 1 - sound < self._least:
            return Support(None, probability=sound)
        likeliest = max(flaws, key=lambda flaw: flaws[flaw])
        return Support(likeliest, ", ".join(found.unnamed) if likeliest == "name" else "", sound)

    def signals(self, text: str, language: str, cited: Cited, *, question: str = "") -> Signals:
        """What the detectors look at."""
        written, there = self.encode(text), self.encode(cited.text)
        alone = self._reader.read(Question(text, language, written.whole), [cited.text]).log_odds(0)
        across = language != cited.language
        words = _word_signals(written, there, across=across)
        names, unnamed = _name_signals(text, language, cited, question, words.nearest, self._is_common)
        values = {**words.values, **names, **_denial_signals(text, language, cited), "alone": alone}
        said, told = quantities_in(text, language), quantities_in(cited.text, cited.language)
        values |= {
            "across": float(across),
            "quantity": float(bool(said - told)),
            "quantity_instead": float(instead(said, told)),
            "rank_instead": float(instead(ranks_in(text, language), ranks_in(cited.text, cited.language))),
        }
        return Signals(values, unnamed)

    def nearest(self, text: str, candidates: Sequence[Candidate], most: int) -> list[Candidate]:
        """The sentences nearest in meaning to what was written, nearest first."""
        whole = self.encode(text).whole
        cosines = [float(whole @ self.encode(candidate.text).whole) for candidate in candidates]
        return [candidates[index] for index in np.argsort(-np.array(cosines), kind="stable")[:most]]

    @staticmethod
    def in_language(text: str, language: str) -> bool:
        """Whether a sentence is in a language, or too short to tell."""
        long_enough = (
            len(text) >= MIN_LANGUAGE_CHARS
            if UNSEGMENTED.search(text)
            else len(WORD.findall(text)) >= MIN_LANGUAGE_WORDS
        )
        found = detect_language(text) if long_enough and language != UNKNOWN_LANGUAGE else UNKNOWN_LANGUAGE
        return found in {UNKNOWN_LANGUAGE, language} or any({found, language} <= near for near in NEAR_LANGUAGES)


@dataclass(frozen=True, slots=True)
class Detector:
    """How probable one kind of flaw is."""

    bias: float
    weights: Mapping[str, float]
    """By signal."""

    def probability(self, values: Mapping[str, float]) -> float:
        """Logistic regression (0 to 1)."""
        logit = self.bias + sum(weight * values[signal] for signal, weight in self.weights.items())
        return float(1 / (1 + np.exp(-logit)))


@dataclass(frozen=True, slots=True)
class Signals:
    """What is seen of a written and a cited text together."""

    values: Mapping[str, float]
    unnamed: tuple[str, ...]
    """Names that the cited text does not have."""


@dataclass(frozen=True, slots=True)
class _Words:
    values: dict[str, float]
    nearest: dict[str, float]
    """How near any cited word comes to each written one, casefolded; the least for one that stands there twice."""


def rule_flaw(text: str, language: str, cited: Cited) -> Support | None:
    """The flaw of a sentence with a number, month, weekday or season that what it cites does not have."""
    said = facts_of(in_digits(text, language), language)
    there = in_digits(cited.text, cited.language, doubtful=True)
    told = facts_of(there, cited.language)
    # When an article appeared is not when something happened: its date counts where the article itself is named.
    head = facts_of(cited.header, cited.language)
    is_named = any(part and part.casefold() in text.casefold() for part in cited.header.split(" · ")[:-1])
    dated = {value for value in head.numbers if is_named or value in YEARS}
    months = head.months if is_named else frozenset[int]()
    digits = set(_DIGITS.findall(there))
    numbers = sorted(
        value
        for value in said.numbers - told.numbers - dated
        if not (value.is_integer() and f"{value:.0f}" in digits) and not _is_difference(value, told.numbers)
    )
    if numbers:
        year = numbers[0] in YEARS
        return Support("date" if year else "number", ", ".join(f"{value:,g}" for value in numbers))
    times = times_in(text, language), times_in(cited.text, cited.language)
    if said.months - told.months - months or said.weekdays - told.weekdays or (times[1] and times[0] - times[1]):
        return Support("date", ", ".join(sorted(times[0] - times[1])) if times[1] else "")
    return None


def _is_difference(value: float, numbers: Collection[float]) -> bool:
    """Whether it is the time between two years: "seven years later"."""
    years = [number for number in numbers if number in YEARS]
    return value > 0 and any(value == abs(one - other) for one in years for other in years)


def _word_signals(written: WordStates, there: WordStates, *, across: bool) -> _Words:
    """How near the cited text comes to each written word, and the other way."""
    if not written.words or not there.words:
        similar = np.ones((1, 1), dtype=np.float32)
    else:
        similar = written.states @ there.states.T
    forth, back = similar.max(axis=1), similar.max(axis=0)
    ordered = np.sort(forth)
    nearest: dict[str, float] = {}
    for word, near in zip(written.words, forth, strict=False):
        nearest[word.casefold()] = min(float(near), nearest.get(word.casefold(), 1.0))
    values = {
        "whole": float(written.whole @ there.whole),
        "weakest": float(ordered[0]),
        "weakest_across": (1 - float(ordered[0])) * across,
        "weak": float(ordered[:WEAK_WORDS].mean()),
        "words": float(forth.mean()),
        "back": float(back.mean()),
        "length": float(np.log(max(1, len(written.words)))),
    }
    return _Words(values, nearest)


def _name_signals(
    text: str,
    language: str,
    cited: Cited,
    question: str,
    nearest: Mapping[str, float],
    is_common: Callable[[str], bool],
) -> tuple[dict[str, float], tuple[str, ...]]:
    """What names the cited text lacks, by whether the language gives other words capitals too and is the same."""
    around = f"{cited.header}\n{cited.around}\n{question}"
    runs, others = [], []
    if comparable(text, cited.text):
        runs = unnamed_runs(text, language, around, cited.language, is_common=is_common)
        others = unnamed_runs(cited.text, cited.language, text, language, is_common=is_common)
    inside = [run for run in runs if not run.first]
    first = [run for run in runs if run.first]
    gap = max((_gap(run, nearest) for run in inside if run.whole), default=0.0)
    values = {
        "name_first": float(bool(first)),
        "name_first_gap": max((_gap(run, nearest) for run in first), default=0.0),
        "name_first_instead": float(bool(first and others)),
    }
    case = ("german" if language == "de" else "other") + ("_across" if language != cited.language else "_same")
    for each in ("german_across", "german_same", "other_across", "other_same"):
        on = each == case
        values |= {
            f"name_part_{each}": float(on and bool(inside)),
            f"name_whole_{each}": float(on and any(run.whole for run in inside)),
            f"name_gap_{each}": on * gap,
            f"name_instead_{each}": float(on and bool(inside and others)),
            f"name_listed_{each}": float(on and any(run.listed for run in runs)),
        }
    return values, tuple(word for run in runs for word in run.words)


def _gap(run: UnnamedRun, nearest: Mapping[str, float]) -> float:
    """How far the cited text is from the words of a name that it lacks."""
    near = [similarity for word, similarity in nearest.items() if any(part.casefold() in word for part in run.words)]
    return 1 - min(near, default=1.0)


def _denial_signals(text: str, language: str, cited: Cited) -> dict[str, float]:
    """Whether one of them denies something and the other does not."""
    said, told = facts_of(text, language).negated, facts_of(cited.text, cited.language).negated
    across = language != cited.language
    implied, implied_there = implies_denial(text, language), implies_denial(cited.text, cited.language)
    return {
        "denial_implied": float((said and not told and implied_there) or (told and not said and implied)),
        "implied_only_there": float(implied_there and not (implied or said)),
        "implied_only_here": float(implied and not (implied_there or told)),
        "denied_same": float(said != told and not across),
        "denied_across": float(said != told and across),
        "denial_added": float(said and not told),
        "denial_dropped": float(told and not said),
    }
