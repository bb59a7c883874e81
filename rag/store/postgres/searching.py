"""Looking passages up: the nearest by their vectors, those of highest BM25 by their words."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from onrecord.rag.store import USUAL_SAID, USUAL_VECTORS, Candidate, Limits, Usual
from onrecord.rag.store.postgres.connections import Connection
from onrecord.rag.store.postgres.integrity import sound_said, sound_vector
from onrecord.rag.store.postgres.parts import are_current, lowest, nearest_in_parts, parts_of
from onrecord.rag.store.postgres.reading import VOICED, limited, noted
from onrecord.rag.store.postgres.rows import POSTING, term_key
from onrecord.rag.store.postgres.schema import VECTOR_INDEX
from onrecord.rag.store.postgres.scoring import bm25

# So many passages are compared one by one, in about ten milliseconds, whether an index is there or not: behind a limit
# an index gives ever fewer of the nearest.
_COMPARED = 20_000
# The index knows halves of the vectors' digits: it proposes so many times more than are wanted, and the vectors decide.
_PROPOSED_TIMES = 4
_PARTED = ("searched", "postings")
# Limits remembered: filters stay the same for many questions. Of 100,000 passages each takes some hundred kilobytes.
_KEPT = 32

_POSTINGS = """
SELECT p.term, p.language, string_agg(p.held, ''::bytea) FROM {part} p WHERE p.term = ANY(%(terms)s)
GROUP BY p.term, p.language
"""
_USUAL = f"""
SELECT s.briefing_id, s.passage_id, s.{{0}}, s.{{0}}_checksum FROM searched s {VOICED} WHERE {{1}}
ORDER BY s.passage_id LIMIT %(most)s
"""
_COMPARING = """
WITH compared AS MATERIALIZED (
    SELECT s.passage_id, s.language, s.vector <#> %(vector)s AS distance FROM {passages}
)
SELECT nearest.passage_id FROM unnest(%(languages)s::text[]) AS own (language), LATERAL (
    SELECT c.passage_id FROM compared c WHERE c.language = own.language ORDER BY c.distance, c.passage_id LIMIT %(k)s
) AS nearest
"""
# In this form a condition is looked up for each passage that the index gives, in its order, and never made a join.
_LOOKED_UP = "((s.briefing_id, s.voice) IN (SELECT v.briefing_id, v.voice FROM voices v WHERE {condition})) IS TRUE"
_PROPOSING = """
WITH proposed AS MATERIALIZED (
    SELECT s.passage_id, s.vector FROM searched s WHERE {condition}
    ORDER BY s.vector::{kind} <#> %(vector)s::{kind} LIMIT %(proposed)s
)
SELECT passage_id FROM proposed ORDER BY vector <#> %(vector)s, passage_id LIMIT %(k)s
"""


@dataclass(frozen=True, slots=True)
class _Whole:
    """What a state of the store is like: passages by language, their mean size in terms, and the index's kind."""

    passages: Mapping[str, int]
    mean: float
    index: str | None
    # The parts of `searched` and of `postings` on other servers.
    searched: tuple[str, ...]
    postings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Within:
    """What is within limits: passages by language, and the voices, (n,), in order."""

    passages: Mapping[str, int]
    voices: NDArray[np.int64]


