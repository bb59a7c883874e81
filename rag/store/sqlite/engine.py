"""The store of a folder: one SQLite database (the truth), and the indexes built from it."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from onrecord.rag.errors import LibraryError
from onrecord.rag.store import (
    Candidate,
    ChangeCollections,
    Embedded,
    EmbeddingModel,
    Held,
    Limits,
    Mending,
    Names,
    NewBriefing,
    Repair,
    Replaced,
    StoredVoice,
    Summary,
    Usual,
)
from onrecord.rag.store.collected import collections_in, take_from_all, write_changed
from onrecord.rag.store.corrected import corrections_of, require_as_read
from onrecord.rag.store.refusing import (
    REPAIR,
    altered_file,
    damaged_at_backup,
    is_intact,
    unknown_briefing,
    unwritable_backup,
)
from onrecord.rag.store.sqlite import seal
from onrecord.rag.store.sqlite.backup import copy
from onrecord.rag.store.sqlite.collecting import CollectionsInFolder
from onrecord.rag.store.sqlite.connections import Connections
from onrecord.rag.store.sqlite.digests import metadata_columns, write_checksums, write_digests
from onrecord.rag.store.sqlite.failures import FAILURES, UNREADABLE, failing_plainly
from onrecord.rag.store.sqlite.index import Superseded
from onrecord.rag.store.sqlite.integrity import (
    CheckedBriefings,
    problems,
    require_sound_meta,
)
from onrecord.rag.store.sqlite.naming import names_on_record
from onrecord.rag.store.sqlite.opening import prepare
from onrecord.rag.store.sqlite.rebuilding import rebuild
from onrecord.rag.store.sqlite.rows import (
    CORRECTIONS,
    CURRENT,
    IN_ORDER,
    briefing_from_row,
    columns,
    insert_briefing,
    insert_passages,
    insert_vectors,
    insert_words,
    meta,
    reading,
    set_meta,
    turn_rows,
    unindex,
)
from onrecord.rag.store.sqlite.schema import DATABASE
from onrecord.rag.store.sqlite.searching import Search, embedded_of
from onrecord.rag.types import Briefing, Passage

_Read = TypeVar("_Read")

_PASSAGE_COLUMNS = columns(Passage, "p.")
_SUMMARY = tuple(field.name for field in fields(Summary))
# Another thread brings the indexes forward in the middle of an answer where somebody has written since it began. Past
# as many beginnings, the others wait for the answer.
_TRIES = 3
# Of texts, a twenty-fifth larger than by the usual level, in less than half of the time.
_LEVEL = 4
# Nobody waits longer than a second for a library to close; a larger one is sealed when it is verified.
_SEALED_AT_CLOSING = 2**28


@failing_plainly
class SqliteStore:
    """A `Store` in one folder. Safe to use from several threads and several processes at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._connections = Connections(folder / DATABASE)
        self._checked = CheckedBriefings()
        self._search = Search(folder, self._checked)
        prepare(folder)

    def state(self) -> str:
        """A word that changes with every write; empty before the first."""
        return meta(self._connection(), "state") or ""

    def model(self) -> EmbeddingModel | None:
        """The model of the vectors held, or None before the first."""
        require_sound_meta(self._connection())
        value = meta(self._connection(), "model")
        return EmbeddingModel(**json.loads(value)) if value else None

    def add(self, new: NewBriefing, model: EmbeddingModel, *, over: Replaced | None = None) -> None:
        """Write a briefing in one transaction; see `Archive.add`."""
        briefing = new.briefing
        is_current = briefing.superseded_by is None
        with self._connections.writing() as (connection, generation):
            require_as_read(over, briefing, _current(connection, briefing.lineage))
            set_meta(connection, "model", json.dumps(asdict(model)))
            older = [
                row[0]
                for row in connection.execute(
                    "SELECT id FROM briefings WHERE lineage = ? AND superseded_by IS NULL AND ?",
                    (briefing.lineage, is_current),
                )
            ]
            for briefing_id in dict.fromkeys([*older, briefing.id]):
                unindex(connection, briefing_id)
            connection.execute(
                "INSERT INTO files VALUES (?, ?) ON CONFLICT DO NOTHING",
                (briefing.sha256, zlib.compress(new.data, _LEVEL)),
            )
            insert_briefing(connection, briefing)
            insert_passages(connection, new.passages)
            connection.executemany(
                "UPDATE briefings SET superseded_by = ? WHERE id = ?",
                [(briefing.id, other) for other in older if other != briefing.id],
            )
            if is_current:
                insert_vectors(connection, new.passages, new.embedded, generation)
                insert_words(connection, new.passages, generation)
            for written in dict.fromkeys([briefing.id, *older]):
                write_digests(connection, written)
            write_checksums(connection, generation)

    def move(self, briefing_id: str, source: str, file: str) -> None:
        """Note that a briefing's file now lies elsewhere under another name."""
        with self._connections.writing() as (connection, _):
            connection.execute("UPDATE briefings SET source = ?, file = ? WHERE id = ?", (source, file, briefing_id))
            write_digests(connection, briefing_id)

    def briefing(self, briefing_id: str) -> Briefing:
        """A briefing of any version; raises UnknownBriefing."""
        with reading(self._connection()) as connection:
            row = connection.execute(
                f"SELECT b.*, {CORRECTIONS} FROM briefings b WHERE id = ?", (briefing_id,)
            ).fetchone()
            if row is None:
                raise unknown_briefing(briefing_id)
            self._checked.content(connection, [briefing_id])
            return briefing_from_row(row, turn_rows(connection, briefing_id))

    def briefings(self) -> list[Briefing]:
        """The current briefings in the order they were added."""
        with reading(self._connection()) as connection:
            rows = connection.execute(
                f"SELECT b.*, {CORRECTIONS} FROM briefings b WHERE {CURRENT} ORDER BY position"
            ).fetchall()
            self._checked.content(connection, [row["id"] for row in rows])
            return [briefing_from_row(row, turn_rows(connection, row["id"])) for row in rows]

    def summaries(self) -> list[Summary]:
        """The current briefings in the order they were added, without their text."""
        return self._summaries("TRUE", ())

    def current_version(self, source: str) -> Summary | None:
        """The current briefing that came from this path or address."""
        found = self._summaries("b.source = ?", (source,))
        return found[-1] if found else None

    def passages(self, briefing_id: str) -> list[Passage]:
        """The passages of a briefing in order; raises UnknownBriefing."""
        with reading(self._connection()) as connection:
            _require_known(connection, briefing_id)
            self._checked.content(connection, [briefing_id])
            rows = connection.execute(
                f"SELECT {_PASSAGE_COLUMNS} FROM passages p WHERE briefing_id = ? ORDER BY {IN_ORDER}",
                (briefing_id,),
            )
            return [Passage(*row) for row in rows]

    def of_one_state(self, read: Callable[[], _Read]) -> _Read:
        """What `read` gives; all that it reads here is of one state; see `Archive.of_one_state`."""
        connection = self._connection()
        if connection.in_transaction:
            return read()
        for _ in range(_TRIES):
            try:
                with reading(connection):
                    return read()
            except Superseded:
                continue
        with self._search.indexes.standing_still(), reading(connection):
            return read()

    def candidates(
        self,
        vector: NDArray[np.float32] | None,
        terms: Mapping[str, float],
        limits: Limits,
        k: int,
        *,
        language: str | None = None,
    ) -> list[Candidate]:
        """The nearest passages and those of the highest BM25; see `Searcher.candidates`."""
        return self._search.candidates(self._connection(), vector, terms, limits, k, language)

    def usual(self) -> Mapping[str, Usual]:
        """What the passages of each language held are usually like."""
        return self._search.usual(self._connection())

    def count(self, limits: Limits) -> tuple[int, int]:
        """How many briefings and passages are within the limits."""
        return self._search.count(self._connection(), limits)

    def voices(self, limits: Limits) -> list[StoredVoice]:
        """Whose the passages within the limits are: each voice once, in no order."""
        return self._search.voices(self._connection(), limits)

    def briefing_ids(self, limits: Limits) -> list[str]:
        """The ids of the briefings that have passages within the limits, in the order they were added."""
        return self._search.briefing_ids(self._connection(), limits)

    def held(self, ids: Iterable[int]) -> dict[int, Held]:
        """Passages by id; unknown ids are left out."""
        return self._search.held(self._connection(), ids)

    def names(self) -> Names:
        """Who and what is on record."""
        with reading(self._connection()) as connection:
            return names_on_record(connection)

    def ids(self) -> list[str]:
        """The ids of the briefings of all versions in the order they were added."""
        return [row[0] for row in self._connection().execute("SELECT id FROM briefings ORDER BY position")]

    def embedded(self, briefing_id: str) -> list[Embedded]:
        """What the model made of each passage of a briefing, in order; raises UnknownBriefing."""
        with reading(self._connection()) as connection:
            _require_known(connection, briefing_id)
            return embedded_of(connection, briefing_id)

    def replace_vectors(
        self, model: EmbeddingModel, batches: Iterable[tuple[Sequence[int], Sequence[Embedded]]]
    ) -> None:
        """Exchange all vectors for those of another model, in one transaction."""
        with self._connections.writing() as (connection, generation):
            set_meta(connection, "model", json.dumps(asdict(model)))
            for ids, embedded in batches:
                connection.executemany(
                    "UPDATE vectors SET vector = ?, said = ?, generation = ? WHERE passage_id = ?",
                    [
                        (one.vector.astype("<f4").tobytes(), one.said, generation, passage_id)
                        for passage_id, one in zip(ids, embedded, strict=True)
                    ],
                )
            write_checksums(connection, generation)

    def file(self, briefing_id: str) -> bytes:
        """The bytes of the file as added; raises UnknownBriefing."""
        row = self._connection().execute(
            "SELECT sha256, data FROM files JOIN briefings USING (sha256) WHERE id = ?", (briefing_id,)
        )
        found = row.fetchone()
        if found is None:
            raise unknown_briefing(briefing_id)
        if not is_intact(found["data"], found["sha256"]):
            raise altered_file(briefing_id)
        return zlib.decompress(found["data"])

    def remove(self, briefing_id: str) -> None:
        """Delete a briefing with all its versions; raises UnknownBriefing."""
        with self._connections.writing() as (connection, _):
            lineage = connection.execute("SELECT lineage FROM briefings WHERE id = ?", (briefing_id,)).fetchone()
            if lineage is None:
                raise unknown_briefing(briefing_id)
            for row in connection.execute("SELECT id FROM briefings WHERE lineage = ?", (lineage[0],)).fetchall():
                unindex(connection, row[0])
            connection.execute("DELETE FROM briefings WHERE lineage = ?", (lineage[0],))
            connection.execute("DELETE FROM files WHERE sha256 NOT IN (SELECT sha256 FROM briefings)")
            take_from_all(CollectionsInFolder(connection), lineage[0])

    def collections(self) -> dict[str, tuple[str, ...]]:
        """The current briefings of each collection, by its name; see `Archive.collections`."""
        with reading(self._connection()) as connection:
            return collections_in(CollectionsInFolder(connection))

    def change_collections(self, change: ChangeCollections) -> None:
        """Write what `change` makes of the collections, in one transaction; see `Archive.change_collections`."""
        with self._connections.writing() as (connection, _):
            write_changed(CollectionsInFolder(connection), change)

    def verify(self) -> list[str]:
        """What is wrong with the store and how to mend it, one line each; empty when all is well."""
        with reading(self._connection()) as connection:
            found = problems(connection)
        if not found and seal.is_broken(self._folder, connection):
            found = [
                f"{DATABASE}: bytes that hold nothing were altered, and nothing is lost. {REPAIR} writes them anew."
            ]
        elif not found:
            seal.write(self._folder, connection)
        return found

    def repair(self, mending: Mending) -> Repair:
        """Mend what `verify` finds; see `Archive.repair`.

        A new database takes the place of the damaged one in one transaction, for other processes too.
        """
        connection = self._connection()
        with self._connections.write_lock, TemporaryDirectory(dir=self._folder, prefix=".repair-") as folder:
            before = _state_or_none(connection)
            rebuilt = SqliteStore(Path(folder))
            try:
                done = rebuild(connection, rebuilt._connection(), mending)
                if _state_or_none(connection) != before:
                    raise LibraryError("The library was written to while it was repaired. Repair it again.")
                rebuilt._connection().backup(connection)
            finally:
                rebuilt.close()
        self._checked.forget()
        seal.write(self._folder, connection)
        return done

    def back_up(self, file: Path) -> None:
        """Write a copy of the library to a file; see `Archive.back_up`."""
        with reading(self._connection()) as connection:
            wrong = self.verify()
            if wrong:
                raise damaged_at_backup(self._folder, wrong[0])
            try:
                copy(connection, file)
            except FAILURES as error:
                raise unwritable_backup(file, error) from error

    def close(self) -> None:
        """Release the files."""
        if self._connections.written:
            with suppress(*FAILURES):
                seal.write(self._folder, self._connection(), at_most=_SEALED_AT_CLOSING)
            self._connections.written = False
        self._connections.close()

    def _connection(self) -> sqlite3.Connection:
        return self._connections.current()

    def _summaries(self, condition: str, values: Sequence[str]) -> list[Summary]:
        rows = (
            self._connection()
            .execute(
                f"SELECT d.metadata, {metadata_columns('b')}, length(b.text) AS characters, COUNT(p.id) AS passages "
                "FROM briefings b LEFT JOIN digests d ON d.briefing_id = b.id "
                f"LEFT JOIN passages p ON p.briefing_id = b.id WHERE {CURRENT} AND {condition} "
                "GROUP BY b.id ORDER BY b.position",
                values,
            )
            .fetchall()
        )
        self._checked.metadata(rows)
        return [
            Summary(**{name: row[name] for name in _SUMMARY} | {"corrections": corrections_of(row["corrections"])})
            for row in rows
        ]


def _current(connection: sqlite3.Connection, lineage: str) -> tuple[str, str | None] | None:
    """The id and the corrections of the current version of a lineage."""
    row = connection.execute(
        f"SELECT b.id, {CORRECTIONS} FROM briefings b WHERE lineage = ? AND {CURRENT}", (lineage,)
    ).fetchone()
    return (row[0], row[1]) if row else None


def _require_known(connection: sqlite3.Connection, briefing_id: str) -> None:
    if connection.execute("SELECT 1 FROM briefings WHERE id = ?", (briefing_id,)).fetchone() is None:
        raise unknown_briefing(briefing_id)


def _state_or_none(connection: sqlite3.Connection) -> str | None:
    try:
        return meta(connection, "state")
    except UNREADABLE:
        return None
