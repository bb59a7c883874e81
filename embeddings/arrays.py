"""Arrays in one file: those that are read whole and checked at once, and one that is mapped and checked where used.

A file begins with a line that says what it is, the length of its description and the SHA-256 of that and of the arrays
that are read whole. The description (JSON) names the arrays: where each begins, its type and its shape.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import struct
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from onrecord.embeddings.errors import DamagedIndex
from onrecord.embeddings.replacing import replacing

Arrays = Mapping[str, NDArray[Any]]

_MAGIC = b"OnRecord arrays 1\n"
_START = len(_MAGIC) + 8 + 32
# Arrays begin where pages do, so that what is mapped lies as the processor reads it; the first page is all the rest.
_PAGE = 4096


def write_arrays(
    path: Path, about: Mapping[str, object], mapped: str, parts: Iterable[NDArray[Any]], whole: Callable[[], Arrays]
) -> None:
    """Write a file, whole or not at all.

    Args:
        path: where; the file there is replaced, and whoever has it mapped keeps what it was.
        about: what else is to be known of the arrays.
        mapped: the name of the array that is mapped when the file is read.
        parts: that array from its beginning to its end, at least one part, all of one type.
        whole: called when they are written, gives the arrays that are read whole, by name.

    Raises:
        OSError: where the disk refuses.
        ValueError: where `about` is too long.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary, temporary.open("wb") as file:
        file.seek(_PAGE)
        count, part = 0, np.empty(0)
        for part in parts:
            file.write(_bytes(part))
            count += len(part)
        table = [(mapped, _PAGE, _type(part), (count, *part.shape[1:]))]
        arrays = whole()
        for name, array in arrays.items():
            file.seek(-(-file.tell() // _PAGE) * _PAGE)
            table.append((name, file.tell(), _type(array), array.shape))
            file.write(_bytes(array))
        description = json.dumps({"about": dict(about), "arrays": table}).encode()
        if _START + len(description) > _PAGE:
            raise ValueError(f"{path}: the description of the arrays takes {len(description)} bytes")
        file.truncate(file.tell())
        file.seek(0)
        file.write(_MAGIC + struct.pack("<Q", len(description)) + _digest(description, arrays.values()) + description)


def read_arrays(path: Path, mapped: str) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """What is known of the arrays of a file, and those: the `mapped` one unchecked, the others in memory.

    The file may be replaced or deleted while they are used, but not cut. Raises DamagedIndex where it is missing,
    damaged or no such file.
    """
    try:
        with path.open("rb") as file:
            held = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if path.stat().st_size else b""
    except OSError as error:
        raise DamagedIndex(f"{path} cannot be read ({error.strerror or error}).") from error
    if held[: len(_MAGIC)] != _MAGIC or len(held) < _PAGE:
        raise DamagedIndex(f"{path} is not an index of this version.")
    (length,) = struct.unpack_from("<Q", held, len(_MAGIC))
    description = held[_START : _START + length]
    try:
        described = json.loads(description)
        arrays = {
            name: np.frombuffer(held, _dtype(kind), int(np.prod(shape)), offset).reshape(shape)
            for name, offset, kind, shape in described["arrays"]
        }
        about: dict[str, Any] = described["about"]
        # Copies, which nobody can change behind the check.
        arrays |= {name: array.copy() for name, array in arrays.items() if name != mapped}
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        raise DamagedIndex(f"{path} is damaged.") from error
    whole = (array for name, array in arrays.items() if name != mapped)
    if _digest(description, whole) != held[_START - 32 : _START]:
        raise DamagedIndex(f"{path} is damaged.")
    return about, arrays


def _digest(description: bytes, arrays: Iterable[NDArray[Any]]) -> bytes:
    digest = hashlib.sha256(description)
    for array in arrays:
        digest.update(_bytes(array))
    return digest.digest()


def _bytes(array: NDArray[Any]) -> memoryview:
    """The bytes of an array where they lie, or, where they are not in order, of a copy."""
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data


def _type(array: NDArray[Any]) -> Any:
    return array.dtype.descr if array.dtype.names else array.dtype.str


def _dtype(described: Any) -> np.dtype[Any]:
    return np.dtype([tuple(field) for field in described] if isinstance(described, list) else described)
