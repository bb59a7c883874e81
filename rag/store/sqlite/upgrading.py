"""A library of a format before, brought up to this one."""

from __future__ import annotations

import sqlite3

from onrecord.rag.store.sqlite.digests import write_checksums, write_digests, write_meta_digest
from onrecord.rag.store.sqlite.rows import TERMS_CHECKSUM, set_meta, terms_checksum
from onrecord.rag.store.sqlite.schema import CHECKS, NOTED, SCHEMA_VERSION, UPGRADED_VERSIONS


def upgrade(connection: sqlite3.Connection) -> None:
    """Bring a database of a format before up to this one, in one transaction; one of this format stays as it is.

    No file is read again: what the rows are now is what they are known by from now on. Raises sqlite3.Error where the
    database cannot be written.
    """
    if _version(connection) == SCHEMA_VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have done it while this one waited for the lock.
        version = _version(connection)
        if version in UPGRADED_VERSIONS:
            # What is known by its digest in format 6 is so in this one: nothing has been corrected yet.
            _make(connection, NOTED)
            if version == UPGRADED_VERSIONS[0]:
                _make(connection, CHECKS)
                _add_checks(connection)
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _make(connection: sqlite3.Connection, tables: str) -> None:
    for statement in tables.split(";\n"):
        connection.execute(statement)


def _add_checks(connection: sqlite3.Connection) -> None:
    for row in connection.execute("SELECT id FROM briefings").fetchall():
        write_digests(connection, row[0])
    write_checksums(connection, since=0)
    terms = connection.execute("SELECT number, term FROM terms ORDER BY number")
    set_meta(connection, TERMS_CHECKSUM, str(terms_checksum(terms)))
    write_meta_digest(connection)


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version
