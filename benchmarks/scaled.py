"""A library as large as wanted: the passages of real briefings over and over, with vectors and words that differ.

Each copy of a passage has the vector of the original plus a half to the whole of the difference of two others, at unit
length. So drawn, the gaps between the best scores of a question stay what they are among true vectors, however many
copies there are; vectors moved by a fifth crowd (docs/scaling.md has the figures). Of its terms a tenth are exchanged,
for those of another passage or for rarer ones; its text, speaker and telling words are the original's.
"""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from onrecord.rag.store import Embedded, EmbeddingModel, NewBriefing
from onrecord.rag.store.sqlite.connections import Connections
from onrecord.rag.store.sqlite.digests import write_checksums, write_digests
from onrecord.rag.store.sqlite.engine import SqliteStore
from onrecord.rag.store.sqlite.rows import (
    TERMS_CHECKSUM,
    insert_briefing,
    insert_passages,
    insert_vectors,
    meta,
    set_meta,
    terms_checksum,
)
from onrecord.rag.store.sqlite.schema import DATABASE
from onrecord.rag.types import Briefing, Passage

Vectors = NDArray[np.float32]

MOVED = (0.5, 1.0)
"""The least and the most of the difference that a copy is moved by."""
_EXCHANGED = 0.1
# Terms that only copies hold; the rarest are in one passage or two of a million.
_RARE_TERMS = 300_000
_PASSAGES_A_WRITE = 5000


@dataclass(frozen=True, slots=True)
class Original:
    """A true briefing, with what is kept of its passages."""

    briefing: Briefing
    passages: Sequence[Passage]
    embedded: Sequence[Embedded]
    terms: Sequence[NDArray[np.uint32]]


def originals_of(folder: Path) -> tuple[EmbeddingModel, list[Original]]:
    """The briefings of a library, to be copied."""
    store = SqliteStore(folder)
    try:
        model = store.model()
        if model is None:
            raise SystemExit(f"{folder} holds no briefings: `onrecord --library {folder} add …` first.")
        connections = Connections(folder / DATABASE)
        rows = connections.current().execute("SELECT passage_id, terms FROM words")
        terms = {number: np.frombuffer(data, "<u4").reshape(2, -1) for number, data in rows}
        found = []
        for briefing in store.briefings():
            passages = store.passages(briefing.id)
            if passages:
                own = [terms[passage.id] for passage in passages]
                found.append(Original(briefing, passages, store.embedded(briefing.id), own))
        connections.close()
        return model, found
    finally:
        store.close()


def fill(source: Path, folder: Path, passages: int) -> None:
    """Bring the library in `folder` up to so many passages, in few large transactions; goes on where it was cut off."""
    _, originals = originals_of(source)
    if not (folder / DATABASE).exists():
        folder.mkdir(parents=True)
        (folder / DATABASE).write_bytes((source / DATABASE).read_bytes())
    SqliteStore(folder).close()
    connections = Connections(folder / DATABASE)
    connection = connections.current()
    # A cut of the power costs no more than making it again.
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -1000000")
    done = {row[0] for row in connection.execute("SELECT id FROM briefings")}
    (held,) = connection.execute("SELECT COUNT(*) FROM vectors").fetchone()
    first_rare = _with_rare_terms(connections)
    waiting: list[tuple[NewBriefing, list[NDArray[np.uint32]]]] = []
    for new, terms in copies(originals, first_rare):
        if held >= passages:
            break
        if new.briefing.id in done:
            continue
        waiting.append((new, terms))
        held += len(new.passages)
        if held >= passages or sum(len(one.passages) for one, _ in waiting) >= _PASSAGES_A_WRITE:
            _write(connections, waiting)
            waiting = []
    connections.close()


