"""Whether a library is still what was written: briefing by briefing when one is read, and in whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pgvector import Vector

from onrecord.rag.errors import LibraryError
from onrecord.rag.store.collected import altered_collections
from onrecord.rag.store.postgres.collecting import CollectionsInPostgres
from onrecord.rag.store.postgres.connections import Connection
from onrecord.rag.store.postgres.reading import BRIEFING_COLUMNS, passage_of, passage_rows
from onrecord.rag.store.postgres.rows import (
    METADATA,
    POSTING,
    briefing_of,
    checksum_of_postings,
    checksum_of_said,
    checksum_of_vector,
    content_digest,
    derived,
    digest_of_metadata,
    digest_of_note,
)
from onrecord.rag.store.postgres.schema import OF_A_BRIEFING, OF_A_CURRENT_VERSION
from onrecord.rag.store.refusing import REPAIR, altered_briefing, altered_notes, altered_passage, is_intact
from onrecord.rag.store.terms import words_in
from onrecord.rag.types import Briefing, Passage

# Whole briefings read at once.
_AT_ONCE = 50
_COLUMNS = f"{BRIEFING_COLUMNS}, b.metadata_digest, b.content_digest, b.words_checksum, b.text, b.structure"
_MORE = ("metadata_digest", "content_digest", "words_checksum", "text", "structure")


@dataclass(frozen=True, slots=True)
class Whole:
    """All rows of a briefing and its passages, as they are now."""

    row: dict[str, Any]
    passages: tuple[tuple[Any, ...], ...]

    @property
    def id(self) -> str:
        """The briefing's id."""
        return str(self.row["id"])

    @property
    def is_metadata_sound(self) -> bool:
        """Whether its metadata is what was written."""
        return digest_of_metadata(self.row) == str(self.row["metadata_digest"])

    @property
    def is_content_sound(self) -> bool:
        """Whether its words are what was written."""
        found = content_digest(self.row, [(row[0], *row[2:]) for row in self.passages])
        return found == str(self.row["content_digest"])

    def briefing(self) -> Briefing:
        """The briefing."""
        return briefing_of(self.row, self.row["text"], self.row["structure"])

    def its_passages(self) -> list[Passage]:
        """Its passages, in order."""
        return [passage_of(row) for row in self.passages]


def wholes(connection: Connection, ids: Sequence[str]) -> Iterator[Whole]:
    """Briefings with their passages, in the order given; unknown ones are left out."""
    for first in range(0, len(ids), _AT_ONCE):
        group = list(ids[first : first + _AT_ONCE])
        rows = connection.execute(f"SELECT {_COLUMNS} FROM briefings b WHERE b.id = ANY(%s)", (group,))
        found = {row[0]: dict(zip((*METADATA, *_MORE), row, strict=True)) for row in rows}
        passages: dict[str, list[tuple[Any, ...]]] = {}
        for row in passage_rows(connection, group):
            passages.setdefault(row[1], []).append(row)
        yield from (Whole(found[id_], tuple(passages.get(id_, ()))) for id_ in group if id_ in found)


class CheckedWholes:
    """Compares briefings with their digests when they are first read: once for each version of each."""

    def __init__(self) -> None:
        self._content: set[tuple[str, str, str]] = set()
        self._metadata: set[tuple[str, str]] = set()

    def whole(self, whole: Whole) -> Whole:
        """The same; raises LibraryError where it is not as it was written."""
        key = (whole.id, whole.row["metadata_digest"], whole.row["content_digest"])
        if key not in self._content:
            if not (whole.is_metadata_sound and whole.is_content_sound):
                raise altered_briefing(whole.id)
            self._content.add(key)
        return whole

    def content(self, connection: Connection, ids: Iterable[str]) -> None:
        """Raise LibraryError, naming the briefing and the remedy, where one of these is not as it was written."""
        rows = connection.execute(
            "SELECT b.id, b.metadata_digest, b.content_digest FROM briefings b WHERE b.id = ANY(%s)", (list(ids),)
        ).fetchall()
        for whole in wholes(connection, [row[0] for row in rows if tuple(row) not in self._content]):
            self.whole(whole)

    def metadata(self, row: dict[str, Any], digest: str) -> None:
        """Raise LibraryError where a briefing's metadata is not as it was written."""
        key = (row["id"], digest)
        if key not in self._metadata:
            if digest_of_metadata(row) != digest:
                raise altered_briefing(row["id"])
            self._metadata.add(key)


def sound_vector(briefing_id: str, passage_id: int, vector: Vector, checksum: int) -> NDArray[np.float32]:
    """A passage's vector; raises LibraryError where it is not as it was written."""
    numbers = vector.to_numpy()
    if checksum_of_vector(passage_id, numbers) != checksum:
        raise altered_passage(briefing_id)
    return numbers


def sound_said(briefing_id: str, passage_id: int, said: bytes, checksum: int) -> bytes:
    """A passage's telling words; raises LibraryError where they are not as they were written."""
    if checksum_of_said(passage_id, said) != checksum:
        raise altered_passage(briefing_id)
    return bytes(said)


