from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.answer.candidates import Candidate
from retrieval.answer.extractive import MAX_SENTENCES, Selection, compose, select_sentences, with_context
from retrieval.articles import split_sentences
from retrieval.index.nodes import StoredNode

CutArticle = Callable[..., list[StoredNode]]
CandidatesOf = Callable[..., list[Candidate]]


def select(candidates: list[Candidate], *probabilities: float) -> Selection:
    return select_sentences(candidates, np.array(probabilities, dtype=np.float32))


def texts(selection: Selection) -> list[str]:
    return [candidate.text for candidate in selection.candidates]


def quotes(selection: Selection) -> list[str]:
    sentences, citations = compose(selection)
    assert [sentence.text for sentence in sentences] == [citation.quote for citation in citations]
    assert [sentence.citations for sentence in sentences] == [(citation.number,) for citation in citations]
    assert [citation.number for citation in citations] == list(range(1, len(citations) + 1))
    return [citation.quote for citation in citations]


def test_the_best_sentence_comes_first_and_unlikely_ones_stay_out(
    cut_article: CutArticle, candidates_of: CandidatesOf
) -> None:
    candidates = candidates_of(cut_article("a", "Brua åpner. Ferga stopper. Skolen stenger."))
    selection = select(candidates, 0.3, 0.7, 0.001)
    assert texts(selection) == ["Ferga stopper.", "Brua åpner."]
    assert selection.probabilities == pytest.approx((0.7, 0.3))


def test_a_sentence_far_below_the_best_adds_nothing(cut_article: CutArticle, candidates_of: CandidatesOf) -> None:
    candidates = candidates_of(cut_article("a", "Brua åpner. Ferga stopper."))
    assert texts(select(candidates, 0.9, 0.1)) == ["Brua åpner."]
    assert texts(select(candidates, 0.4, 0.1)) == ["Brua åpner.", "Ferga stopper."]


def test_one_sentence_is_given_however_unlikely(cut_article: CutArticle, candidates_of: CandidatesOf) -> None:
    candidates = candidates_of(cut_article("a", "Brua åpner. Ferga stopper."))
    assert texts(select(candidates, 0.0, 0.001)) == ["Ferga stopper."]


def test_never_more_than_three(cut_article: CutArticle, candidates_of: CandidatesOf) -> None:
    candidates = candidates_of(
        cut_article("a", "Brua åpner. Ferga stopper. Skolen stenger. Kaia ryker. Banken flytter.")
    )
    assert MAX_SENTENCES == 3
    assert texts(select(candidates, 0.9, 0.8, 0.7, 0.95, 0.6)) == ["Kaia ryker.", "Brua åpner.", "Ferga stopper."]


def test_the_same_words_in_another_article_are_given_once(cut_article: CutArticle, candidates_of: CandidatesOf) -> None:
    candidates = candidates_of(cut_article("a", "Brua åpner. Kaia ryker."), cut_article("b", "BRUA  åpner."))
    assert len(candidates) == 3
    selection = select(candidates, 0.5, 0.2, 0.9)
    assert [(item.text, item.ranked.node.article_id) for item in selection.candidates] == [
        ("BRUA  åpner.", "b"),
        ("Kaia ryker.", "a"),
    ]


@pytest.mark.parametrize(
    ("language", "text", "chosen", "quote"),
    [
        ("no", "Sigrun Hatlen er ordfører. Hun åpnet brua.", 1, "Sigrun Hatlen er ordfører. Hun åpnet brua."),
        ("no", "Hatlen er ordfører. Brua åpner.", 1, "Brua åpner."),
        ("no", "Han er syk. Brua åpner.", 0, "Han er syk."),
        ("no", "Sigrun Hatlen er ordfører.\nHun åpnet brua.", 1, "Hun åpnet brua."),
        ("ru", "Мост построил Орлов. Он живёт в Лесогорске.", 1, "Мост построил Орлов. Он живёт в Лесогорске."),
        ("ar", "بنى الجسر نادر. وهو مهندس معروف.", 1, "بنى الجسر نادر. وهو مهندس معروف."),
        ("zh", "林远舟是老师。他今年七十岁。", 1, "林远舟是老师。他今年七十岁。"),
        ("zh", "林远舟是老师。\n他今年七十岁。", 1, "他今年七十岁。"),
    ],
)
def test_a_sentence_brings_the_one_it_leans_on_within_its_line(
    cut_article: CutArticle, candidates_of: CandidatesOf, language: str, text: str, chosen: int, quote: str
) -> None:
    (candidate,) = [item for item in candidates_of(cut_article("a", text, language=language)) if item.place == chosen]
    span, count = with_context(candidate)
    assert text[span.start_char : span.end_char] == quote
    assert count == len(split_sentences(quote, language))
    assert quotes(select([candidate], 0.9)) == [quote]


