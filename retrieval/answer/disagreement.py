"""Articles that contradict each other on what was asked, and the sentence that says so."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from babel import Locale, UnknownLocaleError
from babel.dates import format_date

from retrieval.answer.agreement import Facts, facts_of
from retrieval.answer.candidates import Candidate
from retrieval.answer.extractive import cite
from retrieval.answer.names import names_in, share_found
from retrieval.answer.spelled_numbers import in_digits
from retrieval.index.embedding import Embedding, Vector, embed_passages
from retrieval.models import AnswerSentence, Citation

WORDINGS = {
    "ar": "تختلف المقالات في ذلك: {one} و{other}.",
    "da": "Artiklerne er uenige om det: {one} og {other}.",
    "de": "Die Artikel widersprechen sich darin: {one} und {other}.",
    "en": "The articles disagree on this: {one} and {other}.",
    "es": "Los artículos no coinciden en esto: {one} y {other}.",
    "fr": "Les articles se contredisent sur ce point : {one} et {other}.",
    "it": "Gli articoli non concordano su questo: {one} e {other}.",
    "nl": "De artikelen spreken elkaar hierin tegen: {one} en {other}.",
    "no": "Artiklene er uenige om dette: {one} og {other}.",
    "pt": "Os artigos discordam sobre isto: {one} e {other}.",
    "ro": "Articolele nu sunt de acord în această privință: {one} și {other}.",
    "ru": "Статьи расходятся в этом: {one} и {other}.",
    "sv": "Artiklarna är oense om detta: {one} och {other}.",
    "tr": "Makaleler bu konuda çelişiyor: {one} ve {other}.",
    "zh": "各篇文章说法不一：{one}与{other}。",
}
"""What is said, by language; English for the others. Each place holds an outlet and a date."""
MIN_SHARE_OF_BEST = 0.05
"""So probable beside the best sentence must another be to answer the question as well. The reader finds "it" much less
probable than the name, so that both articles must have the question's names too."""
MIN_SHARE_UNNAMED = 0.5
"""The same if the question names nothing that both articles could be about."""
MIN_SIMILARITY = 0.9
"""Cosine of sentences that tell of the same thing."""
MOST_COMPARED = 8


def find_disagreement(
    question: str, best: Candidate, candidates: Sequence[Candidate], probabilities: Vector, embedding: Embedding
) -> tuple[Candidate, Candidate] | None:
    """The best sentence and one of another article that answers the same with another number or date.

    Args:
        question: What was asked, standing alone.
        best: The sentence that answers it.
        candidates: All sentences of the passages.
        probabilities: Of each to answer, ``(len(candidates),)``.
        embedding: Tells whether two sentences are about the same thing.
    """
    names = names_in(question)
    least = (MIN_SHARE_OF_BEST if names else MIN_SHARE_UNNAMED) * float(probabilities.max())
    for index in np.argsort(-probabilities, kind="stable")[:MOST_COMPARED]:
        other = candidates[index]
        if probabilities[index] < least:
            break
        if other.ranked.node.article_id == best.ranked.node.article_id or not _differ(best, other):
            continue
        if any(share_found(names, item.ranked.node.embedded_text) < 1 for item in (best, other)):
            continue
        one, two = embed_passages(embedding, [best.text, other.text])
        if float(one @ two) >= MIN_SIMILARITY:
            return best, other
    return None


def say(
    pair: tuple[Candidate, Candidate], language: str, citations: Sequence[Citation]
) -> tuple[AnswerSentence, tuple[Citation, ...]]:
    """The sentence that names both articles with their dates, and the citations with both among them.

    Args:
        pair: What `find_disagreement` gave.
        language: The answer's.
        citations: Of the answer so far.
    """
    all_citations = list(citations)
    numbers = []
    for candidate in pair:
        cited = next((citation for citation in all_citations if _holds(citation, candidate)), None)
        if cited is None:
            cited = cite(candidate, candidate.span, number=len(all_citations) + 1, score=candidate.ranked.score)
            all_citations.append(cited)
        numbers.append(cited.number)
    one, other = (_name(candidate, language) for candidate in pair)
    text = WORDINGS.get(language, WORDINGS["en"]).format(one=one, other=other)
    return AnswerSentence(text, tuple(numbers)), tuple(all_citations)


def are_cited(pair: tuple[Candidate, Candidate], citations: Sequence[Citation]) -> bool:
    """Whether an answer cites both sentences already."""
    return all(any(_holds(citation, candidate) for citation in citations) for candidate in pair)


def _differ(one: Candidate, other: Candidate) -> bool:
    """Whether each has a number, month or weekday in the place of one that the other has."""
    facts, others = _facts(one), _facts(other)
    return any(
        said - told and told - said
        for said, told in (
            (facts.numbers, others.numbers),
            (facts.months, others.months),
            (facts.weekdays, others.weekdays),
        )
    )


def _facts(candidate: Candidate) -> Facts:
    language = candidate.ranked.node.language
    return facts_of(in_digits(candidate.text, language), language)


def _holds(citation: Citation, candidate: Candidate) -> bool:
    return (
        citation.article_id == candidate.ranked.node.article_id
        and citation.start_char <= candidate.span.start_char
        and candidate.span.end_char <= citation.end_char
    )


def _name(candidate: Candidate, language: str) -> str:
    node = candidate.ranked.node
    name = node.outlet or node.title or node.source
    if node.published is None:
        return name
    try:
        return f"{name} ({format_date(node.published, 'long', locale=Locale({'no': 'nb'}.get(language, language)))})"
    except (UnknownLocaleError, ValueError):
        return f"{name} ({node.published.isoformat()})"
