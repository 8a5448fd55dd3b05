"""A follow-up question ("and when?") becomes one that can be searched for by itself.

Without a language model this is a rule: a question that leans on what was said takes along the words of the last
question that stood alone. Where the words do not tell whether it leans ("How many people lived there?"), the search
does: the question is asked with the topic and without, and means whatever finds the better passage.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import regex

from retrieval.answer.names import capitalized, names_any
from retrieval.answer.pointing_words import (
    QUESTION_LAST_POINTERS,
    QUESTION_OPENERS,
    QUESTION_POINTERS,
    UNSEGMENTED_QUESTION_OPENERS,
    UNSEGMENTED_QUESTION_POINTERS,
)
from retrieval.answer.words import UNSEGMENTED
from retrieval.articles.language import detect_language
from retrieval.search.question import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retrieval.models import Turn
    from retrieval.search.question import Question
    from retrieval.search.ranked import RankedNode

MAX_ELLIPTIC_WORDS = 3
"""A question of so few words that names nobody and nothing cannot stand alone: "And when?", "Hvor mange da?"."""
MAX_ELLIPTIC_WORDS_AGGLUTINATIVE = 2
"""The same where one word does the work of an article, a noun and a preposition ("Köprüyü kim yaptı?" stands alone)."""
MAX_ELLIPTIC_CHARS_UNSEGMENTED = 5
MAX_UNSURE_WORDS = 5
"""A question of so few words may be taken for another language, so that of the question before it counts too."""
MAX_BARE_WORDS = 2
"""A follow-up of so few words ("And when?") asks about all that the question before it said, not just its names."""
MAX_UNCLEAR_WORDS = 12
"""A longer question says what it is about. The longest of 64 follow-ups (`benchmarks.follow_ups`) has ten words."""
MAX_UNCLEAR_CHARS_UNSEGMENTED = 20
TOPIC_ADVANTAGE = 0.01
"""Added to the best score with the topic. On the tuning half of `benchmarks.follow_ups`, 89% of the follow-ups are then
recognised (87% without it) and none of the questions that stand alone; with .02, 92% and 5%, and none more is found."""
MAX_TOPIC_CHARS = 1000
MAX_TURNS = 10

_AGGLUTINATIVE = frozenset({"tr", "fi", "hu", "ko"})
_WORD = regex.compile(r"\w+", flags=regex.V1)
_NAME_OR_NUMBER = regex.compile(r"(?<=\S\s+)\p{Lu}\w+|\d+", flags=regex.V1)
# A run of words in capitals that does not begin the question, small words between them included, or a number.
_TOPIC_WORDS = regex.compile(
    r"(?<=\S\s+(?:[«“„\"‘(]|\p{Ll}{1,5}['’])?)\p{Lu}[\w'’-]*(?:\s+(?:\p{Ll}{1,3}['’]?\s*)?\p{Lu}[\w'’-]*)*|\d+",
    flags=regex.V1,
)
_TOPIC_TAKEN_ALONG = regex.compile(r"\s\(.+\)$")
_ENDS = " \t?？؟!.。;…"


@dataclass(frozen=True, slots=True)
class Standalone:
    """A question that can be searched for by itself."""

    text: str
    topic_names: frozenset[str] = frozenset()
    """Names that a follow-up takes along or has itself, casefolded: it is about one of them."""
    repeats_question: bool = False
    """Whether it holds a whole earlier question, which might be answered once more."""
    with_topic: Standalone | None = None
    """What it means if it is a follow-up after all; None where its words tell."""


def standalone_question(question: str, history: Sequence[Turn]) -> Standalone:
    """Give ``question`` the words it needs of a question before it.

    Args:
        question: A cleaned question.
        history: Earlier turns as they were asked, oldest first; only the last ten are looked at.

    Returns:
        The question itself when it stands alone or nothing came before it, one that carries the topic when it leans,
        and both when that cannot be told.
    """
    cleaned = [one_line(turn.question)[:MAX_TOPIC_CHARS] for turn in history[-MAX_TURNS:]]
    earlier = [asked for asked in cleaned if _WORD.search(asked)]
    leans = bool(earlier) and leans_on_history(question, earlier[-1])
    if not earlier or not (leans or _may_lean(question)):
        return Standalone(question)
    last = _last_alone(earlier)
    bare = len(_WORD.findall(question)) <= MAX_BARE_WORDS
    topic = last.rstrip(_ENDS) if bare else topic_of(last)
    with_topic = Standalone(
        f"{question} ({topic})", _names(last) | _names(question), repeats_question=topic == last.rstrip(_ENDS)
    )
    return with_topic if leans else Standalone(question, with_topic=with_topic)


def _last_alone(earlier: Sequence[str]) -> str:
    """The last question that did not lean; a topic that an earlier one was given says nothing about that."""
    asked = [_TOPIC_TAKEN_ALONG.sub("", text) for text in earlier]
    return [
        text for place, text in enumerate(earlier) if place == 0 or not leans_on_history(asked[place], asked[place - 1])
    ][-1]


def search_for(
    standalone: Standalone, search: Callable[[str], tuple[Question, list[RankedNode]]]
) -> tuple[Question, list[RankedNode]]:
    """Search for a question, and for what it means as a follow-up where its words do not tell whether it is one.

    Args:
        standalone: What is asked.
        search: Reads a question and gives the nodes found for it, best first.

    Returns:
        What the question is taken to mean, and the nodes found for that.
    """
    question, ranked = search(standalone.text)
    with_topic = standalone.with_topic
    if with_topic is None:
        return question, about_topic(ranked, standalone.topic_names)
    followed, found = search(with_topic.text)
    if not found or not ranked or found[0].score + TOPIC_ADVANTAGE <= ranked[0].score:
        return question, ranked
    if with_topic.repeats_question and found[0].node.article_id == ranked[0].node.article_id:
        return question, ranked
    return followed, about_topic(found, with_topic.topic_names)


def about_topic(ranked: Sequence[RankedNode], topic_names: frozenset[str]) -> list[RankedNode]:
    """Nodes of the articles that name the topic, as far as any was found; all of them if none is.

    Without this, "and how much did it cost?" is answered with the price of something else. A name that one article
    spells otherwise (Venezia, Venice) is missed there if another article has it; scripts without capitals have none.

    Args:
        ranked: What was found, best first.
        topic_names: Casefolded; none admit all.
    """
    if not topic_names:
        return list(ranked)
    naming = {item.node.article_id for item in ranked if names_any(topic_names, item.node.embedded_text)}
    return [item for item in ranked if item.node.article_id in naming or not naming]


def _names(question: str) -> frozenset[str]:
    return capitalized(" ".join(_TOPIC_WORDS.findall(question)))


def topic_of(question: str) -> str:
    """What a question is about: its names and numbers, or the whole of it if it has no name that can be told.

    The rest is what it asked, which the follow-up replaces: with all its words along, "and how much did it cost?" would
    be answered once more with the number of cars.
    """
    named = [found.group() for found in _TOPIC_WORDS.finditer(question)]
    return question.rstrip(_ENDS) if all(word.isdecimal() for word in named) else " ".join(named)


def leans_on_history(question: str, before: str) -> bool:
    """Whether the question cannot be understood without one asked before it.

    Args:
        question: What is asked now.
        before: What was asked last; a short question's language is taken from it too.
    """
    if UNSEGMENTED.search(question):
        bare = question.rstrip(_ENDS)
        return len(bare) <= MAX_ELLIPTIC_CHARS_UNSEGMENTED or bare.startswith(
            (*UNSEGMENTED_QUESTION_OPENERS, *UNSEGMENTED_QUESTION_POINTERS)
        )
    words = [word.lower() for word in _WORD.findall(question)]
    if not words:
        return False
    languages = {detect_language(question)}
    if len(words) <= MAX_UNSURE_WORDS:
        languages.add(detect_language(before))
    if words[0] in _words_of(QUESTION_OPENERS, languages):
        return True
    if _NAME_OR_NUMBER.search(question):
        return False
    most = MAX_ELLIPTIC_WORDS_AGGLUTINATIVE if languages & _AGGLUTINATIVE else MAX_ELLIPTIC_WORDS
    return len(words) <= most or _points_back(words, languages)


def _points_back(words: Sequence[str], languages: set[str]) -> bool:
    pointers = _words_of(QUESTION_POINTERS, languages)
    return words[-1] in _words_of(QUESTION_LAST_POINTERS, languages) or any(word in pointers for word in words[1:])


def _may_lean(question: str) -> bool:
    """Whether it is so short that it may leave out what it is about, and does not name that.

    German writes every noun as a name, so there a name tells nothing.
    """
    if UNSEGMENTED.search(question):
        return len(question) <= MAX_UNCLEAR_CHARS_UNSEGMENTED
    words = [word.lower() for word in _WORD.findall(question)]
    if len(words) <= MAX_ELLIPTIC_WORDS or not _NAME_OR_NUMBER.search(question):
        return len(words) <= MAX_UNCLEAR_WORDS
    languages = {detect_language(question)}
    return len(words) <= MAX_UNCLEAR_WORDS and ("de" in languages or _points_back(words, languages))


def _words_of(words: Mapping[str, frozenset[str]], languages: set[str]) -> frozenset[str]:
    return frozenset[str]().union(*(words.get(language, frozenset()) for language in languages))
