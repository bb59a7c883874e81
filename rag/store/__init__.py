"""Where briefings, passages and vectors are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from onrecord.rag.types import Briefing, Filters, Passage

_Read = TypeVar("_Read")


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
class Kept:
    """What a damaged library still holds of a briefing: its file's bytes, and what its row says, which may be altered.

    `is_sound` says that title, date, language and address are as they were written; where the row is gone, they,
    `source` and `lineage` are empty, and `file` is a name made up.
    """

    data: bytes
    file: str
    source: str
    lineage: str
    title: str = ""
    date: str | None = None
    language: str = ""
    url: str | None = None
    is_sound: bool = False


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


class Store(Protocol):
    """A library on disk. Writes are atomic: a crash leaves the store as before or as after.

    Only current versions are listed and searched; superseded ones stay readable by id. A person has one name throughout
    (see `Register`), whatever a briefing prints; labels stay as printed.
    """

    def model(self) -> EmbeddingModel | None:
        """The model of the vectors held, or None before the first."""

    def add(self, new: NewBriefing, model: EmbeddingModel) -> None:
        """Write a briefing, replacing one of the same id and superseding the current version of its lineage."""

    def move(self, briefing_id: str, source: str, file: str) -> None:
        """Note that a briefing's file now lies elsewhere under another name."""

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

    def of_one_state(self, read: Callable[[], _Read]) -> _Read:
        """What `read` gives, all its reads in this thread being of one state of the store, whatever others write.

        It may be called again where that state cannot be had any more; it must change nothing.
        """

    def passages_by_id(self, ids: Iterable[int]) -> dict[int, Passage]:
        """Current passages by id; unknown ids are left out."""

    def nearest(self, vector: NDArray[np.float32], k: int, filters: Filters) -> list[tuple[int, float]]:
        """The k current passages of highest inner product that pass the filters: (passage id, score)."""

    def matching(self, terms: Sequence[str], k: int, filters: Filters) -> list[tuple[int, float]]:
        """The k current passages of highest BM25 for any of the terms that pass the filters: (passage id, score)."""

    def vectors(self, ids: Iterable[int]) -> dict[int, NDArray[np.float32]]:
        """The vectors of current passages by id; unknown ids are left out."""

    def lengths(self, ids: Iterable[int]) -> dict[int, int]:
        """The lengths of current passages in words, by id; unknown ids are left out."""

    def said(self, ids: Iterable[int]) -> dict[int, bytes]:
        """The packed words of current passages by id; unknown ids are left out."""

    def said_samples(self) -> Mapping[str, tuple[bytes, ...]]:
        """By language, the packed words of some current passages taken at random."""

    def samples(self) -> Mapping[str, NDArray[np.float32]]:
        """By language, the vectors of up to a thousand current passages taken at random: (n, dimension)."""

    def count(self, filters: Filters) -> tuple[int, int]:
        """How many current briefings and passages pass the filters."""

    def briefing_ids(self, filters: Filters) -> list[str]:
        """The ids of the current briefings that have passages which pass the filters, in the order they were added."""

    def names(self) -> dict[str, list[str]]:
        """The distinct speakers, roles, outlets, languages and kinds of current passages, to choose filters from."""

    def on_record(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The names of all people and of all outlets that speak in current briefings, be it in a few words."""

    def called(self, speaker: str) -> list[str]:
        """The names of the people whom a filter by speaker may mean."""

    def replace_vectors(
        self, model: EmbeddingModel, batches: Iterable[tuple[Sequence[int], Sequence[Embedded]]]
    ) -> None:
        """Exchange all vectors for those of another model: passage ids and their own in batches, in one transaction."""

    def file(self, briefing_id: str) -> bytes:
        """The bytes of the file as added; raises UnknownBriefing."""

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


Archive = Store
