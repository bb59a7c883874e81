"""A database brought to this version's tables, once, however many servers start at the same time."""

from __future__ import annotations

import psycopg
from psycopg import errors

from onrecord.rag.errors import LibraryError
from onrecord.rag.store.postgres.address import Address
from onrecord.rag.store.postgres.failures import failure_of, without_pgvector
from onrecord.rag.store.postgres.schema import MIGRATIONS

# Who changes the tables holds this lock ("OnRecord" in ASCII).
_LOCK = 0x4F6E5265636F7264
# Iterative scans, without which a limit leaves too few of the nearest, came with this version.
_LEAST_PGVECTOR = (0, 8)


def migrate(address: Address) -> None:
    """Make the tables of a library where there are none, and bring those of an older version up to this one.

    Raises LibraryError with the remedy for a server that cannot be reached or used, and for tables of a newer version.
    """
    try:
        with _connected(address) as connection:
            is_ready = _version(connection) == len(MIGRATIONS)
        if not is_ready:
            # A replica may have answered.
            with _connected(address, target_session_attrs="read-write") as connection:
                _bring_up(connection, address)
        with _connected(address) as connection:
            _require_pgvector(connection, address)
    except psycopg.Error as error:
        raise failure_of(error, address) from error


def _connected(address: Address, **more: str) -> psycopg.Connection:
    return psycopg.connect(**{**address.parameters, **(more if address.has_several_hosts else {})})  # type: ignore[arg-type]


def _version(connection: psycopg.Connection) -> int:
    """The version of the tables; 0 where there are none."""
    if connection.execute("SELECT to_regclass('migrations')").fetchone() == (None,):
        return 0
    row = connection.execute("SELECT coalesce(max(version), 0) FROM migrations").fetchone()
    return int(row[0]) if row else 0


def _bring_up(connection: psycopg.Connection, address: Address) -> None:
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
    # Another server may have done it while this one waited for the lock.
    version = _version(connection)
    if version > len(MIGRATIONS):
        raise LibraryError(
            f"The library at {address.shown} has tables of version {version} and was made by a newer OnRecord: this "
            f"one reads version {len(MIGRATIONS)}. Update OnRecord here."
        )
    if version == 0:
        try:
            connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
        except (errors.FeatureNotSupported, errors.UndefinedFile, errors.InsufficientPrivilege) as error:
            raise without_pgvector(error, address) from error
        connection.execute("CREATE TABLE migrations (version integer PRIMARY KEY, at timestamptz DEFAULT now())")
    for number, step in enumerate(MIGRATIONS[version:], start=version + 1):
        connection.execute(step)
        connection.execute("INSERT INTO migrations VALUES (%s)", (number,))


def _require_pgvector(connection: psycopg.Connection, address: Address) -> None:
    row = connection.execute("SELECT extversion FROM pg_extension WHERE extname = 'vector'").fetchone()
    version = row[0] if row else "none"
    if row is None or tuple(int(part) for part in version.split(".")[:2]) < _LEAST_PGVECTOR:
        raise LibraryError(
            f"The library at {address.shown} needs pgvector 0.8 or newer and has {version}. Install it on the server, "
            "and let its administrator say `ALTER EXTENSION vector UPDATE` in this database."
        )