def require_sound_notes(connection: Connection) -> None:
    """Raise LibraryError where what the library notes about itself is no longer as it was written."""
    for key, value, digest in connection.execute("SELECT key, value, digest FROM meta"):
        if digest_of_note(key, value) != digest:
            raise altered_notes()


@dataclass(frozen=True, slots=True)
class Condition:
    """What of a briefing is not as it was written."""

    id: str
    file: bool = False
    words: bool = False
    computed: tuple[str, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.file or self.words or self.computed)


def conditions(connection: Connection) -> Iterator[Condition]:
    """What is wrong with each briefing that is not sound."""
    ids = [row[0] for row in connection.execute("SELECT id FROM briefings ORDER BY position").fetchall()]
    for whole in wholes(connection, ids):
        kept = connection.execute("SELECT data FROM files WHERE briefing_id = %s", (whole.id,)).fetchone()
        is_sound = whole.is_metadata_sound and whole.is_content_sound
        found = Condition(
            whole.id,
            file=not is_intact(kept[0] if kept else None, whole.row["sha256"]),
            words=not is_sound,
            computed=tuple(_wrong_computed(connection, whole)) if is_sound else (),
        )
        if not found.is_sound:
            yield found


def _wrong_computed(connection: Connection, whole: Whole) -> Iterator[str]:
    is_current = whole.row["superseded_by"] is None
    passages = whole.its_passages() if is_current else []
    held = {
        row[0]: row[1:]
        for row in connection.execute(
            "SELECT passage_id, vector, vector_checksum, said, said_checksum, voice, language, length FROM searched "
            "WHERE briefing_id = %s",
            (whole.id,),
            binary=True,
        )
    }
    altered = (checksum_of_vector(id_, row[0].to_numpy()) != row[1] for id_, row in held.items())
    if held.keys() != {passage.id for passage in passages} or any(altered):
        yield "the vectors"
    if any(checksum_of_said(id_, row[2]) != row[3] for id_, row in held.items()):
        yield "the telling words"
    postings = _of(connection, "postings", "language, term, part, held", whole.id)
    if (checksum_of_postings(postings) if is_current else None) != whole.row["words_checksum"] or (
        postings and not passages
    ):
        yield "the words"
    briefing = whole.briefing()
    expected = derived(briefing, passages, whole.row["position"]) if is_current else None
    of_each = {
        passage.id: (voice, passage.language, words_in(passage))
        for passage, voice in zip(passages, expected.voice if expected else (), strict=True)
    }
    voices = _of(connection, "voices", "voice, speaker, role, outlet, language, kind, date, passages, size", whole.id)
    speakers = _of(connection, "speakers", "speaker, role, outlet, label", whole.id)
    if (
        [row[:8] for row in voices] != [row[:8] for row in (expected.voices if expected else ())]
        or sorted(map(repr, speakers)) != sorted(map(repr, expected.speakers if expected else ()))
        or any(of_each.get(id_, row[4:]) != row[4:] for id_, row in held.items())
        or sum(row[8] for row in voices) != sum(int(np.frombuffer(row[3], POSTING)["count"].sum()) for row in postings)
    ):
        yield "the limits"


def _of(connection: Connection, table: str, columns: str, briefing_id: str) -> list[tuple[Any, ...]]:
    return connection.execute(
        f"SELECT {columns} FROM {table} WHERE briefing_id = %s ORDER BY 1", (briefing_id,), binary=True
    ).fetchall()


def found_wrong(connection: Connection) -> Iterator[str]:
    """What is wrong with a library, and how to mend it, one line each."""
    try:
        require_sound_notes(connection)
    except LibraryError as error:
        yield str(error)
    for wrong in conditions(connection):
        if wrong.file:
            yield (
                f"briefing {wrong.id}: the file kept no longer has its SHA-256. {REPAIR} takes it again from where it "
                "was added; where it is gone, restore a backup."
            )
        if wrong.words:
            yield (
                f"briefing {wrong.id}: its words, turns, passages or metadata are not those that were added. {REPAIR} "
                "reads it again from the file kept."
            )
        for what in wrong.computed:
            yield f"briefing {wrong.id}: {what} of its passages were altered. {REPAIR} computes them again."
    yield from altered_collections(CollectionsInPostgres(connection))
    for table, count in left_over(connection):
        yield f"{table}: {count} rows belong to no briefing. {REPAIR} takes them away."


def left_over(connection: Connection) -> Iterator[tuple[str, int]]:
    """The tables that hold rows of briefings that are not there, or superseded, and how many."""
    for table in OF_A_BRIEFING:
        row = connection.execute(f"SELECT count(*) FROM {table} t WHERE {is_left_over(table)}").fetchone()
        if row and row[0]:
            yield table, row[0]


def is_left_over(table: str) -> str:
    """The condition on a row `t` of a table that it belongs to no briefing."""
    current = " AND b.superseded_by IS NULL" if table in OF_A_CURRENT_VERSION else ""
    return f"NOT EXISTS (SELECT 1 FROM briefings b WHERE b.id = t.briefing_id{current})"
