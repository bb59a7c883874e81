"""Which row of an index each id has (pure)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Places:
    """Different ids in ascending order, each with its row: (n,) both. A change copies them, and sorts what is new."""

    ids: Ids
    rows: Ids

    @classmethod
    def of_rows(cls, ids: Ids) -> Places:
        """Places of ids that stand in rows 0, 1, 2 …"""
        order = np.argsort(ids, kind="stable")
        return cls(ids[order], order)

    def find(self, wanted: Ids) -> tuple[Ids, NDArray[np.bool_]]:
        """The row of each of some ids, and whether it is held at all; the row of one that is not means nothing."""
        if not len(self.ids):
            return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), np.bool_)
        at = np.minimum(np.searchsorted(self.ids, wanted), len(self.ids) - 1)
        return self.rows[at], self.ids[at] == wanted

    def held(self, wanted: Ids) -> Ids:
        """The rows of those of some ids that are held, each once, in ascending order."""
        rows, held = self.find(np.sort(wanted))
        marked = np.zeros(int(self.rows.max(initial=-1)) + 1, np.bool_)
        marked[rows[held]] = True
        return np.flatnonzero(marked)

    def without(self, gone: Ids) -> Places:
        """Places without those of some ids, held or not."""
        _, held = self.find(gone)
        at = np.searchsorted(self.ids, gone[held])
        return Places(np.delete(self.ids, at), np.delete(self.rows, at))

    def with_rows(self, ids: Ids, first: int) -> Places:
        """Places with other ids in rows `first`, `first` + 1, …"""
        new = Places.of_rows(ids)
        at = np.searchsorted(self.ids, new.ids)
        return Places(np.insert(self.ids, at, new.ids), np.insert(self.rows, at, new.rows + first))
