"""The default store: one SQLite database (the truth) and one FAISS file (a cache built from it)."""

from __future__ import annotations

import json
import sqlite3
import threading
import uuid
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from onrecord.rag.errors import LibraryError, UnknownBriefing
from onrecord.rag.store import Embedded, EmbeddingModel, Mending, NewBriefing, Repair, Summary, seal
from onrecord.rag.store.backup import copy
from onrecord.rag.store.digests import (
    metadata_columns,
    said_checksum,
    write_checksums,
    write_digests,
    write_meta_digest,
)
from onrecord.rag.store.failures import FAILURES, UNREADABLE, failing_plainly
from onrecord.rag.store.filtering import Filtering
from onrecord.rag.store.index import CachedIndexes, Superseded
from onrecord.rag.store.integrity import (
    REPAIR,
    CheckedBriefings,
    is_intact,
    problems,
    require_sound,
    require_sound_meta,
)
from onrecord.rag.store.opening import Opened, opened, prepare
from onrecord.rag.store.rebuilding import rebuild
from onrecord.rag.store.rows import (
    BOUND_VALUES,
    CURRENT,
    briefing_from_row,
    columns,
    insert_briefing,
    insert_passages,
    insert_vectors,
    insert_words,
    marks,
    meta,
    reading,
    set_meta,
    term_numbers,
)
from onrecord.rag.store.schema import DATABASE
from onrecord.rag.store.speakers import CachedSpeakers
from onrecord.rag.types import Briefing, Filters, Passage, Turn

_Read = TypeVar("_Read")

_PASSAGE_COLUMNS = columns(Passage, "p.")
_TURN_COLUMNS = columns(Turn)
# Vectors that tell what passages of a language have in common.
_SAMPLE = 1000
# Passages whose words tell how well any words are met by chance.
_SAID_SAMPLE = 64
# Another thread brings the indexes forward in the middle of an answer where somebody has written since it began. Past
# as many beginnings, the others wait for the answer.
_TRIES = 3


