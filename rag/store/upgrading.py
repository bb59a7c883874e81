"""The tables of a new library, and those of the format before brought up to this one."""

from __future__ import annotations

import sqlite3

from onrecord.rag.store.digests import write_checksums, write_digests, write_meta_digest
from onrecord.rag.store.rows import TERMS_CHECKSUM, set_meta, terms_checksum
from onrecord.rag.store.schema import CHECKS, SCHEMA, SCHEMA_VERSION

# The format that `upgrade` starts from.
UPGRADED_VERSION = 5


def make_tables(connection: sqlite3.Connection) -> None:
    """Make the tables of an empty database; call it in a transaction."""
    _make(connection, SCHEMA)
    write_meta_digest(connection)


def upgrade(connection: sqlite3.Connection) -> None:
    """Bring a database of the format before up to this one, in one transaction of the caller's: nothing is read again.

    What its rows are now is what they are known by from now on.
    """
    _make(connection, CHECKS)
    for row in connection.execute("SELECT id FROM briefings").fetchall():
        write_digests(connection, row[0])
    write_checksums(connection, since=0)
    terms = connection.execute("SELECT number, term FROM terms ORDER BY number")
    set_meta(connection, TERMS_CHECKSUM, str(terms_checksum(terms)))
    write_meta_digest(connection)


def _make(connection: sqlite3.Connection, tables: str) -> None:
    for statement in tables.split(";\n"):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
