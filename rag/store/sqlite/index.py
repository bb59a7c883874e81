"""The indexes in memory, kept level with the database; their files are caches that are never trusted."""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from onrecord.embeddings import DamagedIndex, VectorIndex
from onrecord.rag.errors import LibraryError
from onrecord.rag.store.sqlite.digests import vector_checksum, words_checksum
from onrecord.rag.store.sqlite.integrity import require_sound, require_sound_meta
from onrecord.rag.store.sqlite.rows import CURRENT, meta, reading
from onrecord.rag.store.sqlite.schema import VECTOR_CACHE, WORD_CACHE
from onrecord.rag.store.sqlite.words import PassageWords, WordIndex

_ROWS_AT_ONCE = 10_000
# An index is saved where one passage in so many is new or gone: reading those again takes a second of a million.
_NEW = 20
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Indexes:
    """The vectors and the words of one state of the database."""

    state: str
    vectors: VectorIndex
    words: WordIndex


class Superseded(LibraryError):
    """What a transaction reads is older than the indexes in memory, which go forward only: read again."""


@dataclass(frozen=True, slots=True)
class _Stamp:
    """Which state of the database an index is of: the number of its last write, and the word for it."""

    generation: int
    state: str

    def __str__(self) -> str:
        return f"{self.generation} {self.state}"

    @classmethod
    def of(cls, text: str) -> _Stamp:
        """What `str` made; raises DamagedIndex for anything else."""
        generation, _, state = text.partition(" ")
        if not generation.isdecimal():
            raise DamagedIndex(f"{text!r} is no state of a library.")
        return cls(int(generation), state)


