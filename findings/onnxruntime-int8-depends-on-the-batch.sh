#!/usr/bin/env bash
# onnxruntime: a graph made by quantize_dynamic gives a row another result when another row is in the batch.
#
# Expected: that the rows of a batch do not influence each other, as in the float graph: a sentence embedded alone and
# the same one embedded among others have one vector, up to the last digits.
# Seen: DynamicQuantizeLinear takes one scale for the whole tensor, all rows of the batch (and, in a transformer, their
# padding) together. A row beside one with larger values is rounded to fewer steps. Vectors of questions, encoded alone,
# and of passages, encoded in batches, are then made differently, and adding a text in another batch changes its vector.
#
# Needs python3 (3.11 or newer) with pip, and a package index. Exits 0 where the behaviour is as described, 1 where not.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target "$folder/packages" \
  onnxruntime==1.31.1 onnx==1.23.2 numpy==2.4.6

cat > "$folder/expected" <<'END'
float32: the row alone and beside another agree: True
int8: the row alone and beside another agree: False
int8: below .99: True
END
cat > "$folder/show.py" <<'END'
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

chance = np.random.default_rng(0)
weights = chance.normal(size=(64, 64)).astype(np.float32)
shape = ["rows", 64]
graph = helper.make_graph(
    [helper.make_node("MatMul", ["x", "w"], ["y"])],
    "product",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
    [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)],
    [numpy_helper.from_array(weights, "w")],
)
onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), "float.onnx")
quantize_dynamic("float.onnx", "int8.onnx", weight_type=QuantType.QInt8)
row = chance.normal(size=(1, 64)).astype(np.float32)
neighbour = 50 * chance.normal(size=(1, 64)).astype(np.float32)


def cosine(file):
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    alone = session.run(None, {"x": row})[0][0]
    beside = session.run(None, {"x": np.concatenate([row, neighbour])})[0][0]
    return alone @ beside / np.linalg.norm(alone) / np.linalg.norm(beside)


print("float32: the row alone and beside another agree:", cosine("float.onnx") > 0.999999)
print("int8: the row alone and beside another agree:", cosine("int8.onnx") > 0.999)
print("int8: below .99:", cosine("int8.onnx") < 0.99)
END
(cd "$folder" && PYTHONPATH="$folder/packages" python3 show.py) > "$folder/seen"
cat "$folder/seen"
diff "$folder/expected" "$folder/seen" || { echo "The behaviour has changed."; exit 1; }
echo "As described: in a dynamically quantized graph a row's result depends on its neighbours in the batch."
