"""A library parted over several servers: what postgres_fdw leaves to whoever asks.

The transaction of the library's own server ends behind those of the others, one after the other, and shards show rows
of a briefing before and after that. So a row of a shard counts only while there is its voice; rows are taken away from
shards only after the library's own server has said that they are gone; and each shard is asked by itself, since limits
and aggregates over all parts of a table are not sent to where these are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from onrecord.rag.store.postgres.connections import Connection

# Grouped in place of merely ordered: an aggregate is computed by the shard, and a distance alone would be computed
# here again, of vectors carried from there. An index gives order only, so that those it proposes are carried: no more
# than are wanted, and in the order of halves of their digits.
_COMPARED = """(
    SELECT s.passage_id, s.voice, min(s.vector <#> %(vector)s) AS distance FROM {part} s WHERE {condition}
    GROUP BY s.passage_id, s.voice ORDER BY distance, s.passage_id LIMIT %(wanted)s
)"""
_PROPOSED = """(
    SELECT s.passage_id, s.voice, s.vector::{kind} <#> %(vector)s::{kind} AS distance FROM {part} s WHERE {condition}
    ORDER BY distance LIMIT %(wanted)s
)"""
_LOWEST = """(
    SELECT s.passage_id, s.voice, s.passage_id AS distance FROM {part} s WHERE s.language = %(language)s
    ORDER BY s.passage_id LIMIT %(wanted)s
)"""


def parts_of(connection: Connection, table: str) -> tuple[str, ...]:
    """The parts of a table; none where it lies in one."""
    rows = connection.execute(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass ORDER BY inhrelid", (table,)
    )
    return tuple(row[0] for row in rows)


def nearest_in_parts(
    connection: Connection,
    parts: Sequence[str],
    conditions: Sequence[str],
    values: Mapping[str, Any],
    current: NDArray[np.int64],
    k: int,
    *,
    kind: str | None,
) -> list[int]:
    """The k passages of current voices nearest to `vector` of the values.

    Args:
        current: the voices, in order, that count.
        kind: of the index to be asked; None compares all that meet the conditions.
    """
    query = (_COMPARED if kind is None else _PROPOSED).format(
        part="{part}", kind=kind, condition=" AND ".join(conditions) or "TRUE"
    )
    return _first(connection, parts, query, values, current, k)


def lowest(
    connection: Connection, parts: Sequence[str], language: str, current: NDArray[np.int64], k: int
) -> list[int]:
    """The k passages of current voices in a language whose ids are lowest."""
    return _first(connection, parts, _LOWEST, {"language": language}, current, k)


def _first(
    connection: Connection,
    parts: Sequence[str],
    query: str,
    values: Mapping[str, Any],
    current: NDArray[np.int64],
    k: int,
) -> list[int]:
    wanted = k
    # Put in order here: parts that the server were to merge in order would be asked one after the other.
    query = " UNION ALL ".join(query.replace("{part}", part) for part in parts)
    while True:
        rows = sorted(connection.execute(query, {**values, "wanted": wanted}, binary=True), key=itemgetter(2, 0))
        among = rows[:wanted]
        passing = are_current(np.fromiter((row[1] for row in among), np.int64, len(among)), current)
        ids = [row[0] for row, counts in zip(among, passing, strict=True) if counts][:k]
        if len(ids) == k or len(rows) < wanted:
            return ids
        # What is left over of a broken write took the place of some.
        wanted *= 2


def are_current(voices: NDArray[np.int64], current: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of some voices are among the current ones, which are in order."""
    if not len(current):
        return np.zeros(len(voices), np.bool_)
    places = np.minimum(np.searchsorted(current, voices), len(current) - 1)
    found: NDArray[np.bool_] = current[places] == voices
    return found
