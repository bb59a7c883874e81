"""The packaged weights as an ONNX graph that computes straight on their 4-bit blocks, without rounding them again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from onnx import ModelProto

    from onrecord.embeddings.bundled import PackedModel

_BLOCK = 32
# onnxruntime's own operators (attention in one piece, 4-bit matrices), part of every build of it.
_MICROSOFT = "com.microsoft"
# Multiply in float32. Level 4 (int8 activations) moved the vectors by 1e-4 and was no faster where measured.
_FLOAT32 = 1


def bert_graph(packed: PackedModel) -> ModelProto:
    """Build BERT: int64 `input_ids` and `attention_mask` (batch, tokens) → `token_embeddings` (batch, tokens, hidden).

    The result is that of the dequantised float32 model (cosine above .99999) at a sixth of its size.
    """
    from onnx import TensorProto, helper

    graph = _Graph()
    graph.embed(packed)
    graph.node("Cast", ["attention_mask"], "mask", to=TensorProto.INT32)
    state = "layer0"
    for layer in range(packed.layers):
        last = layer == packed.layers - 1
        state = graph.layer(packed, layer, state, "token_embeddings" if last else f"layer{layer + 1}")
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
        for name in ("input_ids", "attention_mask")
    ]
    output = helper.make_tensor_value_info("token_embeddings", TensorProto.FLOAT, ["batch", "tokens", packed.hidden])
    return helper.make_model(
        helper.make_graph(graph.nodes, "e5", inputs, [output], graph.constants),
        opset_imports=[helper.make_opsetid("", 21), helper.make_opsetid(_MICROSOFT, 1)],
        ir_version=10,
    )


class _Graph:
    """Nodes and constants so far. Every method that adds a node returns the name of its output."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, name: str, values: NDArray[Any]) -> str:
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def node(self, kind: str, inputs: list[str], output: str, *, domain: str = "", **attributes: Any) -> str:
        from onnx import helper

        self.nodes.append(helper.make_node(kind, inputs, [output], domain=domain, **attributes))
        return output

    def embed(self, packed: PackedModel) -> str:
        """Words (4-bit rows), positions and the one token type used, normalised: `layer0`."""
        from onnx import TensorProto, helper

        words = packed.blocks["emb.word"]
        # Signed here, unsigned with 8 for zero in the package: the same number with its highest bit turned.
        table = _pairs(words.nibbles ^ np.uint8(8)).reshape(packed.vocabulary, -1)
        shape = [packed.vocabulary, packed.hidden]
        self.constants.append(helper.make_tensor("words", TensorProto.INT4, shape, table.tobytes(), raw=True))
        scales = self.constant("words.scales", words.scales.reshape(packed.vocabulary, -1))
        word = self.node(
            "GatherBlockQuantized",
            ["words", "input_ids", scales],
            "word",
            domain=_MICROSOFT,
            block_size=_BLOCK,
            gather_axis=0,
            quantize_axis=1,
        )
        fixed = packed.floats["emb.pos"].reshape(-1, packed.hidden) + packed.floats["emb.type"][: packed.hidden]
        positions = self.constant("positions", fixed)
        self.node("Shape", ["input_ids"], "tokens", start=1, end=2)
        self.node("Slice", [positions, self.constant("zero", np.zeros(1, np.int64)), "tokens"], "position")
        return self.normalise(packed, "emb.ln", self.node("Add", [word, "position"], "embedded"), "layer0")

    def layer(self, packed: PackedModel, layer: int, state: str, output: str) -> str:
        """One post-norm encoder layer: attention and feed-forward, each added to its input and normalised."""
        name = f"l{layer}"
        parts = [self.linear(packed, f"{name}.{part}", state) for part in "qkv"]
        attended = self.node(
            "MultiHeadAttention", [*parts, "", "mask"], f"{name}.attended", domain=_MICROSOFT, num_heads=packed.heads
        )
        added = self.node("Add", [self.linear(packed, f"{name}.ao", attended), state], f"{name}.added")
        middle = self.normalise(packed, f"{name}.aln", added, f"{name}.middle")
        raised = self.node("Gelu", [self.linear(packed, f"{name}.fi", middle)], f"{name}.raised")
        last = self.node("Add", [self.linear(packed, f"{name}.fo", raised), middle], f"{name}.last")
        return self.normalise(packed, f"{name}.oln", last, output)

    def linear(self, packed: PackedModel, name: str, state: str) -> str:
        bias = packed.floats[f"{name}.b"]
        if f"{name}.w" in packed.floats:
            # Weights of our own training are whole numbers of eight bits on disk and float32 here.
            whole = packed.floats[f"{name}.w"].reshape(len(bias), -1)
            product = self.node("MatMul", [state, self.constant(f"{name}.w", whole.T)], f"{name}.product")
            return self.node("Add", [product, self.constant(f"{name}.b", bias)], f"{name}.out")
        weights = packed.blocks[f"{name}.w"]
        rows = len(bias)
        columns = weights.nibbles.size // rows
        per_row = columns // _BLOCK
        product = self.node(
            "MatMulNBits",
            [
                state,
                self.constant(f"{name}.w", _pairs(weights.nibbles).reshape(rows, per_row, _BLOCK // 2)),
                self.constant(f"{name}.scales", weights.scales.reshape(rows, per_row)),
            ],
            f"{name}.product",
            domain=_MICROSOFT,
            K=columns,
            N=rows,
            bits=4,
            block_size=_BLOCK,
            accuracy_level=_FLOAT32,
        )
        return self.node("Add", [product, self.constant(f"{name}.b", bias)], f"{name}.out")

    def normalise(self, packed: PackedModel, name: str, state: str, output: str) -> str:
        scale = self.constant(f"{name}.w", packed.floats[f"{name}.w"])
        bias = self.constant(f"{name}.b", packed.floats[f"{name}.b"])
        return self.node("LayerNormalization", [state, scale, bias], output, axis=-1, epsilon=packed.epsilon)


def _pairs(nibbles: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Two consecutive 4-bit numbers a byte, the first in the low half: the order that onnxruntime reads."""
    return nibbles[:, 0::2] | np.left_shift(nibbles[:, 1::2], np.uint8(4))
