"""Values to database rows and back."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from typing import Any

import numpy as np

from onrecord.rag.store import Embedded
from onrecord.rag.store.corrected import corrections_json, corrections_of
from onrecord.rag.store.structured import STRUCTURED, structured
from onrecord.rag.store.terms import counted_terms, words_in
from onrecord.rag.types import Boilerplate, Briefing, DateMention, Exchange, Passage, Reported, Span, Turn

# The condition on a briefing `b` that it is the current version.
CURRENT = "b.superseded_by IS NULL"
# The corrections of a briefing `b`; NULL for none.
CORRECTIONS = "(SELECT c.corrections FROM corrections c WHERE c.briefing_id = b.id) AS corrections"
# The order of the passages `p` of a briefing.
IN_ORDER = 'p.start, p."end", p.id'
# SQLite allows 32,766 bound values in one statement; well below it, and few enough statements.
BOUND_VALUES = 10_000
# The value about the store that `terms_checksum` of all terms is kept under.
TERMS_CHECKSUM = "terms"


def marks(values: Sequence[object]) -> str:
    """A question mark for each value to be bound."""
    return ", ".join("?" * len(values))


@contextmanager
def reading(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Within the block all that the connection reads is of one state of the database, whatever others write."""
    if connection.in_transaction:
        yield connection
        return
    connection.execute("BEGIN")
    try:
        yield connection
    finally:
        # After a failure of the disk SQLite may have ended it already.
        if connection.in_transaction:
            connection.execute("COMMIT")


