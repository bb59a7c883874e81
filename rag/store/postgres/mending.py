"""A damaged library mended: what is not as it was written is read or computed again from the files kept."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256 as sha256_of

from onrecord.rag.errors import LibraryError
from onrecord.rag.store import Embedded, EmbeddingModel, Kept, Mending, NewBriefing, Repair
from onrecord.rag.store.collected import collections_again
from onrecord.rag.store.corrected import NO_CORRECTIONS, corrections_of
from onrecord.rag.store.postgres.collecting import CollectionsInPostgres
from onrecord.rag.store.postgres.connections import Connection
from onrecord.rag.store.postgres.integrity import (
    Condition,
    Whole,
    conditions,
    is_left_over,
    require_sound_notes,
    wholes,
)
from onrecord.rag.store.postgres.reading import model_of, noted
from onrecord.rag.store.postgres.schema import OF_A_BRIEFING, VECTOR_INDEX
from onrecord.rag.store.postgres.writing import note, note_change, set_model, write_briefing
from onrecord.rag.store.refusing import is_intact, require_model_to_repair
from onrecord.rag.types import Briefing, Passage


def mend(connection: Connection, mending: Mending) -> Repair:
    """Mend what is not sound, in the transaction of the caller.

    Raises LibraryError where vectors are damaged and the model that made them is not the one that is set.
    """
    mended: list[str] = []
    lost: list[str] = []
    wrong = list(conditions(connection))
    model = _model(connection, mending, mended)
    for one in wrong:
        lost += _mended(connection, mending, model, one, mended)
    mended += collections_again(CollectionsInPostgres(connection))
    for table in OF_A_BRIEFING:
        count = connection.execute(f"DELETE FROM {table} t WHERE {is_left_over(table)}").rowcount
        if count:
            mended.append(f"{count} rows of {table} that belonged to no briefing were taken away")
    note_change(connection)
    return Repair(tuple(mended), tuple(lost))


def _model(connection: Connection, mending: Mending, mended: list[str]) -> EmbeddingModel | None:
    """The model of the vectors held; where what the library notes of it is altered, the one that is set."""
    try:
        require_sound_notes(connection)
        return model_of(noted(connection, "model"))
    except LibraryError:
        connection.execute("DELETE FROM meta WHERE key <> %s", (VECTOR_INDEX,))
        dimension = connection.execute("SELECT vector_dims(vector) FROM searched LIMIT 1").fetchone()
        model = mending.model()
        if dimension is None:
            return None
        if dimension[0] != model.dimension:
            raise LibraryError(
                f"What the library notes about itself was altered, and its vectors have {dimension[0]} numbers, but "
                f"those of {model.name} have {model.dimension}. Set ONRECORD_MODEL to their model and repair again."
            ) from None
        set_model(connection, model)
        index = noted(connection, VECTOR_INDEX)
        if index is not None:
            note(connection, VECTOR_INDEX, f"halfvec({model.dimension})")
        mended.append(f"what the library notes about itself was made again, with {model.name} as its model")
        return model


def _mended(
    connection: Connection, mending: Mending, model: EmbeddingModel | None, wrong: Condition, mended: list[str]
) -> Iterator[str]:
    """Mend one briefing; yields what is lost."""
    [whole] = wholes(connection, [wrong.id])
    kept = connection.execute("SELECT data FROM files WHERE briefing_id = %s", (wrong.id,)).fetchone()
    compressed = kept[0] if kept else None
    sha256 = whole.row["sha256"]
    if wrong.file and not sha256.startswith(wrong.id):
        # The file is known by its briefing's id, which is the beginning of its SHA-256.
        sha256 = _sha256_of(compressed, wrong.id) or sha256
    data = zlib.decompress(compressed) if compressed is not None and is_intact(compressed, sha256) else None
    if data is None:
        data = mending.original(whole.row["source"], sha256)
        if data is None:
            yield (
                f"briefing {wrong.id}: the file kept is damaged, and {whole.row['source'] or 'its place'} no longer "
                "has it. Restore a backup, or put the file back there and repair again."
            )
        else:
            connection.execute("DELETE FROM files WHERE briefing_id = %s", (wrong.id,))
            connection.execute("INSERT INTO files VALUES (%s, %s)", (wrong.id, zlib.compress(data)))
            mended.append(f"briefing {wrong.id}: the file kept was taken again from {whole.row['source']}")
    if not (wrong.words or wrong.computed):
        return
    briefing, passages = whole.briefing() if not wrong.words else None, whole.its_passages()
    if briefing is None:
        found = None
        if data is not None:
            found = mending.read(_kept(whole, data))
        if found is None:
            yield (
                f"briefing {wrong.id} is altered, and its file cannot be read again, so that nothing of it is shown. "
                "Restore a backup, or remove it and add its file again."
            )
            return
        briefing, passages = _as_it_was(whole, found[0]), list(found[1])
        if whole.row["corrections"] != NO_CORRECTIONS and not briefing.corrections:
            yield f"briefing {wrong.id}: what was corrected of it was altered. Correct it again."
    embedded = _embedded(mending, model, passages) if briefing.superseded_by is None else ()
    # Where the file is gone the words are still there, and found again; the file stays as it was.
    write_briefing(connection, NewBriefing(briefing, data or b"", tuple(passages), embedded))
    if data is None and compressed is not None:
        connection.execute("UPDATE files SET data = %s WHERE briefing_id = %s", (compressed, wrong.id))
    if not wrong.words:
        mended.append(f"briefing {wrong.id}: {', '.join(wrong.computed)} of its passages were computed again")
        return
    [now] = wholes(connection, [briefing.id])
    read = f"briefing {briefing.id} was read again from the file kept"
    if now.row["content_digest"] != whole.row["content_digest"]:
        mended.append(f"{read}: it is as this version of OnRecord reads it; look at its title and date")
    elif now.row["metadata_digest"] != whole.row["metadata_digest"]:
        mended.append(f"{read}: its words are as they were added; look at its title, date and place")
    else:
        mended.append(f"{read}: it is as it was added")


def _kept(whole: Whole, data: bytes) -> Kept:
    is_sound = whole.is_metadata_sound
    corrections = corrections_of(whole.row["corrections"]) if is_sound else ()
    return Kept.of(whole.row, data, corrections, is_sound=is_sound)


def _as_it_was(whole: Whole, read: Briefing) -> Briefing:
    """A briefing read again, with what its row says of where it came from and of its versions."""
    row = whole.row
    kept = replace(read, id=row["id"], added=row["added"], file=row["file"], source=row["source"])
    return replace(kept, superseded_by=row["superseded_by"], lineage=row["lineage"] or read.lineage)


def _embedded(mending: Mending, model: EmbeddingModel | None, passages: list[Passage]) -> tuple[Embedded, ...]:
    require_model_to_repair(model, mending.model())
    return tuple(mending.embed(passages))


def _sha256_of(compressed: bytes | None, briefing_id: str) -> str | None:
    """The SHA-256 of a file kept, where it begins with the briefing's id."""

    try:
        found = sha256_of(zlib.decompress(compressed or b"")).hexdigest()
    except zlib.error:
        return None
    return found if found.startswith(briefing_id) else None
