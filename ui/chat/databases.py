"""Where a visitor's conversations and pins are kept: a SQLite file, or the database that a library's servers share."""

from __future__ import annotations

import logging
import re
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from onrecord.rag import LibraryError, OnRecordError, SharedDatabase

_SCHEMA_VERSION = 4
# `rowid` is what SQLite numbers rows by itself; PostgreSQL is told to.
_TABLES = """
CREATE TABLE conversation (
    id TEXT PRIMARY KEY, visitor TEXT NOT NULL, title TEXT NOT NULL, created TEXT NOT NULL, updated TEXT NOT NULL{rowid}
);
CREATE INDEX conversation_visitor ON conversation (visitor, updated);
CREATE TABLE asked (
    id TEXT PRIMARY KEY,
    conversation TEXT NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    question TEXT NOT NULL, answer TEXT, filters TEXT NOT NULL,
    at TEXT NOT NULL
);
CREATE INDEX asked_conversation ON asked (conversation, position);
CREATE TABLE feedback (
    asked TEXT NOT NULL REFERENCES asked (id) ON DELETE CASCADE,
    citation INTEGER NOT NULL,
    verdict TEXT NOT NULL, at TEXT NOT NULL{rowid},
    PRIMARY KEY (asked, citation)
);
"""
# What is pinned outlives the conversation it was found in. `removed` is when a pin was taken off: it can be put back.
_PIN_TABLES = """
CREATE TABLE board (
    id TEXT PRIMARY KEY, visitor TEXT NOT NULL, name TEXT NOT NULL, created TEXT NOT NULL, used TEXT NOT NULL{rowid}
);
CREATE INDEX board_visitor ON board (visitor, used);
CREATE TABLE pin (
    id TEXT PRIMARY KEY,
    board TEXT NOT NULL REFERENCES board (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    citation TEXT NOT NULL, sha256 TEXT NOT NULL, note TEXT NOT NULL, at TEXT NOT NULL, removed TEXT
);
CREATE INDEX pin_board ON pin (board, position);
"""
_NUMBERED = ", rowid BIGINT GENERATED ALWAYS AS IDENTITY"
_IN_SQLITE = (_TABLES + _PIN_TABLES).format(rowid="")
_IN_POSTGRESQL = (_TABLES + _PIN_TABLES).format(rowid=_NUMBERED)

# Version 1 kept an answer as text alone: it is shown as words, and its sources below stay linked.
_FROM_VERSION_1 = """
UPDATE asked SET answer = json_set(answer, '$.parts', json_array(json_object('pieces', json_array(
    json_object('text', json_extract(answer, '$.text'), 'type', 'words')))));
"""
# Up to version 2 a question was kept with its answer only, and an answer could not be missing.
_FROM_VERSION_2 = """
ALTER TABLE asked RENAME COLUMN answer TO given;
ALTER TABLE asked ADD COLUMN answer TEXT;
UPDATE asked SET answer = given;
ALTER TABLE asked DROP COLUMN given;
"""
# Up to version 3 nothing was pinned.
_FROM_VERSION_3 = _PIN_TABLES.format(rowid="")
_CHANGES = {
    0: _IN_SQLITE,
    1: _FROM_VERSION_1 + _FROM_VERSION_2 + _FROM_VERSION_3,
    2: _FROM_VERSION_2 + _FROM_VERSION_3,
    3: _FROM_VERSION_3,
}
# The first version in PostgreSQL was 3.
_SERVER_CHANGES = {3: _PIN_TABLES.format(rowid=_NUMBERED)}
# Who makes the tables holds this lock ("Converse" in ASCII).
_LOCK = 0x436F6E7665727365
_NAMED = re.compile(r"%\((\w+)\)s")
_log = logging.getLogger(__name__)


class Transaction(Protocol):
    """One transaction, in which a statement's values are bound by name: `%(name)s`."""

    def rows(self, statement: str, **values: Any) -> Sequence[tuple[Any, ...]]:
        """Run a statement and give its rows."""


