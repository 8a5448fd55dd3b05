from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.index.embedding import estimate_tokens, token_counter
from retrieval.index.nodes import MAX_SENTENCE_TOKENS, MAX_TOKENS, NodeId, split_article, text_node
from retrieval.models import Article

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

ARTICLE = Article(
    id="a" * 20,
    root="/articles",
    source="bridge.txt",
    text="",
    content_hash="b" * 64,
    language="no",
    title="Broen åpner",
    outlet="Fjordavisa",
    published=date(2031, 5, 2),
)
SENTENCES = {
    "no": "Kommunen åpner broen igjen 2. mars, sier ordføreren. ",
    "ar": "أعلنت البلدية أن الجسر سيفتح في مارس. ",
    "zh": "市长宣布新桥将于三月开放。",
    "th": "เทศบาลประกาศเปิดสะพานในเดือนมีนาคม ",
    "hi": "नगरपालिका ने कहा कि पुल मार्च में खुलेगा। ",
}

paragraphs = st.lists(
    st.lists(st.sampled_from([*SENTENCES.values(), "x" * 700, "a", "«Nei.» ", "Kl. 12.30 "]), min_size=1, max_size=30),
    min_size=1,
    max_size=6,
)


@given(paragraphs)
def test_nodes_partition_the_text(content: list[list[str]]) -> None:
    text = "\n".join("".join(sentences).strip() for sentences in content)
    nodes = split_article(replace(ARTICLE, text=text), count_tokens=estimate_tokens)
    assert "".join(node.text for node in nodes) == text
    assert [node.node_index for node in nodes] == list(range(len(nodes)))
    for node in nodes:
        assert node.node_count == len(nodes)
        assert text[node.start_char : node.end_char] == node.text
        for span in node.sentences:
            assert node.start_char <= span.start_char < span.end_char <= node.end_char
            assert "\n" not in text[span.start_char : span.end_char]
            assert text[span.start_char : span.end_char].strip() == text[span.start_char : span.end_char]
    inside = "".join(text[span.start_char : span.end_char] for node in nodes for span in node.sentences)
    assert "".join(inside.split()) == "".join(text.split())


@given(st.text(max_size=400))
def test_any_text_is_partitioned(text: str) -> None:
    nodes = split_article(replace(ARTICLE, text=text), count_tokens=estimate_tokens)
    assert "".join(node.text for node in nodes) == (text if nodes else "")


@pytest.mark.parametrize("language", SENTENCES)
def test_lengths_are_balanced(language: str, embedding: BaseEmbedding) -> None:
    count = token_counter(embedding)
    text = "\n".join([(SENTENCES[language] * 5).strip()] * 12)
    nodes = split_article(replace(ARTICLE, text=text, language=language), count_tokens=count)
    lengths = [count(node.text) for node in nodes]
    assert max(lengths) <= MAX_TOKENS + 10  # tokens of the parts and of the whole differ by a few
    assert min(lengths) >= 110


def test_nodes_end_with_a_paragraph_where_that_costs_little() -> None:
    text = "\n".join([(SENTENCES["no"] * 14).strip()] * 4)
    nodes = split_article(replace(ARTICLE, text=text), count_tokens=estimate_tokens)
    assert len(nodes) == 4
    assert [node.text.endswith("\n") for node in nodes] == [True, True, True, False]


def test_a_short_article_is_one_node() -> None:
    nodes = split_article(replace(ARTICLE, text="Broen er åpen."), count_tokens=estimate_tokens)
    assert [node.id for node in nodes] == [f"{'a' * 20}:{'b' * 12}:0000/0001"]


def test_blanks_alone_give_no_nodes() -> None:
    assert split_article(replace(ARTICLE, text=" \n "), count_tokens=estimate_tokens) == []


def test_text_without_stops_is_cut_at_blanks(embedding: BaseEmbedding) -> None:
    count = token_counter(embedding)
    text = " ".join(f"{number} kroner" for number in range(1500))
    nodes = split_article(replace(ARTICLE, text=text), count_tokens=count)
    assert "".join(node.text for node in nodes) == text
    assert max(count(node.text) for node in nodes) <= MAX_SENTENCE_TOKENS + 10
    assert all(node.text.split()[0] in {"kroner", node.text.split()[0]} for node in nodes)
    assert all(text[span.end_char : span.end_char + 1] in {" ", ""} for node in nodes for span in node.sentences)


def test_ids_tell_article_version_and_place() -> None:
    node_id = NodeId.parse("aaaa:bbbb:0002/0005")
    assert node_id == NodeId("aaaa", "bbbb", 2, 5)
    assert str(node_id) == "aaaa:bbbb:0002/0005"


def test_the_header_is_embedded_and_not_part_of_the_text() -> None:
    from llama_index.core.schema import MetadataMode

    node = split_article(replace(ARTICLE, text="Broen er åpen."), count_tokens=estimate_tokens)[0]
    assert node.embedded_text == "Broen åpner · Fjordavisa · 2031-05-02\nBroen er åpen."
    assert text_node(node).get_content(MetadataMode.EMBED) == node.embedded_text
    assert text_node(node).get_content() == "Broen er åpen."
    bare = replace(node, title=None, outlet=None, published=None)
    assert bare.embedded_text == "Broen er åpen."
    assert text_node(bare).get_content(MetadataMode.EMBED) == "Broen er åpen."
