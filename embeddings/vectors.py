"""The vector index: nearest neighbours by inner product. The only file that imports FAISS."""

from __future__ import annotations

import hashlib
import struct
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from onrecord.embeddings.errors import DamagedIndex
from onrecord.embeddings.replacing import replacing

Ids = NDArray[np.int64]
Vectors = NDArray[np.float32]

# A saved index: these bytes, the stamp's length and text, the SHA-256 of what follows, then the length of the index of
# vectors, that index, and the one of their sketches, where there is one, in FAISS's own serialisation.
_MAGIC = b"OnRecord vectors 2\n"
# Reading all vectors takes 2 ms for this many of 384 numbers, and 10 ms for 100,000: as long as embedding a question.
_SKETCHED = 20_000
# A limit that leaves no more than this many is searched exactly all the same.
_FEW = 5000
# The sketch (RaBitQ: a bit for each number) takes 2 ms for 100,000, and proposes this many, or this many times k, among
# which the vectors themselves decide. docs/performance.md says how often the nearest are among them.
_PROPOSED, _PROPOSED_TIMES = 1000, 10


@dataclass(frozen=True, slots=True)
class Selection:
    """Ids that a search is limited to, looked up once: `version` is the state of the index that `rows` belong to."""

    ids: Ids
    rows: Ids
    bits: NDArray[np.uint8]
    version: int


