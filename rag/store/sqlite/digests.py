"""What rows are known again by: computed when they are written, and compared before their words are shown.

A briefing has two SHA-256, both over the JSON of its rows as SQLite gives them back: `metadata` over the columns that
may change while it is kept (its file moves, a newer version supersedes it), `content` over the SHA-256 of the file that
it was read from, its text and what is understood of it, its turns and its passages. What is computed from a passage has
a CRC-32 each, which finds every change of up to four bytes in a row: it can be computed again from the passage.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from onrecord.rag.store.sqlite.rows import meta, set_meta

_ROW = (
    *("position", "id", "sha256", "title", "date", "language", "url", "file"),
    *("kind", "source", "lineage", "added", "superseded_by"),
)
METADATA_COLUMNS = len(_ROW) + 1
_CONTENT = "sha256, id, language, kind, text, exchanges, boilerplate, reported, dates, timecodes, pages, lines"
# The values that the store keeps about itself have their digest among them.
_META_DIGEST = "digest"
_HOLDS = "SELECT EXISTS (SELECT 1 FROM meta) OR EXISTS (SELECT 1 FROM briefings)"


@dataclass(frozen=True, slots=True)
class Digests:
    """The SHA-256, in hexadecimal digits, of a briefing's metadata and of its content."""

    metadata: str
    content: str


def metadata_columns(table: str) -> str:
    """The columns, of a table of briefings under this name, that `metadata_digest` takes, in their order."""
    corrections = f"(SELECT c.corrections FROM corrections c WHERE c.briefing_id = {table}.id) AS corrections"
    return ", ".join([*(f"{table}.{column}" for column in _ROW), corrections])


def metadata_digest(values: Iterable[object]) -> str:
    """The digest of a briefing's metadata, given as `metadata_columns` orders it."""
    *row, corrections = values
    # What was never corrected is known by what it was known by before corrections were kept.
    return _digest([row if corrections is None else [*row, corrections]])


def digests_of(connection: sqlite3.Connection, briefing_id: str) -> Digests | None:
    """The digests of a briefing as it now stands, or None where there is no such briefing. Call it in a transaction."""
    found = connection.execute(
        f"SELECT {metadata_columns('b')} FROM briefings b WHERE id = ?", (briefing_id,)
    ).fetchone()
    if found is None:
        return None
    parts = [
        connection.execute(f"SELECT {_CONTENT} FROM briefings WHERE id = ?", (briefing_id,)),
        connection.execute("SELECT * FROM turns WHERE briefing_id = ? ORDER BY position", (briefing_id,)),
        connection.execute("SELECT * FROM passages WHERE briefing_id = ? ORDER BY id", (briefing_id,)),
    ]
    return Digests(metadata_digest(found), _digest([[list(row) for row in part] for part in parts]))


def write_digests(connection: sqlite3.Connection, briefing_id: str) -> None:
    """Note what a briefing, just written, is to be known again by."""
    digests = digests_of(connection, briefing_id)
    if digests is not None:
        connection.execute(
            "INSERT INTO digests VALUES (?, ?, ?) ON CONFLICT(briefing_id) DO UPDATE SET "
            "metadata = excluded.metadata, content = excluded.content",
            (briefing_id, digests.metadata, digests.content),
        )


def vector_checksum(passage_id: int, generation: int, vector: bytes) -> int:
    """The checksum of a row of `vectors`, without its telling words."""
    return _checksum(f"{passage_id} {generation} ", vector)


def said_checksum(passage_id: int, said: bytes) -> int:
    """The checksum of a passage's telling words."""
    return _checksum(f"{passage_id} ", said)


def words_checksum(passage_id: int, generation: int, length: int, terms: bytes) -> int:
    """The checksum of a row of `words`."""
    return _checksum(f"{passage_id} {generation} {length} ", terms)


def _checksum(of: str, data: bytes) -> int:
    # Of a damaged row SQLite may give NULL or a number whatever its table says; no checksum is negative.
    return zlib.crc32(data, zlib.crc32(of.encode())) if isinstance(data, bytes) else -1


def write_checksums(connection: sqlite3.Connection, since: int) -> None:
    """Note what vectors and words, just written by this generation or a later one, are to be known again by."""
    rows = connection.execute(
        "SELECT v.passage_id, v.generation, v.vector, v.said, w.generation, w.length, w.terms "
        "FROM vectors v JOIN words w ON w.passage_id = v.passage_id WHERE v.generation >= ?",
        (since,),
    )
    connection.executemany(
        "INSERT OR REPLACE INTO checksums VALUES (?, ?, ?, ?)",
        (
            (id_, vector_checksum(id_, at, vector), said_checksum(id_, said), words_checksum(id_, words_at, *words))
            for id_, at, vector, said, words_at, *words in rows
        ),
    )


def write_meta_digest(connection: sqlite3.Connection) -> None:
    """Note what the values that the store keeps about itself, just written, are to be known again by."""
    set_meta(connection, _META_DIGEST, _meta_digest(connection))


def is_meta_sound(connection: sqlite3.Connection) -> bool:
    """Whether the values that the store keeps about itself are those that were written."""
    written = meta(connection, _META_DIGEST)
    # Before the first briefing nothing is noted.
    return written == _meta_digest(connection) or (written is None and not connection.execute(_HOLDS).fetchone()[0])


def _meta_digest(connection: sqlite3.Connection) -> str:
    rows = connection.execute("SELECT key, value FROM meta WHERE key <> ? ORDER BY key", (_META_DIGEST,))
    return _digest([list(row) for row in rows])


def _digest(values: object) -> str:
    return sha256(json.dumps(values, ensure_ascii=False, default=repr).encode()).hexdigest()
