"""BM25 over the words of passages: what a full-text index answers in tens of milliseconds, in a few at most.

The formula and its constants are those of SQLite's FTS5 (`bm25`), and so are the scores.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from onrecord.embeddings import DamagedIndex, Places, read_arrays, write_arrays
from onrecord.rag.store.sqlite.postings import Ids, Segment, Writing, merged, segment_of

Mask = NDArray[np.bool_]
Scores = NDArray[np.float64]

_FORMAT = "words 2"
_K1, _B = 1.2, 0.75
# FTS5 gives a term that more than half of all passages hold this weight.
_LEAST_IDF = 1e-6
# Passages whose words are in memory as they were read.
_AT_ONCE = 20_000
# A bound is compared with sums that were rounded.
_ROUNDING = 1 + 1e-9


@dataclass(frozen=True, slots=True)
class PassageWords:
    """A passage: its id, its length in words, and its terms, (2, n) of different terms' numbers and their counts.

    Its language, and a number to know all this by, are kept with it.
    """

    id: int
    length: int
    terms: NDArray[np.uint32]
    language: str = ""
    sum: int = 0


@dataclass(frozen=True, slots=True)
class _Passages:
    """What is known of the passages of all rows: (n,) each. `sizes` are in terms, `spoken` places in `languages`."""

    ids: Ids
    lengths: NDArray[np.uint32]
    sizes: NDArray[np.uint32]
    spoken: NDArray[np.uint16]
    sums: NDArray[np.uint32]
    alive: Mask
    languages: tuple[str, ...]

    def with_more(self, new: Sequence[PassageWords]) -> _Passages:
        languages = tuple(dict.fromkeys([*self.languages, *(one.language for one in new)]))
        number = {language: place for place, language in enumerate(languages)}
        return _Passages(
            _joined(self.ids, [one.id for one in new]),
            _joined(self.lengths, [one.length for one in new]),
            _joined(self.sizes, [int(one.terms[1].sum()) for one in new]),
            _joined(self.spoken, [number[one.language] for one in new]),
            _joined(self.sums, [one.sum for one in new]),
            _joined(self.alive, [True] * len(new)),
            languages,
        )


@dataclass(frozen=True, slots=True)
class _Asked:
    """A term that is asked for: its postings in each segment, and what a passage gets at most for it."""

    parts: tuple[tuple[Segment, int], ...]
    factor: float

    @property
    def most(self) -> float:
        return self.factor * (_K1 + 1)


class WordIndex:
    """The words of passages; never changed, so that any number of threads may read it: a change makes a new one.

    Postings that were loaded stay in the file, of which the system keeps in memory what is used. Those of a term are
    compared with their checksum when they are first used: `search` and `scores` may raise DamagedIndex.
    """

    def __init__(self) -> None:
        """Make an empty index."""
        none = np.empty(0, np.int64)
        small = none.astype(np.uint32)
        self._use(
            _Passages(none, small, small, none.astype(np.uint16), small, none.astype(np.bool_), ()),
            Places(none, none),
            (),
        )

    def _use(self, passages: _Passages, places: Places, segments: Sequence[Segment], stamp: str = "") -> None:
        self.stamp = stamp
        self._passages = passages
        self._places = places
        self._segments = tuple(segments)
        # The terms of the segment that is mapped whose postings are sound.
        self._sound = set[int]()
        self._loaded = len(passages.ids) if segments and segments[0].checks is not None else 0
        alive = passages.alive
        self._all_alive = len(self) == len(alive)
        size = int(
            passages.sizes.sum(dtype=np.uint64) if self._all_alive else passages.sizes[alive].sum(dtype=np.uint64)
        )
        self._mean = max(size / len(self) if len(self) else 1.0, 1e-9)

    def __len__(self) -> int:
        return len(self._places.ids)

    @property
    def ids(self) -> Ids:
        """The ids held."""
        return self._passages.ids[self._passages.alive]

    @property
    def sum(self) -> int:
        """The sum of the numbers that the passages held are known by."""
        return int(self._passages.sums[self._passages.alive].sum(dtype=np.uint64))

    @property
    def languages(self) -> list[str]:
        """The languages of the passages held, in alphabetical order."""
        number = np.bincount(self._passages.spoken[self._passages.alive], minlength=len(self._passages.languages))
        return sorted(name for name, held in zip(self._passages.languages, number.tolist(), strict=True) if held)

    @property
    def added(self) -> int:
        """How many passages were added or removed since the index was loaded."""
        return 2 * len(self._passages.ids) - self._loaded - len(self)

    def changed(self, removed: Ids, added: Iterable[PassageWords]) -> WordIndex:
        """An index without the passages of the `removed` ids, and with the `added` ones."""
        alive = self._passages.alive.copy()
        alive[self._places.held(removed)] = False
        passages, places = replace(self._passages, alive=alive), self._places.without(removed)
        segments, rest = list(self._segments), iter(added)
        while new := list(islice(rest, _AT_ONCE)):
            first = len(passages.ids)
            passages = passages.with_more(new)
            places = places.with_rows(np.array([one.id for one in new], np.int64), first)
            segments = _settled([*segments, segment_of(first, [one.terms for one in new])])
        made = WordIndex.__new__(WordIndex)
        made._use(passages, places, segments, self.stamp)
        made._sound, made._loaded = self._sound, self._loaded
        return made._compact() if len(made) * 2 < len(alive) else made

    def _compact(self) -> WordIndex:
        """The same without rows of passages that are gone."""
        passages, writing = self._living()
        postings = np.concatenate(list(writing.parts()))
        made = WordIndex.__new__(WordIndex)
        made._use(passages, Places.of_rows(passages.ids), [Segment(0, *writing.kept()[:2], postings)], self.stamp)
        return made

    def _living(self) -> tuple[_Passages, Writing]:
        alive = self._passages.alive
        new_rows = np.where(alive, np.cumsum(alive) - 1, -1)
        kept = {name: getattr(self._passages, name)[alive] for name in _Passages.__slots__ if name != "languages"}
        return _Passages(**kept, languages=self._passages.languages), Writing(self._segments, new_rows)

    def mask(self, ids: Ids) -> Mask:
        """Which rows are of passages among `ids`: what `search` takes as `allowed`."""
        mask = np.zeros(len(self._passages.ids), np.bool_)
        mask[self._places.held(ids)] = True
        return mask

    def spoken(self, *languages: str) -> Mask:
        """Which rows are of passages in any of some languages: what `search` takes as `allowed`."""
        codes = [code for code, language in enumerate(self._passages.languages) if language in languages]
        return np.isin(self._passages.spoken, codes) & self._passages.alive

    def ids_of(self, mask: Mask) -> Ids:
        """The ids of the passages in some rows."""
        return self._passages.ids[mask]

    def languages_of(self, ids: Ids) -> list[str]:
        """The languages of passages; "" for an id that is not held."""
        rows, held = self._places.find(ids)
        codes = np.where(held, self._passages.spoken[rows] if len(self) else 0, len(self._passages.languages))
        return [(*self._passages.languages, "")[code] for code in codes.tolist()]

    def lengths(self, ids: Ids) -> NDArray[np.uint32]:
        """The lengths in words of passages; 0 for an id that is not held."""
        rows, held = self._places.find(ids)
        return np.where(held, self._passages.lengths[rows] if len(self) else 0, 0).astype(np.uint32)

    def search(self, terms: Mapping[int, float], k: int, allowed: Mask | None = None) -> list[tuple[int, float]]:
        """The k passages of highest BM25 for terms, each of its weight: (id, score), best first, equal ones by id.

        Weights are above 0. The rarest terms come first; as soon as a passage that holds none of those read can no
        longer be among the best, the rest are looked up for those found (Turtle and Flood, Query Evaluation, 1995).
        """
        alive = self._passages.alive
        usable = (None if self._all_alive else alive) if allowed is None else alive & allowed
        asked = sorted((self._asked(*term) for term in terms.items()), key=lambda term: -term.most)
        rest = [_ROUNDING * sum(term.most for term in asked[place:]) for place in range(len(asked) + 1)]
        scores = np.zeros(len(alive))
        hits = np.empty(0, np.int64)
        for place, term in enumerate(asked):
            least = _kth(scores[hits], k)
            if rest[place] < least:
                hits = hits[scores[hits] + rest[place] >= least]
                scores[hits] += self._scores(term, hits)
                continue
            for segment, at in term.parts:
                rows, shares = self._shares(segment, at, usable)
                hits = np.concatenate([hits, rows[scores[rows] == 0]])
                scores[rows] += term.factor * shares
        values = scores[hits]
        hits = hits[values >= _kth(values, k)]
        best = hits[np.lexsort((self._passages.ids[hits], -scores[hits]))][:k]
        return list(zip(self._passages.ids[best].tolist(), scores[best].tolist(), strict=True))

    def scores(self, terms: Mapping[int, float], ids: Ids) -> Scores:
        """The BM25 of passages for terms, each of its weight, as `search` gives it; 0 for an unknown id."""
        rows, held = self._places.find(ids)
        scores = np.zeros(len(ids))
        for term in terms.items():
            scores[held] += self._scores(self._asked(*term), rows[held])
        return scores

    def of_all(self, terms: Mapping[int, float], unknown: float) -> float:
        """The BM25 of a passage of the mean length that holds each of some terms once, each of its weight; `unknown` is
        the weight of those that no passage ever held."""
        return sum((self._asked(*term).factor for term in terms.items()), unknown * self._idf(0))

    def _scores(self, term: _Asked, wanted: Ids) -> Scores:
        """What a term adds to rows, in any order."""
        scores = np.zeros(len(wanted))
        for segment, place in term.parts:
            postings = segment.of(place)
            rows = postings["row"].astype(np.int64)
            at = np.minimum(np.searchsorted(rows, wanted - segment.first), len(rows) - 1)
            holding = rows[at] == wanted - segment.first
            counts = postings["count"][at[holding]]
            scores[holding] = term.factor * self._share(counts, wanted[holding])
        return scores

    def _shares(self, segment: Segment, place: int, usable: Mask | None) -> tuple[Ids, Scores]:
        """The usable rows that hold a term, and its share of their scores."""
        postings = segment.of(place)
        rows = postings["row"].astype(np.int64) + segment.first
        counts = postings["count"]
        if usable is not None:
            kept = usable[rows]
            rows, counts = rows[kept], counts[kept]
        return rows, self._share(counts, rows)

    def _share(self, counts: NDArray[np.uint16], rows: Ids) -> Scores:
        """What a term adds to the scores of rows that hold it so often, before its weights."""
        norms = self._passages.sizes[rows] * (_K1 * _B / self._mean) + _K1 * (1 - _B)
        share: Scores = (_K1 + 1) * counts / (counts + norms)
        return share

    def _asked(self, term: int, weight: float) -> _Asked:
        parts, holding = [], 0
        for segment in self._segments:
            place = segment.place(term)
            if place is None:
                continue
            if segment.checks is not None and place not in self._sound:
                if not segment.is_sound(place):
                    raise DamagedIndex("The words in the index are no longer those that were saved.")
                self._sound.add(place)
            parts.append((segment, place))
            if self._all_alive:
                holding += len(segment.of(place))
            else:
                holding += int(self._passages.alive[segment.of(place)["row"].astype(np.int64) + segment.first].sum())
        return _Asked(tuple(parts), weight * self._idf(holding))

    def _idf(self, holding: int) -> float:
        """How much a term tells that so many passages hold."""
        return max(float(np.log((len(self) - holding + 0.5) / (holding + 0.5))), _LEAST_IDF)

    def save(self, path: Path, *, stamp: str) -> None:
        """Write the index to `path`, whole or not at all; `stamp` is what `load` must be given to accept it.

        Raises OSError where the disk refuses.
        """
        passages, writing = self._living()

        def whole() -> dict[str, NDArray[Any]]:
            terms, starts, checks = writing.kept()
            order = np.argsort(passages.ids, kind="stable").astype(np.uint32)
            arrays = {"order": order, "terms": terms, "starts": starts, "checks": checks}
            names = ("ids", "lengths", "sizes", "spoken", "sums")
            return {**arrays, **{name: getattr(passages, name) for name in names}}

        about = {"format": _FORMAT, "stamp": stamp, "languages": passages.languages}
        write_arrays(path, about, "postings", writing.parts(), whole)

    @classmethod
    def load(cls, path: Path, *, stamp: str | None) -> WordIndex:
        """Read a saved index. Raises DamagedIndex where it is missing, damaged or has another `stamp` (None: any)."""
        about, arrays = read_arrays(path, "postings")
        if about.get("format") != _FORMAT:
            raise DamagedIndex(f"{path} is not an index of words of this version.")
        if stamp is not None and about["stamp"] != stamp:
            raise DamagedIndex(f"The index of words {path} was made from other passages.")
        segment = Segment(0, *(arrays.pop(name) for name in ("terms", "starts", "postings", "checks")))
        order = arrays.pop("order").astype(np.int64)
        alive = np.ones(len(order), np.bool_)
        passages = _Passages(**arrays, alive=alive, languages=tuple(about["languages"]))
        loaded = cls.__new__(cls)
        loaded._use(passages, Places(passages.ids[order], order), [segment], about["stamp"])
        return loaded


def _kth(values: Scores, k: int) -> float:
    """The k-th highest of some values; below all where they are fewer."""
    return float(np.partition(values, len(values) - k)[len(values) - k]) if len(values) > k > 0 else -1.0


def _settled(segments: list[Segment]) -> list[Segment]:
    """Few segments of falling size behind one that is mapped: each posting is moved a few times in all."""
    first = 1 if segments[0].checks is not None else 0
    while len(segments) > first + 1 and len(segments[-2].postings) < 2 * len(segments[-1].postings):
        segments[-2:] = [merged(segments[-2:])]
    return segments


def _joined(array: NDArray[Any], more: Sequence[Any]) -> NDArray[Any]:
    return np.concatenate([array, np.array(more, array.dtype)])
