"""Looking passages up: by the indexes in memory, within limits, and by id."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from onrecord.embeddings import DamagedIndex, Selection
from onrecord.rag.store import USUAL_SAID, USUAL_VECTORS, Candidate, Embedded, Held, Limits, StoredVoice, Usual
from onrecord.rag.store.sqlite.digests import said_checksum, vector_checksum
from onrecord.rag.store.sqlite.filtering import Recent, passing_ids, within
from onrecord.rag.store.sqlite.index import CachedIndexes, Indexes
from onrecord.rag.store.sqlite.integrity import CheckedBriefings, require_sound
from onrecord.rag.store.sqlite.rows import BOUND_VALUES, CURRENT, IN_ORDER, columns, marks, meta, reading, term_numbers
from onrecord.rag.store.sqlite.words import Mask
from onrecord.rag.types import Passage

_Read = TypeVar("_Read")

_PASSAGE_COLUMNS = columns(Passage, "p.")


class Search:
    """Looks up what a connection's transaction reads, or, where none is open, what is there at present."""

    def __init__(self, folder: Path, checked: CheckedBriefings) -> None:
        self.indexes = CachedIndexes(folder)
        self._checked = checked
        self._selections = Recent[Limits, Selection | None]()
        self._masks = Recent[Limits, Mask | None]()
        self._counts = Recent[Limits, tuple[int, int]]()
        self._usual: tuple[str, dict[str, Usual]] | None = None

    def candidates(
        self,
        connection: sqlite3.Connection,
        vector: NDArray[np.float32] | None,
        terms: Mapping[str, float],
        limits: Limits,
        k: int,
        language: str | None,
    ) -> list[Candidate]:
        """See `Searcher.candidates`."""
        return self._sound(lambda: self._candidates(connection, vector, terms, limits, k, language))

    def _candidates(
        self,
        connection: sqlite3.Connection,
        vector: NDArray[np.float32] | None,
        terms: Mapping[str, float],
        limits: Limits,
        k: int,
        language: str | None,
    ) -> list[Candidate]:
        with self.indexes.at(connection) as indexes:
            held = list(self._usual_at(connection, indexes))
            spoken = [code for code in held if limits.languages is None or code in limits.languages]
            if not spoken:
                return []
            if len(spoken) == len(held):
                limits = replace(limits, languages=None)

            def within(code: str | None) -> Limits:
                return limits if code is None or len(held) == 1 else replace(limits, languages=(code,))

            languages: dict[int, str] = {}
            if vector is not None:
                for code in spoken:
                    ids, _ = indexes.vectors.search(vector, k, self._selection(connection, indexes, within(code)))
                    languages |= dict.fromkeys(ids.tolist(), code)
            numbers: dict[int, float] = {}
            if language is None or language in spoken:
                numbered = term_numbers(connection, list(terms))
                numbers = {number: terms[term] for term, number in numbered.items()}
            mask = self._mask(connection, indexes, within(language)) if numbers else None
            matching = indexes.words.search(numbers, k, mask) if numbers else []
            by_words = [passage_id for passage_id, _ in matching if passage_id not in languages]
            languages |= zip(by_words, indexes.words.languages_of(np.array(by_words, np.int64)), strict=True)
            wanted = np.fromiter(languages, np.int64, len(languages))
            lengths = indexes.words.lengths(wanted)
            scores = indexes.words.scores(numbers, wanted)
            if numbers:
                unknown = sum(weight for term, weight in terms.items() if term not in numbered)
                scores /= indexes.words.of_all(numbers, unknown)
            vectors: dict[int, NDArray[np.float32]] = {}
            if vector is not None:
                known, rows = indexes.vectors.vectors(wanted)
                vectors = dict(zip(known.tolist(), rows, strict=True))
        return [
            Candidate(passage_id, code, vectors.get(passage_id), length, score if language in (None, code) else 0.0)
            for (passage_id, code), length, score in zip(
                languages.items(), lengths.tolist(), scores.tolist(), strict=True
            )
        ]

    def _selection(self, connection: sqlite3.Connection, indexes: Indexes, limits: Limits) -> Selection | None:
        """What limits leave of the vectors; None where that is all."""

        def select() -> Selection | None:
            mask = self._mask(connection, indexes, limits)
            return None if mask is None else indexes.vectors.select(indexes.words.ids_of(mask))

        return self._selections.of(indexes.state, limits, select)

    def _mask(self, connection: sqlite3.Connection, indexes: Indexes, limits: Limits) -> Mask | None:
        """What limits leave of the words; None where that is all."""

        def passing() -> Mask | None:
            if limits.languages is not None:
                # The database is asked once for all languages.
                others = self._mask(connection, indexes, replace(limits, languages=None))
                spoken = indexes.words.spoken(*limits.languages)
                return spoken if others is None else spoken & others
            return None if limits == Limits() else indexes.words.mask(passing_ids(connection, limits))

        return self._masks.of(indexes.state, limits, passing)

    def usual(self, connection: sqlite3.Connection) -> dict[str, Usual]:
        """See `Searcher.usual`."""

        def usual() -> dict[str, Usual]:
            with self.indexes.at(connection) as indexes:
                return self._usual_at(connection, indexes)

        return self._sound(usual)

    def _sound(self, read: Callable[[], _Read]) -> _Read:
        """What `read` gives; once more, from indexes that are built anew, where what a file maps is damaged."""
        try:
            return read()
        except DamagedIndex:
            self.indexes.distrust()
            return read()

    def _usual_at(self, connection: sqlite3.Connection, indexes: Indexes) -> dict[str, Usual]:
        if self._usual is None or self._usual[0] != indexes.state:
            found = {}
            for language in indexes.words.languages:
                # Ids are hashes, so the lowest are a random choice, and the same one every time.
                spoken = indexes.words.ids_of(indexes.words.spoken(language))
                drawn = np.sort(spoken)[:USUAL_VECTORS].tolist()
                _, vectors = indexes.vectors.vectors(drawn)
                said = _said(connection, drawn[:USUAL_SAID])
                of_them = tuple(said[passage_id] for passage_id in drawn[:USUAL_SAID])
                found[language] = Usual(vectors, of_them, len(spoken))
            self._usual = (indexes.state, found)
        return self._usual[1]

    def count(self, connection: sqlite3.Connection, limits: Limits) -> tuple[int, int]:
        """See `Searcher.count`."""

        def counted() -> tuple[int, int]:
            joined, values = within(limits)
            row = connection.execute(f"SELECT COUNT(DISTINCT b.id), COUNT(*) {joined}", values).fetchone()
            return row[0], row[1]

        with reading(connection):
            return self._counts.of(meta(connection, "state") or "", limits, counted)

    def voices(self, connection: sqlite3.Connection, limits: Limits) -> list[StoredVoice]:
        """See `Searcher.voices`."""
        joined, values = within(limits)
        # Of a damaged row SQLite may give a number, whatever its table says.
        printed = ", ".join(f"CAST(p.{column} AS TEXT)" for column in ("speaker", "role", "outlet", "language", "kind"))
        with reading(connection):
            rows = connection.execute(
                f"SELECT b.id, {printed}, COUNT(*) {joined} GROUP BY 1, 2, 3, 4, 5, 6", values
            ).fetchall()
        return [StoredVoice(*row) for row in rows]

    def briefing_ids(self, connection: sqlite3.Connection, limits: Limits) -> list[str]:
        """See `Searcher.briefing_ids`."""
        joined, values = within(limits)
        rows = connection.execute(f"SELECT DISTINCT b.id {joined} ORDER BY b.position", values)
        return [row[0] for row in rows]

    def held(self, connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, Held]:
        """See `Searcher.held`."""
        found: dict[int, Held] = {}
        wanted = list(ids)
        with reading(connection):
            for first in range(0, len(wanted), BOUND_VALUES):
                group = wanted[first : first + BOUND_VALUES]
                rows = connection.execute(
                    f"SELECT {_PASSAGE_COLUMNS} FROM passages p JOIN briefings b ON b.id = p.briefing_id "
                    f"WHERE {CURRENT} AND p.id IN ({marks(group)})",
                    group,
                ).fetchall()
                self._checked.content(connection, [row["briefing_id"] for row in rows])
                said = _said(connection, [row["id"] for row in rows])
                found |= {row["id"]: Held(Passage(*row), said[row["id"]]) for row in rows}
        return found


