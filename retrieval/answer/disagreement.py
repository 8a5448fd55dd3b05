"""Articles that contradict each other on what was asked, and the sentence that says so."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from babel.dates import format_date

from retrieval.answer.agreement import YEARS, Facts, facts_of, instead
from retrieval.answer.candidates import Candidate
from retrieval.answer.extractive import cite
from retrieval.answer.generation.markup import plain
from retrieval.answer.locales import locale_of
from retrieval.answer.names import names_in, share_found
from retrieval.answer.spelled_numbers import in_digits
from retrieval.index.embedding import Embedding, Vector, embed_passages
from retrieval.models import AnswerSentence, Citation

WORDINGS = {
    "ar": "تختلف المقالات في ذلك: {one} و{other}.",
    "da": "Artiklerne er uenige om det: {one} og {other}.",
    "de": "Die Artikel widersprechen sich darin: {one} und {other}.",
    "el": "Τα άρθρα διαφωνούν σε αυτό: {one} και {other}.",
    "en": "The articles disagree on this: {one} and {other}.",
    "es": "Los artículos no coinciden en esto: {one} y {other}.",
    "fi": "Artikkelit ovat tästä eri mieltä: {one} ja {other}.",
    "fr": "Les articles se contredisent sur ce point : {one} et {other}.",
    "he": "המאמרים חלוקים בעניין זה: {one} ו{other}.",
    "it": "Gli articoli non concordano su questo: {one} e {other}.",
    "ja": "この点について記事の内容が食い違っています：{one}と{other}。",
    "ko": "이 점에 대해 기사들의 내용이 서로 다릅니다: {one}, {other}.",
    "nl": "De artikelen spreken elkaar hierin tegen: {one} en {other}.",
    "no": "Artiklene er uenige om dette: {one} og {other}.",
    "pl": "Artykuły są w tej sprawie niezgodne: {one} i {other}.",
    "pt": "Os artigos discordam sobre isto: {one} e {other}.",
    "ro": "Articolele nu sunt de acord în această privință: {one} și {other}.",
    "ru": "Статьи расходятся в этом: {one} и {other}.",
    "sv": "Artiklarna är oense om detta: {one} och {other}.",
    "tr": "Makaleler bu konuda çelişiyor: {one} ve {other}.",
    "uk": "Статті розходяться в цьому: {one} та {other}.",
    "vi": "Các bài báo không thống nhất về điều này: {one} và {other}.",
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
MOST_NAME_CHARS = 80


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
        if other.ranked.node.article_id == best.ranked.node.article_id:
            continue
        if any(share_found(names, item.ranked.node.embedded_text) < 1 for item in (best, other)):
            continue
        if not _differ(best, other):
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


def _differ(one: Candidate, other: Candidate) -> bool:
    """Whether one has another number, or another date, in the place of the other's.

    Numbers of different years contradict nothing, so that only one of the two may differ.
    """
    facts, others = _facts(one), _facts(other)
    years = [frozenset(number for number in each.numbers if number in YEARS) for each in (facts, others)]
    amounts = facts.numbers - years[0], others.numbers - years[1]
    dates = (years[0] | facts.months | facts.weekdays, years[1] | others.months | others.weekdays)
    if instead(*amounts):
        return dates[0] == dates[1] or not all(dates)
    return amounts[0] == amounts[1] and instead(*dates)


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
    name = plain(node.outlet or node.title or node.source)[:MOST_NAME_CHARS]
    if node.published is None:
        return name
    locale = locale_of(language)
    return f"{name} ({format_date(node.published, 'long', locale=locale) if locale else node.published.isoformat()})"
