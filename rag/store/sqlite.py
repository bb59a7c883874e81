"""The default store: one SQLite database (the truth) and one FAISS file (a cache built from it)."""

from __future__ import annotations

import json
import sqlite3
import threading
import uuid
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from onrecord.rag.errors import LibraryError, UnknownBriefing
from onrecord.rag.store import Embedded, EmbeddingModel, NewBriefing, Summary
from onrecord.rag.store.backup import copy
from onrecord.rag.store.failures import FAILURES, failing_plainly
from onrecord.rag.store.filtering import Filtering
from onrecord.rag.store.index import CachedIndexes, Superseded
from onrecord.rag.store.opening import Opened, opened, prepare
from onrecord.rag.store.rows import (
    BOUND_VALUES,
    CURRENT,
    briefing_from_row,
    briefing_values,
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

_PASSAGE_COLUMNS = ", ".join(f'p."{field.name}"' for field in fields(Passage))
_TURN_COLUMNS = ", ".join(f'"{field.name}"' for field in fields(Turn))
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
        self._names: tuple[str | None, dict[str, list[str]]] | None = None
        self._samples: tuple[str | None, tuple[dict[str, NDArray[np.float32]], dict[str, tuple[bytes, ...]]]] | None = (
            None
        )
        prepare(folder)

    def model(self) -> EmbeddingModel | None:
        """The model of the vectors held, or None before the first."""
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
            self._insert_briefing(connection, briefing)
            connection.executemany(
                "UPDATE briefings SET superseded_by = ? WHERE id = ?",
                [(briefing.id, other) for other in older if other != briefing.id],
            )
            self._insert_passages(connection, new, generation)

    def move(self, briefing_id: str, source: str, file: str) -> None:
        """Note that a briefing's file now lies elsewhere under another name."""
        with self._write() as (connection, _):
            connection.execute("UPDATE briefings SET source = ?, file = ? WHERE id = ?", (source, file, briefing_id))

    def briefing(self, briefing_id: str) -> Briefing:
        """A briefing of any version; raises UnknownBriefing."""
        with reading(self._connection()) as connection:
            row = connection.execute("SELECT * FROM briefings WHERE id = ?", (briefing_id,)).fetchone()
            if row is None:
                raise _unknown(briefing_id)
            return briefing_from_row(row, self._turns(connection, briefing_id))

    def briefings(self) -> list[Briefing]:
        """The current briefings in the order they were added."""
        with reading(self._connection()) as connection:
            rows = connection.execute(f"SELECT * FROM briefings b WHERE {CURRENT} ORDER BY position").fetchall()
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
            )
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
            found |= self._connection().execute(
                f"SELECT passage_id, said FROM vectors WHERE passage_id IN ({marks(group)})", group
            )
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
                    drawn = _drawn(connection, "vector", row[0], _SAMPLE)
                    if drawn:
                        vectors[row[0]] = np.frombuffer(b"".join(drawn), dtype="<f4").reshape(len(drawn), -1)
                        said[row[0]] = tuple(_drawn(connection, "said", row[0], _SAID_SAMPLE))
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

    def file(self, briefing_id: str) -> bytes:
        """The bytes of the file as added; raises UnknownBriefing."""
        row = self._connection().execute(
            "SELECT data FROM files JOIN briefings USING (sha256) WHERE id = ?", (briefing_id,)
        )
        found = row.fetchone()
        if found is None:
            raise _unknown(briefing_id)
        return zlib.decompress(found[0])

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
        """What is wrong with the store, one line each; empty when all is well."""
        connection = self._connection()
        problems = [f"{DATABASE}: {row[0]}" for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
        problems += [
            f"{DATABASE}: a row of {row[0]} points at nothing" for row in connection.execute("PRAGMA foreign_key_check")
        ]
        problems += [
            f"file {row['sha256'][:12]}…: its bytes no longer match its SHA-256"
            for row in connection.execute("SELECT sha256, data FROM files")
            if not _is_intact(row["data"], row["sha256"])
        ]
        problems += [
            f"briefing {row[0]}: passage {row[1]} is not the slice of the text that it claims to be"
            for row in connection.execute(
                "SELECT b.id, p.id FROM passages p JOIN briefings b ON b.id = p.briefing_id "
                'WHERE substr(b.text, p.start + 1, p."end" - p.start) <> p.text'
            )
        ]
        searched = f"SELECT p.id FROM passages p JOIN briefings b ON b.id = p.briefing_id WHERE {CURRENT}"
        for table in ("vectors", "words"):
            missing = connection.execute(
                f"SELECT COUNT(*) FROM ({searched} EXCEPT SELECT passage_id FROM {table})"
            ).fetchone()[0]
            surplus = connection.execute(
                f"SELECT COUNT(*) FROM (SELECT passage_id FROM {table} EXCEPT {searched})"
            ).fetchone()[0]
            if missing or surplus:
                problems.append(f"{table}: {missing} passages are missing and {surplus} are left over")
        return problems

    def back_up(self, file: Path) -> None:
        """Write a copy of the library to a file; see `Store.back_up`."""
        with reading(self._connection()) as connection:
            problems = self.verify()
            if problems:
                raise LibraryError(
                    f"The library at {self._folder} is damaged ({problems[0].splitlines()[0]}): no backup was made, "
                    "and an older one is left as it is. `onrecord verify` says all that is wrong."
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
                generation = int(meta(connection, "generation") or 0) + 1
                set_meta(connection, "generation", str(generation))
                set_meta(connection, "state", uuid.uuid4().hex)
                yield connection, generation
                connection.execute("COMMIT")
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

    def _insert_briefing(self, connection: sqlite3.Connection, briefing: Briefing) -> None:
        values = briefing_values(briefing)
        # An update keeps the place of a briefing in the list and the versions that point at it.
        updates = ", ".join(f"{name} = excluded.{name}" for name in values if name != "id")
        connection.execute(
            f"INSERT INTO briefings ({', '.join(values)}) VALUES ({marks(list(values))}) "
            f"ON CONFLICT(id) DO UPDATE SET {updates}",
            list(values.values()),
        )
        connection.execute("DELETE FROM turns WHERE briefing_id = ?", (briefing.id,))
        connection.execute("DELETE FROM passages WHERE briefing_id = ?", (briefing.id,))
        names = [field.name for field in fields(Turn)]
        connection.executemany(
            f"INSERT INTO turns (briefing_id, position, {_TURN_COLUMNS}) VALUES ({marks([*names, '', ''])})",
            [
                (briefing.id, position, *(getattr(turn, name) for name in names))
                for position, turn in enumerate(briefing.turns)
            ],
        )

    def _insert_passages(self, connection: sqlite3.Connection, new: NewBriefing, generation: int) -> None:
        names = [field.name for field in fields(Passage)]
        columns = ", ".join(f'"{name}"' for name in names)
        connection.executemany(
            f"INSERT INTO passages ({columns}) VALUES ({marks(names)})",
            [tuple(getattr(passage, name) for name in names) for passage in new.passages],
        )
        connection.executemany(
            "INSERT INTO vectors VALUES (?, ?, ?, ?)",
            [
                (passage.id, generation, one.vector.astype("<f4").tobytes(), one.said)
                for passage, one in zip(new.passages, new.embedded, strict=True)
            ],
        )
        insert_words(connection, new.passages, generation)

    def _unindex(self, connection: sqlite3.Connection, briefing_id: str) -> None:
        ids = [(row[0],) for row in connection.execute("SELECT id FROM passages WHERE briefing_id = ?", (briefing_id,))]
        connection.executemany("DELETE FROM vectors WHERE passage_id = ?", ids)
        connection.executemany("DELETE FROM words WHERE passage_id = ?", ids)

    def _turns(self, connection: sqlite3.Connection, briefing_id: str) -> tuple[Turn, ...]:
        rows = connection.execute(
            f"SELECT {_TURN_COLUMNS} FROM turns WHERE briefing_id = ? ORDER BY position",
            (briefing_id,),
        )
        turns = (Turn(**{**dict(row), "inferred": bool(row["inferred"])}) for row in rows)
        return tuple(self._speakers.turns(connection, briefing_id, turns))

    def _summaries(self, condition: str, values: Sequence[str]) -> list[Summary]:
        rows = self._connection().execute(
            "SELECT b.id, title, date, b.language, url, file, b.kind, length(b.text) AS characters, "
            "COUNT(p.id) AS passages, source, lineage FROM briefings b "
            f"LEFT JOIN passages p ON p.briefing_id = b.id WHERE {CURRENT} AND {condition} "
            "GROUP BY b.id ORDER BY b.position",
            values,
        )
        return [Summary(**dict(row)) for row in rows]


def _unknown(briefing_id: str) -> UnknownBriefing:
    return UnknownBriefing(
        f"No briefing has the id {briefing_id!r}: it has been removed since, or never was in this library. "
        "`onrecord list` shows the ids."
    )


def _drawn(connection: sqlite3.Connection, column: str, language: str, most: int) -> list[bytes]:
    # Ids are hashes, so the first in their order are a random choice, and the same one every time.
    rows = connection.execute(
        f"SELECT v.{column} FROM passages p JOIN vectors v ON v.passage_id = p.id "
        "WHERE p.language = ? GROUP BY p.id ORDER BY p.id LIMIT ?",
        (language, most),
    )
    return [row[0] for row in rows]


def _is_intact(compressed: bytes, expected: str) -> bool:
    try:
        return sha256(zlib.decompress(compressed)).hexdigest() == expected
    except zlib.error:
        return False