def test_context_reaches_into_the_neighbouring_node(cut_article: CutArticle, candidates_of: CandidatesOf) -> None:
    nodes = cut_article("a", "Ferga stopper. Hatlen er ordfører. ", "Hun åpnet brua.")
    (last,) = [item for item in candidates_of(nodes) if item.text == "Hun åpnet brua."]
    assert quotes(select([last], 0.9)) == ["Hatlen er ordfører. Hun åpnet brua."]


def test_a_sentence_that_was_quoted_as_context_is_not_repeated(
    cut_article: CutArticle, candidates_of: CandidatesOf
) -> None:
    candidates = candidates_of(cut_article("a", "Hatlen er ordfører. Hun åpnet brua."))
    assert quotes(select(candidates, 0.5, 0.9)) == ["Hatlen er ordfører. Hun åpnet brua."]


def test_a_quoted_sentence_is_not_repeated_as_context(cut_article: CutArticle, candidates_of: CandidatesOf) -> None:
    candidates = candidates_of(cut_article("a", "Hatlen er ordfører. Hun åpnet brua."))
    assert quotes(select(candidates, 0.9, 0.5)) == ["Hatlen er ordfører.", "Hun åpnet brua."]


CHAIN = "Hatlen er ordfører. Hun åpnet brua. Hun klippet snoren. Ferga stopper. Han jubler."


@pytest.mark.parametrize(
    ("probabilities", "expected"),
    [
        # Two sentences leave room for one, whose context would be a fourth.
        ((0.1, 0.9, 0.0, 0.0, 0.8), ["Hatlen er ordfører. Hun åpnet brua.", "Han jubler."]),
        # The second's context was quoted already.
        ((0.0, 0.9, 0.8, 0.0, 0.0), ["Hatlen er ordfører. Hun åpnet brua.", "Hun klippet snoren."]),
        # The third stands in the first quote.
        ((0.0, 0.8, 0.9, 0.7, 0.0), ["Hun åpnet brua. Hun klippet snoren.", "Ferga stopper."]),
        # Room for no further sentence.
        ((0.0, 0.0, 0.8, 0.9, 0.7), ["Ferga stopper.", "Hun åpnet brua. Hun klippet snoren."]),
        ((0.9, 0.0, 0.0, 0.8, 0.7), ["Hatlen er ordfører.", "Ferga stopper.", "Han jubler."]),
    ],
)
def test_context_counts_among_the_three_sentences(
    cut_article: CutArticle, candidates_of: CandidatesOf, probabilities: tuple[float, ...], expected: list[str]
) -> None:
    assert quotes(select(candidates_of(cut_article("a", CHAIN)), *probabilities)) == expected


def test_one_articles_quotes_do_not_hide_anothers(cut_article: CutArticle, candidates_of: CandidatesOf) -> None:
    candidates = candidates_of(
        cut_article("a", "Hatlen er ordfører. Hun åpnet brua."), cut_article("b", "Nadir er lege. Ferga stopper.")
    )
    assert quotes(select(candidates, 0.0, 0.9, 0.8, 0.0)) == ["Hatlen er ordfører. Hun åpnet brua.", "Nadir er lege."]


@given(st.lists(st.floats(0, 1, width=32), min_size=7, max_size=7))
def test_never_more_than_three_sentences_and_none_twice(
    cut_article: CutArticle, candidates_of: CandidatesOf, probabilities: list[float]
) -> None:
    candidates = candidates_of(cut_article("a", CHAIN), cut_article("b", "Skolen stenger.\nHun er rektor."))
    _, citations = compose(select(candidates, *probabilities))
    assert 1 <= sum(len(split_sentences(citation.quote, "no")) for citation in citations) <= MAX_SENTENCES
    best = candidates[int(np.argmax(np.array(probabilities, dtype=np.float32)))]
    assert best.text in citations[0].quote
    covered = [
        (citation.article_id, place)
        for citation in citations
        for place in range(citation.start_char, citation.end_char)
    ]
    assert len(covered) == len(set(covered))


@pytest.mark.parametrize(
    ("language", "pieces"),
    [
        ("no", ("Brua åpner i dag.\n", "Været er fint. ", "Mæland – ordføreren – jubler 🎉.")),
        ("ru", ("Мост откроют в марте. ", "Мэр Орлов доволен.")),
        ("ar", ("يفتح الجسر في مارس. ", "العمدة نادر سعيد.")),
        ("zh", ("大桥三月开放。", "市长很高兴。")),
    ],
)
def test_quotes_are_the_articles_text_at_their_offsets(
    cut_article: CutArticle, candidates_of: CandidatesOf, language: str, pieces: tuple[str, ...]
) -> None:
    candidates = candidates_of(cut_article("a", *pieces, language=language))
    _, citations = compose(select(candidates, *np.linspace(0.5, 0.9, len(candidates))))
    assert citations
    for citation in citations:
        assert "".join(pieces)[citation.start_char : citation.end_char] == citation.quote
        assert "\n" not in citation.quote
        assert (citation.article_id, citation.source, citation.language) == ("a", "a.txt", language)
