"""The collections of a library in a folder."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from onrecord.rag.store.sqlite.rows import CURRENT


class CollectionsInFolder:
    """`CollectionRows` of a database, in the transaction of the caller."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def all(self) -> list[tuple[str, str, str]]:
        """Name, lineages and digest of each."""
        rows = self._connection.execute("SELECT name, lineages, digest FROM collections ORDER BY name")
        return [(row[0], row[1], row[2]) for row in rows]

    def write(self, name: str, lineages: str, digest: str) -> None:
        """Write one in place of that of the same name."""
        self._connection.execute("INSERT OR REPLACE INTO collections VALUES (?, ?, ?)", (name, lineages, digest))

    def delete(self, name: str) -> None:
        """Delete one."""
        self._connection.execute("DELETE FROM collections WHERE name = ?", (name,))

    def current(self, lineages: Sequence[str]) -> list[str]:
        """The ids of the current versions of these lineages, in the order they were added."""
        rows = self._connection.execute(
            f"SELECT b.id FROM briefings b WHERE {CURRENT} AND b.lineage IN (SELECT value FROM json_each(?)) "
            "ORDER BY b.position",
            (json.dumps(lineages),),
        )
        return [row[0] for row in rows]

    def lineage(self, briefing_id: str) -> str | None:
        """The lineage of a briefing of any version."""
        row = self._connection.execute("SELECT lineage FROM briefings WHERE id = ?", (briefing_id,)).fetchone()
        return row[0] if row else None

    def lineages(self) -> list[str]:
        """All lineages in the order they were added."""
        rows = self._connection.execute("SELECT lineage FROM briefings ORDER BY position")
        return list(dict.fromkeys(row[0] for row in rows))
