"""A damaged database made anew: what is sound is kept, what is not is read or computed again from what is kept."""

from __future__ import annotations

import json
import sqlite3
import uuid
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace

from onrecord.rag.store import EmbeddingModel, Kept, Mending, Repair
from onrecord.rag.store.collected import collections_again
from onrecord.rag.store.corrected import corrections_of
from onrecord.rag.store.refusing import is_intact, require_model_to_repair
from onrecord.rag.store.sqlite.collecting import CollectionsInFolder
from onrecord.rag.store.sqlite.digests import (
    Digests,
    digests_of,
    is_meta_sound,
    said_checksum,
    vector_checksum,
    write_checksums,
    write_digests,
    write_meta_digest,
)
from onrecord.rag.store.sqlite.failures import UNREADABLE
from onrecord.rag.store.sqlite.integrity import unsound_briefings
from onrecord.rag.store.sqlite.rows import (
    CORRECTIONS,
    CURRENT,
    columns,
    insert_briefing,
    insert_passages,
    insert_vectors,
    insert_words,
    meta,
    set_meta,
)
from onrecord.rag.types import Passage

# The tables that are saved, and the order in which their rows lie: one that is read from both ends gives all rows but
# those of a damaged page. Words are made again from the passages.
_SAVED = {
    "files": "rowid",
    "briefings": "rowid",
    "turns": "briefing_id {0}, position",
    "passages": "briefing_id {0}, id",
    "digests": "rowid",
    "corrections": "rowid",
    "collections": "rowid",
    "vectors": "rowid",
    "checksums": "rowid",
}
# Passages whose words are in memory at once.
_AT_ONCE = 1000


def rebuild(old: sqlite3.Connection, new: sqlite3.Connection, mending: Mending) -> Repair:
    """Fill `new`, whose tables are empty, from the damaged `old`, which is only read.

    Raises LibraryError where vectors are damaged and the model that made them is not the one that is set.
    """
    mended: list[str] = []
    lost: list[str] = []
    new.execute("PRAGMA foreign_keys = OFF")
    new.execute("BEGIN IMMEDIATE")
    for table, order in _SAVED.items():
        _save(old, new, table, order)
    lost += _files_from_their_places(new, mending, mended)
    lost += _briefings_read_again(new, mending, mended)
    mended += collections_again(CollectionsInFolder(new))
    model, written = _noted(old)
    # Later than any that other processes may have seen.
    generation = 1 + max(written, new.execute("SELECT IFNULL(MAX(generation), 0) FROM vectors").fetchone()[0])
    count = _vectors_again(new, mending, model, generation)
    if count:
        mended.append(f"the vectors of {count} passages were computed again")
    for first in _passages(new, "TRUE"):
        insert_words(new, first, generation)
    new.execute("DELETE FROM checksums")
    write_checksums(new, since=0)
    set_meta(new, "generation", str(generation))
    set_meta(new, "state", uuid.uuid4().hex)
    if model is None and new.execute("SELECT 1 FROM vectors").fetchone():
        model = mending.model()
    if model is not None:
        set_meta(new, "model", json.dumps(asdict(model)))
    write_meta_digest(new)
    new.execute("COMMIT")
    return Repair(tuple(mended), tuple(lost))


def _save(old: sqlite3.Connection, new: sqlite3.Connection, table: str, order: str) -> None:
    for direction in ("ASC", "DESC"):
        try:
            # The bytes of a text that is no UTF-8 any more are kept: its digest then tells that it is altered.
            old.text_factory = lambda raw: raw.decode("utf-8", "replace")
            for row in old.execute(f"SELECT * FROM {table} ORDER BY {order.format(direction)} {direction}"):
                _put(new, table, row)
            return
        except UNREADABLE:
            continue
        finally:
            old.text_factory = str


def _put(new: sqlite3.Connection, table: str, row: Sequence[object]) -> None:
    try:
        new.execute(f"INSERT OR IGNORE INTO {table} VALUES ({', '.join('?' * len(row))})", tuple(row))
    except sqlite3.DatabaseError:
        # A row of the wrong kinds is as good as gone.
        return