class VectorIndex:
    """Unit vectors under int64 ids. The scores are always exact.

    So is the choice of the nearest, unless more than 20,000 vectors are searched: a sketch of each then proposes ten
    times as many as are wanted. A limit that leaves 5,000 or fewer is exact again.

    A lock is held in every method: FAISS crashes the process when vectors are added during a search.
    """

    def __init__(self, dimension: int) -> None:
        """Make an empty index of vectors with `dimension` numbers."""
        self._use(_faiss().IndexIDMap2(_faiss().IndexFlatIP(dimension)))

    def _use(self, index: Any, sketch: Any = None) -> None:
        self._index = index
        self._sketch = sketch
        self._lock = threading.Lock()
        self._version = 0
        self._note_ids()

    def _note_ids(self) -> None:
        faiss = _faiss()
        self._ids: Ids = faiss.vector_to_array(self._index.id_map)
        self._by_id = np.argsort(self._ids, kind="stable")
        self._sorted = self._ids[self._by_id]
        self._version += 1
        # The inner index counts rows, which is what bitmaps and the sketch are over.
        self._flat = faiss.downcast_index(self._index.index)
        if self._sketch is None and len(self._ids) > _SKETCHED:
            self._sketch = faiss.IndexRaBitQ(self.dimension, faiss.METRIC_INNER_PRODUCT)
            self._sketch.train(self._vectors())
            self._sketch.add(self._vectors())

    def _vectors(self) -> Vectors:
        """The vectors held, row by row, where they lie: to be used only under the lock."""
        size = len(self._ids) * self.dimension
        held: Vectors = _faiss().rev_swig_ptr(self._flat.get_xb(), size).reshape(-1, self.dimension)
        return held

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
            if self._sketch is not None:
                self._sketch.add(rows)
            self._note_ids()

    def remove(self, ids: Ids | Sequence[int]) -> int:
        """Remove the vectors of `ids`, whether held or not, and return how many were."""
        with self._lock:
            removed = self._remove(np.asarray(ids, np.int64).reshape(-1))
            if removed:
                self._note_ids()
        return removed

    def _remove(self, ids: Ids) -> int:
        rows = self._positions(ids)
        if not len(rows):
            return 0
        if self._sketch is not None:
            self._sketch.remove_ids(rows)
        return int(self._index.remove_ids(np.ascontiguousarray(ids)))

    def _positions(self, ids: Ids) -> Ids:
        """Rows of those of `ids` that are held, in order."""
        places, held = self._places(ids)
        return np.unique(places[held])

    def _places(self, ids: Ids) -> tuple[Ids, NDArray[np.bool_]]:
        """The row of each of `ids`, and whether it is held at all."""
        if not len(self._ids):
            return np.zeros(len(ids), np.int64), np.zeros(len(ids), np.bool_)
        places = np.minimum(np.searchsorted(self._sorted, ids), len(self._ids) - 1)
        return self._by_id[places], self._sorted[places] == ids

    def vectors(self, ids: Ids | Sequence[int]) -> tuple[Ids, Vectors]:
        """Return those of `ids` that are held, in the order given, and their (n, dimension) vectors."""
        wanted = np.asarray(ids, np.int64).reshape(-1)
        with self._lock:
            rows, held = self._places(wanted)
            return wanted[held], self._vectors()[rows[held]] if len(self._ids) else np.empty((0, self.dimension), "f4")

    def select(self, ids: Ids | Sequence[int]) -> Selection:
        """Look ids up for searches that are limited to them."""
        with self._lock:
            return self._select(np.asarray(ids, np.int64).reshape(-1))

    def _select(self, ids: Ids) -> Selection:
        rows = self._positions(ids)
        chosen = np.zeros(len(self._ids), np.bool_)
        chosen[rows] = True
        return Selection(ids, rows, np.packbits(chosen, bitorder="little"), self._version)

    def search(
        self, vector: Vectors, k: int, allowed: Selection | Ids | Sequence[int] | None = None
    ) -> tuple[Ids, Vectors]:
        """Return ids and inner products of the `k` nearest to one `vector`, best first, among `allowed` if given.

        Fewer than `k` come back only where fewer are held or allowed.
        """
        query = np.ascontiguousarray(vector, np.float32).reshape(1, self.dimension)
        with self._lock:
            if allowed is not None and not isinstance(allowed, Selection):
                allowed = self._select(np.asarray(allowed, np.int64).reshape(-1))
            elif allowed is not None and allowed.version != self._version:
                allowed = self._select(allowed.ids)
            available = len(self._ids) if allowed is None else len(allowed.rows)
            k = min(k, available)
            if k < 1:
                return np.empty(0, np.int64), np.empty(0, np.float32)
            proposed = max(_PROPOSED, _PROPOSED_TIMES * k)
            if allowed is not None and available <= proposed:
                candidates = allowed.rows
            elif self._sketch is None or available <= _FEW:
                scores, rows = _search(self._flat, query, k, allowed)
                return self._ids[rows], scores
            else:
                # In the order in which the vectors lie in memory, which is read faster.
                candidates = np.sort(_search(self._sketch, query, proposed, allowed)[1])
            exact = self._vectors()[candidates] @ query[0]
            best = np.argsort(-exact, kind="stable")[:k]
            return self._ids[candidates[best]], exact[best]

    def save(self, path: Path, *, stamp: str = "") -> None:
        """Write the index to `path`, whole or not at all; `stamp` is what `load` must be given to accept it.

        Raises OSError where the disk refuses.
        """
        faiss = _faiss()
        with self._lock:
            flat = faiss.serialize_index(self._index).tobytes()
            sketch = b"" if self._sketch is None else faiss.serialize_index(self._sketch).tobytes()
        body = struct.pack("<Q", len(flat)) + flat + sketch
        label = stamp.encode("utf-8")
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as temporary, temporary.open("wb") as file:
            file.write(_MAGIC + struct.pack("<I", len(label)) + label + hashlib.sha256(body).digest())
            file.write(body)

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
        (length,) = struct.unpack_from("<Q", body)
        parts = [np.frombuffer(part, np.uint8) for part in (body[8 : 8 + length], body[8 + length :])]
        loaded._use(*(_faiss().deserialize_index(part) for part in parts if len(part)))
        return loaded


def _search(index: Any, query: Vectors, k: int, allowed: Selection | None) -> tuple[Vectors, Ids]:
    faiss = _faiss()
    parameters = None
    if allowed is not None:
        parameters = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(allowed.bits))
    scores, rows = index.search(query, k, params=parameters)
    return scores[0], rows[0]


def _faiss() -> Any:
    """Import FAISS on first use; a search by one thread leaves the other cores to other searches."""
    import faiss

    faiss.omp_set_num_threads(1)
    return faiss
