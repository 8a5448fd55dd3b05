"""A few given texts as something to search, without a library."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from retrieval.articles.language import detect_language
from retrieval.index.embedding import Embedding, embed_passages, token_counter
from retrieval.index.lexical import LexicalIndex
from retrieval.index.nodes import split_article
from retrieval.models import Article
from retrieval.search.memory import MemorySource

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def index_passages(passages: Sequence[str], embedding: Embedding) -> tuple[MemorySource, LexicalIndex]:
    """Split and embed texts; nothing is cleaned, so that offsets count each text's own characters.

    Args:
        passages: The texts; the first becomes the article ``passage:1``.
        embedding: The model that the question will be embedded with.
    """
    count_tokens = token_counter(embedding)
    articles = [_article(f"passage:{number}", text) for number, text in enumerate(passages, start=1)]
    nodes = [node for article in articles for node in split_article(article, count_tokens=count_tokens)]
    vectors = embed_passages(embedding, [node.embedded_text for node in nodes])
    return MemorySource(nodes, vectors), LexicalIndex.in_memory(nodes)


def _article(name: str, text: str) -> Article:
    text = _LONE_SURROGATE.sub("\ufffd", text)  # what no encoding can write; offsets stay
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
    return Article(id=name, root="", source=name, text=text, content_hash=digest, language=detect_language(text))
