"""A library of the format before, brought up to this one."""

from __future__ import annotations

import sqlite3

from onrecord.rag.store.sqlite.digests import write_checksums, write_digests, write_meta_digest
from onrecord.rag.store.sqlite.rows import TERMS_CHECKSUM, set_meta, terms_checksum
from onrecord.rag.store.sqlite.schema import CHECKS, SCHEMA_VERSION, UPGRADED_VERSION


def upgrade(connection: sqlite3.Connection) -> None:
    """Bring a database of the format before up to this one, in one transaction; one of this format stays as it is.

    No file is read again: what the rows are now is what they are known by from now on. Raises sqlite3.Error where the
    database cannot be written.
    """
    if _version(connection) == SCHEMA_VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have done it while this one waited for the lock.
        if _version(connection) == UPGRADED_VERSION:
            _add_checks(connection)
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _add_checks(connection: sqlite3.Connection) -> None:
    for statement in CHECKS.split(";\n"):
        connection.execute(statement)
    for row in connection.execute("SELECT id FROM briefings").fetchall():
        write_digests(connection, row[0])
    write_checksums(connection, since=0)
    terms = connection.execute("SELECT number, term FROM terms ORDER BY number")
    set_meta(connection, TERMS_CHECKSUM, str(terms_checksum(terms)))
    write_meta_digest(connection)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version
