"""Vectors in a file that is mapped, and those added since: each compared with its checksum when it is first used."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from onrecord.embeddings.errors import DamagedIndex
from onrecord.embeddings.places import Ids
from onrecord.embeddings.sketch import Vectors, products_in_place

_ROWS_AT_ONCE = 10_000
# More rows than this are read where they lie: copying them takes twice as long.
_COPIED = 1000


class CheckedVectors:
    """Rows of vectors: those of a file, where it maps them, then those added since. To be used only under a lock."""

    def __init__(self, mapped: Vectors, checks: NDArray[np.uint64], room: int = 0) -> None:
        self.dimension: int = mapped.shape[1]
        self._mapped, self._checks = mapped, checks
        self._sound = np.zeros(len(mapped), np.bool_)
        self._more: Vectors = np.empty((room, self.dimension), np.float32)
        self.added = 0

    def __len__(self) -> int:
        return len(self._mapped) + self.added

    @classmethod
    def empty(cls, dimension: int, room: int) -> CheckedVectors:
        """No rows yet; `room` is how many are going to be added."""
        return cls(np.empty((0, dimension), "<f4"), np.empty(0, np.uint64), room)

    def append(self, rows: Vectors) -> None:
        """Add (n, dimension) vectors as the next rows."""
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

    def parts(self, rows: Ids) -> Iterator[Vectors]:
        """The vectors of rows, in the order given and in parts that fit into memory; at least one, be it empty."""
        for first in range(0, max(1, len(rows)), _ROWS_AT_ONCE):
            yield self.at(rows[first : first + _ROWS_AT_ONCE])

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
            if (checks_of(self._mapped[part]) != self._checks[part]).any():
                raise DamagedIndex("The vectors in the index are no longer those that were saved.")
        self._sound[new] = True


def _products(vectors: Vectors, rows: Ids, query: Vectors) -> Vectors:
    """The inner products of some rows with a vector: many are read where they lie, which a copy takes twice as long."""
    if len(rows) and len(rows) == rows[-1] - rows[0] + 1:
        return vectors[rows[0] : rows[-1] + 1] @ query
    return vectors[rows] @ query if len(rows) <= _COPIED else products_in_place(vectors, rows, query)


def checks_of(rows: Vectors) -> NDArray[np.uint64]:
    """A number for each vector that tells it from others: its bits times odd numbers, so that no one change is lost."""
    numbers = np.ascontiguousarray(rows).view(np.uint32).astype(np.uint64)
    found: NDArray[np.uint64] = np.einsum("ij,j->i", numbers, _odd_numbers(rows.shape[1]))
    return found


@lru_cache
def _odd_numbers(count: int) -> NDArray[np.uint64]:
    return np.random.default_rng(0).integers(0, 2**63, count, np.uint64) * np.uint64(2) + np.uint64(1)
