"""Writing: a briefing with all that it is found by, in the transaction of the caller."""

from __future__ import annotations

import json
import uuid
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from psycopg import sql

from onrecord.rag.store import Embedded, EmbeddingModel, NewBriefing
from onrecord.rag.store.corrected import corrections_json
from onrecord.rag.store.postgres.connections import Connection
from onrecord.rag.store.postgres.parts import parts_of
from onrecord.rag.store.postgres.reading import briefing_rows, count_of_passages, noted
from onrecord.rag.store.postgres.rows import (
    METADATA,
    Cells,
    checksum_of_postings,
    checksum_of_said,
    checksum_of_vector,
    content_digest,
    derived,
    digest_of_metadata,
    digest_of_note,
    passage_row,
    structure_of,
)
from onrecord.rag.store.postgres.schema import OF_A_BRIEFING, OF_A_CURRENT_VERSION, PARTED, TAKEN, VECTOR_INDEX
from onrecord.rag.store.terms import words_in

# Fewer vectors are all compared, in about ten milliseconds.
INDEXED = 20_000
# What an index is made with: links of a vector, and how many are weighed for them. pgvector's own 16 and 64 found 17
# of the 20 nearest passages to a question among 100,000, with as many looked at.
_LINKS, _WEIGHED = 24, 200
# Memory in which an index is made; what does not fit makes it many times slower.
_INDEX_MEMORY = "512MB"
# Who makes the index of vectors holds this lock ("OnIndex!" in ASCII).
_INDEX_LOCK = 0x4F6E496E64657821
# Who writes a briefing shares this lock ("OnWrites" in ASCII), who exchanges all vectors or mends has it alone: in the
# middle of that, another would write vectors of the model before.
_ALL_LOCK = 0x4F6E577269746573

_TYPES = {
    "passages": ("text", "int8", "int4", "int4", *["text"] * 6, "int4", "int4", "float8", "text"),
    "searched": ("text", "int8", "int8", "text", "int4", "int8", "int8", "vector", "bytea"),
    "embedded": ("int8", "int8", "int8", "vector", "bytea"),
    "postings": ("text", "text", "text", "int4", "bytea"),
}
_PASSAGES = "briefing_id, id, start, end, text, speaker, role, kind, outlet, language, turn, exchange, seconds, context"
_SEARCHED = "briefing_id, passage_id, voice, language, length, vector_checksum, said_checksum, vector, said"
_EMBEDDED = "passage_id, vector_checksum, said_checksum, vector, said"
_POSTINGS = "briefing_id, language, term, part, held"


def lock(connection: Connection, *names: str) -> None:
    """Hold back others who write the briefings or lineages of these ids, until the transaction ends."""
    connection.execute("SELECT pg_advisory_xact_lock_shared(%s)", (_ALL_LOCK,))
    connection.execute(
        "SELECT pg_advisory_xact_lock(key) FROM (SELECT DISTINCT hashtextextended(name, 0) AS key "
        "FROM unnest(%s::text[]) AS name ORDER BY 1) AS keys",
        (list(names),),
    )


def lock_all(connection: Connection) -> None:
    """Hold back all others who write, until the transaction ends."""
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (_ALL_LOCK,))


