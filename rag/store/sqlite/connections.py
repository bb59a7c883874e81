"""The connections of a library: one for each thread, opened anew where it has to be; one writer at a time."""

from __future__ import annotations

import sqlite3
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from onrecord.rag.store.sqlite.digests import write_meta_digest
from onrecord.rag.store.sqlite.integrity import require_sound_meta
from onrecord.rag.store.sqlite.opening import Opened, opened
from onrecord.rag.store.sqlite.rows import meta, set_meta

# Ids are hashes, so that each passage changes another page of several trees. A briefing's pages are held until it is
# written (16 MB, in units of KB), and the log is moved into the database at 32 MB (in pages) instead of 4, when more of
# its pages have been changed again: a fifth less time to add. What is committed is in the log, on disk, all the same.
_FOR_WRITING = ("PRAGMA cache_size = -16000", "PRAGMA wal_autocheckpoint = 8000")


class Connections:
    """The connections to one database. Safe to use from several threads and several processes at once."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._local = threading.local()
        self._open: dict[threading.Thread, sqlite3.Connection] = {}
        self._lock = threading.Lock()
        self.write_lock = threading.Lock()
        """Held while this process writes: SQLite itself lets threads fail that wait for each other too long."""
        self.written = False
        """Whether this process has written."""

    def current(self) -> sqlite3.Connection:
        """The connection of this thread."""
        held: Opened | None = getattr(self._local, "opened", None)
        if held is not None and not held.connection.in_transaction and held.stale(self._database):
            held = None
        return (held or self._opened()).connection

    def close(self) -> None:
        """Close those of all threads."""
        with self._lock:
            for connection in self._open.values():
                connection.close()
            self._open.clear()
        self._local = threading.local()

    @contextmanager
    def writing(self) -> Iterator[tuple[sqlite3.Connection, int]]:
        """One transaction; yields the connection and the new generation. Any exception undoes it."""
        connection = self.current()
        held: Opened = self._local.opened
        if held.refused is not None:
            # There may be room, or the right to write, by now.
            held = self._opened()
            connection = held.connection
            if held.refused is not None:
                raise held.refused
        with self.write_lock:
            for pragma in _FOR_WRITING:
                connection.execute(pragma)
            connection.execute("BEGIN IMMEDIATE")
            try:
                require_sound_meta(connection)
                generation = int(meta(connection, "generation") or 0) + 1
                set_meta(connection, "generation", str(generation))
                set_meta(connection, "state", uuid.uuid4().hex)
                yield connection, generation
                write_meta_digest(connection)
                connection.execute("COMMIT")
                self.written = True
            except BaseException:
                self._undo(held)
                raise

    def _opened(self) -> Opened:
        """A new connection for this thread, in place of the one it had."""
        self._release(getattr(self._local, "opened", None))
        self._local.opened = new = opened(self._database)
        with self._lock:
            # Servers' threads come and go; each connection that is left behind holds three open files.
            for thread in [thread for thread in self._open if not thread.is_alive()]:
                self._open.pop(thread).close()
            self._open[threading.current_thread()] = new.connection
        return new

    def _release(self, held: Opened | None) -> None:
        if held is not None:
            with self._lock:
                self._open.pop(threading.current_thread(), None)
            held.connection.close()
        self._local.opened = None

    def _undo(self, held: Opened) -> None:
        """End a transaction that failed, in which nothing was written."""
        try:
            # After some failures of the disk SQLite has ended it already.
            if held.connection.in_transaction:
                held.connection.execute("ROLLBACK")
        except sqlite3.Error:
            # What the connection holds is not to be trusted; the log without the commit is nothing.
            self._release(held)
