from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnxruntime
import pytest

from retrieval.index.embedding import embed_passages
from retrieval.index.encoder_graph import Mark, build_encoder
from retrieval.index.graph_cache import EMBEDDINGS, MARKS

if TYPE_CHECKING:
    from collections.abc import Callable

    from llama_index.core.base.embeddings.base import BaseEmbedding

    from retrieval.index.packed_weights import PackedWeights
    from retrieval.index.tokens import TextTokenizer

TEXTS = [
    "La sindaca ha aperto il ponte lunedì.",
    "Brua kostet 12 millioner kroner.",
    "大桥星期一开放。",
    "Мост открыли.",
]


@pytest.fixture(scope="module")
def session(packed_weights: PackedWeights) -> onnxruntime.InferenceSession:
    graph = build_encoder(packed_weights).SerializeToString()
    return onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])


@pytest.fixture(scope="module")
def embedded(packed_weights: PackedWeights, tokenizer: TextTokenizer) -> Callable[[str], np.ndarray]:
    def make(text: str) -> np.ndarray:
        vocabulary = packed_weights.vocabulary
        return packed_weights.embeddings([vocabulary.bos, *tokenizer.encode(["passage: " + text])[0], vocabulary.eos])

    return make


@pytest.mark.parametrize("text", TEXTS)
def test_mean_states_are_the_engines_vector(
    embedded: Callable[[str], np.ndarray],
    session: onnxruntime.InferenceSession,
    embedding: BaseEmbedding,
    text: str,
) -> None:
    (states,) = session.run(None, {EMBEDDINGS: embedded(text)})
    mean = states.mean(axis=0)
    cosine = float(mean @ embed_passages(embedding, [text])[0] / np.linalg.norm(mean))
    assert cosine > 0.99


def test_a_mark_changes_the_states_only_where_something_is_marked(
    packed_weights: PackedWeights,
    embedded: Callable[[str], np.ndarray],
    session: onnxruntime.InferenceSession,
) -> None:
    inputs = embedded(TEXTS[0])
    graph = build_encoder(packed_weights, mark=Mark(4, np.full(384, 0.5, dtype=np.float32))).SerializeToString()
    marking = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    (plain,) = session.run(None, {EMBEDDINGS: inputs})
    marks = np.zeros((len(inputs), 1), dtype=np.float32)
    (unmarked,) = marking.run(None, {EMBEDDINGS: inputs, MARKS: marks})
    np.testing.assert_allclose(unmarked, plain, atol=1e-5)
    marks[3:5] = 1
    (marked,) = marking.run(None, {EMBEDDINGS: inputs, MARKS: marks})
    assert np.abs(marked - plain).max() > 0.05
