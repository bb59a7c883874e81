"""Who is one person in a library, worked out once for each of its states; what is stored stays as it was printed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import replace

from onrecord.rag.people.register import Known, LibrarySpeakers
from onrecord.rag.store.rows import meta
from onrecord.rag.types import Passage, Turn


class CachedSpeakers:
    """The people of a library, as its database now stands."""

    def __init__(self) -> None:
        self._kept: tuple[str | None, LibrarySpeakers] | None = None

    def current(self, connection: sqlite3.Connection) -> LibrarySpeakers:
        """The people in the current versions of the library's briefings."""
        state = meta(connection, "state")
        kept = self._kept
        if kept is None or kept[0] != state:
            rows = connection.execute(
                "SELECT t.speaker, t.role, t.outlet, t.label, COUNT(DISTINCT b.id) "
                "FROM turns t JOIN briefings b ON b.id = t.briefing_id "
                "WHERE b.superseded_by IS NULL AND t.speaker IS NOT NULL GROUP BY 1, 2, 3, 4"
            )
            kept = (state, LibrarySpeakers((Known(*row[:3]), row[3], row[4]) for row in rows))
            self._kept = kept
        return kept[1]

    def turns(self, connection: sqlite3.Connection, turns: Iterable[Turn]) -> Iterator[Turn]:
        """Turns, each under its speaker's one name."""
        people = self.current(connection)
        for turn in turns:
            if turn.speaker is None:
                yield turn
                continue
            identity = people.identity(turn.speaker, turn.role, turn.outlet)
            yield replace(turn, speaker=identity.name, inferred=turn.inferred or identity.inferred)

    def passages(self, connection: sqlite3.Connection, passages: Iterable[Passage]) -> Iterator[Passage]:
        """Passages, each under its speaker's one name."""
        people = self.current(connection)
        for passage in passages:
            if passage.speaker is None:
                yield passage
                continue
            yield replace(passage, speaker=people.identity(passage.speaker, passage.role, passage.outlet).name)

    def names(self, connection: sqlite3.Connection) -> list[str]:
        """The people who speak in passages of current versions, in alphabetical order."""
        people = self.current(connection)
        rows = connection.execute(
            "SELECT DISTINCT p.speaker, p.role, p.outlet FROM passages p JOIN briefings b ON b.id = p.briefing_id "
            "WHERE b.superseded_by IS NULL AND p.speaker IS NOT NULL"
        )
        return sorted({people.identity(*row).name for row in rows})

    def condition(self, connection: sqlite3.Connection, wanted: str) -> tuple[str, tuple[str, str]]:
        """The SQL that holds for the passages `p` of the people called `wanted`, and the values bound in it."""
        printed = self.current(connection).called(wanted)
        names = json.dumps(sorted({known.name for known in printed}))
        triples = json.dumps([[known.name, known.role or "", known.outlet or ""] for known in printed])
        # The first half alone is answered from an index; the second tells people of one name apart.
        return (
            "p.speaker IN (SELECT value FROM json_each(?)) AND (p.speaker, IFNULL(p.role, ''), IFNULL(p.outlet, '')) "
            "IN (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]') "
            "FROM json_each(?))",
            (names, triples),
        )