def write_briefing(connection: Connection, new: NewBriefing) -> None:
    """Write a briefing in place of one of the same id, whose place in the list it keeps.

    One that is superseded gets no rows to be found by.
    """
    briefing = new.briefing
    row = connection.execute("SELECT position FROM briefings WHERE id = %s", (briefing.id,)).fetchone()
    # A shard may hold some of it although it was never added in whole.
    delete(connection, [briefing.id])
    if row is None:
        row = connection.execute("SELECT nextval('positions')").fetchone()
        assert row is not None
    structure = structure_of(briefing)
    passages = [passage_row(passage) for passage in new.passages]
    found = derived(briefing, new.passages, row[0]) if briefing.superseded_by is None else None
    metadata = {name: getattr(briefing, name, None) for name in METADATA} | {
        "position": row[0],
        "characters": len(briefing.text),
        "passages": len(passages),
        "corrections": corrections_json(briefing.corrections),
    }
    written = metadata | {"text": briefing.text, "structure": structure}
    values = written | {
        "metadata_digest": digest_of_metadata(metadata),
        "content_digest": content_digest(written, [(one[0], *one[2:]) for one in passages]),
        "words_checksum": checksum_of_postings(found.postings) if found else None,
    }
    insert_rows(connection, "briefings", list(values), [tuple(values.values())])
    insert_rows(connection, "files", ["briefing_id", "data"], [(briefing.id, zlib.compress(new.data))])
    names = _PASSAGES.split(", ")
    copy_rows(connection, "passages", names, [(one[1], one[0], *one[2:]) for one in passages])
    if found is None:
        return
    insert_rows(connection, "speakers", _SPEAKERS, [(briefing.id, *one) for one in found.speakers])
    insert_rows(connection, "voices", _VOICES, [(briefing.id, *one) for one in found.voices])
    copy_rows(connection, "postings", _POSTINGS.split(", "), [(briefing.id, *one) for one in found.postings])
    searched = [
        (
            briefing.id,
            passage.id,
            voice,
            passage.language,
            words_in(passage),
            checksum_of_vector(passage.id, one.vector),
            checksum_of_said(passage.id, one.said),
            one.vector,
            one.said,
        )
        for passage, voice, one in zip(new.passages, found.voice, new.embedded, strict=True)
    ]
    copy_rows(connection, "searched", _SEARCHED.split(", "), searched)


_SPEAKERS = ["briefing_id", "speaker", "role", "outlet", "label"]
_VOICES = ["briefing_id", "voice", "speaker", "role", "outlet", "language", "kind", "date", "passages", "size"]


def insert_rows(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Cells]) -> None:
    """Write a few rows."""
    marks = sql.SQL(", ").join([sql.Placeholder()] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(
            sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(sql.Identifier(table), _named(columns), marks), rows
        )


def copy_rows(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Cells]) -> None:
    """Write many rows."""
    query = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(sql.Identifier(table), _named(columns))
    with connection.cursor() as cursor, cursor.copy(query) as copied:
        copied.set_types(_TYPES[table])
        for row in rows:
            copied.write_row(row)


def _named(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def delete(connection: Connection, briefing_ids: Sequence[str]) -> None:
    """Delete briefings with all that belongs to them."""
    for table in OF_A_BRIEFING:
        connection.execute(f"DELETE FROM {table} WHERE briefing_id = ANY(%s)", (list(briefing_ids),))
    connection.execute("DELETE FROM briefings WHERE id = ANY(%s)", (list(briefing_ids),))


def supersede(connection: Connection, briefing_id: str, by: str) -> None:
    """Make a current briefing an older version, which is no longer found."""
    leave(connection, [briefing_id], OF_A_CURRENT_VERSION)
    change(connection, briefing_id, superseded_by=by)
    connection.execute("UPDATE briefings SET words_checksum = NULL WHERE id = %s", (briefing_id,))


def leave(connection: Connection, briefing_ids: Sequence[str], tables: Sequence[str]) -> None:
    """Take what belongs to briefings out of tables; on other servers it stays until `sweep`, and counts no more."""
    is_parted = bool(parts_of(connection, "searched"))
    for table in tables:
        if not is_parted or table not in PARTED:
            connection.execute(f"DELETE FROM {table} WHERE briefing_id = ANY(%s)", (list(briefing_ids),))
    if is_parted:
        note(connection, TAKEN, uuid.uuid4().hex)


def sweep(connection: Connection, briefing_ids: Sequence[str]) -> None:
    """Take what was left of briefings away from other servers, when the library's own has said that they are gone."""
    rows = connection.execute(
        "SELECT id, superseded_by IS NULL FROM briefings WHERE id = ANY(%s)", (list(briefing_ids),)
    )
    there: dict[str, bool] = dict(rows.fetchall())
    for table in PARTED:
        needed = {id_ for id_, is_current in there.items() if is_current or table not in OF_A_CURRENT_VERSION}
        gone = [id_ for id_ in briefing_ids if id_ not in needed]
        connection.execute(f"DELETE FROM {table} WHERE briefing_id = ANY(%s)", (gone,))


def change(connection: Connection, briefing_id: str, **columns: Any) -> None:
    """Change some of a briefing's metadata; nothing happens where there is no such briefing."""
    for metadata in briefing_rows(connection, "id = %s", (briefing_id,)):
        changed = {**columns, "metadata_digest": digest_of_metadata({**metadata, **columns})}
        assigned = sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder()) for name in changed
        )
        connection.execute(
            sql.SQL("UPDATE briefings SET {} WHERE id = {}").format(assigned, sql.Placeholder()),
            (*changed.values(), briefing_id),
        )


