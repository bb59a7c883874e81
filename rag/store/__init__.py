"""Where briefings, passages and vectors are kept: what every engine must do, and the values that it takes and gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from onrecord.rag.people.names import Known
from onrecord.rag.people.register import Place, Printed
from onrecord.rag.types import Briefing, Correction, Passage

_Read = TypeVar("_Read")
ChangeCollections = Callable[[Mapping[str, tuple[str, ...]]], Mapping[str, tuple[str, ...]]]
"""What is made of the collections held, the ids of each one's briefings by its name; ids may be of any version."""


@dataclass(frozen=True, slots=True)
class EmbeddingModel:
    """The model whose vectors a library holds: its name, dimension and the hash of its weights."""

    name: str
    dimension: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Summary:
    """One line of the list of briefings, without text or turns."""

    id: str
    title: str
    date: str | None
    language: str
    url: str | None
    file: str
    kind: str
    characters: int
    passages: int
    source: str
    lineage: str
    corrections: tuple[Correction, ...] = ()


@dataclass(frozen=True, slots=True)
class Embedded:
    """What a model makes of a passage: its unit vector, (dimension,), and its telling words, packed."""

    vector: NDArray[np.float32]
    said: bytes


@dataclass(frozen=True, slots=True)
class NewBriefing:
    """All that one transaction writes: a briefing, its file's bytes, its passages and what a model makes of each."""

    briefing: Briefing
    data: bytes
    passages: tuple[Passage, ...]
    embedded: tuple[Embedded, ...]


