"""Whether a sentence has the words of its source in their order: what tells who did what from the reverse (pure)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

# A sentence that keeps to its source skips so many telling words of it at once at most, and adds one in so many.
_SKIPPED, _ADDED = 2, 0.1


@dataclass(frozen=True, slots=True)
class WordOrder:
    """Words of a sentence beside those of its source.

    Attributes:
        places: of the longest run of the sentence's words that the source has in the same order, there.
        displaced: the share (0–1) of the sentence's words that the source has, and elsewhere.
        added: the share (0–1) that it does not have.
    """

    places: tuple[int, ...]
    displaced: float
    added: float

    @property
    def kept(self) -> bool:
        """Whether the sentence keeps to its source: no word elsewhere, hardly one more, no long leap."""
        leap = max((second - first - 1 for first, second in pairwise(self.places)), default=0)
        return bool(self.places) and not self.displaced and self.added <= _ADDED and leap <= _SKIPPED


def order_of(met: NDArray[np.bool_]) -> WordOrder:
    """The order of a sentence's words, from which of them meet which of the source's, (words, source's words)."""
    if not met.size:
        return WordOrder((), 0.0, float(len(met) > 0))
    run = _longest_run(met)
    inside = {row for row, _ in run}
    outside = [bool(met[row].any()) for row in range(len(met)) if row not in inside]
    return WordOrder(tuple(place for _, place in run), sum(outside) / len(met), outside.count(False) / len(met))


def _longest_run(met: NDArray[np.bool_]) -> Sequence[tuple[int, int]]:
    """The longest common subsequence, as pairs of places."""
    rows, columns = met.shape
    longest = np.zeros((rows + 1, columns + 1), np.int64)
    for row in range(rows - 1, -1, -1):
        for column in range(columns - 1, -1, -1):
            longest[row, column] = (
                longest[row + 1, column + 1] + 1
                if met[row, column]
                else max(longest[row + 1, column], longest[row, column + 1])
            )
    found = []
    row = column = 0
    while row < rows and column < columns:
        if met[row, column]:
            found.append((row, column))
            row, column = row + 1, column + 1
        elif longest[row + 1, column] >= longest[row, column + 1]:
            row += 1
        else:
            column += 1
    return found
