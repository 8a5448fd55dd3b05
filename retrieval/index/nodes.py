"""Nodes: the stored pieces of an article, which partition its cleaned text."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

from retrieval.articles.sentences import split_sentences
from retrieval.models import Article, Span

if TYPE_CHECKING:
    from llama_index.core.schema import TextNode

TARGET_TOKENS = 200
MAX_TOKENS = 260
"""A node grows to here rather than leave a small rest, and beyond it only for one long sentence."""
MAX_SENTENCE_TOKENS = 440
"""Longer "sentences" (tables, text without stops) are cut; with its header a node then fits the model's 510 tokens."""
MID_PARAGRAPH_COST = 0.04
"""Cost of ending a node inside a paragraph: as much as being 20 % off the target length."""
MAX_CHARS_PER_TOKEN = 16
HASH_CHARS = 12


@dataclass(frozen=True, slots=True)
class StoredNode:
    """A piece of an article with everything the store holds about it.

    ``text`` is exactly the article's text from ``start_char`` to ``end_char``.
    """

    id: str
    article_id: str
    text: str
    start_char: int
    end_char: int
    node_index: int
    node_count: int
    sentences: tuple[Span, ...]
    """Sentences of this node in order, with offsets into the article's text."""
    language: str
    content_hash: str
    root: str
    source: str
    title: str | None = None
    outlet: str | None = None
    author: str | None = None
    published: date | None = None
    url: str | None = None

    @property
    def header(self) -> str:
        """Title, outlet and date in one line; empty if the article gives none. Embedded and searched, never quoted."""
        parts = (self.title, self.outlet, self.published.isoformat() if self.published else None)
        return " · ".join(part for part in parts if part)

    @property
    def sentence_texts(self) -> tuple[str, ...]:
        """The sentences word for word, in order."""
        start = self.start_char
        return tuple(self.text[span.start_char - start : span.end_char - start] for span in self.sentences)

    @property
    def embedded_text(self) -> str:
        """What the vector is made of: the header, then the text."""
        return f"{self.header}\n{self.text}".strip() if self.header else self.text  # as LlamaIndex would put it


@dataclass(frozen=True, slots=True)
class NodeId:
    """A node's id taken apart: ``article:hash:index/count``.

    It holds the content's hash, so a changed article's nodes never overwrite the old ones, and the count, so the ids
    alone tell whether an article is complete.
    """

    article_id: str
    hash_prefix: str
    index: int
    count: int

    def __str__(self) -> str:
        return f"{self.article_id}:{self.hash_prefix}:{self.index:04d}/{self.count:04d}"

    @classmethod
    def parse(cls, text: str) -> NodeId:
        """Take an id apart; raises ValueError for one that ``str`` did not make."""
        article_id, hash_prefix, position = text.split(":")
        index, count = position.split("/")
        return cls(article_id, hash_prefix, int(index), int(count))


def node_ids(article_id: str, content_hash: str, count: int) -> list[str]:
    """Ids of all nodes of one version of an article, in order."""
    return [str(NodeId(article_id, content_hash[:HASH_CHARS], index, count)) for index in range(count)]


def split_article(article: Article, *, count_tokens: Callable[[str], int]) -> list[StoredNode]:
    """Cut an article into nodes of about TARGET_TOKENS that end with a sentence, and where it fits with a paragraph.

    The nodes partition the text: joined in order they give ``article.text`` exactly. Lengths are balanced, so that
    there is no small last node. A text without anything but blanks gives no nodes.
    """
    sentences = [piece for span in split_sentences(article.text, article.language)
                 for piece in _cut_long(article.text, span, count_tokens)]  # fmt: skip
    if not sentences:
        return []
    bounds = [0, *(span.start_char for span in sentences[1:]), len(article.text)]
    slots = [article.text[start:end] for start, end in pairwise(bounds)]
    cuts = _cheapest_cuts([max(1, count_tokens(slot)) for slot in slots], [slot.endswith("\n") for slot in slots])
    ids = node_ids(article.id, article.content_hash, len(cuts) - 1)
    return [
        StoredNode(
            id=ids[index],
            article_id=article.id,
            text=article.text[bounds[first] : bounds[last]],
            start_char=bounds[first],
            end_char=bounds[last],
            node_index=index,
            node_count=len(ids),
            sentences=tuple(sentences[first:last]),
            language=article.language,
            content_hash=article.content_hash,
            root=article.root,
            source=article.source,
            title=article.title,
            outlet=article.outlet,
            author=article.author,
            published=article.published,
            url=article.url,
        )
        for index, (first, last) in enumerate(pairwise(cuts))
    ]


def text_node(node: StoredNode) -> TextNode:
    """The node as LlamaIndex passes it around; its embedded content is ``node.embedded_text``."""
    from llama_index.core.schema import TextNode  # late: 1.3 s

    values: dict[str, object] = {
        "header": node.header,
        "article_id": node.article_id,
        "node_index": node.node_index,
        "node_count": node.node_count,
        "language": node.language,
        "source": node.source,
        "title": node.title,
        "outlet": node.outlet,
        "author": node.author,
        "published": node.published.isoformat() if node.published else None,
        "url": node.url,
    }
    metadata = {key: value for key, value in values.items() if value not in (None, "")}
    return TextNode(
        id_=node.id,
        text=node.text,
        start_char_idx=node.start_char,
        end_char_idx=node.end_char,
        metadata=metadata,
        excluded_embed_metadata_keys=[key for key in metadata if key != "header"],
        excluded_llm_metadata_keys=[key for key in metadata if key != "header"],
        metadata_template="{value}",
        text_template="{metadata_str}\n{content}",
    )


def _cut_long(text: str, span: Span, count_tokens: Callable[[str], int]) -> Iterator[Span]:
    """The span itself, or its pieces, cut after blanks, if it has more than MAX_SENTENCE_TOKENS tokens."""
    start, end = span.start_char, span.end_char
    # No token is longer than the text it stands for, so most sentences need no counting.
    while end - start > MAX_SENTENCE_TOKENS:
        window = text[start : min(end, start + MAX_SENTENCE_TOKENS * MAX_CHARS_PER_TOKEN)]
        if start + len(window) == end and count_tokens(window) <= MAX_SENTENCE_TOKENS:
            break
        size = bisect_left(range(len(window)), MAX_SENTENCE_TOKENS, lo=1, key=lambda n: count_tokens(window[:n]))
        blank = window.rfind(" ", size // 2, size)
        piece = window[: blank if blank > 0 else size]
        if piece.strip():
            yield Span(start, start + len(piece.rstrip()))
        start += len(piece)
        start += len(window[len(piece) :]) - len(window[len(piece) :].lstrip())
    if start < end:
        yield Span(start, end)


def _cheapest_cuts(tokens: Sequence[int], ends_paragraph: Sequence[bool]) -> list[int]:
    """Positions of the cuts, first and last included, whose nodes are nearest to TARGET_TOKENS in sum of squares."""
    best = [0.0] + [float("inf")] * len(tokens)
    previous = [0] * (len(tokens) + 1)
    for last in range(1, len(tokens) + 1):
        inside = last < len(tokens) and not ends_paragraph[last - 1]
        total = 0
        for first in range(last - 1, -1, -1):
            total += tokens[first]
            if total > MAX_TOKENS and first < last - 1:
                break
            cost = best[first] + (total / TARGET_TOKENS - 1) ** 2 + MID_PARAGRAPH_COST * inside
            if cost < best[last]:
                best[last], previous[last] = cost, first
    cuts = [len(tokens)]
    while cuts[-1]:
        cuts.append(previous[cuts[-1]])
    return cuts[::-1]
