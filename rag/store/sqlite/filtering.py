"""Limits as SQL, and what they leave in the indexes."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Hashable, Sequence
from threading import Lock
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from onrecord.rag.people.names import Known
from onrecord.rag.store import Limits
from onrecord.rag.store.sqlite.rows import CURRENT

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")

# Limits remembered, which stay the same for many questions: each takes up to 70 bytes for a passage that it leaves.
_KEPT = 16


class Recent(Generic[_Key, _Value]):
    """The values of one state of the library that were asked for last, by what they are of."""

    def __init__(self) -> None:
        self._values: dict[_Key, _Value] = {}
        self._state = ""
        self._lock = Lock()

    def of(self, state: str, key: _Key, make: Callable[[], _Value]) -> _Value:
        """The value of `key` in a state, made unless it is kept."""
        with self._lock:
            if state == self._state and key in self._values:
                value = self._values[key] = self._values.pop(key)
                return value
        value = make()
        with self._lock:
            if state != self._state:
                self._state, self._values = state, {}
            self._values[key] = value
            while len(self._values) > _KEPT:
                del self._values[next(iter(self._values))]
        return value


def passing_ids(connection: sqlite3.Connection, limits: Limits) -> NDArray[np.int64]:
    """The ids of the passages within limits."""
    joined, values = within(limits)
    return np.fromiter((row[0] for row in connection.execute(f"SELECT p.id {joined}", values)), np.int64)


def within(limits: Limits) -> tuple[str, list[str]]:
    """The FROM and WHERE of the passages within limits, and the values bound in it."""
    conditions, values = [CURRENT], list[str]()
    if limits.speakers is not None:
        condition, bound = _spoken_by(limits.speakers)
        conditions.append(condition)
        values += bound
    for column, wanted in (
        ("p.role", limits.roles),
        ("p.outlet", limits.outlets),
        ("p.language", limits.languages),
        ("p.kind", limits.kinds),
        ("b.id", limits.briefings),
    ):
        if wanted is not None:
            # Bound as one value: there may be more than SQLite binds in a statement.
            conditions.append(f"{column} IN (SELECT value FROM json_each(?))")
            values.append(json.dumps(wanted))
    if limits.since is not None:
        conditions.append("b.date >= ?")
        values.append(limits.since)
    if limits.until is not None:
        # A partial date such as 2026-02 includes all that begins with it.
        conditions.append("substr(b.date, 1, length(?)) <= ?")
        values += [limits.until] * 2
    # SQLite keeps the order of a CROSS JOIN. By speaker passages are found by their index; else each briefing is looked
    # at once, and not once for each of its passages.
    tables = "briefings b CROSS JOIN passages p" if limits.speakers is None else "passages p CROSS JOIN briefings b"
    return f"FROM {tables} ON b.id = p.briefing_id WHERE {' AND '.join(conditions)}", values


def _spoken_by(speakers: Sequence[Known]) -> tuple[str, tuple[str, ...]]:
    """The SQL that holds for the passages `p` of speakers as they are printed, and the values bound in it."""
    names = sorted({known.name for known in speakers})
    anywhere = [[known.name, known.role or "", known.outlet or ""] for known in speakers if known.briefing is None]
    somewhere = [
        [known.name, known.role or "", known.outlet or "", known.briefing] for known in speakers if known.briefing
    ]
    # The first condition alone is answered from an index; the others tell people of one name apart.
    who = "p.speaker, IFNULL(p.role, ''), IFNULL(p.outlet, '')"
    return (
        f"p.speaker IN (SELECT value FROM json_each(?)) AND (({who}) IN ({_rows(3)}) "
        f"OR ({who}, p.briefing_id) IN ({_rows(4)}))",
        (json.dumps(names), json.dumps(anywhere), json.dumps(somewhere)),
    )


def _rows(columns: int) -> str:
    """The SQL of a table whose rows are bound as one JSON list of lists."""
    values = ", ".join(f"json_extract(value, '$[{column}]')" for column in range(columns))
    return f"SELECT {values} FROM json_each(?)"