class Finder:
    """Looks passages up, and remembers what is the same for all questions to one state."""

    def __init__(self) -> None:
        self._whole: tuple[str, _Whole] | None = None
        self._usual: tuple[str, dict[str, Usual]] | None = None
        self._limits: OrderedDict[tuple[str, Limits], _Within] = OrderedDict()

    def candidates(
        self,
        connection: Connection,
        vector: NDArray[np.float32] | None,
        terms: Mapping[str, float],
        limits: Limits,
        k: int,
        language: str | None,
    ) -> list[Candidate]:
        """See `Searcher.candidates`."""
        state = noted(connection, "state") or ""
        whole = self._of_whole(connection, state)
        if not whole.passages:
            return []
        near = self._near(connection, state, whole, vector, limits, k) if vector is not None else []
        lexical = self._matching(connection, state, whole, terms, limits, k, language, near) if terms else {}
        rows = connection.execute(
            "SELECT s.passage_id, s.language, s.length, s.briefing_id"
            f"{', s.vector, s.vector_checksum' if vector is not None else ''} "
            f"FROM searched s {VOICED} WHERE s.passage_id = ANY(%s)",
            ([*near, *lexical],),
            binary=True,
        )
        return [
            Candidate(
                id_,
                own,
                sound_vector(briefing_id, id_, *held) if held else None,
                length,
                lexical.get(id_, 0.0),
            )
            for id_, own, length, briefing_id, *held in rows
        ]

    def usual(self, connection: Connection) -> Mapping[str, Usual]:
        """See `Searcher.usual`."""
        state = noted(connection, "state") or ""
        if self._usual is None or self._usual[0] != state:
            whole = self._of_whole(connection, state)
            current = self._within(connection, state, Limits()).voices
            self._usual = (
                state,
                {name: _usual(connection, name, whole, current) for name in whole.passages},
            )
        return self._usual[1]

    def _of_whole(self, connection: Connection, state: str) -> _Whole:
        if self._whole is None or self._whole[0] != state:
            rows = connection.execute(
                "SELECT language, sum(passages)::bigint, sum(size)::bigint FROM voices GROUP BY language ORDER BY 1"
            ).fetchall()
            passages = {row[0]: row[1] for row in rows}
            size = sum(row[2] for row in rows)
            mean = max(size / sum(passages.values()), 1e-9) if passages else 1.0
            index, parts = noted(connection, VECTOR_INDEX), (parts_of(connection, name) for name in _PARTED)
            self._whole = (state, _Whole(passages, mean, index, *parts))
        return self._whole[1]

    def _within(self, connection: Connection, state: str, limits: Limits) -> _Within:
        """What is within limits."""
        key = (state, limits)
        found = self._limits.pop(key, None)
        if found is None:
            condition, values = limited(limits)
            rows = connection.execute(
                f"SELECT v.voice, v.language, v.passages FROM voices v WHERE {condition} ORDER BY v.voice",
                values,
                binary=True,
            ).fetchall()
            passages: Counter[str] = Counter()
            for _, language, count in rows:
                passages[language] += count
            found = _Within(passages, np.fromiter((row[0] for row in rows), np.int64, len(rows)))
        self._limits[key] = found
        while len(self._limits) > _KEPT:
            self._limits.popitem(last=False)
        return found

    def _matching(
        self,
        connection: Connection,
        state: str,
        whole: _Whole,
        terms: Mapping[str, float],
        limits: Limits,
        k: int,
        language: str | None,
        near: Sequence[int],
    ) -> dict[int, float]:
        """BM25 by id: of the k best within limits and language, and of those of `near` that hold a term there."""
        asked = {term_key(term): term for term in terms}
        rows = connection.execute(
            " UNION ALL ".join(_POSTINGS.format(part=part) for part in whole.postings or ("postings",)),
            {"terms": [*asked]},
            binary=True,
        )
        held: dict[str, dict[str, NDArray[np.void]]] = {term: {} for term in terms}
        for key, own, packed in rows:
            term = asked[key]
            found = np.frombuffer(packed, POSTING)
            if whole.postings:
                current = self._within(connection, state, Limits()).voices
                found = np.concatenate([held[term].get(own, found[:0]), found[are_current(found["voice"], current)]])
            held[term][own] = found
        scored = bm25(held, terms, count=sum(whole.passages.values()), mean=whole.mean, language=language)
        passing = scored.scores > 0
        if limits != Limits():
            passing &= np.isin(scored.voices, self._within(connection, state, limits).voices)
        return {**scored.of(near), **scored.best(k, passing)}

    def _near(
        self,
        connection: Connection,
        state: str,
        whole: _Whole,
        vector: NDArray[np.float32],
        limits: Limits,
        k: int,
    ) -> list[int]:
        """The k nearest in each language."""
        passages = self._within(connection, state, limits).passages if limits != Limits() else whole.passages
        proposed = {name for name, count in passages.items() if whole.index and count > _COMPARED}
        compared = sorted(set(passages) - proposed)
        if whole.searched:
            return self._near_in_parts(connection, state, whole, vector, limits, k, compared, sorted(proposed))
        condition, values = limited(limits)
        bound = {**values, "vector": vector, "k": k}
        found: list[int] = []
        if compared:
            found += _ids(
                connection,
                _COMPARING.format(passages=_compared(whole, limits, condition, compared)),
                bound | {"languages": compared},
            )
        for name in sorted(proposed):
            conditions = ["TRUE"]
            if len(whole.passages) > 1:
                conditions.append("s.language = %(own)s")
            if limits not in (Limits(), Limits(languages=(name,))):
                conditions.append(_LOOKED_UP.format(condition=condition))
            query = _PROPOSING.format(condition=" AND ".join(conditions), kind=whole.index)
            found += _ids(connection, query, bound | {"own": name, "proposed": _PROPOSED_TIMES * k})
        return found

    def _near_in_parts(
        self,
        connection: Connection,
        state: str,
        whole: _Whole,
        vector: NDArray[np.float32],
        limits: Limits,
        k: int,
        compared: Sequence[str],
        proposed: Sequence[str],
    ) -> list[int]:
        current = self._within(connection, state, limits).voices
        values: dict[str, Any] = {"vector": vector}
        conditions = ["s.language = %(own)s"] if len(whole.passages) > 1 else []
        if limits != Limits():
            # What is limited is known here alone, and sent along.
            conditions.append("s.voice = ANY(%(voices)s::bigint[])")
            values["voices"] = current.tolist()
        return [
            id_
            for name in (*compared, *proposed)
            for id_ in nearest_in_parts(
                connection,
                whole.searched,
                conditions,
                {**values, "own": name},
                current,
                k,
                kind=whole.index if name in proposed else None,
            )
        ]


def _compared(whole: _Whole, limits: Limits, condition: str, languages: Sequence[str]) -> str:
    """The passages to be compared one by one."""
    joined = "searched s"
    conditions = []
    if limits != Limits():
        joined = "voices v JOIN searched s ON s.briefing_id = v.briefing_id AND s.voice = v.voice"
        conditions.append(condition)
    if len(languages) < len(whole.passages):
        conditions.append("s.language = ANY(%(languages)s)")
    return f"{joined} WHERE {' AND '.join(conditions)}" if conditions else joined


def _ids(connection: Connection, query: str, values: Mapping[str, Any]) -> list[int]:
    return [row[0] for row in connection.execute(query, values)]


def _usual(connection: Connection, language: str, whole: _Whole, current: NDArray[np.int64]) -> Usual:
    # Ids are hashes, so the first in their order are a random choice, and the same one every time.
    which, values = "s.language = %(language)s", dict[str, Any]({"language": language})
    if whole.searched:
        values = {"ids": lowest(connection, whole.searched, language, current, USUAL_VECTORS)}
        which = "s.passage_id = ANY(%(ids)s)"
    vectors = connection.execute(_USUAL.format("vector", which), {**values, "most": USUAL_VECTORS}, binary=True)
    said = connection.execute(_USUAL.format("said", which), {**values, "most": USUAL_SAID}, binary=True)
    return Usual(
        np.stack([sound_vector(*row) for row in vectors]),
        tuple(sound_said(*row) for row in said),
        whole.passages[language],
    )
