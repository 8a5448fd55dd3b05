from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnxruntime
import pytest

from retrieval.index.embedding import default_weights, embed_passages
from retrieval.index.encoder_graph import EMBEDDINGS, MARKS, Mark, build_encoder
from retrieval.index.packed_weights import PackedWeights, dequantize, read_packed_weights
from retrieval.index.tokens import TextTokenizer

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

TEXTS = [
    "La sindaca ha aperto il ponte lunedì.",
    "Brua kostet 12 millioner kroner.",
    "大桥星期一开放。",
    "Мост открыли.",
]


@pytest.fixture(scope="module")
def weights() -> PackedWeights:
    return read_packed_weights(default_weights())


@pytest.fixture(scope="module")
def session(weights: PackedWeights) -> onnxruntime.InferenceSession:
    graph = build_encoder(weights).SerializeToString()
    return onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])


def embedded(weights: PackedWeights, text: str) -> np.ndarray:
    ids = TextTokenizer(weights.vocabulary).encode(["passage: " + text])[0]
    marked = np.array([weights.vocabulary.bos, *ids, weights.vocabulary.eos])
    words = dequantize(weights.tensors["emb.word"].reshape(weights.sizes.vocab_size, -1)[marked])
    positions = weights.floats("emb.pos").reshape(-1, 384)[: len(marked)] + weights.floats("emb.type")[:384]
    return words.reshape(-1, 384) + positions


@pytest.mark.parametrize("text", TEXTS)
def test_mean_states_are_the_engines_vector(
    weights: PackedWeights, session: onnxruntime.InferenceSession, embedding: BaseEmbedding, text: str
) -> None:
    (states,) = session.run(None, {EMBEDDINGS: embedded(weights, text)})
    mean = states.mean(axis=0)
    cosine = float(mean @ embed_passages(embedding, [text])[0] / np.linalg.norm(mean))
    assert cosine > 0.99


def test_a_mark_changes_the_states_only_where_something_is_marked(
    weights: PackedWeights, session: onnxruntime.InferenceSession
) -> None:
    inputs = embedded(weights, TEXTS[0])
    graph = build_encoder(weights, mark=Mark(4, np.full(384, 0.5, dtype=np.float32))).SerializeToString()
    marking = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    (plain,) = session.run(None, {EMBEDDINGS: inputs})
    marks = np.zeros((len(inputs), 1), dtype=np.float32)
    (unmarked,) = marking.run(None, {EMBEDDINGS: inputs, MARKS: marks})
    np.testing.assert_allclose(unmarked, plain, atol=1e-5)
    marks[3:5] = 1
    (marked,) = marking.run(None, {EMBEDDINGS: inputs, MARKS: marks})
    assert np.abs(marked - plain).max() > 0.05