def _files_from_their_places(new: sqlite3.Connection, mending: Mending, mended: list[str]) -> Iterator[str]:
    """Replace damaged and missing files by those from where they were added; yields what is lost."""
    damaged = []
    for row in new.execute("SELECT sha256, data FROM files").fetchall():
        if not is_intact(row["data"], row["sha256"]):
            damaged.append(row["sha256"])
            for briefing in new.execute("SELECT sha256 FROM briefings").fetchall():
                if is_intact(row["data"], briefing[0]):
                    # Only the name that it is kept under is damaged.
                    new.execute("INSERT OR REPLACE INTO files VALUES (?, ?)", (briefing[0], row["data"]))
                    mended.append(f"the file {briefing[0][:12]}… is kept under its SHA-256 again")
    missing = [row[0] for row in new.execute("SELECT sha256 FROM briefings EXCEPT SELECT sha256 FROM files")]
    for sha256 in [*damaged, *missing]:
        row = new.execute("SELECT id, source FROM briefings WHERE sha256 = ?", (sha256,)).fetchone()
        data = mending.original(row["source"], sha256) if row else None
        if data is not None:
            new.execute("INSERT OR REPLACE INTO files VALUES (?, ?)", (sha256, zlib.compress(data)))
            mended.append(f"briefing {row['id']}: the file kept was taken again from {row['source']}")
        elif row is None:
            new.execute("DELETE FROM files WHERE sha256 = ?", (sha256,))
        else:
            yield (
                f"briefing {row['id']}: the file kept is damaged, and {row['source'] or 'its place'} no longer has it. "
                "Restore a backup, or put the file back there and repair again."
            )


def _briefings_read_again(new: sqlite3.Connection, mending: Mending, mended: list[str]) -> Iterator[str]:
    """Read briefings that are not sound or are gone again from their files; yields what is lost."""
    unsound = unsound_briefings(new)
    gone = {row[0] for row in new.execute("SELECT briefing_id FROM digests EXCEPT SELECT id FROM briefings")}
    fileless = [row[0] for row in new.execute("SELECT sha256 FROM files EXCEPT SELECT sha256 FROM briefings")]
    for briefing_id in unsound:
        row = new.execute(f"SELECT b.*, {CORRECTIONS} FROM briefings b WHERE id = ?", (briefing_id,)).fetchone()
        [sha256] = [s for s in fileless if s.startswith(briefing_id)] or [row["sha256"]]
        yield from _read_again(new, mending, mended, briefing_id, sha256, row)
    for sha256 in fileless:
        if not new.execute("SELECT 1 FROM briefings WHERE sha256 = ?", (sha256,)).fetchone():
            yield from _read_again(new, mending, mended, sha256, sha256, None)
    # A briefing whose id was altered is back under its own; what stood under the other is nobody's.
    new.execute("DELETE FROM briefings WHERE sha256 NOT LIKE id || '%'")
    for table in ("turns", "passages", "digests", "corrections"):
        new.execute(f"DELETE FROM {table} WHERE briefing_id NOT IN (SELECT id FROM briefings)")
    for briefing_id in sorted(gone - {row[0] for row in new.execute("SELECT id FROM briefings")}):
        yield f"briefing {briefing_id} is gone with its file. Restore a backup, or add its file again."


