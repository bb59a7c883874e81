"""The packaged weights as an ONNX graph, whose matrices multiply whole numbers of eight bits, a scale for each token.

One scale for a whole batch, as `DynamicQuantizeLinear` takes it, would give a text another vector beside other texts.
And a few numbers of a hidden state are so much larger than all others that no scale serves both: those stay float32.
So vectors keep .9998 of their cosine, in half of the time (docs/performance.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from onnx import ModelProto

    from onrecord.embeddings.bundled import Blocks, PackedModel

_BLOCK = 32
# onnxruntime's own operators (attention in one piece, 4-bit matrices), part of every build of it.
_MICROSOFT = "com.microsoft"
# Multiply 4-bit blocks in float32. Level 4 (int8 activations) was no faster where measured.
_FLOAT32 = 1
# Those of the 384 numbers of a hidden state that are largest by far in some tokens of this model, up to 19 times the
# root mean square of all; rounded by a scale with them, the others lose a hundred times as much (docs/performance.md).
_LARGEST = (15, 35, 146, 297, 347, 351)
# Whole numbers go from -127 to 127, stored with 128 for zero.
_MOST, _ZERO = 127, 128
# GELU is never below -.17, and seldom near: 20 steps lie below its zero, and the others above.
_BELOW, _LEAST_OF_GELU = 20, 0.17
_TINY = 1e-9
_CONSTANTS: dict[str, NDArray[Any]] = {
    "one": np.array(1, np.float32),
    "last": np.array([-1], np.int64),
    "tiny": np.array(_TINY, np.float32),
    "steps": np.array(_MOST, np.float32),
    "zero_of_state": np.array(_ZERO, np.uint8),
    "steps_above": np.array(255 - _BELOW, np.float32),
    "steps_below": np.array(_BELOW / _LEAST_OF_GELU, np.float32),
    "zero_of_gelu": np.array(_BELOW, np.uint8),
    "largest": np.array(_LARGEST, np.int64),
    "rest": np.array([number not in _LARGEST for number in range(384)], np.float32),
}


@dataclass(frozen=True, slots=True)
class _Operand:
    """What matrices are multiplied with: a state, and where they multiply whole numbers, it as such, with its scale.

    `apart` are the few numbers of it that are kept out of those, and multiplied as they are.
    """

    state: str
    whole: str = ""
    scale: str = ""
    zero: str = ""
    apart: str = ""


def bert_graph(packed: PackedModel, *, whole: bool) -> ModelProto:
    """Build BERT: int64 `input_ids` (texts, tokens), without padding → `token_embeddings` (texts, tokens, hidden).

    With `whole` its matrices multiply numbers of eight bits, which is right only where `multiplies_whole_numbers`; else
    float32, and the result is that of the dequantised float32 model (cosine above .99999).
    """
    from onnx import TensorProto, helper

    graph = _Graph(whole=whole)
    graph.embed(packed)
    state = "layer0"
    for layer in range(packed.layers):
        last = layer == packed.layers - 1
        state = graph.layer(packed, layer, state, "token_embeddings" if last else f"layer{layer + 1}")
    given = helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["texts", "tokens"])
    output = helper.make_tensor_value_info("token_embeddings", TensorProto.FLOAT, ["texts", "tokens", packed.hidden])
    return helper.make_model(
        helper.make_graph(graph.nodes, "e5", [given], [output], graph.constants),
        opset_imports=[helper.make_opsetid("", 21), helper.make_opsetid(_MICROSOFT, 1)],
        ir_version=10,
    )


class _Graph:
    """Nodes and constants so far. Every method that adds a node returns the name of its output."""

    def __init__(self, *, whole: bool) -> None:
        self._whole = whole
        self._shared: set[str] = set()
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, name: str, values: NDArray[Any]) -> str:
        self.constants.append(_tensor(name, values))
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
        read = self.operand(state, apart=True)
        parts = [self.linear(packed, f"{name}.{part}", read) for part in "qkv"]
        attended = self.operand(
            self.node("MultiHeadAttention", parts, f"{name}.attended", domain=_MICROSOFT, num_heads=packed.heads)
        )
        added = self.node("Add", [self.linear(packed, f"{name}.ao", attended), state], f"{name}.added")
        middle = self.normalise(packed, f"{name}.aln", added, f"{name}.middle")
        risen = self.linear(packed, f"{name}.fi", self.operand(middle, apart=True))
        raised = self.raised(self.node("Gelu", [risen], f"{name}.raised"))
        last = self.node("Add", [self.linear(packed, f"{name}.fo", raised), middle], f"{name}.last")
        return self.normalise(packed, f"{name}.oln", last, output)

    def operand(self, state: str, *, apart: bool = False) -> _Operand:
        """A state (texts, tokens, numbers) to multiply with; `apart` keeps its largest out of the whole numbers."""
        if not self._whole:
            return _Operand(state)
        rest, largest = state, ""
        if apart:
            largest = self.node("Gather", [state, self.shared("largest")], f"{state}.largest", axis=-1)
            rest = self.node("Mul", [state, self.shared("rest")], f"{state}.rest")
        size = self.node("ReduceMax", [self.node("Abs", [rest], f"{state}.size"), self.shared("last")], f"{state}.most")
        factor = self.node("Div", [self.shared("steps"), self.above_zero(size)], f"{state}.factor")
        return self.rounded(state, rest, factor, self.shared("zero_of_state"), largest)

    def raised(self, state: str) -> _Operand:
        """What GELU gives, to multiply with."""
        if not self._whole:
            return _Operand(state)
        most = self.node("ReduceMax", [state, self.shared("last")], f"{state}.most")
        above = self.node("Div", [self.shared("steps_above"), self.above_zero(most)], f"{state}.above")
        factor = self.node("Min", [above, self.shared("steps_below")], f"{state}.factor")
        return self.rounded(state, state, factor, self.shared("zero_of_gelu"), "")

    def above_zero(self, size: str) -> str:
        return self.node("Max", [size, self.shared("tiny")], f"{size}.above_zero")

    def rounded(self, state: str, rest: str, factor: str, zero: str, apart: str) -> _Operand:
        scale = self.node("Reciprocal", [factor], f"{state}.scale")
        stretched = self.node("Mul", [rest, factor], f"{state}.stretched")
        whole = self.node("QuantizeLinear", [stretched, self.shared("one"), zero], f"{state}.whole")
        return _Operand(state, whole, scale, zero, apart)

    def shared(self, name: str) -> str:
        """A constant that all layers share."""
        if name not in self._shared:
            self._shared.add(name)
            self.constant(name, _CONSTANTS[name])
        return name

    def linear(self, packed: PackedModel, name: str, operand: _Operand) -> str:
        bias = self.constant(f"{name}.b", packed.floats[f"{name}.b"])
        if self._whole:
            return self.whole_product(name, operand, packed.matrix(name), bias)
        if f"{name}.w" in packed.floats:
            weights = self.constant(f"{name}.w", packed.matrix(name).T)
            product = self.node("MatMul", [operand.state, weights], f"{name}.product")
        else:
            product = self.product_of_blocks(name, operand.state, packed.blocks[f"{name}.w"], len(packed.floats[bias]))
        return self.node("Add", [product, bias], f"{name}.out")

    def whole_product(self, name: str, operand: _Operand, weights: NDArray[np.float32], bias: str) -> str:
        """Weights (rows, columns), a scale for each row, times whole numbers; what is kept apart in float32."""
        if operand.apart:
            apart = self.constant(f"{name}.apart", weights[:, _LARGEST].T)
            weights = weights * _CONSTANTS["rest"]
            bias = self.node(
                "Add", [self.node("MatMul", [operand.apart, apart], f"{name}.large"), bias], f"{name}.side"
            )
        scales = np.maximum(np.abs(weights).max(axis=1), _TINY) / _MOST
        steps = np.rint(weights / scales[:, None]).astype(np.int8)
        product = self.node(
            "MatMulIntegerToFloat",
            [
                operand.whole,
                self.constant(f"{name}.w", steps.T),
                self.shared("one"),
                self.constant(f"{name}.scales", scales.astype(np.float32)),
                operand.zero,
            ],
            f"{name}.product",
            domain=_MICROSOFT,
        )
        return self.node("Add", [self.node("Mul", [product, operand.scale], f"{name}.scaled"), bias], f"{name}.out")

    def product_of_blocks(self, name: str, state: str, weights: Blocks, rows: int) -> str:
        """The package's own 4-bit blocks, without rounding them again."""
        columns = weights.nibbles.size // rows
        per_row = columns // _BLOCK
        return self.node(
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

    def normalise(self, packed: PackedModel, name: str, state: str, output: str) -> str:
        scale = self.constant(f"{name}.w", packed.floats[f"{name}.w"])
        bias = self.constant(f"{name}.b", packed.floats[f"{name}.b"])
        return self.node("LayerNormalization", [state, scale, bias], output, axis=-1, epsilon=packed.epsilon)


def _pairs(nibbles: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Two consecutive 4-bit numbers a byte, the first in the low half: the order that onnxruntime reads."""
    return nibbles[:, 0::2] | np.left_shift(nibbles[:, 1::2], np.uint8(4))


def multiplies_whole_numbers() -> bool:
    """Whether onnxruntime multiplies whole numbers of eight bits rightly on this machine.

    A processor without instructions for it (Intel's before 2019) adds two products in sixteen bits, and cuts off what
    is too large.
    """
    import onnxruntime
    from onnx import TensorProto, helper

    weights = np.full((64, 64), _MOST, np.int8)
    given = np.full((4, 64), 255, np.uint8)
    node = helper.make_node("MatMulInteger", ["given", "weights", "zero"], ["product"])
    constants = [_tensor("weights", weights), _tensor("zero", _CONSTANTS["zero_of_state"])]
    ends = [
        helper.make_tensor_value_info(name, kind, [4, 64])
        for name, kind in (("given", TensorProto.UINT8), ("product", TensorProto.INT32))
    ]
    model = helper.make_model(
        helper.make_graph([node], "probe", ends[:1], ends[1:], constants),
        opset_imports=[helper.make_opsetid("", 21)],
        ir_version=10,
    )
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    product = session.run(None, {"given": given})[0]
    return bool((product == (given.astype(np.int32) - _ZERO) @ weights.astype(np.int32)).all())


def _tensor(name: str, values: NDArray[Any]) -> Any:
    from onnx import numpy_helper

    return numpy_helper.from_array(np.ascontiguousarray(values), name)
