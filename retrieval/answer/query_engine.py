"""Kilde's answers for code that is written against LlamaIndex."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import Response as LlamaResponse
from llama_index.core.callbacks import CallbackManager
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from retrieval.models import Answer, Citation, Response


class KildeQueryEngine(BaseQueryEngine):
    """A LlamaIndex query engine whose source nodes are the verified quotes.

    ``metadata["refused"]`` tells a refusal, whose response text is empty; ``metadata["confidence"]`` is the answer's
    probability.
    """

    def __init__(self, ask: Callable[[str], Response]) -> None:
        """Answer by ``ask``, such as `retrieval.Library.ask`."""
        super().__init__(callback_manager=CallbackManager())
        self._ask = ask

    def _query(self, query_bundle: QueryBundle) -> LlamaResponse:
        found = self._ask(query_bundle.query_str)
        citations = found.citations if isinstance(found, Answer) else ()
        return LlamaResponse(
            response=found.text if isinstance(found, Answer) else "",
            source_nodes=[_source_node(citation) for citation in citations],
            metadata={
                "refused": not isinstance(found, Answer),
                "confidence": found.confidence,
                "language": found.language,
            },
        )

    async def _aquery(self, query_bundle: QueryBundle) -> LlamaResponse:
        # A library is for one thread at a time, so the answer is found where it is asked for.
        return self._query(query_bundle)

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}


def _source_node(citation: Citation) -> NodeWithScore:
    metadata: dict[str, Any] = {
        "article_id": citation.article_id,
        "source": citation.source,
        "title": citation.title,
        "url": citation.url,
        "outlet": citation.outlet,
        "published": citation.published.isoformat() if citation.published else None,
        "language": citation.language,
    }
    node = TextNode(
        text=citation.quote, metadata=metadata, start_char_idx=citation.start_char, end_char_idx=citation.end_char
    )
    return NodeWithScore(node=node, score=citation.score)
