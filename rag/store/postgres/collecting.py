"""The collections of a library in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence

from onrecord.rag.store.postgres.connections import Connection

# Who changes collections holds this lock ("OnCollec" in ASCII).
_LOCK = 0x4F6E436F6C6C6563


class CollectionsInPostgres:
    """`CollectionRows` of a database, in the transaction of the caller."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def hold(self) -> None:
        """Hold back others who change collections, until the transaction ends."""
        self._connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))

    def all(self) -> list[tuple[str, str, str]]:
        """Name, lineages and digest of each."""
        rows = self._connection.execute("SELECT name, lineages, digest FROM collections ORDER BY name")
        return [(row[0], row[1], row[2]) for row in rows]

    def write(self, name: str, lineages: str, digest: str) -> None:
        """Write one in place of that of the same name."""
        self._connection.execute(
            "INSERT INTO collections VALUES (%s, %s, %s) ON CONFLICT (name) DO UPDATE "
            "SET lineages = excluded.lineages, digest = excluded.digest",
            (name, lineages, digest),
        )

    def delete(self, name: str) -> None:
        """Delete one."""
        self._connection.execute("DELETE FROM collections WHERE name = %s", (name,))

    def current(self, lineages: Sequence[str]) -> list[str]:
        """The ids of the current versions of these lineages, in the order they were added."""
        rows = self._connection.execute(
            "SELECT b.id FROM briefings b WHERE b.superseded_by IS NULL AND b.lineage = ANY(%s) ORDER BY b.position",
            (list(lineages),),
        )
        return [row[0] for row in rows]

    def lineage(self, briefing_id: str) -> str | None:
        """The lineage of a briefing of any version."""
        row = self._connection.execute("SELECT lineage FROM briefings WHERE id = %s", (briefing_id,)).fetchone()
        return row[0] if row else None

    def lineages(self) -> list[str]:
        """All lineages in the order they were added."""
        rows = self._connection.execute("SELECT lineage FROM briefings ORDER BY position")
        return list(dict.fromkeys(row[0] for row in rows))
