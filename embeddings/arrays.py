"""Arrays in one file: those that are read whole and checked at once, and those that are mapped and checked where used.

A file begins with a line that says what it is, the length of the description and the SHA-256 of all up to the mapped
arrays. The description (JSON) names the arrays: where each begins, its type and its shape.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from onrecord.embeddings.errors import DamagedIndex
from onrecord.embeddings.replacing import replacing

_MAGIC = b"OnRecord arrays 1\n"
_START = len(_MAGIC) + 8 + 32
# Arrays begin where pages do, so that those which are mapped lie as the processor reads them.
_PAGE = 4096


@dataclass(frozen=True, slots=True)
class Streamed:
    """An array that is written part by part, and mapped when it is read: what makes the parts, its type and shape."""

    parts: Callable[[], Iterable[NDArray[Any]]]
    type: str
    shape: tuple[int, ...]


def write_arrays(
    path: Path, stamp: Mapping[str, object], whole: Mapping[str, NDArray[Any]], streamed: Mapping[str, Streamed]
) -> None:
    """Write a file, whole or not at all. Raises OSError where the disk refuses.

    The `whole` arrays are read last, so that they may be filled while the parts of the `streamed` ones are made.
    """
    shapes = {name: (array.dtype.str, array.shape) for name, array in whole.items()}
    shapes |= {name: (one.type, one.shape) for name, one in streamed.items()}
    # The description holds the offsets, which begin behind it: room for it is measured with the largest.
    room = len(_described(stamp, {name: (2**60, *shape) for name, shape in shapes.items()}))
    offset, table = _START + room, dict[str, tuple[int, str, tuple[int, ...]]]()
    for name, (kind, shape) in shapes.items():
        table[name] = (_aligned(offset), kind, shape)
        offset = table[name][0] + int(np.prod(shape)) * np.dtype(kind).itemsize
    description = _described(stamp, table).ljust(room)
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary, temporary.open("wb") as file:
        for name, one in streamed.items():
            file.seek(table[name][0])
            for part in one.parts():
                file.write(_bytes(part.astype(one.type, copy=False)))
        file.truncate(offset)
        digest = hashlib.sha256(description)
        for name, array in whole.items():
            file.seek(table[name][0])
            digest.update(_bytes(array))
            file.write(_bytes(array))
        file.seek(0)
        file.write(_MAGIC + struct.pack("<Q", room) + digest.digest() + description)


def read_arrays(path: Path, streamed: Iterable[str]) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The stamp and the arrays of a file: the `streamed` ones mapped and unchecked, the others in memory.

    The file may be replaced or deleted meanwhile. Raises DamagedIndex where it is missing, damaged or no such file.
    """
    try:
        with path.open("rb") as file:
            if not path.stat().st_size:
                raise DamagedIndex(f"{path} is empty.")
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        raise DamagedIndex(f"{path} cannot be read ({error.strerror or error}).") from error
    if mapped[: len(_MAGIC)] != _MAGIC or len(mapped) < _START:
        raise DamagedIndex(f"{path} is not an index of this version.")
    (room,) = struct.unpack_from("<Q", mapped, len(_MAGIC))
    description = mapped[_START : _START + room]
    try:
        described = json.loads(description)
        table = {name: (offset, np.dtype(kind), tuple(shape)) for name, (offset, kind, shape) in described["arrays"]}
        arrays = {
            name: np.frombuffer(mapped, kind, int(np.prod(shape)), offset).reshape(shape)
            for name, (offset, kind, shape) in table.items()
        }
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        raise DamagedIndex(f"{path} is damaged.") from error
    digest = hashlib.sha256(description)
    for name, array in arrays.items():
        if name not in streamed:
            # A copy, which nobody can change behind the check.
            arrays[name] = array.copy()
            digest.update(_bytes(arrays[name]))
    if digest.digest() != mapped[_START - 32 : _START]:
        raise DamagedIndex(f"{path} is damaged.")
    return described["stamp"], arrays


def _described(stamp: Mapping[str, object], table: Mapping[str, tuple[int, str, tuple[int, ...]]]) -> bytes:
    return json.dumps({"stamp": dict(stamp), "arrays": list(table.items())}).encode()


def _bytes(array: NDArray[Any]) -> memoryview:
    """The bytes of an array where they lie, or, where they are not in order, of a copy."""
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data


def _aligned(offset: int) -> int:
    return -(-offset // _PAGE) * _PAGE
