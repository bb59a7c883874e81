"""Who and what is on record, as it is printed."""

from __future__ import annotations

import json
import sqlite3

from onrecord.rag.people.names import Known
from onrecord.rag.people.register import Place, Printed
from onrecord.rag.store import Names
from onrecord.rag.store.sqlite.rows import CURRENT


def names_on_record(connection: sqlite3.Connection) -> Names:
    """Who and what is on record in current versions. Call it in a transaction."""
    speakers = connection.execute(
        # Of a damaged row SQLite may give a number, whatever its table says.
        "SELECT CAST(t.speaker AS TEXT), CAST(t.role AS TEXT), CAST(t.outlet AS TEXT), CAST(t.label AS TEXT), "
        "json_group_array(DISTINCT b.id) "
        f"FROM turns t JOIN briefings b ON b.id = t.briefing_id WHERE {CURRENT} AND t.speaker IS NOT NULL "
        "GROUP BY 1, 2, 3, 4"
    )
    places = connection.execute(f"SELECT id, title, date, language, file FROM briefings b WHERE {CURRENT}")
    passages = connection.execute(
        "SELECT DISTINCT CAST(p.speaker AS TEXT), CAST(p.role AS TEXT), CAST(p.outlet AS TEXT), p.briefing_id "
        f"FROM passages p JOIN briefings b ON b.id = p.briefing_id WHERE {CURRENT} AND p.speaker IS NOT NULL"
    )
    return Names(
        speakers=tuple(Printed(Known(*row[:3]), row[3], tuple(json.loads(row[4]))) for row in speakers),
        places={row[0]: Place(*row[1:]) for row in places},
        passages=tuple(Known(*row) for row in passages),
        roles=_distinct(connection, "role"),
        outlets=_distinct(connection, "outlet"),
        languages=_distinct(connection, "language"),
        kinds=_distinct(connection, "kind"),
    )


def _distinct(connection: sqlite3.Connection, column: str) -> tuple[str, ...]:
    """What current passages hold in a column."""
    rows = connection.execute(
        f"SELECT DISTINCT CAST(p.{column} AS TEXT) FROM passages p JOIN briefings b ON b.id = p.briefing_id "
        f"WHERE {CURRENT} AND p.{column} IS NOT NULL ORDER BY 1"
    )
    return tuple(row[0] for row in rows)
