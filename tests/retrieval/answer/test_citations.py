from __future__ import annotations

from dataclasses import replace

import pytest

from retrieval.answer.citations import verify
from retrieval.errors import CitationError
from retrieval.models import Citation

TEXTS = {
    "no": "Den nye brua åpnet lørdag.\nFerga legges ned.",
    "ar": "افتتحت المدينة مستشفى جديدا. الدخول مجاني.",
    "zh": "大桥三月开放。市长很高兴。",
}


def citation(article_id: str, start: int, end: int) -> Citation:
    return Citation(
        number=1,
        article_id=article_id,
        source=f"{article_id}.txt",
        title=None,
        url=None,
        outlet=None,
        published=None,
        language=article_id,
        start_char=start,
        end_char=end,
        quote=TEXTS[article_id][start:end],
        score=0.9,
    )


def article_text(article_id: str) -> str:
    return TEXTS.get(article_id, "")


@pytest.mark.parametrize(("article_id", "start", "end"), [("no", 0, 26), ("ar", 0, 28), ("zh", 7, 13)])
def test_true_quotes_pass(article_id: str, start: int, end: int) -> None:
    verify([citation(article_id, start, end)], article_text)


@pytest.mark.parametrize(
    "change",
    [
        {"quote": "Den nye brua åpnet søndag."},
        {"quote": "Den nye brua åpnet lørdag"},
        {"quote": "den nye brua åpnet lørdag."},
        {"quote": "Den nye brua a\u030apnet lørdag."},  # decomposed
        {"start_char": 1, "end_char": 27},
        {"end_char": 4000},
        {"quote": "", "end_char": 0},
        {"article_id": "removed"},
    ],
)
def test_a_quote_that_is_not_the_articles_text_is_an_error(change: dict[str, object]) -> None:
    tampered = replace(citation("no", 0, 26), number=2, **change)  # type: ignore[arg-type]  # one change a row
    with pytest.raises(CitationError, match=r"citation 2 of no\.txt does not match the stored article .*: ask again"):
        verify([citation("no", 0, 26), tampered], article_text)


def test_nothing_cited_is_nothing_to_check() -> None:
    verify([], article_text)