def note(connection: Connection, key: str, value: str) -> None:
    """Keep a value about the store itself."""
    connection.execute(
        "INSERT INTO meta VALUES (%s, %s, %s) ON CONFLICT (key) DO UPDATE SET value = excluded.value, "
        "digest = excluded.digest",
        (key, value, digest_of_note(key, value)),
    )


def set_model(connection: Connection, model: EmbeddingModel) -> None:
    """Note whose vectors are held."""
    note(connection, "model", json.dumps(asdict(model)))


def note_change(connection: Connection) -> None:
    """Give the store another state: the last thing that a transaction writes, since others wait for it from here on."""
    note(connection, "state", uuid.uuid4().hex)


def exchange_vectors(
    connection: Connection, model: EmbeddingModel, batches: Iterable[tuple[Sequence[int], Sequence[Embedded]]]
) -> None:
    """Exchange what a model makes of all current passages; questions go on being answered until all is embedded."""
    connection.execute(
        "CREATE TEMPORARY TABLE embedded (passage_id bigint, vector_checksum bigint, said_checksum bigint, "
        "vector vector, said bytea) ON COMMIT DROP"
    )
    for ids, embedded in batches:
        rows = (
            (id_, checksum_of_vector(id_, one.vector), checksum_of_said(id_, one.said), one.vector, one.said)
            for id_, one in zip(ids, embedded, strict=True)
        )
        copy_rows(connection, "embedded", _EMBEDDED.split(", "), rows)
    drop_index(connection)
    set_model(connection, model)
    connection.execute(
        "UPDATE searched s SET vector = e.vector, said = e.said, vector_checksum = e.vector_checksum, "
        "said_checksum = e.said_checksum FROM embedded e WHERE e.passage_id = s.passage_id"
    )


def drop_index(connection: Connection) -> None:
    """Compare all vectors one by one from now on."""
    connection.execute(f"DROP INDEX IF EXISTS {VECTOR_INDEX}")
    connection.execute("DELETE FROM meta WHERE key = %s", (VECTOR_INDEX,))


def make_index(connection: Connection) -> bool:
    """Make the index of vectors where there are enough of them and it is not there yet; whether it is there now."""
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (_INDEX_LOCK,))
    if noted(connection, VECTOR_INDEX) is not None:
        return True
    if count_of_passages(connection) < INDEXED:
        return False
    model = noted(connection, "model")
    assert model is not None
    kind = f"halfvec({json.loads(model)['dimension']})"
    connection.execute(f"SET LOCAL maintenance_work_mem = '{_INDEX_MEMORY}'")
    connection.execute(
        f"CREATE INDEX {VECTOR_INDEX} ON searched USING hnsw ((vector::{kind}) halfvec_ip_ops) "
        f"WITH (m = {_LINKS}, ef_construction = {_WEIGHED})"
    )
    for part in parts_of(connection, "searched"):
        # Nobody does it for parts on other servers, and where a few rows are expected a limit is not sent to them.
        connection.execute(f"ANALYZE {part}")
    note(connection, VECTOR_INDEX, kind)
    note_change(connection)
    return True
