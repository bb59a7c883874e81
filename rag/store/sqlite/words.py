"""BM25 over the words of passages, in memory: what a full-text index answers in tens of milliseconds, in about one.

The formula and its constants are those of SQLite's FTS5 (`bm25`), and so are the scores.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from onrecord.embeddings import replacing

Ids = NDArray[np.int64]
Mask = NDArray[np.bool_]

_K1, _B = 1.2, 0.75
# FTS5 gives a term that more than half of all passages hold this weight.
_LEAST_IDF = 1e-6


@dataclass(frozen=True, slots=True)
class PassageWords:
    """A passage: its id, its length in words, and its terms, (2, n) of different terms' numbers and their counts."""

    id: int
    length: int
    terms: NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class _Segment:
    """Postings of some passages, sorted by term: those of `terms[i]` are at `starts[i]:starts[i + 1]`.

    `rows` point into `ids`, `lengths` (words), `sizes` (terms) and `alive`, which are of one passage each.
    """

    ids: Ids
    lengths: NDArray[np.uint32]
    sizes: NDArray[np.float64]
    alive: Mask
    terms: NDArray[np.uint32]
    starts: NDArray[np.int64]
    rows: NDArray[np.uint32]
    counts: NDArray[np.uint32]

    def postings(self, term: int) -> slice:
        place = int(np.searchsorted(self.terms, term))
        if place == len(self.terms) or self.terms[place] != term:
            return slice(0, 0)
        return slice(int(self.starts[place]), int(self.starts[place + 1]))


