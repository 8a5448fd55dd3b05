"""The passage reader: reads a question and a passage together and tells which sentence holds what is asked for.

The embedding model's own encoder, taught by ``benchmarks/fit.py`` to point at the answer's tokens, or at the
first token if the passage holds no answer, as extractive question answering has done since BERT (arXiv:1810.04805).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from retrieval.answer.onnx_session import open_session
from retrieval.answer.reader_weights import ReaderWeights
from retrieval.answer.reading import Reading
from retrieval.index.graph_cache import EMBEDDINGS, MARKS, cached_graph
from retrieval.index.tokens import TextTokenizer
from retrieval.search.question import Question

if TYPE_CHECKING:
    from onnx import ModelProto

QUESTION_PREFIX, PASSAGE_PREFIX = "query: ", "passage:"
MAX_QUESTION_TOKENS = 64
"""Longer questions are cut: their beginning holds what is asked for."""


class PassageReader:
    """Reads one passage at a time, so that no passage's reading depends on another."""

    def __init__(self, weights: ReaderWeights, *, cache_dir: Path | None = None) -> None:
        """Load the reader.

        Args:
            weights: What it learned.
            cache_dir: Where its graph is kept for the next start; None: the user's cache folder.
        """
        self.weights = weights
        self.tokenizer = TextTokenizer(weights.base.vocabulary)
        self._heads = np.stack([weights.changes["token.w"], weights.changes["nothing.w"]], axis=1)
        self._head_bias = np.concatenate([weights.changes["token.b"], weights.changes["nothing.b"]])
        graph = cached_graph(f"reader-{weights.digest[:16]}", lambda: _build_graph(weights), folder=cache_dir)
        self._session = open_session(graph)

    def read(self, question: Question, sentences: Sequence[str]) -> Reading:
        """How likely each sentence holds the answer; what goes beyond 512 tokens is not read."""
        vocabulary = self.weights.base.vocabulary
        asked, prefix, *pieces = self.tokenizer.encode([QUESTION_PREFIX + question.text, PASSAGE_PREFIX, *sentences])
        ids = [vocabulary.bos, *asked[:MAX_QUESTION_TOKENS], vocabulary.eos]
        passage_start = len(ids)
        ids += prefix
        bounds = [len(ids)]
        for piece in pieces:
            ids += piece
            bounds.append(len(ids))
        most = self.weights.sizes.max_tokens - 1
        ids = [*ids[:most], vocabulary.eos]
        marks = np.zeros((len(ids), 1), dtype=np.float32)
        marks[passage_start:] = 1
        (states,) = self._session.run(None, {EMBEDDINGS: self.weights.base.embeddings(ids), MARKS: marks})
        logits = states @ self._heads + self._head_bias
        logits = np.concatenate([logits[passage_start:-1, 0], logits[:1, 1]])
        probabilities = np.exp(logits - logits.max())
        probabilities /= probabilities.sum()
        spans = np.minimum(np.array(bounds) - passage_start, len(logits) - 1)
        # What falls on the prefix belongs to no sentence.
        total = np.concatenate([[0.0], np.cumsum(probabilities[:-1])])
        held = np.asarray(total[spans[1:]] - total[spans[:-1]], dtype=np.float32)
        return Reading(held, float(probabilities[-1] + total[spans[0]]))


def _build_graph(weights: ReaderWeights) -> ModelProto:
    from retrieval.index.encoder_graph import Mark, build_encoder  # late: onnx takes .2 s, and graphs are cached

    return build_encoder(weights, mark=Mark(weights.mark_layer, weights.changes["mark"]))
