"""BM25 of the postings of a question's terms (pure).

The formula and its constants are those of SQLite's FTS5 (https://www.sqlite.org/fts5.html#the_bm25_function), as in a
library in a folder, and so are the scores.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from onrecord.rag.store.postgres.rows import POSTING

_K1, _B = 1.2, 0.75
# FTS5 gives a term that more than half of all passages hold this weight.
_LEAST_IDF = 1e-6


@dataclass(frozen=True, slots=True)
class Scored:
    """Passages that hold a term, in the order of their ids, (n,): with the voice of each, and its BM25 as a share of
    what a passage of the mean length has that holds each of the terms once."""

    ids: NDArray[np.int64]
    voices: NDArray[np.int64]
    scores: NDArray[np.float64]

    def best(self, k: int, passing: NDArray[np.bool_]) -> dict[int, float]:
        """The k of highest score among those that pass, equal ones by id: score by id."""
        hits = np.flatnonzero(passing)
        if len(hits) > k:
            values = self.scores[hits]
            hits = hits[values >= np.partition(values, len(values) - k)[len(values) - k]]
        chosen = hits[np.lexsort((self.ids[hits], -self.scores[hits]))][:k]
        return dict(zip(self.ids[chosen].tolist(), self.scores[chosen].tolist(), strict=True))

    def of(self, ids: Iterable[int]) -> dict[int, float]:
        """The scores of those of some passages that hold a term."""
        held = np.flatnonzero(np.isin(self.ids, np.fromiter(ids, np.int64)))
        return dict(zip(self.ids[held].tolist(), self.scores[held].tolist(), strict=True))


def bm25(
    held: Mapping[str, Mapping[str, NDArray[np.void]]],
    weights: Mapping[str, float],
    *,
    count: int,
    mean: float,
    language: str | None,
) -> Scored:
    """Score the passages of a language that hold any of some terms.

    Args:
        held: by term and language, the postings, (n,) of `POSTING`, of all passages.
        weights: term → what its share is multiplied by.
        count: how many passages there are in all.
        mean: how many terms they have in the mean, above 0.
        language: of the passages wanted; None for all of them.
    """
    wanted = {
        term: [part for own, part in parts.items() if language in (None, own)] or [np.empty(0, POSTING)]
        for term, parts in held.items()
    }
    postings = {term: np.concatenate(parts) for term, parts in wanted.items()}
    together = np.concatenate([np.empty(0, POSTING), *postings.values()])
    ids, first, rows = np.unique(together["passage"], return_index=True, return_inverse=True)
    scores = np.zeros(len(ids))
    start, of_all = 0, 0.0
    for term, part in postings.items():
        holding = sum(len(one) for one in held[term].values())
        idf = max(np.log((count - holding + 0.5) / (holding + 0.5)), _LEAST_IDF)
        of_all += weights[term] * idf
        norms = _K1 * (1 - _B + _B * part["size"].astype(np.float64) / mean)
        # A passage holds a term once, so that none stands twice in a part.
        scores[rows[start : start + len(part)]] += (
            weights[term] * idf * (_K1 + 1) * part["count"] / (part["count"] + norms)
        )
        start += len(part)
    return Scored(ids, together["voice"][first], scores / max(of_all, _LEAST_IDF))
