"""Filters as SQL, and what they leave in the indexes."""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from onrecord.embeddings import Selection
from onrecord.rag.people.matching import matching_names
from onrecord.rag.store.index import Indexes
from onrecord.rag.store.rows import CURRENT, marks
from onrecord.rag.store.speakers import CachedSpeakers
from onrecord.rag.types import Filters

# Limits remembered: of 100,000 passages each takes up to a megabyte.
_KEPT = 32


@dataclass(frozen=True, slots=True)
class Limit:
    """What filters leave in the indexes of one state."""

    vectors: Selection
    words: NDArray[np.bool_]


class Filtering:
    """Looks up what passes filters, and keeps the last limits: filters stay the same for many questions."""

    def __init__(self, speakers: CachedSpeakers) -> None:
        self._speakers = speakers
        self._limits: OrderedDict[tuple[str, Filters], Limit] = OrderedDict()

    def limit(self, connection: sqlite3.Connection, indexes: Indexes, filters: Filters) -> Limit | None:
        """What the filters leave in the indexes; None where they limit nothing."""
        if filters == Filters():
            return None
        key = (indexes.state, filters)
        limit = self._limits.get(key)
        if limit is None:
            joined, values = self.passages(connection, filters)
            ids = np.fromiter((row[0] for row in connection.execute(f"SELECT p.id {joined}", values)), np.int64)
            limit = self._limits[key] = Limit(indexes.vectors.select(ids), indexes.words.mask(ids))
            while len(self._limits) > _KEPT:
                self._limits.popitem(last=False)
        return limit

    def distinct(self, connection: sqlite3.Connection, column: str) -> list[str]:
        """What current passages hold in a column."""
        rows = connection.execute(
            f"SELECT DISTINCT p.{column} FROM passages p JOIN briefings b ON b.id = p.briefing_id "
            f"WHERE {CURRENT} AND p.{column} IS NOT NULL ORDER BY 1"
        )
        return [row[0] for row in rows]

    def passages(self, connection: sqlite3.Connection, filters: Filters) -> tuple[str, list[Any]]:
        """The FROM and WHERE of the passages that pass the filters, and the values bound in it."""
        conditions, values = [CURRENT], list[Any]()
        if filters.speaker is not None:
            condition, bound = self._speakers.condition(connection, filters.speaker)
            conditions.append(condition)
            values += bound
        for column, wanted in (("role", filters.role), ("outlet", filters.outlet)):
            if wanted is not None:
                names = matching_names(wanted, self.distinct(connection, column))
                conditions.append(f"p.{column} IN ({marks(names)})")
                values += names
        for expression, value in (
            ("b.date >= ?", filters.since),
            # A partial date such as 2026-02 includes all that begins with it.
            ("substr(b.date, 1, length(?1)) <= ?1", filters.until),
            ("p.language = ?", filters.language),
            ("p.kind = ?", filters.kind),
            ("b.id = ?", filters.briefing),
        ):
            if value is not None:
                # A numbered parameter would count from the statement's start, so it is bound twice instead.
                values += [value] * (2 if "?1" in expression else 1)
                conditions.append(expression.replace("?1", "?"))
        return f"FROM passages p JOIN briefings b ON b.id = p.briefing_id WHERE {' AND '.join(conditions)}", values