def _read_again(
    new: sqlite3.Connection,
    mending: Mending,
    mended: list[str],
    briefing_id: str,
    sha256: str,
    row: sqlite3.Row | None,
) -> Iterator[str]:
    data = new.execute("SELECT data FROM files WHERE sha256 = ?", (sha256,)).fetchone()
    found = None
    written = _written(new, briefing_id if row is not None else "")
    if data is not None and is_intact(data[0], sha256):
        before = digests_of(new, briefing_id)
        is_sound = before is not None and before.metadata == written.metadata
        found = mending.read(_kept(zlib.decompress(data[0]), sha256[:12], row, is_sound=is_sound))
    if found is None:
        yield (
            f"briefing {briefing_id} is altered, and its file cannot be read again, so that nothing of it is shown. "
            "Restore a backup, or remove it and add its file again."
        )
        return
    briefing, passages = found
    if row is not None:
        briefing = replace(briefing, added=row["added"], file=row["file"], source=row["source"])
    insert_briefing(new, briefing)
    if row is not None:
        new.execute("UPDATE briefings SET superseded_by = ? WHERE id = ?", (row["superseded_by"], briefing.id))
    insert_passages(new, passages)
    if row is not None and row["corrections"] and not briefing.corrections:
        yield f"briefing {briefing.id}: what was corrected of it was altered. Correct it again."
    now, then = digests_of(new, briefing.id), _written(new, briefing.id)
    if now == then:
        same = "it is as it was added"
    elif now is not None and now.content == then.content:
        same = "its words are as they were added; look at its title, date and place"
    else:
        same = "it is as this version of OnRecord reads it; look at its title and date"
    mended.append(f"briefing {briefing.id} was read again from the file kept: {same}")
    write_digests(new, briefing.id)


def _written(connection: sqlite3.Connection, briefing_id: str) -> Digests:
    row = connection.execute("SELECT metadata, content FROM digests WHERE briefing_id = ?", (briefing_id,)).fetchone()
    return Digests(*row) if row else Digests("", "")


def _kept(data: bytes, name: str, row: sqlite3.Row | None, *, is_sound: bool) -> Kept:
    if row is None:
        return Kept(data, file=name, source="", lineage="")
    return Kept.of(dict(row), data, corrections_of(row["corrections"]) if is_sound else (), is_sound=is_sound)


def _noted(old: sqlite3.Connection) -> tuple[EmbeddingModel | None, int]:
    """The model and the generation that a database notes; None and 0 where that is damaged."""
    try:
        value = meta(old, "model") if is_meta_sound(old) else None
        return (EmbeddingModel(**json.loads(value)), int(meta(old, "generation") or 0)) if value else (None, 0)
    except UNREADABLE:
        return None, 0


def _vectors_again(new: sqlite3.Connection, mending: Mending, model: EmbeddingModel | None, generation: int) -> int:
    """Compute the vectors again that are missing or altered, or all where their model is unknown; returns how many."""
    searched = f"SELECT p.id FROM passages p JOIN briefings b ON b.id = p.briefing_id WHERE {CURRENT}"
    new.execute(f"DELETE FROM vectors WHERE passage_id NOT IN ({searched})")
    altered = [
        (id_,)
        for id_, at, vector, said, vector_sum, said_sum in new.execute(
            "SELECT v.passage_id, v.generation, v.vector, v.said, c.vector, c.said FROM vectors v "
            "LEFT JOIN checksums c ON c.passage_id = v.passage_id"
        )
        if model is None or vector_checksum(id_, at, vector) != vector_sum or said_checksum(id_, said) != said_sum
    ]
    new.executemany("DELETE FROM vectors WHERE passage_id = ?", altered)
    count = 0
    for passages in _passages(new, "p.id NOT IN (SELECT passage_id FROM vectors)"):
        require_model_to_repair(model, mending.model())
        insert_vectors(new, passages, mending.embed(passages), generation)
        count += len(passages)
    return count


def _passages(new: sqlite3.Connection, condition: str) -> Iterator[list[Passage]]:
    """The passages of current briefings that meet a condition, in groups, as they are printed."""
    rows = new.execute(
        f"SELECT {columns(Passage, 'p.')} FROM passages p JOIN briefings b ON b.id = p.briefing_id "
        f"WHERE {CURRENT} AND {condition} ORDER BY b.position, p.start"
    ).fetchall()
    for first in range(0, len(rows), _AT_ONCE):
        yield [Passage(**dict(row)) for row in rows[first : first + _AT_ONCE]]
