"""Postings: which passages hold which terms how often, in arrays sorted by term (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]
Checks = NDArray[np.uint64]

# The row of a passage, and how often it holds the term: of more than 65,535 times the score is the same.
_POSTING = np.dtype([("row", "<u4"), ("count", "<u2")])
Postings = NDArray[np.void]
_MOST = 2**16 - 1
# Postings merged at once: the arrays that takes stay below 200 megabytes.
_AT_ONCE = 4_000_000
# An odd number whose bits look like chance (2^64 over the golden ratio; Knuth, The Art of Computer Programming, 6.4).
_MIX = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Segment:
    """Postings of some passages: those of `terms[i]` are at `starts[i]:starts[i + 1]`, in the order of their rows.

    Rows count from `first`. Of postings that a file maps, `checks` holds a number for each term to know them by.
    """

    first: int
    terms: NDArray[np.uint32]
    starts: Ids
    postings: Postings
    checks: Checks | None = None

    def place(self, term: int) -> int | None:
        """Where a term stands in `terms`."""
        at = int(np.searchsorted(self.terms, term))
        return at if at < len(self.terms) and self.terms[at] == term else None

    def of(self, place: int) -> Postings:
        """The postings of the term in a place."""
        return self.postings[self.starts[place] : self.starts[place + 1]]

    def is_sound(self, place: int) -> bool:
        """Whether the postings of the term in a place are those that were saved."""
        return self.checks is None or bool(_checks(self.of(place), np.zeros(1, np.int64))[0] == self.checks[place])


def segment_of(first: int, terms: Sequence[NDArray[np.uint32]]) -> Segment:
    """The postings of passages in rows from `first` on, each given as (2, n): its different terms and their counts."""
    rows = np.repeat(np.arange(len(terms), dtype=np.uint32), [one.shape[1] for one in terms])
    numbers, counts = np.concatenate([np.empty((2, 0), np.uint32), *terms], axis=1)
    order = np.argsort(numbers, kind="stable")
    postings = np.empty(len(rows), _POSTING)
    postings["row"], postings["count"] = rows[order], np.minimum(counts[order], _MOST)
    return Segment(first, *_starts(numbers[order]), postings)


def merged(segments: Sequence[Segment]) -> Segment:
    """One segment of several whose rows follow one another."""
    first = segments[0].first
    parts = list(_in_order(segments, None, first))
    postings = np.concatenate([np.empty(0, _POSTING), *(part for _, part in parts)])
    return Segment(first, *_starts(np.concatenate([np.empty(0, np.uint32), *(terms for terms, _ in parts)])), postings)


class Writing:
    """The postings of segments without those of rows that are gone, part by part; then what is to be kept with them."""

    def __init__(self, segments: Sequence[Segment], new_rows: Ids) -> None:
        """`new_rows` says which row each becomes, in the same order, -1 for one that is gone."""
        self._segments = segments
        self._new_rows = new_rows
        self._terms: list[NDArray[np.uint32]] = []
        self._sizes: list[Ids] = []
        self._checks: list[Checks] = []

    def parts(self) -> Iterator[Postings]:
        """The postings, in order."""
        yield np.empty(0, _POSTING)
        for numbers, postings in _in_order(self._segments, self._new_rows, 0):
            terms, starts = _starts(numbers)
            self._terms.append(terms)
            self._sizes.append(np.diff(starts))
            self._checks.append(_checks(postings, starts[:-1]))
            yield postings

    def kept(self) -> tuple[NDArray[np.uint32], Ids, Checks]:
        """The terms, where each begins, and a number to know its postings by, of all parts given out so far."""
        sizes = np.concatenate([np.zeros(1, np.int64), *self._sizes])
        terms = np.concatenate([np.empty(0, np.uint32), *self._terms])
        return terms, np.cumsum(sizes), np.concatenate([np.empty(0, np.uint64), *self._checks])


def _in_order(
    segments: Sequence[Segment], new_rows: Ids | None, first: int
) -> Iterator[tuple[NDArray[np.uint32], Postings]]:
    """All postings by term, then by row: (term of each, postings), in parts that hold all of a term."""
    for low, high in _ranges(segments):
        numbers, rows, counts = [], [], []
        for segment in segments:
            begin, end = np.searchsorted(segment.terms, [low, high])
            part = segment.postings[segment.starts[begin] : segment.starts[end]]
            own = segment.first + part["row"].astype(np.int64)
            own = own - first if new_rows is None else new_rows[own]
            terms = np.repeat(segment.terms[begin:end], np.diff(segment.starts[begin : end + 1]))
            living = own >= 0
            numbers.append(terms[living])
            rows.append(own[living])
            counts.append(part["count"][living])
        joined = np.concatenate(numbers)
        order = np.argsort(joined, kind="stable")
        postings = np.empty(len(joined), _POSTING)
        postings["row"], postings["count"] = np.concatenate(rows)[order], np.concatenate(counts)[order]
        if len(joined):
            yield joined[order], postings


def _ranges(segments: Sequence[Segment]) -> Iterable[tuple[int, int]]:
    """Ranges of terms, lowest and past the highest, that hold no more than so many postings, or one term."""
    terms = np.concatenate([segment.terms for segment in segments]) if segments else np.empty(0, np.uint32)
    sizes = np.concatenate([np.diff(segment.starts) for segment in segments]) if segments else np.empty(0, np.int64)
    if not len(terms):
        return ()
    order = np.argsort(terms, kind="stable")
    different = np.flatnonzero(np.diff(terms[order], prepend=terms[order[:1]] + 1))
    before = np.cumsum(np.add.reduceat(sizes[order], different)) - 1
    cuts = terms[order][different[np.flatnonzero(np.diff(before // _AT_ONCE, prepend=-1))]].tolist()
    return zip(cuts, chain(cuts[1:], [2**32]), strict=True)


def _starts(numbers: NDArray[np.uint32]) -> tuple[NDArray[np.uint32], Ids]:
    """Different terms, of sorted ones, and where each begins, with the end of the last."""
    different = np.flatnonzero(np.diff(numbers.astype(np.int64), prepend=-1))
    return numbers[different], np.append(different, len(numbers))


def _checks(postings: Postings, starts: Ids) -> Checks:
    """A number for each term: its postings' bits times odd numbers that differ, so that no one change is lost."""
    if not len(starts):
        return np.empty(0, np.uint64)
    values = postings["row"] + (postings["count"].astype(np.uint64) << np.uint64(32))
    places = np.arange(len(postings)) - np.repeat(starts, np.diff(np.append(starts, len(postings))))
    found: Checks = np.add.reduceat(values * ((2 * places + 1).astype(np.uint64) * _MIX), starts)
    return found
