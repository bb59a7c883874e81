"""The vector index: exact nearest neighbours by inner product. The only file that imports FAISS."""

from __future__ import annotations

import contextlib
import hashlib
import os
import struct
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from onrecord.embeddings.errors import DamagedIndex

Ids = NDArray[np.int64]
Vectors = NDArray[np.float32]

# A saved index: these bytes, the stamp's length and text, the SHA-256 of what follows, then FAISS's own serialisation.
_MAGIC = b"OnRecord vectors 1\n"


class VectorIndex:
    """Unit vectors under int64 ids; every search is exact, with or without a filter.

    A lock is held in every method: FAISS crashes the process when vectors are added during a search. Flat search reads
    all vectors at memory speed: about 10 ms for 100,000 of 384 numbers.
    """

    def __init__(self, dimension: int) -> None:
        """Make an empty index of vectors with `dimension` numbers."""
        self._use(_faiss().IndexIDMap2(_faiss().IndexFlatIP(dimension)))

    def _use(self, index: Any) -> None:
        self._index = index
        self._lock = threading.Lock()
        self._note_ids()

    def _note_ids(self) -> None:
        self._ids: Ids = _faiss().vector_to_array(self._index.id_map)
        self._by_id = np.argsort(self._ids, kind="stable")

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        return int(self._index.d)

    @property
    def ids(self) -> Ids:
        """The ids held, in order of adding."""
        return self._ids.copy()

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, ids: Ids | Sequence[int], vectors: Vectors) -> None:
        """Add (n, dimension) `vectors` under n different `ids`; those held already are replaced."""
        new = np.ascontiguousarray(ids, np.int64).reshape(-1)
        rows = np.ascontiguousarray(vectors, np.float32).reshape(-1, self.dimension)
        if len(new) != len(rows) or len(np.unique(new)) != len(new):
            raise ValueError(f"{len(rows)} vectors under {len(np.unique(new))} different ids of {len(new)}")
        if not len(new):
            return
        with self._lock:
            self._remove(new)
            self._index.add_with_ids(rows, new)
            self._note_ids()

    def remove(self, ids: Ids | Sequence[int]) -> int:
        """Remove the vectors of `ids`, whether held or not, and return how many were."""
        with self._lock:
            removed = self._remove(np.asarray(ids, np.int64).reshape(-1))
            if removed:
                self._note_ids()
        return removed

    def _remove(self, ids: Ids) -> int:
        if not len(self._positions(ids)):
            return 0
        return int(self._index.remove_ids(np.ascontiguousarray(ids)))

    def _positions(self, ids: Ids) -> Ids:
        """Rows of those of `ids` that are held."""
        if not len(self._ids):
            return np.empty(0, np.int64)
        places = np.searchsorted(self._ids, ids, sorter=self._by_id)
        rows = self._by_id[np.minimum(places, len(self._ids) - 1)]
        return np.unique(rows[self._ids[rows] == ids])

    def search(self, vector: Vectors, k: int, allowed: Ids | Sequence[int] | None = None) -> tuple[Ids, Vectors]:
        """Return ids and inner products of the `k` nearest to one `vector`, best first, among `allowed` if given.

        Fewer than `k` come back only where fewer are held or allowed.
        """
        query = np.ascontiguousarray(vector, np.float32).reshape(1, self.dimension)
        faiss = _faiss()
        with self._lock:
            if allowed is None:
                selector, available = None, len(self._ids)
            else:
                rows = self._positions(np.asarray(allowed, np.int64).reshape(-1))
                bits = np.zeros((len(self._ids) + 7) // 8, np.uint8)
                np.bitwise_or.at(bits, rows >> 3, np.left_shift(np.uint8(1), (rows & 7).astype(np.uint8)))
                selector, available = faiss.IDSelectorBitmap(bits), len(rows)
            k = min(k, available)
            if k < 1:
                return np.empty(0, np.int64), np.empty(0, np.float32)
            parameters = None if selector is None else faiss.SearchParameters(sel=selector)
            # The inner index counts rows, which is what the bitmap is over.
            flat = faiss.downcast_index(self._index.index)
            scores, found = flat.search(query, k, params=parameters)
            return self._ids[found[0]], scores[0]

    def save(self, path: Path, *, stamp: str = "") -> None:
        """Write the index to `path`, whole or not at all; `stamp` is what `load` must be given to accept it."""
        with self._lock:
            body = _faiss().serialize_index(self._index).tobytes()
        label = stamp.encode("utf-8")
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(_MAGIC + struct.pack("<I", len(label)) + label + hashlib.sha256(body).digest())
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
            raise

    @classmethod
    def load(cls, path: Path, *, stamp: str = "") -> VectorIndex:
        """Read a saved index. Raises DamagedIndex where it is missing, damaged or has another `stamp`."""
        try:
            data = path.read_bytes()
        except OSError as error:
            raise DamagedIndex(f"The vector index {path} cannot be read ({error.strerror or error}).") from error
        start = len(_MAGIC) + 4
        if data[: len(_MAGIC)] != _MAGIC or len(data) < start:
            raise DamagedIndex(f"{path} is not a vector index of this version.")
        (length,) = struct.unpack_from("<I", data, len(_MAGIC))
        body = memoryview(data)[start + length + 32 :]
        if hashlib.sha256(body).digest() != data[start + length : start + length + 32]:
            raise DamagedIndex(f"The vector index {path} is damaged.")
        if data[start : start + length] != stamp.encode("utf-8"):
            raise DamagedIndex(f"The vector index {path} was made from other vectors.")
        loaded = cls.__new__(cls)
        loaded._use(_faiss().deserialize_index(np.frombuffer(body, np.uint8)))
        return loaded


def _faiss() -> Any:
    """Import FAISS on first use; a search by one thread leaves the other cores to other searches."""
    import faiss

    faiss.omp_set_num_threads(1)
    return faiss
