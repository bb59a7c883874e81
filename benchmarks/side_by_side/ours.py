"""OnRecord among the systems, by what people use, and by its store and search alone where no model is to read."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.side_by_side.corpus import Passage, Vectors
from benchmarks.side_by_side.systems import WANTED, Search
from onrecord.embeddings import Encoder, TokenVectors, load_encoder
from onrecord.rag import Library, Settings
from onrecord.rag.holdings import Holdings
from onrecord.rag.languages.detection import load_detector
from onrecord.rag.questions.question import read_question
from onrecord.rag.retrieval.retrieve import retrieve
from onrecord.rag.store import EmbeddingModel, NewBriefing
from onrecord.rag.store.sqlite.engine import SqliteStore
from onrecord.rag.types import Filters

NAME = "OnRecord"
SEARCH, READING = "search", "search and reading"
BRIEFINGS, KNOWN = "briefings", "briefings.pickle"
"""In a corpus' folder: the files that the library adds, or what the store adds, already read and embedded."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the store is given where no model is to read: briefings with all that the model made of them, and of the
    questions."""

    model: EmbeddingModel
    briefings: tuple[NewBriefing, ...]
    questions: Mapping[str, TokenVectors]


class OnRecordLibrary:
    """All that adding and searching do: files are read and understood, passages embedded, hits read."""

    def __init__(self, folder: Path, briefings: Path) -> None:
        settings = Settings(library=folder / "library")
        self._briefings = briefings
        self._library = Library.open(settings=settings)
        self._store = SqliteStore(settings.library)
        self._holdings = Holdings(self._store)
        self._encoder = load_encoder(settings.model, cache=settings.cache)

    def add(self, passages: Sequence[Passage]) -> None:  # noqa: ARG002
        """Add the files that the passages are of."""
        report = self._library.add(self._briefings)
        assert not report.failed, report.failed

    def searches(self) -> Mapping[str, Search]:
        """What `Library.search` gives, and what it is found with before it is read."""
        return {
            SEARCH: lambda question, speaker: _found(self._holdings, self._encoder, question, speaker),
            READING: lambda question, speaker: [
                hit.passage.id for hit in self._library.search(question, k=WANTED, speaker=speaker)
            ],
        }

    def close(self) -> None:
        """Release the library."""
        self._store.close()
        self._library.close()


class OnRecordStore:
    """What the store and the search do by themselves: each briefing is one transaction."""

    def __init__(self, folder: Path, known: Known) -> None:
        self._known = known
        self._store = SqliteStore(folder / "library")
        self._holdings = Holdings(self._store)

    def add(self, passages: Sequence[Passage]) -> None:  # noqa: ARG002
        """Add the briefings that the passages are of."""
        for new in self._known.briefings:
            self._store.add(new, self._known.model)

    def searches(self) -> Mapping[str, Search]:
        """As `Library.search`, without reading what is found."""
        encoder = _Remembering(self._known)
        return {SEARCH: lambda question, speaker: _found(self._holdings, encoder, question, speaker)}

    def close(self) -> None:
        """Release the store."""
        self._store.close()


class _Remembering:
    """An encoder of the questions known."""

    def __init__(self, known: Known) -> None:
        self.name, self.dimension, self.fingerprint = known.model.name, known.model.dimension, known.model.fingerprint
        self._known = known.questions

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return np.array([self._known[text].whole for text in texts], np.float32).reshape(len(texts), self.dimension)

    def read_question(self, text: str) -> TokenVectors:
        return self._known[text]

    def read_passages(
        self,
        texts: Sequence[str],  # noqa: ARG002
        progress: Callable[[int], None] | None = None,  # noqa: ARG002
    ) -> list[TokenVectors]:
        raise AssertionError("Nothing is embedded here.")


def opener(corpus: Path) -> Callable[[], Callable[[Path], OnRecordLibrary | OnRecordStore]]:
    """What loads all that is loaded once for a process, and gives what opens OnRecord in a folder.

    What the store is given to write is read now.
    """
    if not (corpus / KNOWN).exists():
        return lambda: _loaded(corpus / BRIEFINGS)
    known: Known = pickle.loads((corpus / KNOWN).read_bytes())

    def load() -> Callable[[Path], OnRecordStore]:
        load_detector()
        return lambda folder: OnRecordStore(folder, known)

    return load


def _loaded(briefings: Path) -> Callable[[Path], OnRecordLibrary]:
    with tempfile.TemporaryDirectory() as folder:
        few = Path(folder) / BRIEFINGS
        few.mkdir()
        (few / "warm.txt").write_text("The ferry sails at noon. The harbour is open.", encoding="utf-8")
        library = OnRecordLibrary(Path(folder), few)
        library.add(())
        for search in library.searches().values():
            search("When does the ferry sail?", None)
        library.close()
    return lambda place: OnRecordLibrary(place, briefings)


def _found(holdings: Holdings, encoder: Encoder, question: str, speaker: str | None) -> list[int]:
    asked, limits = read_question(question), Filters(speaker=speaker)
    hits = holdings.of_one_state(lambda: retrieve(holdings, encoder, asked, WANTED, limits))
    return [hit.passage.id for hit in hits]
