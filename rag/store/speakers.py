"""Who is one person in a library, worked out once for each of its states; what is stored stays as it was printed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import replace

from onrecord.rag.people.names import Known
from onrecord.rag.people.register import Place, Printed, Register
from onrecord.rag.store.rows import CURRENT, meta
from onrecord.rag.types import Passage, Turn


class CachedSpeakers:
    """The people of a library, as its database now stands."""

    def __init__(self) -> None:
        self._kept: tuple[str | None, Register] | None = None

    def current(self, connection: sqlite3.Connection) -> Register:
        """The people in the current versions of the library's briefings."""
        state = meta(connection, "state")
        kept = self._kept
        if kept is None or kept[0] != state:
            rows = connection.execute(
                # Of a damaged row SQLite may give a number, whatever its table says.
                "SELECT CAST(t.speaker AS TEXT), CAST(t.role AS TEXT), CAST(t.outlet AS TEXT), CAST(t.label AS TEXT), "
                "json_group_array(DISTINCT b.id) "
                "FROM turns t JOIN briefings b ON b.id = t.briefing_id "
                "WHERE b.superseded_by IS NULL AND t.speaker IS NOT NULL GROUP BY 1, 2, 3, 4"
            )
            places = connection.execute("SELECT id, title, date, language, file FROM briefings b WHERE " + CURRENT)
            people = Register(
                (Printed(Known(*row[:3]), row[3], tuple(json.loads(row[4]))) for row in rows),
                {row[0]: Place(*row[1:]) for row in places},
            )
            kept = (state, people)
            self._kept = kept
        return kept[1]

    def turns(self, connection: sqlite3.Connection, briefing: str, turns: Iterable[Turn]) -> Iterator[Turn]:
        """The turns of a briefing, each under its speaker's one name."""
        people = self.current(connection)
        for turn in turns:
            if turn.speaker is None:
                yield turn
                continue
            identity = people.identity(turn.speaker, turn.role, turn.outlet, briefing)
            yield replace(turn, speaker=identity.name, inferred=turn.inferred or identity.inferred)

    def passages(self, connection: sqlite3.Connection, passages: Iterable[Passage]) -> Iterator[Passage]:
        """Passages, each under its speaker's one name."""
        people = self.current(connection)
        for passage in passages:
            if passage.speaker is None:
                yield passage
                continue
            identity = people.identity(passage.speaker, passage.role, passage.outlet, passage.briefing_id)
            yield replace(passage, speaker=identity.name)

    def names(self, connection: sqlite3.Connection) -> list[str]:
        """The people who speak in passages of current versions, in alphabetical order."""
        people = self.current(connection)
        rows = connection.execute(
            "SELECT DISTINCT p.speaker, p.role, p.outlet, p.briefing_id FROM passages p "
            "JOIN briefings b ON b.id = p.briefing_id WHERE b.superseded_by IS NULL AND p.speaker IS NOT NULL"
        )
        return sorted({people.identity(*row).name for row in rows})

    def condition(self, connection: sqlite3.Connection, wanted: str) -> tuple[str, tuple[str, ...]]:
        """The SQL that holds for the passages `p` of the people called `wanted`, and the values bound in it."""
        people = self.current(connection)
        printed = people.printed(people.called(wanted))
        names = sorted({known.name for known in printed})
        anywhere = [[known.name, known.role or "", known.outlet or ""] for known in printed if known.briefing is None]
        somewhere = [
            [known.name, known.role or "", known.outlet or "", known.briefing] for known in printed if known.briefing
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
