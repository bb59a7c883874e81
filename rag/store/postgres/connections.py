"""Servers to the servers of a library: a pool for the primary, one for its replicas, one transaction a thread.

What is written, and what is read to decide what to write, goes to the primary. An answer is made in one transaction on
a replica where there is one, unless it is behind what this process has written. Without a primary all is read from a
replica until there is a new one.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import psycopg
from pgvector.psycopg import register_vector
from psycopg import IsolationLevel, errors
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool, PoolTimeout

from onrecord.rag.store.postgres.address import Address
from onrecord.rag.store.postgres.failures import AGAIN, is_lost

_Read = TypeVar("_Read")
Connection = psycopg.Connection[TupleRow]

# As many threads of one process may be at the database at once; PostgreSQL allows 100 of all processes by itself.
_MOST = 8
# Seconds until it is asked why there is no connection, and until that is taken for too busy a server.
_ASK_WHY, _WAIT = 1.5, 30.0
# Seconds for which a primary that could not be reached is not tried again for what a replica can tell.
_WITHOUT_PRIMARY = 5.0
# A transaction that reads is begun again where its server is lost, or a replica had to end it to go on.
_TRIES = 3

# Answers take milliseconds: compiling a query takes longer. A plan is made for the values at hand: how many passages
# pass decides it. An index of vectors looks at this many, and goes on until enough have passed a limit.
_SETTINGS = """
SET jit = off;
SET plan_cache_mode = force_custom_plan;
SET hnsw.ef_search = 600;
SET hnsw.iterative_scan = relaxed_order;
SET hnsw.max_scan_tuples = 100000;
"""


class Servers:
    """The connections of one store. Safe to use from several threads."""

    def __init__(self, address: Address) -> None:
        # The pool speaks of every try to connect; the error that ends them says it once.
        logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
        several = address.has_several_hosts
        self._primary = _Pool(dict(address.parameters) | ({"target_session_attrs": "read-write"} if several else {}))
        self._replicas = (
            _Pool(dict(address.parameters) | {"target_session_attrs": "prefer-standby", "load_balance_hosts": "random"})
            if several
            else None
        )
        self._local = threading.local()
        # The place in the primary's log behind the last write of this process.
        self._written: str | None = None
        self._without_primary = 0.0

    @property
    def is_in_transaction(self) -> bool:
        """Whether this thread is inside of `of_one_state` or `writing`."""
        return getattr(self._local, "connection", None) is not None

    def close(self) -> None:
        """Close all connections."""
        for pool in (self._primary, self._replicas):
            if pool is not None:
                pool.close()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction on the primary; any exception undoes it."""
        with self._primary.connection() as connection:
            connection.isolation_level, connection.read_only = IsolationLevel.READ_COMMITTED, False
            try:
                with self._own(connection), connection.transaction():
                    yield connection
            except errors.ReadOnlySqlTransaction:
                # The primary of before follows another one now: the next write looks for that.
                connection.close()
                raise
            if self._replicas is not None:
                self._written = connection.execute("SELECT pg_current_wal_lsn()::text").fetchone()[0]  # type: ignore[index]

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One transaction in which all that is read is of one state: the one this thread is in, or a new one."""
        held: Connection | None = getattr(self._local, "connection", None)
        if held is not None:
            yield held
            return
        with self._present() as connection, _one_state(connection):
            yield connection

    def of_one_state(self, read: Callable[[], _Read]) -> _Read:
        """What `read` gives, all its reads in this thread being of one state; begun again where that is lost."""
        if self.is_in_transaction:
            return read()
        for tries in range(1, _TRIES + 1):
            try:
                with self._answering() as connection, self._own(connection), _one_state(connection):
                    return read()
            except psycopg.OperationalError as error:
                if tries == _TRIES or not (is_lost(error) or isinstance(error, AGAIN)):
                    raise
        raise AssertionError

    @contextmanager
    def _own(self, connection: Connection) -> Iterator[None]:
        self._local.connection = connection
        try:
            yield
        finally:
            self._local.connection = None

    @contextmanager
    def _present(self) -> Iterator[Connection]:
        """A connection to the primary, or to a replica where there is no primary."""
        if self._replicas is None:
            with self._primary.connection() as connection:
                yield connection
            return
        taken = None
        if time.monotonic() >= self._without_primary:
            try:
                taken = self._primary, self._primary.take()
            except psycopg.OperationalError:
                self._without_primary = time.monotonic() + _WITHOUT_PRIMARY
        pool, connection = taken or (self._replicas, self._replicas.take())
        try:
            yield connection
        finally:
            pool.give_back(connection)

    @contextmanager
    def _answering(self) -> Iterator[Connection]:
        """A connection to a server that has all that this process wrote, a replica where there is one."""
        if self._replicas is None:
            with self._primary.connection() as connection:
                yield connection
            return
        with self._replicas.connection() as connection:
            if not self._is_behind(connection):
                yield connection
                return
        with self._primary.connection() as connection:
            yield connection

    def _is_behind(self, connection: Connection) -> bool:
        written = self._written
        if written is None:
            return False
        row = connection.execute(
            "SELECT pg_is_in_recovery() AND pg_last_wal_replay_lsn() < %s::pg_lsn", (written,)
        ).fetchone()
        behind = bool(row and row[0])
        if not behind and self._written == written:
            self._written = None
        return behind


@contextmanager
def _one_state(connection: Connection) -> Iterator[None]:
    connection.isolation_level, connection.read_only = IsolationLevel.REPEATABLE_READ, True
    with connection.transaction():
        yield


class _Pool:
    """A pool of connections that says why there is none."""

    def __init__(self, parameters: dict[str, str]) -> None:
        self._parameters = parameters
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            kwargs={**parameters, "autocommit": True, "prepare_threshold": None},
            min_size=0,
            max_size=_MOST,
            num_workers=1,
            # Whoever comes next tries again at once, in place of a pool that waits ever longer between its tries.
            reconnect_timeout=_ASK_WHY,
            configure=_configure,
            check=ConnectionPool.check_connection,
            open=True,
        )

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        connection = self.take()
        try:
            yield connection
        finally:
            self.give_back(connection)

    def take(self) -> Connection:
        """A connection of this thread's own; raises what is in the way of one."""
        until = time.monotonic() + _WAIT
        while True:
            try:
                return self._pool.getconn(timeout=_ASK_WHY)
            except PoolTimeout:
                psycopg.connect(**self._parameters).close()  # type: ignore[arg-type]
                if time.monotonic() >= until:
                    raise

    def give_back(self, connection: Connection) -> None:
        self._pool.putconn(connection)

    def close(self) -> None:
        self._pool.close()


def _configure(connection: Connection) -> None:
    connection.execute(_SETTINGS)
    register_vector(connection)
