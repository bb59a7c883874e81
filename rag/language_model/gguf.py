"""What a GGUF file says of its model, read without the model: its metadata, bounded by the file's own length.

The format is that of llama.cpp (docs/gguf.md in ggml-org/ggml): the magic, a version, the numbers of tensors and of
keys, then each key with its value. The package `gguf` reads it too, in seven seconds where a vocabulary has 150,000.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Mapping
from pathlib import Path

from onrecord.rag.errors import ModelError

FileValue = int | float | bool | str | list[int]

_MAGIC = b"GGUF"
# Version 1 was in use for some weeks of 2023; llama.cpp reads 2 and 3.
_VERSIONS = (2, 3)
_HEAD = struct.Struct("<4sIQQ")
_KIND, _LENGTH, _ARRAY_HEAD = struct.Struct("<I"), struct.Struct("<Q"), struct.Struct("<IQ")
_SCALARS = {
    number: struct.Struct(f"<{sign}")
    for number, sign in zip((0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12), "BbHhIif?Qqd", strict=True)
}
_STRING, _ARRAY = 8, 9
# One number a layer: what is longer belongs to the vocabulary.
_LONGEST_KEPT = 1_024
_MOST_KEYS = 10_000
_KEY_VALUE_BYTES = 2
_AGAIN = "Download it again, and compare its SHA-256."


def metadata(file: Path) -> Mapping[str, FileValue]:
    """The keys of a GGUF file with their values; of lists only short ones of numbers.

    Raises ModelError, naming the file, where it is missing, no GGUF, or cut off or damaged in its metadata.
    """
    if file.exists() and not file.is_file():
        # A pipe would be waited for.
        raise ModelError(f"{file} is no file. Set ONRECORD_LLM to a GGUF file.")
    try:
        with file.open("rb") as opened:
            if opened.read(len(_MAGIC)) != _MAGIC:
                raise ModelError(
                    f"{file} is no GGUF file. Set ONRECORD_LLM to a chat model in the format of llama.cpp."
                )
            with mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as data:
                return _read(file, data)
    except FileNotFoundError as error:
        raise ModelError(f"{file} is missing. Set ONRECORD_LLM to the path of a GGUF file, or unset it.") from error
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{file} cannot be read ({error}). Set ONRECORD_LLM to a GGUF file that you may read."
        ) from error
    except (struct.error, KeyError, OverflowError) as error:
        raise ModelError(f"{file} is cut off or damaged: what it says of its model cannot be read. {_AGAIN}") from error


def key_value_bytes(known: Mapping[str, FileValue], context: int) -> int:
    """How many bytes the keys and values of a whole context take, at two bytes a number; 0 where that is not told.

    In each layer every token has a key and a value for each head that has its own (grouped-query attention).
    """
    layers, heads = _number(known, "block_count"), _number(known, "attention.head_count")
    if not layers or not heads:
        return 0
    width = _number(known, "embedding_length") // heads
    wide = _number(known, "attention.key_length") or width
    deep = _number(known, "attention.value_length") or width
    own = known.get(f"{known.get('general.architecture')}.attention.head_count_kv")
    in_all = sum(own) if isinstance(own, list) else (_number(known, "attention.head_count_kv") or heads) * layers
    return in_all * (wide + deep) * _KEY_VALUE_BYTES * context


def longest_context(known: Mapping[str, FileValue]) -> int:
    """How many tokens the model was made for; 0 where that is not told."""
    return _number(known, "context_length")


def _number(known: Mapping[str, FileValue], name: str) -> int:
    value = known.get(f"{known.get('general.architecture')}.{name}")
    number = max(value, default=0) if isinstance(value, list) else value
    return number if isinstance(number, int) else 0


def _read(file: Path, data: mmap.mmap) -> dict[str, FileValue]:
    _, version, _, keys = _HEAD.unpack_from(data)
    if version not in _VERSIONS:
        raise ModelError(f"{file} is a GGUF file of version {version}, which llama.cpp does not read. Convert it anew.")
    known: dict[str, FileValue] = {}
    position = _HEAD.size
    if keys > _MOST_KEYS:
        raise KeyError(keys)
    for _ in range(keys):
        name, position = _string(data, position)
        (kind,) = _KIND.unpack_from(data, position)
        value, position = _value(data, position + _KIND.size, kind)
        if value is not None:
            known[name] = value
    return known


def _value(data: mmap.mmap, position: int, kind: int) -> tuple[FileValue | None, int]:
    """A value of a kind at a position, None for a list that is not kept, and where the next begins."""
    if kind == _STRING:
        return _string(data, position)
    if kind != _ARRAY:
        (scalar,) = _SCALARS[kind].unpack_from(data, position)
        return scalar, position + _SCALARS[kind].size
    inner, count = _ARRAY_HEAD.unpack_from(data, position)
    position += _ARRAY_HEAD.size
    if inner == _STRING:
        for _ in range(count):
            (length,) = _LENGTH.unpack_from(data, position)
            position += _LENGTH.size + length
        return None, position
    size = _SCALARS[inner].size
    kept = None
    if count <= _LONGEST_KEPT:
        kept = [int(_SCALARS[inner].unpack_from(data, position + place * size)[0]) for place in range(count)]
    return kept, position + count * size


def _string(data: mmap.mmap, position: int) -> tuple[str, int]:
    (length,) = _LENGTH.unpack_from(data, position)
    start = position + _LENGTH.size
    if start + length > len(data):
        raise KeyError(length)
    return data[start : start + length].decode("utf-8", "replace"), start + length
