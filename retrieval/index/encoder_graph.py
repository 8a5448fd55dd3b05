"""The encoder of multilingual-e5-small as an ONNX graph with eight-bit matrices, built from the packed weights.

One text a run: activations are scaled over a whole run, so no text's states depend on another text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from retrieval.index.graph_cache import EMBEDDINGS, MARKS, STATES
from retrieval.index.packed_weights import Floats, Sizes

OPSET = 20
"""The first with Gelu."""
CONTRIB = "com.microsoft"
"""Domain of ONNX Runtime's own operators."""
IR_VERSION = 10


class Weights(Protocol):
    """Where the encoder's tensors come from; `retrieval.index.packed_weights.PackedWeights` is one."""

    @property
    def sizes(self) -> Sizes:
        """Of the encoder."""
        ...

    def floats(self, name: str) -> Floats:
        """A tensor, flat."""
        ...


@dataclass(frozen=True, slots=True)
class Mark:
    """A vector that is added to the states of marked tokens before a layer, to tell two texts of one run apart."""

    layer: int
    vector: Floats


def build_encoder(weights: Weights, *, mark: Mark | None = None) -> ModelProto:
    """The graph: ``embeddings`` ``(tokens, hidden)`` float32 in, ``states`` of the same shape out.

    Embeddings are the sum of a token's, its position's and the segment's; what follows is BERT's encoder
    (arXiv:1810.04805), each layer's normalisation after its sum.

    Args:
        weights: Its tensors.
        mark: Adds an input ``marks``, ``(tokens, 1)``, 1 for the tokens that get the mark's vector.
    """
    graph = _Graph(weights)
    size = weights.sizes.hidden_size
    states = graph.normalize(EMBEDDINGS, "emb.ln")
    for layer in range(weights.sizes.layers):
        if mark is not None and layer == mark.layer:
            states = graph.mark(states, mark.vector)
        states = graph.layer(states, layer)
    graph.add("Identity", [states], STATES)
    inputs = [helper.make_tensor_value_info(EMBEDDINGS, TensorProto.FLOAT, ["tokens", size])]
    if mark is not None:
        inputs.append(helper.make_tensor_value_info(MARKS, TensorProto.FLOAT, ["tokens", 1]))
    outputs = [helper.make_tensor_value_info(STATES, TensorProto.FLOAT, ["tokens", size])]
    return helper.make_model(
        helper.make_graph(graph.nodes, "encoder", inputs, outputs, graph.constants),
        opset_imports=[helper.make_opsetid("", OPSET), helper.make_opsetid(CONTRIB, 1)],
        ir_version=IR_VERSION,
    )


class _Graph:
    """Nodes and constants, in the order they were added."""

    def __init__(self, weights: Weights) -> None:
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []
        self._weights = weights
        self._first_axis = self.constant("first_axis", np.array([0], dtype=np.int64))

    def add(self, kind: str, inputs: list[str], output: str, *, domain: str = "", **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], domain=domain, **attributes))
        return output

    def constant(self, name: str, value: npt.NDArray[Any]) -> str:
        self.constants.append(numpy_helper.from_array(value, name))
        return name

    def mark(self, states: str, vector: Floats) -> str:
        """The states with the vector added where ``marks`` is 1."""
        added = self.add("Mul", [MARKS, self.constant("mark.vector", vector)], "mark.added")
        return self.add("Add", [states, added], "mark.sum")

    def layer(self, states: str, number: int) -> str:
        """Attention and feed-forward of one layer."""
        own = f"l{number}"
        projected = self.linear(self.attention(states, own), f"{own}.ao", *self.matrix(f"{own}.ao"))
        states = self.normalize(self.add("Add", [states, projected], f"{own}.attention_sum"), f"{own}.aln")
        wide = self.linear(states, f"{own}.fi", *self.matrix(f"{own}.fi"))
        narrow = self.linear(self.add("Gelu", [wide], f"{own}.active"), f"{own}.fo", *self.matrix(f"{own}.fo"))
        return self.normalize(self.add("Add", [states, narrow], f"{own}.feed_sum"), f"{own}.oln")

    def attention(self, states: str, own: str) -> str:
        """What each token takes from the others, ``(tokens, hidden)``."""
        matrices, biases = zip(*(self.matrix(f"{own}.{part}") for part in "qkv"), strict=True)
        joined = self.linear(states, f"{own}.qkv", np.concatenate(matrices), np.concatenate(biases))
        batch = self.add("Unsqueeze", [joined, self._first_axis], f"{own}.batch")
        parts = [f"{own}.{part}.states" for part in "qkv"]
        self.nodes.append(helper.make_node("Split", [batch], parts, axis=2, num_outputs=3))
        heads = self._weights.sizes.heads
        taken = self.add("MultiHeadAttention", parts, f"{own}.taken", domain=CONTRIB, num_heads=heads)
        return self.add("Squeeze", [taken, self._first_axis], f"{own}.attended")

    def matrix(self, name: str) -> tuple[Floats, Floats]:
        """Weights ``(out, in)`` and bias ``(out,)``."""
        bias = self._weights.floats(f"{name}.b")
        return self._weights.floats(f"{name}.w").reshape(len(bias), -1), bias

    def linear(self, states: str, name: str, matrix: Floats, bias: Floats) -> str:
        """A product in eight bits: one scale a column of weights, one a run for the activations."""
        scale = np.abs(matrix).max(axis=1) / 127
        eight_bits = np.rint(matrix / scale[:, None]).astype(np.int8)
        inputs = [
            states,
            self.constant(f"{name}.weights", np.ascontiguousarray(eight_bits.T)),
            self.constant(f"{name}.scale", scale.astype(np.float32)),
            "",  # no zero points: the weights are symmetric
            self.constant(f"{name}.bias", bias),
        ]
        return self.add("DynamicQuantizeMatMul", inputs, f"{name}.product", domain=CONTRIB)

    def normalize(self, states: str, name: str) -> str:
        """Layer normalisation."""
        inputs = [states, *(self.constant(f"{name}.{part}", self._weights.floats(f"{name}.{part}")) for part in "wb")]
        return self.add("LayerNormalization", inputs, f"{name}.out", epsilon=self._weights.sizes.layer_norm_eps)