class Database(Protocol):
    """A database that holds the tables of conversations."""

    def transaction(self) -> Any:
        """A context manager that gives a `Transaction`, undone by any exception; raises `UNWRITABLE`."""


UNWRITABLE = (sqlite3.OperationalError, LibraryError)
"""What a database that cannot be written to raises."""


class FileDatabase:
    """A SQLite file; where it cannot be written, one in a temporary folder."""

    def __init__(self, file: Path) -> None:
        self._file = file
        try:
            self._prepare()
        except (sqlite3.OperationalError, OSError) as error:
            # A library that can only be read can be asked all the same.
            self._file = Path(tempfile.mkdtemp(prefix="onrecord-")) / file.name
            _log.warning("%s cannot be written (%s): conversations are kept in %s meanwhile", file, error, self._file)
            self._prepare()
        except sqlite3.DatabaseError as error:
            raise OnRecordError(f"{file} is damaged ({error}). Move it away: the conversations begin anew.") from error

    def __str__(self) -> str:
        return str(self._file)

    def _prepare(self) -> None:
        file = self._file
        with self._open() as database:
            database.execute("PRAGMA journal_mode = WAL")
            version = database.execute("PRAGMA user_version").fetchone()[0]
            if version not in (*_CHANGES, _SCHEMA_VERSION):
                raise OnRecordError(
                    f"{file} was written by another version of OnRecord ({version}). Update OnRecord or move it away."
                )
            if version != _SCHEMA_VERSION:
                database.executescript(f"BEGIN; {_CHANGES[version]} PRAGMA user_version = {_SCHEMA_VERSION}; COMMIT;")
        # The words of one visitor are nobody else's business on a shared machine either.
        file.chmod(0o600)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        database = sqlite3.connect(self._file, timeout=30)
        try:
            database.execute("PRAGMA foreign_keys = ON")
            with database:
                yield database
        finally:
            database.close()

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """One transaction."""
        with self._open() as database:
            yield _InSqlite(database)


class _InSqlite:
    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def rows(self, statement: str, **values: Any) -> Sequence[tuple[Any, ...]]:
        return self._database.execute(_NAMED.sub(r":\1", statement), values).fetchall()


class ServerDatabase:
    """The tables of conversations in the database of a library, which all its servers share."""

    def __init__(self, shared: SharedDatabase) -> None:
        self._shared = shared
        with self.transaction() as transaction:
            transaction.rows("SELECT pg_advisory_xact_lock(%(lock)s)", lock=_LOCK)
            [(there,)] = transaction.rows("SELECT to_regclass('conversation_version')::text")
            if there is None:
                for statement in _IN_POSTGRESQL.split(";\n"):
                    transaction.rows(statement)
                transaction.rows(
                    "CREATE TABLE conversation_version AS SELECT %(version)s::int", version=_SCHEMA_VERSION
                )
            [(version,)] = transaction.rows("SELECT * FROM conversation_version")
            if version in _SERVER_CHANGES:
                for statement in _SERVER_CHANGES[version].strip().removesuffix(";").split(";\n"):
                    transaction.rows(statement)
                transaction.rows("UPDATE conversation_version SET int4 = %(version)s", version=_SCHEMA_VERSION)
                version = _SCHEMA_VERSION
        if version != _SCHEMA_VERSION:
            raise OnRecordError(
                f"The conversations in the library's database were written by another version of OnRecord ({version}). "
                "Update OnRecord here."
            )

    def __str__(self) -> str:
        return "the library's database"

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """One transaction."""
        with self._shared.transaction() as connection:
            yield _InPostgresql(connection)


class _InPostgresql:
    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def rows(self, statement: str, **values: Any) -> Sequence[tuple[Any, ...]]:
        cursor = self._connection.execute(statement, values)
        found: Sequence[tuple[Any, ...]] = cursor.fetchall() if cursor.description else []
        return found


def database_at(place: Path | SharedDatabase) -> Database:
    """The database of what belongs to visitors: a file, or that of a library in PostgreSQL."""
    return FileDatabase(place) if isinstance(place, Path) else ServerDatabase(place)