def embedded_of(connection: sqlite3.Connection, briefing_id: str) -> list[Embedded]:
    """What the model made of each passage of a current briefing, in order; of any other nothing is kept."""
    rows = connection.execute(
        "SELECT p.id, v.generation, v.vector, v.said, c.vector, c.said FROM passages p "
        "JOIN briefings b ON b.id = p.briefing_id LEFT JOIN vectors v ON v.passage_id = p.id "
        f"LEFT JOIN checksums c ON c.passage_id = p.id WHERE {CURRENT} AND b.id = ? ORDER BY {IN_ORDER}",
        (briefing_id,),
    )
    found = []
    for passage_id, generation, vector, said, vector_sum, said_sum in rows:
        require_sound(connection, passage_id, vector_checksum(passage_id, generation, vector), vector_sum)
        require_sound(connection, passage_id, said_checksum(passage_id, said), said_sum)
        found.append(Embedded(np.frombuffer(vector, "<f4").astype(np.float32), said))
    return found


def _said(connection: sqlite3.Connection, ids: list[int]) -> dict[int, bytes]:
    """The packed words of current passages, by id; raises LibraryError where they are not as they were written."""
    found: dict[int, bytes] = {}
    for passage_id, said, checksum in connection.execute(
        "SELECT v.passage_id, v.said, c.said FROM vectors v "
        f"LEFT JOIN checksums c ON c.passage_id = v.passage_id WHERE v.passage_id IN ({marks(ids)})",
        ids,
    ):
        require_sound(connection, passage_id, said_checksum(passage_id, said), checksum)
        found[passage_id] = said
    for passage_id in set(ids) - set(found):
        # Every one has a row, however few words it holds.
        require_sound(connection, passage_id, found=0, written=1)
    return found
