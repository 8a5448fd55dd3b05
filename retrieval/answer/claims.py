"""The statements in a message, and what several libraries together say of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import regex

from retrieval.answer.dependent import depends_on_previous
from retrieval.answer.words import UNSEGMENTED, WORD
from retrieval.articles.language import detect_language
from retrieval.articles.sentences import split_sentences
from retrieval.models import CheckedClaim, CheckedMessage
from retrieval.search.question import one_line

MOST_CLAIMS = 5
MIN_WORDS = 3
MIN_CHARS_UNSEGMENTED = 6
"""The shortest statement in a script without spaces."""

_QUESTION_END = regex.compile(r"[?？؟;][!！?？؟\p{Emoji_Presentation}'\"»”’」』)\s]*$")
_GREEK_QUESTION = regex.compile(r";\s*$")


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement of a message."""

    text: str
    standalone: str
    """With the sentence before it if it leans on that one: what is searched for."""


def split_claims(message: str) -> list[Claim]:
    """The statements of a message, in order.

    Args:
        message: What somebody wrote, without markup.
    """
    lines = "\n".join(filter(None, (one_line(line) for line in message.splitlines())))
    language = detect_language(lines)
    claims: list[Claim] = []
    before = ""
    for span in split_sentences(lines, language):
        sentence = lines[span.start_char : span.end_char].strip()
        if not _is_statement(sentence, language):
            before = ""
            continue
        leans = bool(before) and depends_on_previous(sentence, language)
        claims.append(Claim(sentence, f"{before} {sentence}" if leans else sentence))
        before = sentence
    return claims


def _is_statement(sentence: str, language: str) -> bool:
    if _QUESTION_END.search(sentence) and (language == "el" or not _GREEK_QUESTION.search(sentence)):
        return False
    if UNSEGMENTED.search(sentence):
        return len(sentence) >= MIN_CHARS_UNSEGMENTED
    return len(WORD.findall(sentence)) >= MIN_WORDS


def merged(found: Sequence[CheckedMessage]) -> CheckedMessage | None:
    """One message's claims as several libraries tell of them: of each the surest that says anything.

    Args:
        found: The same message checked against each library; may be empty.

    Returns:
        None if there is nothing to merge.
    """
    if not found:
        return None
    by_claim = zip(*(one.claims for one in found), strict=True)
    return replace(found[0], claims=numbered([_surest(claims) for claims in by_claim]))


def numbered(claims: Sequence[CheckedClaim]) -> tuple[CheckedClaim, ...]:
    """Number the citations through all claims, from 1."""
    result = []
    number = 0
    for claim in claims:
        citations = []
        for citation in claim.citations:
            number += 1
            citations.append(replace(citation, number=number))
        result.append(replace(claim, citations=tuple(citations)))
    return tuple(result)


def _surest(claims: Sequence[CheckedClaim]) -> CheckedClaim:
    told = [claim for claim in claims if claim.citations]
    return max(told, key=lambda claim: claim.citations[0].score) if told else claims[0]
