"""The vector index in memory, kept level with the database; its file is a cache that is never trusted."""

from __future__ import annotations

import json
import sqlite3
import threading
from pathlib import Path

import numpy as np

from onrecord.embeddings import DamagedIndex, VectorIndex
from onrecord.rag.store.rows import meta

_ROWS_AT_ONCE = 10_000


class CachedIndex:
    """Loads the index from `path` when that file is of the database's present state, else rebuilds it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._index: VectorIndex | None = None
        self._generation = 0

    def current(self, connection: sqlite3.Connection) -> VectorIndex:
        """The index of the moment; call it inside a read transaction."""
        with self._lock:
            generation = int(meta(connection, "generation") or 0)
            dimension = json.loads(meta(connection, "model") or '{"dimension": 1}')["dimension"]
            if self._index is None or self._index.dimension != dimension:
                self._index = self._load(connection, dimension)
            elif generation != self._generation:
                self._refresh(connection, self._index)
            self._generation = generation
            return self._index

    def _load(self, connection: sqlite3.Connection, dimension: int) -> VectorIndex:
        state = meta(connection, "state") or ""
        try:
            return VectorIndex.load(self._path, stamp=state)
        except DamagedIndex:
            index = VectorIndex(dimension)
            _append(connection, index, since=0)
            index.save(self._path, stamp=state)
            return index

    def _refresh(self, connection: sqlite3.Connection, index: VectorIndex) -> None:
        kept = {row[0] for row in connection.execute("SELECT passage_id FROM vectors")}
        renewed = {
            row[0]
            for row in connection.execute("SELECT passage_id FROM vectors WHERE generation > ?", (self._generation,))
        }
        held = set(index.ids.tolist())
        index.remove(np.asarray(sorted((held & renewed) | (held - kept)), dtype=np.int64))
        _append(connection, index, since=self._generation)


def _append(connection: sqlite3.Connection, index: VectorIndex, since: int) -> None:
    rows = connection.execute("SELECT passage_id, vector FROM vectors WHERE generation > ?", (since,))
    while group := rows.fetchmany(_ROWS_AT_ONCE):
        vectors = np.frombuffer(b"".join(row[1] for row in group), dtype="<f4").reshape(len(group), -1)
        index.add(np.asarray([row[0] for row in group], dtype=np.int64), vectors.astype(np.float32))
