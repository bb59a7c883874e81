"""The indexes in memory, kept level with the database; their files are caches that are never trusted."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from onrecord.embeddings import DamagedIndex, VectorIndex
from onrecord.rag.store.digests import vector_checksum, words_checksum
from onrecord.rag.store.integrity import require_sound, require_sound_meta
from onrecord.rag.store.rows import meta
from onrecord.rag.store.schema import VECTOR_CACHE, WORD_CACHE
from onrecord.rag.store.words import PassageWords, WordIndex

_ROWS_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Indexes:
    """The vectors and the words of one state of the database."""

    state: str
    vectors: VectorIndex
    words: WordIndex


class CachedIndexes:
    """Loads each index from its file when that is of the database's present state, else rebuilds it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._held: Indexes | None = None
        self._generation = 0

    def current(self, connection: sqlite3.Connection) -> Indexes:
        """The indexes of the moment; call it inside a read transaction.

        Raises LibraryError where what they are made of is not as it was written.
        """
        with self._lock:
            state = meta(connection, "state") or ""
            if self._held is not None and self._held.state == state:
                return self._held
            require_sound_meta(connection)
            dimension = json.loads(meta(connection, "model") or '{"dimension": 1}')["dimension"]
            if self._held is None or self._held.vectors.dimension != dimension:
                self._held = Indexes(state, self._vectors(connection, dimension, state), self._words(connection, state))
            else:
                self._held = self._refreshed(connection, self._held, state)
            self._generation = int(meta(connection, "generation") or 0)
            return self._held

    def _vectors(self, connection: sqlite3.Connection, dimension: int, state: str) -> VectorIndex:
        path = self._folder / VECTOR_CACHE
        try:
            return VectorIndex.load(path, stamp=state)
        except DamagedIndex:
            index = VectorIndex(dimension)
            _append(connection, index, since=0)
            index.save(path, stamp=state)
            return index

    def _words(self, connection: sqlite3.Connection, state: str) -> WordIndex:
        path = self._folder / WORD_CACHE
        held = WordIndex.load(path, stamp=state)
        if held is None:
            held = WordIndex().changed(np.empty(0, np.int64), _new_words(connection, since=0))
            held.save(path, stamp=state)
        return held

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