def copies(originals: Sequence[Original], first_rare: int) -> Iterator[tuple[NewBriefing, list[NDArray[np.uint32]]]]:
    """Copies without end, the same each time: each a briefing to add, and the terms of its passages."""
    vectors = np.array([one.vector for original in originals for one in original.embedded])
    pool = np.concatenate([terms[0] for original in originals for terms in original.terms])
    for number in itertools.count(1):
        for original in originals:
            digest = sha256(f"{original.briefing.id} {number}".encode()).hexdigest()
            chance = np.random.default_rng(int(digest[:16], 16))
            data = f"{original.briefing.text}\n{number}".encode()
            briefing = replace(
                original.briefing,
                id=sha256(data).hexdigest()[:12],
                sha256=sha256(data).hexdigest(),
                lineage=digest[:16],
                source=f"copy {number} of {original.briefing.id}",
                date=f"{2000 + number % 25}-{chance.integers(1, 13):02}-{chance.integers(1, 29):02}",
            )
            ids = [int(sha256(f"{one.id} {number}".encode()).hexdigest()[:12], 16) for one in original.passages]
            passages = tuple(
                replace(one, id=own, briefing_id=briefing.id) for one, own in zip(original.passages, ids, strict=True)
            )
            embedded = tuple(
                Embedded(vector, one.said)
                for vector, one in zip(_moved(original.embedded, vectors, chance), original.embedded, strict=True)
            )
            terms = [_exchanged(own, pool, first_rare, chance) for own in original.terms]
            yield NewBriefing(briefing, data, passages, embedded), terms


def _moved(embedded: Sequence[Embedded], others: Vectors, chance: np.random.Generator) -> Vectors:
    own = np.array([one.vector for one in embedded])
    one, other = chance.integers(len(others), size=(2, len(own)))
    share = chance.uniform(*MOVED, (len(own), 1)).astype(np.float32)
    moved = own + share * (others[one] - others[other])
    unit: Vectors = moved / np.linalg.norm(moved, axis=1, keepdims=True)
    return unit


def _exchanged(
    terms: NDArray[np.uint32], pool: NDArray[np.uint32], first_rare: int, chance: np.random.Generator
) -> NDArray[np.uint32]:
    number, counts = terms
    out = chance.random(len(number)) < _EXCHANGED
    common = pool[chance.integers(len(pool), size=len(number))]
    rare = (first_rare + chance.random(len(number)) ** 3 * _RARE_TERMS).astype(np.uint32)
    new = np.where(out, np.where(chance.random(len(number)) < 0.2, rare, common), number)
    different, first = np.unique(new, return_index=True)
    return np.array([different, counts[first]], np.uint32)


def _with_rare_terms(connections: Connections) -> int:
    connection = connections.current()
    (first,) = connection.execute("SELECT MIN(number) FROM terms WHERE term LIKE 'rare-%'").fetchone()
    if first is not None:
        return int(first)
    with connections.writing() as (connection, _):
        (last,) = connection.execute("SELECT MAX(number) FROM terms").fetchone()
        rows = [(last + place, f"rare-{place}") for place in range(1, _RARE_TERMS + 1)]
        connection.executemany("INSERT INTO terms VALUES (?, ?)", rows)
        checksum = terms_checksum(rows, int(meta(connection, TERMS_CHECKSUM) or 0))
        set_meta(connection, TERMS_CHECKSUM, str(checksum))
    return int(last) + 1


def _write(connections: Connections, briefings: Sequence[tuple[NewBriefing, list[NDArray[np.uint32]]]]) -> None:
    with connections.writing() as (connection, generation):
        for new, terms in briefings:
            connection.execute(
                "INSERT INTO files VALUES (?, ?)", (new.briefing.sha256, zlib.compress(new.data, level=1))
            )
            insert_briefing(connection, new.briefing)
            insert_passages(connection, new.passages)
            insert_vectors(connection, new.passages, new.embedded, generation)
            connection.executemany(
                "INSERT INTO words VALUES (?, ?, ?, ?)",
                [
                    (passage.id, generation, len(passage.text.split()), own.astype("<u4").tobytes())
                    for passage, own in zip(new.passages, terms, strict=True)
                ],
            )
            write_digests(connection, new.briefing.id)
        write_checksums(connection, generation)