@dataclass(frozen=True, slots=True)
class Replaced:
    """The version that a briefing takes the place of, as it was read: its id and its corrections."""

    id: str
    corrections: tuple[Correction, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """What a damaged library still holds of a briefing: its file's bytes, and what its row says, which may be altered.

    `is_sound` says that title, date, language, address and corrections are as they were written; where the row is
    gone, they, `source` and `lineage` are empty, and `file` is a name made up.
    """

    data: bytes
    file: str
    source: str
    lineage: str
    title: str = ""
    date: str | None = None
    language: str = ""
    url: str | None = None
    corrections: tuple[Correction, ...] = ()
    is_sound: bool = False

    @classmethod
    def of(
        cls, row: Mapping[str, Any], data: bytes, corrections: tuple[Correction, ...] = (), *, is_sound: bool
    ) -> Kept:
        """What a row of briefings says, which every engine keeps under the same names."""
        named = {name: row[name] for name in ("file", "source", "lineage", "title", "date", "language", "url")}
        return cls(data, **named, corrections=corrections, is_sound=is_sound)


class Mending(Protocol):
    """What a store needs to mend itself beside what it holds."""

    def original(self, source: str, sha256: str) -> bytes | None:
        """The bytes of a file from where it was added, or None where it is gone or another."""

    def read(self, kept: Kept) -> tuple[Briefing, tuple[Passage, ...]] | None:
        """A briefing read again from its file, and its passages; None where it cannot be read."""

    def model(self) -> EmbeddingModel:
        """The model that `embed` uses."""

    def embed(self, passages: Sequence[Passage]) -> list[Embedded]:
        """What the model makes of passages."""


@dataclass(frozen=True, slots=True)
class Repair:
    """What was mended, and what is lost and what to do about it: a line each."""

    mended: tuple[str, ...]
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """Which passages count, all compared as printed: None leaves a column free, an empty tuple lets nothing pass.

    `speakers` match by name, role and outlet together, those with a `briefing` in that one alone. Dates are ISO 8601
    and may be partial; both ends are included, with all that begins with a partial end. Undated briefings pass neither.
    """

    speakers: tuple[Known, ...] | None = None
    roles: tuple[str, ...] | None = None
    outlets: tuple[str, ...] | None = None
    since: str | None = None
    until: str | None = None
    languages: tuple[str, ...] | None = None
    kinds: tuple[str, ...] | None = None
    briefings: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage looked up: its language, its vector, (dimension,), its length in words, and its BM25.

    `vector` is None where no vector was asked for. `lexical` is the BM25 as a share of what a passage of the mean
    length that holds each of the terms once would have, so that it says how much of a question is met: 0 where no term
    is held or the language is another, above 1 where all are held and some again and again. A term that no passage
    holds is one that is not met.
    """

    id: int
    language: str
    vector: NDArray[np.float32] | None
    length: int
    lexical: float


@dataclass(frozen=True, slots=True)
class Usual:
    """What the passages of a language are usually like: up to `USUAL_VECTORS` and `USUAL_SAID` of them.

    They are those of the lowest ids, which are hashes: a choice by chance, and the same one every time. `vectors` are
    (n, dimension), `said` the packed words of the first of them. `passages` are how many there are in all.
    """

    vectors: NDArray[np.float32]
    said: tuple[bytes, ...]
    passages: int


USUAL_VECTORS = 1000
"""Vectors that tell what passages of a language have in common."""
USUAL_SAID = 64
"""Passages whose words tell how well any words are met by chance."""


@dataclass(frozen=True, slots=True)
class Held:
    """A current passage, its speaker as printed, and its telling words, packed."""

    passage: Passage
    said: bytes


@dataclass(frozen=True, slots=True)
class Names:
    """Who and what is on record in the current versions, as printed.

    `speakers` are those of turns, `passages` the different speakers of passages, each with the briefing; `places` the
    briefings by id; the rest the different values of passages, in the order of their characters' codes.
    """

    speakers: tuple[Printed, ...]
    places: Mapping[str, Place]
    passages: tuple[Known, ...]
    roles: tuple[str, ...]
    outlets: tuple[str, ...]
    languages: tuple[str, ...]
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoredVoice:
    """How many passages a speaker (as printed, or nobody) has of one kind in one language of a current briefing."""

    briefing: str
    speaker: str | None
    role: str | None
    outlet: str | None
    language: str
    kind: str
    passages: int


class SharedDatabase(Protocol):
    """A database that all servers of a library share, and in which what belongs to them may be kept too."""

    def transaction(self) -> AbstractContextManager[Any]:
        """One transaction on a connection of psycopg, undone by any exception; LibraryError takes psycopg's place."""


class Searcher(Protocol):
    """What looks passages up. Only those of current versions are found."""

    def candidates(
        self,
        vector: NDArray[np.float32] | None,
        terms: Mapping[str, float],
        limits: Limits,
        k: int,
        *,
        language: str | None = None,
    ) -> list[Candidate]:
        """The k passages nearest to a vector in each language, and the k of highest BM25 for some terms.

        Args:
            vector: unit length, (dimension,); nearness is the inner product. None looks up by words alone.
            terms: index term (see `Language.index_terms`) → weight. The BM25 is that of SQLite's FTS5, each term's
                share multiplied by its weight; the frequencies are those among all passages.
            limits: what counts.
            k: at least 1. Of passages equal in BM25 those of lower ids are taken.
            language: of the passages looked up by words; None looks in all of them.

        Returns:
            each passage once, in no order; the vectors and, within `language`, the BM25 of all of them are exact.
        """

    def usual(self) -> Mapping[str, Usual]:
        """What the passages of each language held are usually like; kept for each state of the store."""

    def count(self, limits: Limits) -> tuple[int, int]:
        """How many briefings and passages are within the limits."""

    def voices(self, limits: Limits) -> list[StoredVoice]:
        """Whose the passages within the limits are: each voice once, in no order."""

    def briefing_ids(self, limits: Limits) -> list[str]:
        """The ids of the briefings that have passages within the limits, in the order they were added."""

    def held(self, ids: Iterable[int]) -> dict[int, Held]:
        """Passages by id; unknown ids are left out."""


class Archive(Protocol):
    """What keeps briefings. Writes are atomic: a crash leaves the store as before or as after.

    Only current versions are listed; superseded ones stay readable by id. All is as it was added: who is one person
    under several names is told by `Holdings`.
    """

    def state(self) -> str:
        """A word that changes with every write; empty before the first."""

    def model(self) -> EmbeddingModel | None:
        """The model of the vectors held, or None before the first."""

    def add(self, new: NewBriefing, model: EmbeddingModel, *, over: Replaced | None = None) -> None:
        """Write a briefing, replacing one of the same id and superseding the current version of its lineage.

        One whose `superseded_by` is set is written as an older version, which has no vectors and supersedes nothing.
        Raises ChangedMeanwhile where the current version has other corrections than the one that was read (`over`), or
        is another although that has the same id.
        """

    def move(self, briefing_id: str, source: str, file: str) -> None:
        """Note that a briefing's file now lies elsewhere under another name."""

    def ids(self) -> list[str]:
        """The ids of the briefings of all versions in the order they were added."""

    def briefing(self, briefing_id: str) -> Briefing:
        """A briefing of any version; raises UnknownBriefing."""

    def briefings(self) -> list[Briefing]:
        """The current briefings in the order they were added."""

    def summaries(self) -> list[Summary]:
        """The current briefings in the order they were added, without their text."""

    def current_version(self, source: str) -> Summary | None:
        """The current briefing that came from this path or address."""

    def passages(self, briefing_id: str) -> list[Passage]:
        """The passages of a briefing in order; raises UnknownBriefing."""

    def embedded(self, briefing_id: str) -> list[Embedded]:
        """What the model made of each passage of a briefing, in order; raises UnknownBriefing.

        Nothing of a superseded one is kept.
        """

    def file(self, briefing_id: str) -> bytes:
        """The bytes of the file as added; raises UnknownBriefing."""

    def collections(self) -> dict[str, tuple[str, ...]]:
        """The ids of the current briefings of each collection in the order they were added, by its name.

        A briefing stays in its collections as newer versions of it are added, and leaves them when it is removed.
        """

    def change_collections(self, change: ChangeCollections) -> None:
        """Write what `change` makes of the collections, nobody else changing them meanwhile.

        Raises UnknownBriefing, and whatever `change` raises; nothing is changed then.
        """

    def names(self) -> Names:
        """Who and what is on record; computed at each call (see `Holdings`)."""

    def of_one_state(self, read: Callable[[], _Read]) -> _Read:
        """What `read` gives, all its reads in this thread being of one state of the store, whatever others write.

        It may be called again where that state cannot be had any more; it must change nothing.
        """

    def replace_vectors(
        self, model: EmbeddingModel, batches: Iterable[tuple[Sequence[int], Sequence[Embedded]]]
    ) -> None:
        """Exchange all vectors for those of another model: passage ids and their own in batches, in one transaction."""

    def remove(self, briefing_id: str) -> None:
        """Delete a briefing with all its versions; raises UnknownBriefing."""

    def verify(self) -> list[str]:
        """What is wrong with the store and how to mend it, one line each; empty when all is well."""

    def repair(self, mending: Mending) -> Repair:
        """Mend what `verify` finds, all or nothing; raises LibraryError where the store cannot be written."""

    def back_up(self, file: Path) -> None:
        """Write the whole store as it now stands to one file, in place of what is there, while others go on using it.

        Raises LibraryError where the store is damaged or the file cannot be written whole; the file is then as before.
        """

    def close(self) -> None:
        """Release the files."""


class Store(Archive, Searcher, Protocol):
    """A library's briefings with what finds them, in a folder or on a server.

    One rule for all engines: the same was added → the same ids, vectors and scores come back (`tests/stores`).
    """
