"""The indexes in memory, kept level with the database; their files are caches that are never trusted."""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from onrecord.embeddings import DamagedIndex, VectorIndex
from onrecord.rag.errors import LibraryError
from onrecord.rag.store.sqlite.digests import vector_checksum, words_checksum
from onrecord.rag.store.sqlite.integrity import require_sound, require_sound_meta
from onrecord.rag.store.sqlite.rows import meta, reading
from onrecord.rag.store.sqlite.schema import VECTOR_CACHE, WORD_CACHE
from onrecord.rag.store.sqlite.words import PassageWords, WordIndex

_ROWS_AT_ONCE = 10_000
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Indexes:
    """The vectors and the words of one state of the database."""

    state: str
    vectors: VectorIndex
    words: WordIndex


class Superseded(LibraryError):
    """What a transaction reads is older than the indexes in memory, which go forward only: read again."""


class CachedIndexes:
    """Loads each index from its file when that is of the database's present state, else rebuilds it.

    An index that cannot be saved is kept in memory all the same.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.RLock()
        self._held: Indexes | None = None
        self._generation = 0

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
            self._held = Indexes(state, self._vectors(connection, dimension, state), self._words(connection, state))
        else:
            self._held = self._refreshed(connection, self._held, state)
        self._generation = generation
        return self._held

    def _vectors(self, connection: sqlite3.Connection, dimension: int, state: str) -> VectorIndex:
        path = self._folder / VECTOR_CACHE
        try:
            return VectorIndex.load(path, stamp=state)
        except DamagedIndex:
            index = VectorIndex(dimension)
            _append(connection, index, since=0)
            self._save(path, partial(index.save, stamp=state))
            return index

    def _words(self, connection: sqlite3.Connection, state: str) -> WordIndex:
        path = self._folder / WORD_CACHE
        held = WordIndex.load(path, stamp=state)
        if held is None:
            held = WordIndex().changed(np.empty(0, np.int64), _new_words(connection, since=0))
            self._save(path, partial(held.save, stamp=state))
        return held

    def _save(self, path: Path, save: Callable[[Path], None]) -> None:
        try:
            # Half-written ones of processes that were killed; one that is still writing goes on without its file.
            for left in path.parent.glob(f".{path.name}-*"):
                left.unlink(missing_ok=True)
            save(path)
        except OSError as error:
            _log.info("%s could not be saved, and is kept in memory: %s", path, error)

    def _refreshed(self, connection: sqlite3.Connection, held: Indexes, state: str) -> Indexes:
        gone = _gone(connection, "vectors", held.vectors.ids, self._generation)
        held.vectors.remove(gone)
        _append(connection, held.vectors, since=self._generation)
        gone = _gone(connection, "words", held.words.ids, self._generation)
        words = held.words.changed(gone, _new_words(connection, since=self._generation))
        return Indexes(state, held.vectors, words)


def _gone(connection: sqlite3.Connection, table: str, held: NDArray[np.int64], since: int) -> NDArray[np.int64]:
    """Those of the ids held that the table no longer has, or has anew."""
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
        index.add(np.asarray([row[0] for row in group], dtype=np.int64), vectors.astype(np.float32))


def _new_words(connection: sqlite3.Connection, since: int) -> Iterator[PassageWords]:
    for passage_id, generation, length, terms, checksum in connection.execute(
        "SELECT w.passage_id, w.generation, w.length, w.terms, c.words FROM words w "
        "LEFT JOIN checksums c ON c.passage_id = w.passage_id WHERE generation > ?",
        (since,),
    ):
        require_sound(connection, passage_id, words_checksum(passage_id, generation, length, terms), checksum)
        yield PassageWords(passage_id, length, np.frombuffer(terms, dtype="<u4").reshape(2, -1))
