"""The systems beside OnRecord, each with what its documentation recommends for adding much at once and for filters.

What is added must be on disk when `add` returns. Their packages are in the benchmark's own environment alone, so each
system imports its own.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from benchmarks.side_by_side.corpus import PASSAGE, QUERY, Passage, Vectors

WANTED = 10
"""Passages asked for."""

Embed = Callable[[Sequence[str]], Vectors]
"""Texts behind their prompts → unit vectors, (texts, dimension)."""
Search = Callable[[str, "str | None"], Sequence[int]]
"""A question and the one speaker to search, or None → the ids of the passages found, best first."""

# Looked up by sense and by words where the two are put together here; the constant is that of Cormack, Clarke and
# Büttcher, SIGIR 2009.
_LOOKED_UP = 50
_FUSION = 60


class System(Protocol):
    """A system with what it keeps in a folder: empty, or as it was left."""

    def add(self, passages: Sequence[Passage]) -> None:
        """Add all passages."""

    def searches(self) -> Mapping[str, Search]:
        """The ways to search it, by name."""

    def close(self) -> None:
        """Release the files."""


class Reference:
    """FAISS Flat beside SQLite FTS5, and no more."""

    def __init__(self, folder: Path, embed: Embed) -> None:
        import faiss

        self._faiss, self._embed, self._file = faiss, embed, folder / "vectors.faiss"
        self._database = sqlite3.connect(folder / "passages.db")
        self._index = faiss.read_index(str(self._file)) if self._file.exists() else None

    def add(self, passages: Sequence[Passage]) -> None:
        """Write everything in one transaction, then the index to its file."""
        vectors = self._embed([PASSAGE + one.text for one in passages])
        self._index = self._faiss.IndexIDMap2(self._faiss.IndexFlatIP(vectors.shape[1]))
        self._index.add_with_ids(vectors, np.array([one.id for one in passages]))
        self._database.executescript(
            "PRAGMA journal_mode = WAL;"
            "CREATE TABLE passages (id INTEGER PRIMARY KEY, text TEXT, speaker TEXT);"
            "CREATE INDEX speakers ON passages (speaker);"
            "CREATE VIRTUAL TABLE words USING fts5(text, content = 'passages', content_rowid = 'id');"
        )
        with self._database:
            self._database.executemany(
                "INSERT INTO passages VALUES (?, ?, ?)", [(one.id, one.text, one.speaker) for one in passages]
            )
            self._database.execute("INSERT INTO words (rowid, text) SELECT id, text FROM passages")
        self._faiss.write_index(self._index, str(self._file))

    def searches(self) -> Mapping[str, Search]:
        """Both together."""
        return {"": self._search}

    def _search(self, question: str, speaker: str | None) -> list[int]:
        limits = {}
        condition, values = "", [" OR ".join(f'"{word}"' for word in re.findall(r"\w+", question))]
        if speaker is not None:
            rows = self._database.execute("SELECT id FROM passages WHERE speaker = ?", (speaker,))
            limits = {"params": self._faiss.SearchParameters(sel=self._faiss.IDSelectorBatch([row[0] for row in rows]))}
            # With its plus the condition is looked at row by row; without, FTS5 runs the whole query once for each.
            condition = "AND +rowid IN (SELECT id FROM passages WHERE speaker = ?)"
            values.append(speaker)
        assert self._index is not None
        near = self._index.search(self._embed([QUERY + question]), _LOOKED_UP, **limits)[1][0].tolist()
        matching = self._database.execute(
            f"SELECT rowid FROM words WHERE words MATCH ? {condition} ORDER BY rank LIMIT {_LOOKED_UP}", values
        )
        return fused([[one for one in near if one >= 0], [row[0] for row in matching]])

    def close(self) -> None:
        """Release the database."""
        self._database.close()


class Txtai:
    """txtai: a dense index with its content, or one of words beside it."""

    def __init__(self, folder: Path, embed: Embed, *, hybrid: bool) -> None:
        from txtai import Embeddings

        self._kept = folder / "index"
        settings: dict[str, Any] = {
            "content": True,
            "hybrid": hybrid,
            "method": "external",
            "transform": lambda texts: embed(texts),
            "instructions": {"query": QUERY, "data": PASSAGE},
        }
        self._embeddings = Embeddings(settings)
        if self._kept.exists():
            # The function is no part of what is kept.
            self._embeddings.load(str(self._kept), config={"transform": settings["transform"]})

    def add(self, passages: Sequence[Passage]) -> None:
        """Index everything, and save it."""
        self._embeddings.index((one.id, {"text": one.text, "speaker": one.speaker}) for one in passages)
        self._embeddings.save(str(self._kept))

    def searches(self) -> Mapping[str, Search]:
        """By SQL where there is a filter."""
        return {"": self._search}

    def _search(self, question: str, speaker: str | None) -> list[int]:
        if speaker is None:
            found = self._embeddings.search(question, WANTED)
        else:
            found = self._embeddings.search(
                "SELECT id, score FROM txtai WHERE similar(:question) AND speaker = :speaker",
                WANTED,
                parameters={"question": question, "speaker": speaker},
            )
        return [int(one["id"]) for one in found]

    def close(self) -> None:
        """Release the index."""
        self._embeddings.close()


class Chroma:
    """Chroma on disk: it searches by sense alone."""

    def __init__(self, folder: Path, embed: Embed) -> None:
        import chromadb

        self._embed = embed
        self._client = chromadb.PersistentClient(str(folder), chromadb.Settings(anonymized_telemetry=False))
        self._passages = self._client.get_or_create_collection(
            "passages", embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
        )

    def add(self, passages: Sequence[Passage]) -> None:
        """Add in the largest batches that are taken."""
        most = self._client.get_max_batch_size()
        for start in range(0, len(passages), most):
            some = passages[start : start + most]
            self._passages.add(
                ids=[str(one.id) for one in some],
                embeddings=self._embed([PASSAGE + one.text for one in some]),
                documents=[one.text for one in some],
                metadatas=[{"speaker": one.speaker} for one in some],
            )

    def searches(self) -> Mapping[str, Search]:
        """With a condition on the metadata where there is a filter."""
        return {"": self._search}

    def _search(self, question: str, speaker: str | None) -> list[int]:
        found = self._passages.query(
            query_embeddings=self._embed([QUERY + question]),
            n_results=WANTED,
            where=None if speaker is None else {"speaker": speaker},
        )
        return [int(one) for one in found["ids"][0]]

    def close(self) -> None:
        """Nothing: it has no files open that it says."""


class LanceDB:
    """LanceDB: vectors unindexed, as is advised below 100,000, words and speakers indexed."""

    def __init__(self, folder: Path, embed: Embed) -> None:
        import lancedb

        self._embed = embed
        self._database = lancedb.connect(folder)
        self._table = self._database.open_table("passages") if any(folder.iterdir()) else None

    def add(self, passages: Sequence[Passage]) -> None:
        """Make the table of everything, then its indexes."""
        import pyarrow

        vectors = self._embed([PASSAGE + one.text for one in passages])
        columns = {
            "id": [one.id for one in passages],
            "text": [one.text for one in passages],
            "speaker": [one.speaker for one in passages],
            "vector": pyarrow.FixedSizeListArray.from_arrays(pyarrow.array(vectors.ravel()), vectors.shape[1]),
        }
        self._table = self._database.create_table("passages", pyarrow.table(columns))
        self._table.create_fts_index("text")
        self._table.create_scalar_index("speaker")

    def searches(self) -> Mapping[str, Search]:
        """Its hybrid search, put together by its default reranker; filtered first."""
        return {"": self._search}

    def _search(self, question: str, speaker: str | None) -> list[int]:
        assert self._table is not None
        words = " ".join(re.findall(r"\w+", question))
        query = self._table.search(query_type="hybrid").vector(self._embed([QUERY + question])[0]).text(words)
        if speaker is not None:
            query = query.where("speaker = '{}'".format(speaker.replace("'", "''")), prefilter=True)
        found: list[int] = query.limit(WANTED).to_arrow()["id"].to_pylist()
        return found

    def close(self) -> None:
        """Nothing: it holds no files open."""


class Haystack:
    """Haystack's store in memory, saved as JSON; sense and words are put together as its own joiner does."""

    def __init__(self, folder: Path, embed: Embed) -> None:
        from haystack.document_stores.in_memory import InMemoryDocumentStore

        self._embed, self._file = embed, folder / "documents.json"
        self._store = (
            InMemoryDocumentStore.load_from_disk(str(self._file))
            if self._file.exists()
            else InMemoryDocumentStore(embedding_similarity_function="dot_product")
        )

    def add(self, passages: Sequence[Passage]) -> None:
        """Write everything, and save it."""
        from haystack import Document

        vectors = self._embed([PASSAGE + one.text for one in passages])
        self._store.write_documents(
            [
                Document(id=str(one.id), content=one.text, meta={"speaker": one.speaker}, embedding=vector.tolist())
                for one, vector in zip(passages, vectors, strict=True)
            ]
        )
        self._store.save_to_disk(str(self._file))

    def searches(self) -> Mapping[str, Search]:
        """Both together."""
        return {"": self._search}

    def _search(self, question: str, speaker: str | None) -> list[int]:
        limits = None if speaker is None else {"field": "meta.speaker", "operator": "==", "value": speaker}
        near = self._store.embedding_retrieval(
            self._embed([QUERY + question])[0].tolist(), filters=limits, top_k=_LOOKED_UP
        )
        matching = self._store.bm25_retrieval(question, filters=limits, top_k=_LOOKED_UP)
        return fused([[int(one.id) for one in near], [int(one.id) for one in matching]])

    def close(self) -> None:
        """Nothing: it is in memory."""


def fused(rankings: Sequence[Sequence[int]]) -> list[int]:
    """The first ids of several rankings by reciprocal rank fusion, equal ones in the order seen."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for place, one in enumerate(ranking, start=1):
            scores[one] = scores.get(one, 0.0) + 1 / (_FUSION + place)
    return sorted(scores, key=lambda one: -scores[one])[:WANTED]


SYSTEMS: Mapping[str, Callable[[Path, Embed], System]] = {
    "FAISS Flat + FTS5": Reference,
    "txtai": lambda folder, embed: Txtai(folder, embed, hybrid=False),
    "txtai hybrid": lambda folder, embed: Txtai(folder, embed, hybrid=True),
    "Chroma": Chroma,
    "LanceDB hybrid": LanceDB,
    "Haystack in memory": Haystack,
}
"""By the name in the table."""
