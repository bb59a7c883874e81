"""The vector index: nearest neighbours by inner product."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from onrecord.embeddings.arrays import read_arrays, write_arrays
from onrecord.embeddings.checked_vectors import CheckedVectors, checks_of
from onrecord.embeddings.errors import DamagedIndex
from onrecord.embeddings.places import Ids, Places
from onrecord.embeddings.sketch import Sketch, Vectors, version_of_codes

Sums = NDArray[np.uint32]

_FORMAT = "vectors 3"
# Reading all vectors takes 2 ms for this many of 384 numbers, and 10 ms for 100,000: as long as embedding a question.
_EXACT = 20_000
# The sketch (RaBitQ: a bit for each number) takes 1 ms for 100,000, and proposes this many, or this many times k, among
# which the vectors themselves decide. docs/scaling.md says how often the nearest are among them.
_PROPOSED, _PROPOSED_TIMES = 1000, 20
# Vectors whose mean the sketch is over. Any that are like the others will do.
_SEEN = 50_000


@dataclass(frozen=True, slots=True)
class Selection:
    """Ids that a search is limited to, looked up once: `version` is the state of the index that `rows` belong to.

    Of more rows than are searched exactly, `sketch` is theirs alone.
    """

    ids: Ids
    rows: Ids
    version: int
    sketch: Sketch | None = None


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
        self._use(CheckedVectors.empty(dimension, room), none, Places(none, none))

    def _use(
        self,
        vectors: CheckedVectors,
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
        self._sketch = None if codes is None or centre is None else Sketch(codes, centre)
        self._settle()

    def _settle(self) -> None:
        self._version += 1
        if self._sketch is None and len(self._ids) > _EXACT:
            every = np.arange(len(self._ids))
            self._sketch = Sketch.around(self._vectors.at(every[:: max(1, len(every) // _SEEN)]))
            for part in self._vectors.parts(every):
                self._sketch.add(part)

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
        kept = CheckedVectors.empty(self.dimension, len(rows))
        for part in self._vectors.parts(rows):
            kept.append(part)
        if self._sketch is not None:
            self._sketch = self._sketch.of_rows(rows)
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
        sketch = self._sketch.of_rows(rows) if self._sketch is not None and len(rows) > _EXACT else None
        return Selection(ids, rows, self._version, sketch)

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
                rows = rows[np.sort(allowed.sketch.proposed(query, proposed))]
        elif self._sketch is not None and proposed < len(self):
            rows = np.sort(self._sketch.proposed(query, proposed, None if self._alive.all() else self._alive))
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
                for part in self._vectors.parts(rows):
                    stored = part.astype("<f4", copy=False)
                    checks.append(checks_of(stored))
                    yield stored

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
                    arrays |= {"codes": self._sketch.codes[rows], "centre": self._sketch.centre}
                return arrays

            sketch = "" if self._sketch is None else version_of_codes()
            about = {"format": _FORMAT, "stamp": stamp, "sketch": sketch}
            write_arrays(path, about, "vectors", parts(), whole)

    @classmethod
    def load(cls, path: Path, *, stamp: str | None = "") -> VectorIndex:
        """Read a saved index. Raises DamagedIndex where it is missing, damaged or has another `stamp` (None: any)."""
        about, arrays = read_arrays(path, "vectors")
        sketch = arrays.get("codes")
        if about.get("format") != _FORMAT or (sketch is not None and about["sketch"] != version_of_codes()):
            raise DamagedIndex(f"{path} is not a vector index of this version.")
        if stamp is not None and about["stamp"] != stamp:
            raise DamagedIndex(f"The vector index {path} was made from other vectors.")
        loaded = cls.__new__(cls)
        loaded.stamp = about["stamp"]
        ids, order = arrays["ids"], arrays["order"].astype(np.int64)
        vectors = CheckedVectors(arrays["vectors"], arrays["checks"])
        if len(ids) <= _EXACT:
            vectors.require_sound(np.arange(len(ids)))
        loaded._use(vectors, ids, Places(ids[order], order), arrays["sums"], sketch, arrays.get("centre"))
        return loaded
