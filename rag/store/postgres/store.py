"""The store of a library in PostgreSQL."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import fields
from pathlib import Path
from typing import TypeVar

import numpy as np
import psycopg
from numpy.typing import NDArray

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
from onrecord.rag.store.postgres.address import read_address
from onrecord.rag.store.postgres.backup import back_up
from onrecord.rag.store.postgres.collecting import CollectionsInPostgres
from onrecord.rag.store.postgres.connections import Connection, Servers
from onrecord.rag.store.postgres.failures import failure_of, translating_failures
from onrecord.rag.store.postgres.integrity import (
    CheckedWholes,
    found_wrong,
    require_sound_notes,
    sound_said,
    sound_vector,
    wholes,
)
from onrecord.rag.store.postgres.mending import mend
from onrecord.rag.store.postgres.migrating import migrate
from onrecord.rag.store.postgres.reading import (
    BRIEFING_COLUMNS,
    VOICED,
    file_sha256,
    limited,
    model_of,
    names_of,
    noted,
    passage_of,
    voices_within,
)
from onrecord.rag.store.postgres.rows import METADATA, PASSAGE_COLUMNS
from onrecord.rag.store.postgres.schema import OF_A_BRIEFING
from onrecord.rag.store.postgres.searching import Finder
from onrecord.rag.store.postgres.writing import (
    change,
    drop_index,
    exchange_vectors,
    leave,
    lock,
    lock_all,
    make_index,
    note_change,
    set_model,
    supersede,
    sweep,
    write_briefing,
)
from onrecord.rag.store.refusing import altered_file, is_intact, require_model, unknown_briefing
from onrecord.rag.types import Briefing, Passage

_Read = TypeVar("_Read")

_ORDERED = 'ORDER BY p."start", p."end"'
# Passages added by this process between two looks at whether there are enough for an index.
_OFTEN = 1000
_SUMMARY = tuple(field.name for field in fields(Summary))


@translating_failures
class PostgresStore:
    """A `Store` in PostgreSQL with pgvector. Safe to use from several threads, processes and machines at once."""

    def __init__(self, address: str) -> None:
        self._address = read_address(address)
        self._connections = Servers(self._address, is_parted=migrate(self._address))
        self._search = Finder()
        self._checked = CheckedWholes()
        # Passages added since it was last asked whether there are enough for an index; None where there is one.
        self._unindexed: int | None = _OFTEN

    def state(self) -> str:
        """A word that changes with every write; empty before the first."""
        with self._connections.reading() as connection:
            return noted(connection, "state") or ""

    def model(self) -> EmbeddingModel | None:
        """The model of the vectors held, or None before the first."""
        with self._connections.reading() as connection:
            require_sound_notes(connection)
            return model_of(noted(connection, "model"))

    def add(self, new: NewBriefing, model: EmbeddingModel, *, over: Replaced | None = None) -> None:
        """Write a briefing in one transaction; see `Archive.add`."""
        briefing = new.briefing
        with self._connections.writing() as connection:
            lock(connection, briefing.id, briefing.lineage)
            current = connection.execute(
                "SELECT id, corrections FROM briefings WHERE lineage = %s AND superseded_by IS NULL",
                (briefing.lineage,),
            ).fetchone()
            require_as_read(over, briefing, current)
            self._note_model(connection, model)
            left: list[str] = []
            if briefing.superseded_by is None:
                older = connection.execute(
                    "SELECT id FROM briefings WHERE lineage = %s AND superseded_by IS NULL AND id <> %s",
                    (briefing.lineage, briefing.id),
                ).fetchall()
                left = [row[0] for row in older]
                for id_ in left:
                    supersede(connection, id_, by=briefing.id)
            write_briefing(connection, new)
            note_change(connection)
        if left:
            # It is added whatever becomes of these: nobody finds them, and `verify` tells of them.
            with suppress(psycopg.OperationalError):
                self._sweep(left)
        self._index_in_time(len(new.passages))

    def _index_in_time(self, added: int) -> None:
        if self._unindexed is None:
            return
        self._unindexed += added
        if self._unindexed >= _OFTEN:
            with self._connections.writing() as connection:
                self._unindexed = None if make_index(connection) else 0

    def _note_model(self, connection: Connection, model: EmbeddingModel) -> None:
        require_sound_notes(connection)
        held = model_of(noted(connection, "model"))
        if held == model:
            return
        if connection.execute("SELECT 1 FROM searched LIMIT 1").fetchone():
            require_model(held, model)
        drop_index(connection)
        set_model(connection, model)

    def move(self, briefing_id: str, source: str, file: str) -> None:
        """Note that a briefing's file now lies elsewhere under another name."""
        with self._connections.writing() as connection:
            lock(connection, briefing_id)
            change(connection, briefing_id, source=source, file=file)
            note_change(connection)

    def ids(self) -> list[str]:
        """The ids of the briefings of all versions in the order they were added."""
        with self._connections.reading() as connection:
            return [row[0] for row in connection.execute("SELECT id FROM briefings ORDER BY position")]

    def briefing(self, briefing_id: str) -> Briefing:
        """A briefing of any version; raises UnknownBriefing."""
        with self._connections.reading() as connection:
            for whole in wholes(connection, [briefing_id]):
                return self._checked.whole(whole).briefing()
        raise unknown_briefing(briefing_id)

    def briefings(self) -> list[Briefing]:
        """The current briefings in the order they were added."""
        with self._connections.reading() as connection:
            rows = connection.execute("SELECT id FROM briefings WHERE superseded_by IS NULL ORDER BY position")
            ids = [row[0] for row in rows]
            return [self._checked.whole(whole).briefing() for whole in wholes(connection, ids)]

    def summaries(self) -> list[Summary]:
        """The current briefings in the order they were added, without their text."""
        return self._summaries("TRUE", ())

    def current_version(self, source: str) -> Summary | None:
        """The current briefing that came from this path or address."""
        found = self._summaries("b.source = %s", (source,))
        return found[-1] if found else None

    def _summaries(self, condition: str, values: Sequence[str]) -> list[Summary]:
        with self._connections.reading() as connection:
            rows = connection.execute(
                f"SELECT b.metadata_digest, {BRIEFING_COLUMNS} FROM briefings b "
                f"WHERE b.superseded_by IS NULL AND {condition} ORDER BY b.position",
                values,
            )
            summaries = []
            for digest, *row in rows:
                metadata = dict(zip(METADATA, row, strict=True))
                self._checked.metadata(metadata, digest)
                corrections = corrections_of(metadata["corrections"])
                summaries.append(Summary(**{name: metadata[name] for name in _SUMMARY} | {"corrections": corrections}))
        return summaries

    def passages(self, briefing_id: str) -> list[Passage]:
        """The passages of a briefing in order; raises UnknownBriefing."""
        with self._connections.reading() as connection:
            for whole in wholes(connection, [briefing_id]):
                return self._checked.whole(whole).its_passages()
        raise unknown_briefing(briefing_id)

    def embedded(self, briefing_id: str) -> list[Embedded]:
        """What the model made of each passage of a briefing, in order; see `Archive.embedded`."""
        with self._connections.reading() as connection:
            file_sha256(connection, briefing_id)
            rows = connection.execute(
                "SELECT s.passage_id, s.vector, s.vector_checksum, s.said, s.said_checksum FROM searched s "
                f"{VOICED} JOIN passages p ON p.briefing_id = s.briefing_id AND p.id = s.passage_id "
                f"WHERE s.briefing_id = %s {_ORDERED}",
                (briefing_id,),
                binary=True,
            )
            return [
                Embedded(
                    sound_vector(briefing_id, id_, vector, vector_sum), sound_said(briefing_id, id_, said, said_sum)
                )
                for id_, vector, vector_sum, said, said_sum in rows
            ]

    def file(self, briefing_id: str) -> bytes:
        """The bytes of the file as added; raises UnknownBriefing."""
        with self._connections.reading() as connection:
            sha256 = file_sha256(connection, briefing_id)
            row = connection.execute(
                "SELECT data FROM files WHERE briefing_id = %s", (briefing_id,), binary=True
            ).fetchone()
        if row is None or not is_intact(row[0], sha256):
            raise altered_file(briefing_id)
        return zlib.decompress(row[0])

    def names(self) -> Names:
        """Who and what is on record; computed at each call."""
        with self._connections.reading() as connection:
            return names_of(connection)

    def of_one_state(self, read: Callable[[], _Read]) -> _Read:
        """What `read` gives; all that it reads here is of one state; see `Archive.of_one_state`."""
        return self._connections.of_one_state(read)

    def candidates(
        self,
        vector: NDArray[np.float32] | None,
        terms: Mapping[str, float],
        limits: Limits,
        k: int,
        *,
        language: str | None = None,
    ) -> list[Candidate]:
        """The k nearest in each language and the k of highest BM25; see `Searcher.candidates`."""
        with self._connections.reading() as connection:
            return self._search.candidates(connection, vector, terms, limits, k, language)

    def usual(self) -> Mapping[str, Usual]:
        """What the passages of each language held are usually like; kept for each state of the store."""
        with self._connections.reading() as connection:
            return self._search.usual(connection)

    def count(self, limits: Limits) -> tuple[int, int]:
        """How many briefings and passages are within the limits."""
        condition, values = limited(limits)
        with self._connections.reading() as connection:
            row = connection.execute(
                "SELECT count(DISTINCT v.briefing_id), coalesce(sum(v.passages), 0)::bigint FROM voices v "
                f"WHERE {condition}",
                values,
            ).fetchone()
        return (row[0], row[1]) if row else (0, 0)

    def voices(self, limits: Limits) -> list[StoredVoice]:
        """Whose the passages within the limits are: each voice once, in no order."""
        with self._connections.reading() as connection:
            return voices_within(connection, limits)

    def briefing_ids(self, limits: Limits) -> list[str]:
        """The ids of the briefings that have passages within the limits, in the order they were added."""
        condition, values = limited(limits)
        with self._connections.reading() as connection:
            rows = connection.execute(
                f"SELECT b.id FROM briefings b WHERE b.id IN (SELECT v.briefing_id FROM voices v WHERE {condition}) "
                "ORDER BY b.position",
                values,
            )
            return [row[0] for row in rows]

    def held(self, ids: Iterable[int]) -> dict[int, Held]:
        """Passages by id; unknown ids are left out."""
        with self._connections.reading() as connection:
            rows = connection.execute(
                f"SELECT s.said, s.said_checksum, {PASSAGE_COLUMNS} FROM searched s {VOICED} "
                "JOIN passages p ON p.briefing_id = s.briefing_id AND p.id = s.passage_id "
                "WHERE s.passage_id = ANY(%s::bigint[])",
                (list(ids),),
                binary=True,
            ).fetchall()
            passages = [passage_of(row[2:]) for row in rows]
            self._checked.content(connection, {passage.briefing_id for passage in passages})
        return {
            passage.id: Held(passage, sound_said(passage.briefing_id, passage.id, *row[:2]))
            for passage, row in zip(passages, rows, strict=True)
        }

    def replace_vectors(
        self, model: EmbeddingModel, batches: Iterable[tuple[Sequence[int], Sequence[Embedded]]]
    ) -> None:
        """Exchange all vectors for those of another model, in one transaction."""
        with self._connections.writing() as connection:
            lock_all(connection)
            exchange_vectors(connection, model, batches)
            note_change(connection)
            make_index(connection)

    def remove(self, briefing_id: str) -> None:
        """Delete a briefing with all its versions; raises UnknownBriefing."""
        with self._connections.writing() as connection:
            lock(connection, briefing_id)
            row = connection.execute("SELECT lineage FROM briefings WHERE id = %s", (briefing_id,)).fetchone()
            if row is None:
                raise unknown_briefing(briefing_id)
            lock(connection, row[0])
            versions = connection.execute("SELECT id FROM briefings WHERE lineage = %s", (row[0],)).fetchall()
            left = [version[0] for version in versions]
            leave(connection, left, OF_A_BRIEFING)
            connection.execute("DELETE FROM briefings WHERE id = ANY(%s)", (left,))
            collections = CollectionsInPostgres(connection)
            collections.hold()
            take_from_all(collections, row[0])
            note_change(connection)
        self._sweep(left)

    def collections(self) -> dict[str, tuple[str, ...]]:
        """The current briefings of each collection, by its name; see `Archive.collections`."""
        with self._connections.reading() as connection:
            return collections_in(CollectionsInPostgres(connection))

    def change_collections(self, change: ChangeCollections) -> None:
        """Write what `change` makes of the collections, in one transaction; see `Archive.change_collections`."""
        with self._connections.writing() as connection:
            rows = CollectionsInPostgres(connection)
            rows.hold()
            write_changed(rows, change)
            note_change(connection)

    def _sweep(self, ids: Sequence[str]) -> None:
        if self._connections.is_parted:
            with self._connections.writing() as connection:
                lock(connection, *ids)
                sweep(connection, ids)

    def verify(self) -> list[str]:
        """What is wrong with the store and how to mend it, one line each; empty when all is well."""
        with self._connections.reading() as connection:
            return list(found_wrong(connection))

    def repair(self, mending: Mending) -> Repair:
        """Mend what `verify` finds, in one transaction; see `Archive.repair`."""
        with self._connections.writing() as connection:
            lock_all(connection)
            done = mend(connection, mending)
        self._checked = CheckedWholes()
        return done

    def back_up(self, file: Path) -> None:
        """Write the library to a file that `onrecord restore` makes a folder of; see `Archive.back_up`."""
        back_up(self, file, shown=self._address.shown)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction; see `SharedDatabase.transaction`."""
        try:
            with self._connections.writing() as connection:
                yield connection
        except psycopg.Error as error:
            raise failure_of(error, self._address) from error

    @property
    def key(self) -> str:
        """A name for what is kept on this machine beside the library."""
        return self._address.key

    def close(self) -> None:
        """Close the connections."""
        self._connections.close()
