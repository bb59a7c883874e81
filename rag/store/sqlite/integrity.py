"""Whether a library's database is still what was written: in whole, and briefing by briefing when one is read."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from onrecord.rag.store.collected import altered_collections
from onrecord.rag.store.refusing import REPAIR, altered_briefing, altered_notes, altered_passage, is_intact
from onrecord.rag.store.sqlite.collecting import CollectionsInFolder
from onrecord.rag.store.sqlite.digests import (
    METADATA_COLUMNS,
    Digests,
    digests_of,
    is_meta_sound,
    metadata_digest,
    said_checksum,
    vector_checksum,
    words_checksum,
)
from onrecord.rag.store.sqlite.failures import UNREADABLE, reason
from onrecord.rag.store.sqlite.rows import BOUND_VALUES, CURRENT, TERMS_CHECKSUM, marks, meta, reading, terms_checksum
from onrecord.rag.store.sqlite.schema import DATABASE, SCHEMA


class CheckedBriefings:
    """Compares briefings with their digests when they are first read: once for each version of each."""

    def __init__(self) -> None:
        self._metadata: set[tuple[str, str]] = set()
        self._content: set[tuple[str, Digests]] = set()
        # Those compared in the last state: there the digests need not be looked up again.
        self._state: tuple[str | None, set[str]] = (None, set())

    def forget(self) -> None:
        """Compare all of them again."""
        self._metadata.clear()
        self._content.clear()
        self._state = (None, set())

    def content(self, connection: sqlite3.Connection, briefing_ids: Iterable[str]) -> None:
        """Raise LibraryError, naming the briefing and the remedy, where one of these is not as it was written."""
        with reading(connection):
            state = meta(connection, "state")
            compared = self._state[1] if self._state[0] == state else set[str]()
            wanted = list(set(briefing_ids) - compared)
            for first in range(0, len(wanted), BOUND_VALUES):
                group = wanted[first : first + BOUND_VALUES]
                rows = connection.execute(f"SELECT * FROM digests WHERE briefing_id IN ({marks(group)})", group)
                written = {row["briefing_id"]: Digests(row["metadata"], row["content"]) for row in rows}
                for briefing_id in group:
                    key = (briefing_id, written.get(briefing_id, _NONE))
                    if key not in self._content:
                        found = digests_of(connection, briefing_id)
                        if found not in (None, key[1]):
                            raise altered_briefing(briefing_id)
                        self._content.add(key)
            self._state = (state, compared.union(wanted))

    def metadata(self, rows: Iterable[sqlite3.Row]) -> None:
        """Raise LibraryError where a row (its digest, the columns that it is over, any more) is not as written."""
        for row in rows:
            digest, *values = tuple(row)[: 1 + METADATA_COLUMNS]
            key = (row["id"], digest)
            if key not in self._metadata:
                if metadata_digest(values) != digest:
                    raise altered_briefing(row["id"])
                self._metadata.add(key)


# No briefing has it.
_NONE = Digests("", "")


def require_sound(connection: sqlite3.Connection, passage_id: int, found: int, written: int | None) -> None:
    """Raise LibraryError where what was computed from a passage no longer has the checksum that it was written with."""
    if found != written:
        row = connection.execute("SELECT briefing_id FROM passages WHERE id = ?", (passage_id,)).fetchone()
        raise altered_passage(row[0] if row else "(gone)")


def require_sound_meta(connection: sqlite3.Connection) -> None:
    """Raise LibraryError where what the library notes about itself is no longer as it was written."""
    if not is_meta_sound(connection):
        raise altered_notes()


def problems(connection: sqlite3.Connection) -> list[str]:
    """What is wrong with a database, and how to mend it, one line each; empty where every row is as it was written."""
    found: list[str] = []
    for check in _CHECKS:
        try:
            found += check(connection)
        except UNREADABLE as error:
            found.append(f"{DATABASE}: {reason(error)}. {REPAIR} saves what can still be read.")
    return list(dict.fromkeys(found))


def unsound_briefings(connection: sqlite3.Connection) -> list[str]:
    """The ids of the briefings that are not as they were written."""
    rows = connection.execute(
        "SELECT b.id, d.metadata, d.content FROM briefings b LEFT JOIN digests d ON d.briefing_id = b.id"
    ).fetchall()
    return [row[0] for row in rows if not _is_sound(connection, row[0], Digests(row[1], row[2]))]


def _is_sound(connection: sqlite3.Connection, briefing_id: str, written: Digests) -> bool:
    try:
        return digests_of(connection, briefing_id) == written
    except UNREADABLE:
        return False


def _structure(connection: sqlite3.Connection) -> Iterator[str]:
    for row in connection.execute("PRAGMA integrity_check"):
        if row[0] != "ok":
            # SQLite says it in several lines.
            yield f"{DATABASE}: {' '.join(row[0].split())}. {REPAIR} saves what can still be read."
    for row in connection.execute("PRAGMA foreign_key_check"):
        yield f"{DATABASE}: a row of {row[0]} points at nothing. {REPAIR} writes it again."
    layout = "SELECT type, name, tbl_name, sql FROM sqlite_schema"
    with sqlite3.connect(":memory:") as fresh:
        fresh.executescript(SCHEMA)
        if set(fresh.execute(layout)) != set(map(tuple, connection.execute(layout))):
            yield f"{DATABASE}: its tables are not those of this format. {REPAIR} makes them anew."


def _about_itself(connection: sqlite3.Connection) -> Iterator[str]:
    if not is_meta_sound(connection):
        yield f"{DATABASE}: what the library notes about itself was altered. {REPAIR} finds it again."
    terms = connection.execute("SELECT number, term FROM terms ORDER BY number")
    if str(terms_checksum(terms)) != (meta(connection, TERMS_CHECKSUM) or "0"):
        yield f"{DATABASE}: the list of terms was altered. {REPAIR} makes it again from the passages."


def _files(connection: sqlite3.Connection) -> Iterator[str]:
    for row in connection.execute(
        "SELECT sha256, data, (SELECT id FROM briefings b WHERE b.sha256 = f.sha256) AS id FROM files f"
    ):
        if row["id"] is None:
            yield f"file {row['sha256'][:12]}…: its briefing is gone. {REPAIR} reads it again."
        elif not is_intact(row["data"], row["sha256"]):
            yield (
                f"briefing {row['id']}: the file kept no longer has its SHA-256. {REPAIR} takes it again from where it "
                "was added; where it is gone, restore a backup."
            )


def _briefings(connection: sqlite3.Connection) -> Iterator[str]:
    for briefing_id in unsound_briefings(connection):
        yield (
            f"briefing {briefing_id}: its words, turns, passages or metadata are not those that were added. {REPAIR} "
            "reads it again from the file kept."
        )
    for row in connection.execute(
        "SELECT DISTINCT b.id FROM passages p JOIN briefings b ON b.id = p.briefing_id "
        'WHERE substr(b.text, p.start + 1, p."end" - p.start) <> p.text'
    ):
        yield f"briefing {row[0]}: a passage is not the slice of its text. {REPAIR} reads it again from the file kept."


def _computed(connection: sqlite3.Connection) -> Iterator[str]:
    searched = f"SELECT p.id FROM passages p JOIN briefings b ON b.id = p.briefing_id WHERE {CURRENT}"
    for table in ("vectors", "words", "checksums"):
        for wrong, rows in (
            ("missing", f"{searched} EXCEPT SELECT passage_id FROM {table}"),
            ("left over", f"SELECT passage_id FROM {table} EXCEPT {searched}"),
        ):
            count = connection.execute(f"SELECT COUNT(*) FROM ({rows})").fetchone()[0]
            if count:
                yield f"{table}: rows of {count} passages are {wrong}. {REPAIR} computes them again."
    altered = Counter(
        (row[0], what)
        for row in connection.execute(
            "SELECT (SELECT briefing_id FROM passages p WHERE p.id = c.passage_id), c.*, v.generation, v.vector, "
            "v.said, w.generation, w.length, w.terms FROM checksums c "
            "JOIN vectors v ON v.passage_id = c.passage_id JOIN words w ON w.passage_id = c.passage_id"
        )
        for what, is_sound in _compared(*row[1:])
        if not is_sound
    )
    for (briefing_id, what), count in altered.items():
        yield f"briefing {briefing_id}: {what} of {count} of its passages were altered. {REPAIR} computes them again."


def _compared(
    passage_id: int,
    vector_sum: int,
    said_sum: int,
    words_sum: int,
    generation: int,
    vector: bytes,
    said: bytes,
    *words: int | bytes,
) -> Iterator[tuple[str, bool]]:
    yield "the vectors", vector_checksum(passage_id, generation, vector) == vector_sum
    yield "the telling words", said_checksum(passage_id, said) == said_sum
    yield "the words", words_checksum(passage_id, *words) == words_sum  # type: ignore[arg-type]


def _collections(connection: sqlite3.Connection) -> Iterator[str]:
    yield from altered_collections(CollectionsInFolder(connection))


_CHECKS: tuple[Callable[[sqlite3.Connection], Iterable[str]], ...] = (
    _structure,
    _about_itself,
    _files,
    _briefings,
    _computed,
    _collections,
)
