"""The vector index: nearest neighbours by inner product. The only file that imports FAISS."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from onrecord.embeddings.arrays import read_arrays, write_arrays
from onrecord.embeddings.errors import DamagedIndex
from onrecord.embeddings.places import Ids, Places

Vectors = NDArray[np.float32]
Sums = NDArray[np.uint32]

_FORMAT = "vectors 3"
# Reading all vectors takes 2 ms for this many of 384 numbers, and 10 ms for 100,000: as long as embedding a question.
_EXACT = 20_000
# The sketch (RaBitQ: a bit for each number) takes 1 ms for 100,000, and proposes this many, or this many times k, among
# which the vectors themselves decide. docs/scaling.md says how often the nearest are among them.
_PROPOSED, _PROPOSED_TIMES = 1000, 20
# Vectors whose mean the sketch is over. Any that are like the others will do.
_SEEN = 50_000
_ROWS_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Selection:
    """Ids that a search is limited to, looked up once: `version` is the state of the index that `rows` belong to.

    Of more rows than are searched exactly, `sketch` is theirs alone.
    """

    ids: Ids
    rows: Ids
    version: int
    sketch: Any = None


class VectorIndex:
    """Unit vectors under int64 ids. The scores are always exact.

    So is the choice of the nearest, unless more than 20,000 vectors are searched: a sketch of each then proposes twenty
    times as many as are wanted, and at least a thousand. A limit that leaves 20,000 or fewer is exact again.

    Vectors that were loaded stay in the file, of which the system keeps in memory what is used. Of a large one each
    vector is compared with its checksum when it is first used: every method but `load` may raise DamagedIndex.

    A lock is held in every method: vectors may be added while others search.
    """

    def __init__(self, dimension: int, *, room: int = 0) -> None:
        """Make an empty index of vectors with `dimension` numbers; `room` is how many are going to be added."""
        self.stamp = ""
        none = np.empty(0, np.int64)
        self._use(_Vectors(np.empty((0, dimension), "<f4"), np.empty(0, np.uint64), room), none, Places(none, none))

    def _use(
        self,
        vectors: _Vectors,
        ids: Ids,
        places: Places,
        sums: Sums | None = None,
        codes: NDArray[np.uint8] | None = None,
        centre: Vectors | None = None,
    ) -> None:
        self._lock = threading.Lock()
        self._vectors = vectors
        self._ids = ids
        self._places = places
        self._sums: Sums = np.zeros(len(ids), np.uint32) if sums is None else sums
        self._alive = np.ones(len(ids), np.bool_)
        self._version = 0
        self._sketch = None if codes is None else _sketch_of(codes, centre)
        self._settle()

    def _settle(self) -> None:
        self._version += 1
        if self._sketch is None and len(self._ids) > _EXACT:
            self._sketch = _new_sketch(self.dimension, self._vectors)

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        return self._vectors.dimension

    @property
    def ids(self) -> Ids:
        """The ids held, in order of adding."""
        return self._ids[self._alive]

    @property
    def sum(self) -> int:
        """The sum of what was given with each vector held to know it by."""
        return int(self._sums[self._alive].sum(dtype=np.uint64))

    @property
    def added(self) -> int:
        """How many vectors were added or removed since the index was loaded."""
        return self._vectors.added + len(self._alive) - int(self._alive.sum())

    def __len__(self) -> int:
        return len(self._places.ids)

    def add(self, ids: Ids | Sequence[int], vectors: Vectors, sums: Sums | Sequence[int] | None = None) -> None:
        """Add (n, dimension) `vectors` under n different `ids`; those held already are replaced.

        `sums`, (n,), are numbers to know each by; see `sum`.
        """
        new = np.ascontiguousarray(ids, np.int64).reshape(-1)
        rows = np.ascontiguousarray(vectors, np.float32).reshape(-1, self.dimension)
        if len(new) != len(rows) or len(np.unique(new)) != len(new):
            raise ValueError(f"{len(rows)} vectors under {len(np.unique(new))} different ids of {len(new)}")
        if not len(new):
            return
        known = np.zeros(len(new), np.uint32) if sums is None else np.asarray(sums, np.uint32)
        with self._lock:
            self._remove(new)
            self._places = self._places.with_rows(new, len(self._ids))
            self._ids = np.concatenate([self._ids, new])
            self._sums = np.concatenate([self._sums, known])
            self._alive = np.concatenate([self._alive, np.ones(len(new), np.bool_)])
            self._vectors.append(rows)
            if self._sketch is not None:
                self._sketch.add(rows)
            self._settle()

    def remove(self, ids: Ids | Sequence[int]) -> int:
        """Remove the vectors of `ids`, whether held or not, and return how many were."""
        with self._lock:
            removed = self._remove(np.unique(np.asarray(ids, np.int64).reshape(-1)))
            if removed:
                self._settle()
        return removed

    def _remove(self, ids: Ids) -> int:
        rows = self._places.held(ids)
        if len(rows):
            self._alive[rows] = False
            self._places = self._places.without(ids)
        if 2 * len(self) < len(self._ids):
            self._compact()
        return len(rows)

    def _compact(self) -> None:
        """Put what is held together without the rows that are gone."""
        rows = np.flatnonzero(self._alive)
        kept = _Vectors(np.empty((0, self.dimension), "<f4"), np.empty(0, np.uint64), len(rows))
        for first in range(0, len(rows), _ROWS_AT_ONCE):
            kept.append(self._vectors.at(rows[first : first + _ROWS_AT_ONCE]))
        if self._sketch is not None:
            self._sketch = self._sketch_of_rows(rows)
        self._vectors, self._ids, self._sums, self._alive = kept, self._ids[rows], self._sums[rows], self._alive[rows]
        self._places = Places.of_rows(self._ids)

    def vectors(self, ids: Ids | Sequence[int]) -> tuple[Ids, Vectors]:
        """Return those of `ids` that are held, in the order given, and their (n, dimension) vectors."""
        wanted = np.asarray(ids, np.int64).reshape(-1)
        with self._lock:
            rows, held = self._places.find(wanted)
            return wanted[held], self._vectors.at(rows[held])

    def select(self, ids: Ids | Sequence[int]) -> Selection:
        """Look ids up for searches that are limited to them."""
        with self._lock:
            return self._select(np.asarray(ids, np.int64).reshape(-1))

    def _select(self, ids: Ids) -> Selection:
        rows = self._places.held(ids)
        return Selection(ids, rows, self._version, self._sketch_of_rows(rows) if len(rows) > _EXACT else None)

    def _sketch_of_rows(self, rows: Ids) -> Any:
        return _sketch_of(_codes(self._sketch)[rows], _centre(self._sketch))

    def search(
        self, vector: Vectors, k: int, allowed: Selection | Ids | Sequence[int] | None = None
    ) -> tuple[Ids, Vectors]:
        """Return ids and inner products of the `k` nearest to one `vector`, best first, among `allowed` if given.

        Fewer than `k` come back only where fewer are held or allowed.
        """
        query = np.ascontiguousarray(vector, np.float32).reshape(self.dimension)
        with self._lock:
            rows, exact = self._nearest(query, k, self._selected(allowed))
            ids = self._ids
        k = min(max(k, 0), len(rows))
        best = np.argpartition(-exact, k - 1)[:k] if k else np.empty(0, np.int64)
        best = best[np.argsort(-exact[best], kind="stable")]
        return ids[rows[best]], exact[best]

    def _selected(self, allowed: Selection | Ids | Sequence[int] | None) -> Selection | None:
        if allowed is None or (isinstance(allowed, Selection) and allowed.version == self._version):
            return allowed
        return self._select(
            allowed.ids if isinstance(allowed, Selection) else np.asarray(allowed, np.int64).reshape(-1)
        )

    def _nearest(self, query: Vectors, k: int, allowed: Selection | None) -> tuple[Ids, Vectors]:
        """Rows among which the k nearest are, in order, and their scores."""
        proposed = max(_PROPOSED, _PROPOSED_TIMES * k)
        if allowed is not None:
            rows = allowed.rows
            if allowed.sketch is not None and proposed < len(rows):
                rows = rows[np.sort(_proposed(allowed.sketch, query, proposed))]
        elif self._sketch is not None and proposed < len(self):
            rows = np.sort(_proposed(self._sketch, query, proposed, None if self._alive.all() else self._alive))
        else:
            rows = np.flatnonzero(self._alive)
        return rows, self._vectors.scores(rows, query)

    def save(self, path: Path, *, stamp: str = "") -> None:
        """Write the index to `path`, whole or not at all; `stamp` is what `load` gives back or must be given.

        Raises OSError where the disk refuses.
        """
        with self._lock:
            rows = np.flatnonzero(self._alive)
            checks: list[NDArray[np.uint64]] = []

            def parts() -> Iterator[Vectors]:
                for first in range(0, max(1, len(rows)), _ROWS_AT_ONCE):
                    part = self._vectors.at(rows[first : first + _ROWS_AT_ONCE]).astype("<f4", copy=False)
                    checks.append(_checks(part))
                    yield part

            def whole() -> dict[str, NDArray[Any]]:
                ids = self._ids[rows]
                order = np.argsort(ids, kind="stable").astype(np.uint32)
                arrays: dict[str, NDArray[Any]] = {
                    "ids": ids,
                    "order": order,
                    "sums": self._sums[rows],
                    "checks": np.concatenate(checks),
                }
                if self._sketch is not None:
                    arrays |= {"codes": _codes(self._sketch)[rows], "centre": _centre(self._sketch)}
                return arrays

            about = {"format": _FORMAT, "stamp": stamp, "sketch": _sketch_version(self._sketch)}
            write_arrays(path, about, "vectors", parts(), whole)

    @classmethod
    def load(cls, path: Path, *, stamp: str | None = "") -> VectorIndex:
        """Read a saved index. Raises DamagedIndex where it is missing, damaged or has another `stamp` (None: any)."""
        about, arrays = read_arrays(path, "vectors")
        sketch = arrays.get("codes")
        if about.get("format") != _FORMAT or (sketch is not None and about["sketch"] != _version_of_faiss()):
            raise DamagedIndex(f"{path} is not a vector index of this version.")
        if stamp is not None and about["stamp"] != stamp:
            raise DamagedIndex(f"The vector index {path} was made from other vectors.")
        loaded = cls.__new__(cls)
        loaded.stamp = about["stamp"]
        ids, order = arrays["ids"], arrays["order"].astype(np.int64)
        vectors = _Vectors(arrays["vectors"], arrays["checks"])
        if len(ids) <= _EXACT:
            vectors.require_sound(np.arange(len(ids)))
        loaded._use(vectors, ids, Places(ids[order], order), arrays["sums"], sketch, arrays.get("centre"))
        return loaded


class _Vectors:
    """Rows of vectors: those of a file, where it maps them, then those added since. To be used only under a lock."""

    def __init__(self, mapped: Vectors, checks: NDArray[np.uint64], room: int = 0) -> None:
        self.dimension: int = mapped.shape[1]
        self._mapped, self._checks = mapped, checks
        self._sound = np.zeros(len(mapped), np.bool_)
        self._more: Vectors = np.empty((room, self.dimension), np.float32)
        self.added = 0

    def __len__(self) -> int:
        return len(self._mapped) + self.added

    def append(self, rows: Vectors) -> None:
        size = self.added + len(rows)
        if size > len(self._more):
            larger: Vectors = np.empty((max(size, 2 * len(self._more)), self.dimension), np.float32)
            larger[: self.added] = self._more[: self.added]
            self._more = larger
        self._more[self.added : size] = rows
        self.added = size

    def at(self, rows: Ids) -> Vectors:
        """The vectors of rows, in the order given."""
        first = len(self._mapped)
        if not len(rows) or rows.min() >= first:
            found: Vectors = self._more[rows - first]
            return found
        held = rows < first
        self.require_sound(rows[held])
        if held.all():
            return np.asarray(self._mapped[rows], np.float32)
        found = np.empty((len(rows), self.dimension), np.float32)
        found[held] = self._mapped[rows[held]]
        found[~held] = self._more[rows[~held] - first]
        return found

    def scores(self, rows: Ids, query: Vectors) -> Vectors:
        """The inner products of ascending rows with a vector."""
        first = int(np.searchsorted(rows, len(self._mapped)))
        self.require_sound(rows[:first])
        return np.concatenate(
            [
                _products(self._mapped, rows[:first], query),
                _products(self._more, rows[first:] - len(self._mapped), query),
            ]
        )

    def require_sound(self, rows: Ids) -> None:
        """Raise DamagedIndex where mapped rows are not as they were saved; each is looked at once."""
        new = rows[~self._sound[rows]]
        for at in range(0, len(new), _ROWS_AT_ONCE):
            part = new[at : at + _ROWS_AT_ONCE]
            if (_checks(self._mapped[part]) != self._checks[part]).any():
                raise DamagedIndex("The vectors in the index are no longer those that were saved.")
        self._sound[new] = True


def _products(vectors: Vectors, rows: Ids, query: Vectors) -> Vectors:
    """The inner products of some rows with a vector: many are read where they lie, which a copy takes twice as long."""
    if len(rows) and len(rows) == rows[-1] - rows[0] + 1:
        return vectors[rows[0] : rows[-1] + 1] @ query
    if len(rows) <= _PROPOSED:
        return vectors[rows] @ query
    faiss = _faiss()
    found = np.empty(len(rows), np.float32)
    faiss.fvec_inner_products_by_idx(
        *map(faiss.swig_ptr, (found, query, vectors, rows)), vectors.shape[1], 1, len(rows)
    )
    return found


def _checks(rows: Vectors) -> NDArray[np.uint64]:
    """A number for each vector that tells it from others: its bits times odd numbers, so that no one change is lost."""
    numbers = np.ascontiguousarray(rows).view(np.uint32).astype(np.uint64)
    found: NDArray[np.uint64] = np.einsum("ij,j->i", numbers, _odd_numbers(rows.shape[1]))
    return found


@lru_cache
def _odd_numbers(count: int) -> NDArray[np.uint64]:
    return np.random.default_rng(0).integers(0, 2**63, count, np.uint64) * np.uint64(2) + np.uint64(1)


def _new_sketch(dimension: int, vectors: _Vectors) -> Any:
    faiss = _faiss()
    count = len(vectors)
    sketch = faiss.IndexRaBitQ(dimension, faiss.METRIC_INNER_PRODUCT)
    sketch.train(vectors.at(np.arange(0, count, max(1, count // _SEEN))))
    for first in range(0, count, _ROWS_AT_ONCE):
        sketch.add(vectors.at(np.arange(first, min(first + _ROWS_AT_ONCE, count))))
    return sketch


def _proposed(sketch: Any, query: Vectors, count: int, usable: NDArray[np.bool_] | None = None) -> Ids:
    faiss, parameters = _faiss(), None
    if usable is not None:
        parameters = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(np.packbits(usable, bitorder="little")))
    rows: Ids = sketch.search(query.reshape(1, -1), count, params=parameters)[1][0]
    return rows


def _codes(sketch: Any) -> NDArray[np.uint8]:
    """The codes of a sketch where they lie, row by row."""
    size = sketch.ntotal * sketch.code_size
    held: NDArray[np.uint8] = _faiss().rev_swig_ptr(sketch.codes.data(), size).reshape(-1, sketch.code_size)
    return held


def _centre(sketch: Any) -> Vectors:
    centre: Vectors = _faiss().vector_to_array(sketch.center)
    return centre


def _sketch_of(codes: NDArray[np.uint8], centre: Vectors | None) -> Any:
    """The sketch that has these codes, one a row, around the centre that they are over."""
    faiss = _faiss()
    assert centre is not None
    sketch = faiss.IndexRaBitQ(len(centre), faiss.METRIC_INNER_PRODUCT)
    faiss.copy_array_to_vector(centre, sketch.center)
    faiss.copy_array_to_vector(np.ascontiguousarray(codes).reshape(-1), sketch.codes)
    sketch.ntotal = len(codes)
    sketch.is_trained = True
    return sketch


def _sketch_version(sketch: Any) -> str:
    return "" if sketch is None else _version_of_faiss()


def _version_of_faiss() -> str:
    """Which codes mean the same: another version of FAISS may lay them out otherwise."""
    return str(_faiss().__version__)


def _faiss() -> Any:
    """Import FAISS on first use; a search by one thread leaves the other cores to other searches."""
    import faiss

    faiss.omp_set_num_threads(1)
    return faiss