def meta(connection: sqlite3.Connection, key: str) -> str | None:
    """A value the store keeps about itself, or None."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return row[0] if row else None


def set_meta(connection: sqlite3.Connection, key: str, value: str) -> None:
    """Keep a value about the store itself."""
    connection.execute(
        "INSERT INTO meta VALUES (?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value", (key, value)
    )


def insert_briefing(connection: sqlite3.Connection, briefing: Briefing) -> None:
    """Write a briefing with its turns in place of one of the same id, whose passages go.

    An update keeps the place of a briefing in the list and the versions that point at it.
    """
    values = _briefing_values(briefing)
    updates = ", ".join(f"{name} = excluded.{name}" for name in values if name != "id")
    connection.execute(
        f"INSERT INTO briefings ({', '.join(values)}) VALUES ({marks(list(values))}) "
        f"ON CONFLICT(id) DO UPDATE SET {updates}",
        list(values.values()),
    )
    for table in ("turns", "corrections"):
        connection.execute(f"DELETE FROM {table} WHERE briefing_id = ?", (briefing.id,))
    if briefing.corrections:
        connection.execute(
            "INSERT INTO corrections VALUES (?, ?)", (briefing.id, corrections_json(briefing.corrections))
        )
    connection.execute("DELETE FROM passages WHERE briefing_id = ?", (briefing.id,))
    names = [field.name for field in fields(Turn)]
    connection.executemany(
        f"INSERT INTO turns (briefing_id, position, {columns(Turn)}) VALUES ({marks([*names, '', ''])})",
        [
            (briefing.id, position, *(getattr(turn, name) for name in names))
            for position, turn in enumerate(briefing.turns)
        ],
    )


def insert_passages(connection: sqlite3.Connection, passages: Sequence[Passage]) -> None:
    """Write the passages of a briefing."""
    names = [field.name for field in fields(Passage)]
    connection.executemany(
        f"INSERT INTO passages ({columns(Passage)}) VALUES ({marks(names)})",
        [tuple(getattr(passage, name) for name in names) for passage in passages],
    )


def insert_vectors(
    connection: sqlite3.Connection, passages: Sequence[Passage], embedded: Sequence[Embedded], generation: int
) -> None:
    """Write what a model makes of passages, in place of what it made of them before."""
    connection.executemany(
        "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?)",
        [
            (passage.id, generation, one.vector.astype("<f4").tobytes(), one.said)
            for passage, one in zip(passages, embedded, strict=True)
        ],
    )


def columns(value: type[Turn | Passage], table: str = "") -> str:
    """The columns that hold the fields of a turn or a passage; `table` is written before each."""
    return ", ".join(f'{table}"{field.name}"' for field in fields(value))


def _briefing_values(briefing: Briefing) -> dict[str, Any]:
    """The columns of a briefing, without its turns."""
    return {
        "id": briefing.id,
        "sha256": briefing.sha256,
        "title": briefing.title,
        "date": briefing.date,
        "language": briefing.language,
        "url": briefing.url,
        "file": briefing.file,
        "kind": briefing.kind,
        "text": briefing.text,
        "exchanges": _json(briefing.exchanges),
        "boilerplate": _json(briefing.boilerplate),
        "reported": _json(briefing.reported),
        "dates": _json(briefing.dates),
        "source": briefing.source,
        "lineage": briefing.lineage,
        "added": briefing.added,
        "superseded_by": briefing.superseded_by,
        "timecodes": json.dumps(briefing.timecodes),
        "pages": json.dumps(briefing.pages),
        "lines": json.dumps(briefing.lines),
    }


def briefing_from_row(row: sqlite3.Row, turns: tuple[Turn, ...]) -> Briefing:
    """The briefing of a row of `briefings`, with its `CORRECTIONS`."""
    return Briefing(
        id=row["id"],
        title=row["title"],
        date=row["date"],
        language=row["language"],
        url=row["url"],
        file=row["file"],
        kind=row["kind"],
        text=row["text"],
        turns=turns,
        sha256=row["sha256"],
        source=row["source"],
        lineage=row["lineage"],
        added=row["added"],
        superseded_by=row["superseded_by"],
        corrections=corrections_of(row["corrections"]),
        **structured({name: json.loads(row[name]) for name in STRUCTURED}),
    )


def turn_rows(connection: sqlite3.Connection, briefing_id: str) -> tuple[Turn, ...]:
    """The turns of a briefing in order."""
    rows = connection.execute(
        f"SELECT {columns(Turn)} FROM turns WHERE briefing_id = ? ORDER BY position",
        (briefing_id,),
    )
    return tuple(Turn(**{**dict(row), "inferred": bool(row["inferred"])}) for row in rows)


def unindex(connection: sqlite3.Connection, briefing_id: str) -> None:
    """Take away all that a current briefing is found by."""
    # What a superseded version says may have the ids of what the current one says.
    rows = connection.execute(
        f"SELECT p.id FROM passages p JOIN briefings b ON b.id = p.briefing_id WHERE {CURRENT} AND b.id = ?",
        (briefing_id,),
    )
    ids = [(row[0],) for row in rows]
    for table in ("vectors", "words", "checksums"):
        connection.executemany(f"DELETE FROM {table} WHERE passage_id = ?", ids)


def insert_words(connection: sqlite3.Connection, passages: Sequence[Passage], generation: int) -> None:
    """Write the words of passages: how many, and which terms how often."""
    counted = [counted_terms(passage) for passage in passages]
    numbers = _numbered(connection, sorted(set().union(*counted)))
    connection.executemany(
        "INSERT INTO words VALUES (?, ?, ?, ?)",
        [
            (
                passage.id,
                generation,
                words_in(passage),
                np.array([[numbers[term] for term in counts], list(counts.values())], "<u4").tobytes(),
            )
            for passage, counts in zip(passages, counted, strict=True)
        ],
    )


def _numbered(connection: sqlite3.Connection, terms: Sequence[str]) -> dict[str, int]:
    """The numbers of terms, new ones included; the checksum of all terms is carried on: none ever goes."""
    numbers = term_numbers(connection, terms)
    last = connection.execute("SELECT IFNULL(MAX(number), 0) FROM terms").fetchone()[0]
    new = list(enumerate((term for term in terms if term not in numbers), start=last + 1))
    connection.executemany("INSERT INTO terms VALUES (?, ?)", new)
    set_meta(connection, TERMS_CHECKSUM, str(terms_checksum(new, int(meta(connection, TERMS_CHECKSUM) or 0))))
    return numbers | {term: number for number, term in new}


def terms_checksum(rows: Iterable[tuple[int, str]], start: int = 0) -> int:
    """The CRC-32 of rows of `terms` in the order of their numbers; `start` is that of the rows before them."""
    for number, term in rows:
        start = zlib.crc32(f"{number} {term}\n".encode(), start)
    return start


def term_numbers(connection: sqlite3.Connection, terms: Sequence[str]) -> dict[str, int]:
    """The numbers of terms; those that no passage ever held are left out."""
    found: dict[str, int] = {}
    for first in range(0, len(terms), BOUND_VALUES):
        group = terms[first : first + BOUND_VALUES]
        rows = connection.execute(f"SELECT term, number FROM terms WHERE term IN ({marks(group)})", group)
        found |= dict(rows.fetchall())
    return found


def _json(values: Iterable[Exchange | Boilerplate | Reported | DateMention]) -> str:
    return json.dumps(list(values), ensure_ascii=False, default=_by_name)


def _by_name(value: Exchange | Boilerplate | Reported | DateMention | Span) -> dict[str, object]:
    """The fields of a value; `asdict` copies them too, which took a tenth of the time of writing a briefing."""
    return {name: getattr(value, name) for name in type(value).__slots__}