class WordIndex:
    """The words of passages; never changed, so that any number of threads may read it: a change makes a new one."""

    def __init__(self, segments: Sequence[_Segment] = ()) -> None:
        self._segments = _merged(segments)
        self._firsts = [0, *accumulate(len(segment.ids) for segment in self._segments)]
        self.ids: Ids = _joined([segment.ids for segment in self._segments], np.int64)
        self._alive: Mask = _joined([segment.alive for segment in self._segments], np.bool_)
        lengths = _joined([segment.lengths for segment in self._segments], np.uint32)
        sizes = _joined([segment.sizes for segment in self._segments], np.float64)
        self._count = int(self._alive.sum())
        self._all_alive = self._count == len(self.ids)
        mean = float(sizes[self._alive].sum()) / self._count if self._count else 1.0
        self._norms = _K1 * (1 - _B + _B * sizes / max(mean, 1e-9))
        by_id = np.flatnonzero(self._alive)[np.argsort(self.ids[self._alive], kind="stable")]
        self._sorted_rows, self._sorted_ids, self._sorted_lengths = by_id, self.ids[by_id], lengths[by_id]

    def __len__(self) -> int:
        return self._count

    def changed(self, removed: Ids, added: Iterable[PassageWords]) -> WordIndex:
        """An index without the passages of the `removed` ids, and with the `added` ones."""
        kept = [replace(part, alive=part.alive & ~np.isin(part.ids, removed)) for part in self._segments]
        new = _segment(list(added))
        return WordIndex([*kept, new] if len(new.ids) else kept)

    def mask(self, ids: Ids) -> Mask:
        """Which rows are of passages among `ids`: what `search` takes as `allowed`."""
        return np.isin(self.ids, ids)

    def lengths(self, ids: Ids) -> NDArray[np.uint32]:
        """The lengths in words of passages; 0 for an id that is not held."""
        if not self._count:
            return np.zeros(len(ids), np.uint32)
        places, known = self._places(ids)
        return np.where(known, self._sorted_lengths[places], 0).astype(np.uint32)

    def search(self, terms: Mapping[int, float], k: int, allowed: Mask | None = None) -> list[tuple[int, float]]:
        """The k passages of highest BM25 for terms, each of its weight: (id, score), best first, equal ones by id."""
        scores = np.zeros(len(self.ids))
        usable = self._alive if allowed is None else self._alive & allowed
        for term, weight in terms.items():
            places, rows, idf = self._postings(term)
            for segment, part, own in zip(self._segments, places, rows, strict=True):
                scores[own] += weight * idf * self._share(segment.counts[part], own)
        hits = np.flatnonzero((scores > 0) & usable)
        if len(hits) > k:
            values = scores[hits]
            hits = hits[values >= np.partition(values, len(values) - k)[len(values) - k]]
        best = hits[np.lexsort((self.ids[hits], -scores[hits]))][:k]
        return list(zip(self.ids[best].tolist(), scores[best].tolist(), strict=True))

    def scores(self, terms: Mapping[int, float], ids: Ids) -> NDArray[np.float64]:
        """The BM25 of passages for terms, each of its weight, as `search` gives it; 0 for an unknown id."""
        scores = np.zeros(len(ids))
        if not self._count:
            return scores
        held, known = self._places(ids)
        wanted = self._sorted_rows[held]
        for term, weight in terms.items():
            places, rows, idf = self._postings(term)
            for segment, part, own in zip(self._segments, places, rows, strict=True):
                if len(own):
                    at = np.minimum(np.searchsorted(own, wanted), len(own) - 1)
                    holding = known & (own[at] == wanted)
                    counts = segment.counts[part][at[holding]]
                    scores[holding] += weight * idf * self._share(counts, wanted[holding])
        return scores

    def _postings(self, term: int) -> tuple[list[slice], list[NDArray[np.int64]], float]:
        """Where the segments hold a term, in which rows of all, in order, and its inverse document frequency."""
        places = [segment.postings(term) for segment in self._segments]
        rows = [
            first + segment.rows[part].astype(np.int64)
            for first, segment, part in zip(self._firsts, self._segments, places, strict=False)
        ]
        holding = sum(len(part) if self._all_alive else int(self._alive[part].sum()) for part in rows)
        idf = max(np.log((self._count - holding + 0.5) / (holding + 0.5)), _LEAST_IDF) if holding else 0.0
        return places, rows, float(idf)

    def _share(self, counts: NDArray[np.uint32], rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """What a term adds to the scores of rows that hold it so often, before its weights."""
        share: NDArray[np.float64] = (_K1 + 1) * counts / (counts + self._norms[rows])
        return share

    def _places(self, ids: Ids) -> tuple[NDArray[np.int64], Mask]:
        """Where ids stand among the sorted ones, and whether they are held at all."""
        places = np.minimum(np.searchsorted(self._sorted_ids, ids), self._count - 1)
        return places, self._sorted_ids[places] == ids

    def save(self, path: Path, *, stamp: str) -> None:
        """Write the index to `path`, whole or not at all; `stamp` is what `load` must be given to accept it.

        Raises OSError where the disk refuses.
        """
        segment = _merged_all(self._segments)
        with replacing(path) as temporary, temporary.open("wb") as file:
            np.savez(file, stamp=np.array(stamp), **{name: getattr(segment, name) for name in _Segment.__slots__})

    @classmethod
    def load(cls, path: Path, *, stamp: str) -> WordIndex | None:
        """Read a saved index (the checksums of the file are checked); None where it cannot be or is another's."""
        try:
            with np.load(path, allow_pickle=False) as saved:
                if str(saved["stamp"]) != stamp:
                    return None
                return cls([_Segment(**{name: saved[name] for name in _Segment.__slots__})])
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None


def _segment(passages: Sequence[PassageWords]) -> _Segment:
    return _sorted(
        np.array([passage.id for passage in passages], np.int64),
        np.array([passage.length for passage in passages], np.uint32),
        np.array([int(passage.terms[1].sum()) for passage in passages], np.float64),
        _joined([passage.terms[0] for passage in passages], np.uint32),
        np.repeat(
            np.arange(len(passages), dtype=np.uint32), np.array([passage.terms.shape[1] for passage in passages], int)
        ),
        _joined([passage.terms[1] for passage in passages], np.uint32),
    )


def _sorted(
    ids: Ids,
    lengths: NDArray[np.uint32],
    sizes: NDArray[np.float64],
    terms: NDArray[np.uint32],
    rows: NDArray[np.uint32],
    counts: NDArray[np.uint32],
) -> _Segment:
    order = np.argsort(terms, kind="stable")
    terms = terms[order]
    different = np.flatnonzero(np.diff(terms, prepend=terms[:1] + 1))
    return _Segment(
        ids=ids,
        lengths=lengths,
        sizes=sizes,
        alive=np.ones(len(ids), np.bool_),
        terms=terms[different],
        starts=np.append(different, len(terms)),
        rows=rows[order],
        counts=counts[order],
    )


def _merged(segments: Sequence[_Segment]) -> list[_Segment]:
    """Few segments of falling size, with no more dead rows than half: each posting is moved a few times in all."""
    kept: list[_Segment] = []
    for segment in segments:
        kept.append(segment)
        while len(kept) > 1 and len(kept[-2].rows) < 2 * len(kept[-1].rows):
            kept[-2:] = [_merged_all(kept[-2:])]
    return [_merged_all([part]) if part.alive.sum() * 2 < len(part.alive) else part for part in kept]


def _merged_all(segments: Sequence[_Segment]) -> _Segment:
    if len(segments) == 1 and segments[0].alive.all():
        return segments[0]
    terms, rows, counts = zip(*_living(segments), strict=True) if segments else ((), (), ())
    return _sorted(
        _joined([part.ids[part.alive] for part in segments], np.int64),
        _joined([part.lengths[part.alive] for part in segments], np.uint32),
        _joined([part.sizes[part.alive] for part in segments], np.float64),
        _joined(terms, np.uint32),
        _joined(rows, np.uint32),
        _joined(counts, np.uint32),
    )


def _living(
    segments: Sequence[_Segment],
) -> Iterator[tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint32]]]:
    """(terms, rows, counts) of each segment's living passages, rows counted through all segments."""
    first = 0
    for part in segments:
        living = part.alive[part.rows]
        place = first + np.cumsum(part.alive) - 1
        terms = np.repeat(part.terms, np.diff(part.starts))
        yield terms[living], place[part.rows[living]].astype(np.uint32), part.counts[living]
        first += int(part.alive.sum())


def _joined(parts: Sequence[NDArray[Any]], kind: type[np.generic]) -> NDArray[Any]:
    return np.concatenate([np.empty(0, kind), *parts]).astype(kind, copy=False)