@failing_plainly
class SqliteStore:
    """A `Store` in one folder. Safe to use from several threads and several processes at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._local = threading.local()
        self._connections: dict[threading.Thread, sqlite3.Connection] = {}
        self._connections_lock = threading.Lock()
        self._write_lock = threading.Lock()
        self._indexes = CachedIndexes(folder)
        self._speakers = CachedSpeakers()
        self._filtering = Filtering(self._speakers)
        self._checked = CheckedBriefings()
        self._written = False
        self._names: tuple[str | None, dict[str, list[str]]] | None = None
        self._samples: tuple[str | None, tuple[dict[str, NDArray[np.float32]], dict[str, tuple[bytes, ...]]]] | None = (
            None
        )
        prepare(folder)

    def model(self) -> EmbeddingModel | None:
        """The model of the vectors held, or None before the first."""
        require_sound_meta(self._connection())
        value = meta(self._connection(), "model")
        return EmbeddingModel(**json.loads(value)) if value else None

    def add(self, new: NewBriefing, model: EmbeddingModel) -> None:
        """Write a briefing in one transaction; see `Store.add`."""
        briefing = new.briefing
        with self._write() as (connection, generation):
            set_meta(connection, "model", json.dumps(asdict(model)))
            older = [
                row[0]
                for row in connection.execute(
                    "SELECT id FROM briefings WHERE lineage = ? AND superseded_by IS NULL", (briefing.lineage,)
                )
            ]
            for briefing_id in older:
                self._unindex(connection, briefing_id)
            self._unindex(connection, briefing.id)
            connection.execute(
                "INSERT INTO files VALUES (?, ?) ON CONFLICT DO NOTHING", (briefing.sha256, zlib.compress(new.data))
            )
            insert_briefing(connection, briefing)
            insert_passages(connection, new.passages)
            connection.executemany(
                "UPDATE briefings SET superseded_by = ? WHERE id = ?",
                [(briefing.id, other) for other in older if other != briefing.id],
            )
            insert_vectors(connection, new.passages, new.embedded, generation)
            insert_words(connection, new.passages, generation)
            for written in dict.fromkeys([briefing.id, *older]):
                write_digests(connection, written)
            write_checksums(connection, generation)

    def move(self, briefing_id: str, source: str, file: str) -> None:
        """Note that a briefing's file now lies elsewhere under another name."""
        with self._write() as (connection, _):
            connection.execute("UPDATE briefings SET source = ?, file = ? WHERE id = ?", (source, file, briefing_id))
            write_digests(connection, briefing_id)

    def briefing(self, briefing_id: str) -> Briefing:
        """A briefing of any version; raises UnknownBriefing."""
        with reading(self._connection()) as connection:
            row = connection.execute("SELECT * FROM briefings WHERE id = ?", (briefing_id,)).fetchone()
            if row is None:
                raise _unknown(briefing_id)
            self._checked.content(connection, [briefing_id])
            return briefing_from_row(row, self._turns(connection, briefing_id))

    def briefings(self) -> list[Briefing]:
        """The current briefings in the order they were added."""
        with reading(self._connection()) as connection:
            rows = connection.execute(f"SELECT * FROM briefings b WHERE {CURRENT} ORDER BY position").fetchall()
            self._checked.content(connection, [row["id"] for row in rows])
            return [briefing_from_row(row, self._turns(connection, row["id"])) for row in rows]

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
            if connection.execute("SELECT 1 FROM briefings WHERE id = ?", (briefing_id,)).fetchone() is None:
                raise _unknown(briefing_id)
            self._checked.content(connection, [briefing_id])
            rows = connection.execute(
                f'SELECT {_PASSAGE_COLUMNS} FROM passages p WHERE briefing_id = ? ORDER BY start, "end"',
                (briefing_id,),
            )
            return list(self._speakers.passages(connection, (Passage(**dict(row)) for row in rows)))

    def of_one_state(self, read: Callable[[], _Read]) -> _Read:
        """What `read` gives; all that it reads here is of one state; see `Store.of_one_state`."""
        connection = self._connection()
        if connection.in_transaction:
            return read()
        for _ in range(_TRIES):
            try:
                with reading(connection):
                    return read()
            except Superseded:
                continue
        with self._indexes.standing_still(), reading(connection):
            return read()

    def passages_by_id(self, ids: Iterable[int]) -> dict[int, Passage]:
        """Current passages by id; unknown ids are left out."""
        found: dict[int, Passage] = {}
        wanted = list(ids)
        connection = self._connection()
        for first in range(0, len(wanted), BOUND_VALUES):
            group = wanted[first : first + BOUND_VALUES]
            rows = connection.execute(
                f"SELECT {_PASSAGE_COLUMNS} FROM passages p JOIN briefings b ON b.id = p.briefing_id "
                f"WHERE {CURRENT} AND p.id IN ({marks(group)})",
                group,
            ).fetchall()
            self._checked.content(connection, [row["briefing_id"] for row in rows])
            passages = self._speakers.passages(connection, (Passage(**dict(row)) for row in rows))
            found |= {passage.id: passage for passage in passages}
        return found

    def nearest(self, vector: NDArray[np.float32], k: int, filters: Filters) -> list[tuple[int, float]]:
        """The k current passages of highest inner product that pass the filters: (passage id, score)."""
        connection = self._connection()
        with self._indexes.at(connection) as indexes:
            limit = self._filtering.limit(connection, indexes, filters)
            ids, scores = indexes.vectors.search(vector, k, limit.vectors if limit else None)
        return list(zip(ids.tolist(), scores.tolist(), strict=True))

    def matching(self, terms: Sequence[str], k: int, filters: Filters) -> list[tuple[int, float]]:
        """The k current passages of highest BM25 for any of the terms that pass the filters: (passage id, score)."""
        connection = self._connection()
        with self._indexes.at(connection) as indexes:
            numbers = list(term_numbers(connection, terms).values())
            limit = self._filtering.limit(connection, indexes, filters) if numbers else None
        return indexes.words.search(numbers, k, limit.words if limit else None) if numbers else []

    def vectors(self, ids: Iterable[int]) -> dict[int, NDArray[np.float32]]:
        """The vectors of current passages by id; unknown ids are left out."""
        with self._indexes.at(self._connection()) as indexes:
            held, rows = indexes.vectors.vectors(list(ids))
        return dict(zip(held.tolist(), rows, strict=True))

    def lengths(self, ids: Iterable[int]) -> dict[int, int]:
        """The lengths of current passages in words, by id; unknown ids are left out."""
        wanted = list(ids)
        with self._indexes.at(self._connection()) as indexes:
            lengths = indexes.words.lengths(np.array(wanted, np.int64)).tolist()
        return {passage_id: length for passage_id, length in zip(wanted, lengths, strict=True) if length}

    def said(self, ids: Iterable[int]) -> dict[int, bytes]:
        """The packed words of current passages by id; unknown ids are left out."""
        found: dict[int, bytes] = {}
        wanted = list(ids)
        for first in range(0, len(wanted), BOUND_VALUES):
            group = wanted[first : first + BOUND_VALUES]
            for passage_id, said, checksum in self._connection().execute(
                "SELECT v.passage_id, v.said, c.said FROM vectors v "
                f"LEFT JOIN checksums c ON c.passage_id = v.passage_id WHERE v.passage_id IN ({marks(group)})",
                group,
            ):
                require_sound(self._connection(), passage_id, said_checksum(passage_id, said), checksum)
                found[passage_id] = said
        return found

    def samples(self) -> Mapping[str, NDArray[np.float32]]:
        """By language, the vectors of up to a thousand current passages taken at random: (n, dimension)."""
        return self._sampled()[0]

    def said_samples(self) -> Mapping[str, tuple[bytes, ...]]:
        """By language, the packed words of some current passages taken at random."""
        return self._sampled()[1]

    def _sampled(self) -> tuple[dict[str, NDArray[np.float32]], dict[str, tuple[bytes, ...]]]:
        with reading(self._connection()) as connection:
            state = meta(connection, "state")
            kept = self._samples
            if kept is None or kept[0] != state:
                vectors, said = {}, {}
                for row in connection.execute("SELECT DISTINCT language FROM passages ORDER BY 1").fetchall():
                    drawn = _drawn(connection, row[0], _SAMPLE)
                    held = self.vectors(drawn)
                    if held:
                        vectors[row[0]] = np.stack(list(held.values()))
                        said[row[0]] = tuple(self.said(drawn[:_SAID_SAMPLE]).values())
                kept = self._samples = (state, (vectors, said))
        return kept[1]

    def count(self, filters: Filters) -> tuple[int, int]:
        """How many current briefings and passages pass the filters."""
        with reading(self._connection()) as connection:
            joined, values = self._filtering.passages(connection, filters)
            row = connection.execute(f"SELECT COUNT(DISTINCT b.id), COUNT(*) {joined}", values).fetchone()
        return row[0], row[1]

    def briefing_ids(self, filters: Filters) -> list[str]:
        """The ids of the current briefings that have passages which pass the filters, in the order they were added."""
        with reading(self._connection()) as connection:
            joined, values = self._filtering.passages(connection, filters)
            return [row[0] for row in connection.execute(f"SELECT DISTINCT b.id {joined} ORDER BY b.position", values)]

    def names(self) -> dict[str, list[str]]:
        """The distinct speakers, roles, outlets, languages and kinds of current passages, to choose filters from."""
        with reading(self._connection()) as connection:
            state = meta(connection, "state")
            kept = self._names
            if kept is None or kept[0] != state:
                columns = ("role", "outlet", "language", "kind")
                names = {column: self._filtering.distinct(connection, column) for column in columns}
                kept = self._names = (state, {"speaker": self._speakers.names(connection), **names})
        return {column: list(held) for column, held in kept[1].items()}

    def on_record(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The names of all people and of all outlets that speak in current briefings, be it in a few words."""
        return self._speakers.current(self._connection()).on_record

    def called(self, speaker: str) -> list[str]:
        """The names of the people whom a filter by speaker may mean."""
        return self._speakers.current(self._connection()).called(speaker)

    def replace_vectors(
        self, model: EmbeddingModel, batches: Iterable[tuple[Sequence[int], Sequence[Embedded]]]
    ) -> None:
        """Exchange all vectors for those of another model, in one transaction."""
        with self._write() as (connection, generation):
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
            raise _unknown(briefing_id)
        if not is_intact(found["data"], found["sha256"]):
            raise LibraryError(
                f"Briefing {briefing_id}: the file kept no longer has its SHA-256, and is not given out. {REPAIR} "
                "takes it again from where it was added; where it is gone, restore a backup."
            )
        return zlib.decompress(found["data"])

    def remove(self, briefing_id: str) -> None:
        """Delete a briefing with all its versions; raises UnknownBriefing."""
        with self._write() as (connection, _):
            lineage = connection.execute("SELECT lineage FROM briefings WHERE id = ?", (briefing_id,)).fetchone()
            if lineage is None:
                raise _unknown(briefing_id)
            for row in connection.execute("SELECT id FROM briefings WHERE lineage = ?", (lineage[0],)).fetchall():
                self._unindex(connection, row[0])
            connection.execute("DELETE FROM briefings WHERE lineage = ?", (lineage[0],))
            connection.execute("DELETE FROM files WHERE sha256 NOT IN (SELECT sha256 FROM briefings)")

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
        """Mend what `verify` finds; see `Store.repair`.

        A new database takes the place of the damaged one in one transaction, for other processes too.
        """
        connection = self._connection()
        with self._write_lock, TemporaryDirectory(dir=self._folder, prefix=".repair-") as folder:
            before = _state_or_none(connection)
            rebuilt = SqliteStore(Path(folder))
            try:
                done = rebuild(connection, rebuilt._connection(), mending)
                if _state_or_none(connection) != before:
                    raise LibraryError("The library was written to while it was repaired. Repair it again.")
                rebuilt._connection().backup(connection)
            finally:
                rebuilt.close()
        self._checked = CheckedBriefings()
        seal.write(self._folder, connection)
        return done

    def back_up(self, file: Path) -> None:
        """Write a copy of the library to a file; see `Store.back_up`."""
        with reading(self._connection()) as connection:
            wrong = self.verify()
            if wrong:
                raise LibraryError(
                    f"The library at {self._folder} is damaged ({wrong[0]}): no backup was made, and an older one "
                    "is left as it is. `onrecord verify` says all that is wrong."
                )
            try:
                copy(connection, file)
            except FAILURES as error:
                raise LibraryError(
                    f"{file}: the backup cannot be written ({error}). Choose a place that has room and that you may "
                    "write to; what was there before still is."
                ) from error

    def close(self) -> None:
        """Release the files."""
        if self._written:
            with suppress(*FAILURES):
                seal.write(self._folder, self._connection())
            self._written = False
        with self._connections_lock:
            for connection in self._connections.values():
                connection.close()
            self._connections.clear()
        self._local = threading.local()

    def _connection(self) -> sqlite3.Connection:
        held: Opened | None = getattr(self._local, "opened", None)
        if held is not None and not held.connection.in_transaction and held.stale(self._folder / DATABASE):
            held = None
        return (held or self._opened()).connection

    def _opened(self) -> Opened:
        """A new connection for this thread, in place of the one it had."""
        self._release(getattr(self._local, "opened", None))
        self._local.opened = new = opened(self._folder / DATABASE)
        with self._connections_lock:
            # Servers' threads come and go; each connection that is left behind holds three open files.
            for thread in [thread for thread in self._connections if not thread.is_alive()]:
                self._connections.pop(thread).close()
            self._connections[threading.current_thread()] = new.connection
        return new

    def _release(self, held: Opened | None) -> None:
        if held is not None:
            with self._connections_lock:
                self._connections.pop(threading.current_thread(), None)
            held.connection.close()
        self._local.opened = None

    @contextmanager
    def _write(self) -> Iterator[tuple[sqlite3.Connection, int]]:
        """One transaction; yields the connection and the new generation. Any exception undoes it."""
        connection = self._connection()
        held: Opened = self._local.opened
        if held.refused is not None:
            # There may be room, or the right to write, by now.
            held = self._opened()
            connection = held.connection
            if held.refused is not None:
                raise held.refused
        with self._write_lock:
            connection.execute("BEGIN IMMEDIATE")
            try:
                require_sound_meta(connection)
                generation = int(meta(connection, "generation") or 0) + 1
                set_meta(connection, "generation", str(generation))
                set_meta(connection, "state", uuid.uuid4().hex)
                yield connection, generation
                write_meta_digest(connection)
                connection.execute("COMMIT")
                self._written = True
            except BaseException:
                self._undo(held)
                raise

    def _undo(self, held: Opened) -> None:
        """End a transaction that failed, in which nothing was written."""
        try:
            # After some failures of the disk SQLite has ended it already.
            if held.connection.in_transaction:
                held.connection.execute("ROLLBACK")
        except sqlite3.Error:
            # What the connection holds is not to be trusted; the log without the commit is nothing.
            self._release(held)

    def _unindex(self, connection: sqlite3.Connection, briefing_id: str) -> None:
        ids = [(row[0],) for row in connection.execute("SELECT id FROM passages WHERE briefing_id = ?", (briefing_id,))]
        for table in ("vectors", "words", "checksums"):
            connection.executemany(f"DELETE FROM {table} WHERE passage_id = ?", ids)

    def _turns(self, connection: sqlite3.Connection, briefing_id: str) -> tuple[Turn, ...]:
        rows = connection.execute(
            f"SELECT {_TURN_COLUMNS} FROM turns WHERE briefing_id = ? ORDER BY position",
            (briefing_id,),
        )
        turns = (Turn(**{**dict(row), "inferred": bool(row["inferred"])}) for row in rows)
        return tuple(self._speakers.turns(connection, briefing_id, turns))

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
        return [Summary(**{field.name: row[field.name] for field in fields(Summary)}) for row in rows]


def _unknown(briefing_id: str) -> UnknownBriefing:
    return UnknownBriefing(
        f"No briefing has the id {briefing_id!r}: it has been removed since, or never was in this library. "
        "`onrecord list` shows the ids."
    )


def _state_or_none(connection: sqlite3.Connection) -> str | None:
    try:
        return meta(connection, "state")
    except UNREADABLE:
        return None


def _drawn(connection: sqlite3.Connection, language: str, most: int) -> list[int]:
    # Ids are hashes, so the first in their order are a random choice, and the same one every time.
    rows = connection.execute(
        "SELECT p.id FROM passages p JOIN vectors v ON v.passage_id = p.id "
        "WHERE p.language = ? GROUP BY p.id ORDER BY p.id LIMIT ?",
        (language, most),
    )
    return [row[0] for row in rows]