class CachedIndexes:
    """Loads each index from its file, and brings it from the state that it is of to the database's present one.

    One that is of no earlier state of this database is built anew. The files are written where much is new; an index
    that cannot be saved is kept in memory all the same.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.RLock()
        self._held: Indexes | None = None
        self._generation = 0
        self._is_damaged = False

    def distrust(self) -> None:
        """Build the indexes anew when they are next asked for: what a file of theirs maps is not what was saved."""
        with self._lock:
            self._held, self._is_damaged = None, True

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """Until the block ends, no other thread brings the indexes forward."""
        with self._lock:
            yield

    @contextmanager
    def at(self, connection: sqlite3.Connection) -> Iterator[Indexes]:
        """The indexes of the state that the connection's transaction reads, or, where none is open, of the present.

        They stay so until the block ends. Raises Superseded where another thread has brought them further, LibraryError
        where what they are made of is not as it was written.
        """
        with self._lock, reading(connection):
            yield self._level(connection)

    def _level(self, connection: sqlite3.Connection) -> Indexes:
        state = meta(connection, "state") or ""
        if self._held is not None and self._held.state == state:
            return self._held
        require_sound_meta(connection)
        generation = int(meta(connection, "generation") or 0)
        if self._held is not None and generation < self._generation:
            # Shown only where a file of another time was put in the database's place.
            raise Superseded(f"The database in {self._folder} was exchanged while in use. Start OnRecord again.")
        dimension = json.loads(meta(connection, "model") or '{"dimension": 1}')["dimension"]
        if self._held is None or self._held.vectors.dimension != dimension:
            present = _Stamp(generation, state)
            self._held = Indexes(state, self._vectors(connection, dimension, present), self._words(connection, present))
            self._is_damaged = False
        else:
            self._held = self._refreshed(connection, self._held, state)
        self._generation = generation
        return self._held

    def _vectors(self, connection: sqlite3.Connection, dimension: int, present: _Stamp) -> VectorIndex:
        path = self._folder / VECTOR_CACHE
        try:
            self._require_trusted()
            index = VectorIndex.load(path, stamp=None)
            if index.dimension != dimension:
                raise DamagedIndex(f"{path} holds vectors of another model.")
            _bring_vectors(connection, index, since=_Stamp.of(index.stamp).generation)
            _require_level(connection, "vector", len(index), index.sum)
        except DamagedIndex:
            (count,) = connection.execute("SELECT COUNT(*) FROM vectors").fetchone()
            index = VectorIndex(dimension, room=count)
            _append(connection, index, since=0)
        if _much_is_new(index) and self._save(path, partial(index.save, stamp=str(present))):
            with suppress(DamagedIndex):
                return VectorIndex.load(path, stamp=str(present))
        return index

    def _words(self, connection: sqlite3.Connection, present: _Stamp) -> WordIndex:
        path = self._folder / WORD_CACHE
        try:
            self._require_trusted()
            loaded = WordIndex.load(path, stamp=None)
            held = _brought_words(connection, loaded, since=_Stamp.of(loaded.stamp).generation)
            _require_level(connection, "words", len(held), held.sum)
        except DamagedIndex:
            held = WordIndex().changed(np.empty(0, np.int64), _new_words(connection, since=0))
        if _much_is_new(held) and self._save(path, partial(held.save, stamp=str(present))):
            with suppress(DamagedIndex):
                return WordIndex.load(path, stamp=str(present))
        return held

    def _require_trusted(self) -> None:
        if self._is_damaged:
            raise DamagedIndex(f"The indexes in {self._folder} are damaged.")

    def _save(self, path: Path, save: Callable[[Path], None]) -> bool:
        try:
            # Half-written ones of processes that were killed; one that is still writing goes on without its file.
            for left in path.parent.glob(f".{path.name}-*"):
                left.unlink(missing_ok=True)
            save(path)
        except OSError as error:
            _log.info("%s could not be saved, and is kept in memory: %s", path, error)
            return False
        return True

    def _refreshed(self, connection: sqlite3.Connection, held: Indexes, state: str) -> Indexes:
        _bring_vectors(connection, held.vectors, since=self._generation)
        return Indexes(state, held.vectors, _brought_words(connection, held.words, since=self._generation))


def _much_is_new(index: VectorIndex | WordIndex) -> bool:
    """Whether an index is worth writing: what is new since is otherwise read from the database at each opening."""
    return index.added * _NEW >= len(index)


def _bring_vectors(connection: sqlite3.Connection, index: VectorIndex, since: int) -> None:
    """Bring an index that was level after the write `since` to what the connection reads."""
    index.remove(_gone(connection, "vectors", index.ids, since))
    _append(connection, index, since)


def _brought_words(connection: sqlite3.Connection, index: WordIndex, since: int) -> WordIndex:
    new = list(_new_words(connection, since))
    gone = _gone(connection, "words", index.ids, since)
    return index.changed(gone, new) if new or len(gone) else index


def _require_level(connection: sqlite3.Connection, kind: str, count: int, total: int) -> None:
    """Raise DamagedIndex where an index is not of the rows of the database, by their number and their checksums' sum.

    An index of this database's past becomes one of its present; one of another database's does not.
    """
    row = connection.execute(f"SELECT COUNT(*), IFNULL(SUM({kind}), 0) FROM checksums").fetchone()
    if tuple(row) != (count, total):
        raise DamagedIndex("The index is of another library.")


def _gone(connection: sqlite3.Connection, table: str, held: NDArray[np.int64], since: int) -> NDArray[np.int64]:
    """Those of the ids held after the write `since` that the table no longer has, or has anew."""
    (count,) = connection.execute(f"SELECT COUNT(*) FROM {table} WHERE generation <= ?", (since,)).fetchone()
    if count == len(held):
        # What was written by then was held then.
        return np.empty(0, np.int64)
    rows = connection.execute(f"SELECT passage_id FROM {table} WHERE generation <= ?", (since,))
    kept = np.fromiter((row[0] for row in rows), np.int64)
    return np.setdiff1d(held, kept)


def _append(connection: sqlite3.Connection, index: VectorIndex, since: int) -> None:
    rows = connection.execute(
        "SELECT v.passage_id, v.generation, v.vector, c.vector FROM vectors v "
        "LEFT JOIN checksums c ON c.passage_id = v.passage_id WHERE generation > ?",
        (since,),
    )
    while group := rows.fetchmany(_ROWS_AT_ONCE):
        for passage_id, generation, vector, checksum in group:
            require_sound(connection, passage_id, vector_checksum(passage_id, generation, vector), checksum)
        vectors = np.frombuffer(b"".join(row[2] for row in group), dtype="<f4").reshape(len(group), -1)
        index.add([row[0] for row in group], vectors.astype(np.float32), [row[3] for row in group])


def _new_words(connection: sqlite3.Connection, since: int) -> Iterator[PassageWords]:
    for passage_id, generation, length, terms, checksum, language in connection.execute(
        "SELECT w.passage_id, w.generation, w.length, w.terms, c.words, (SELECT p.language FROM passages p "
        f"JOIN briefings b ON b.id = p.briefing_id WHERE p.id = w.passage_id AND {CURRENT}) FROM words w "
        "LEFT JOIN checksums c ON c.passage_id = w.passage_id WHERE generation > ?",
        (since,),
    ):
        require_sound(connection, passage_id, words_checksum(passage_id, generation, length, terms), checksum)
        numbers = np.frombuffer(terms, dtype="<u4").reshape(2, -1)
        yield PassageWords(passage_id, length, numbers, str(language), checksum)
