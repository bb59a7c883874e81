"""The engines that the contract is asked of: each makes a store that is empty, and opens the same one again."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Literal, Protocol, get_args

import psycopg
from inventions import DIMENSION
from postgres_server import running_server
from sharded_servers import parted_database

from onrecord.rag.store import Store
from onrecord.rag.store.postgres import open_store
from onrecord.rag.store.sqlite.engine import SqliteStore
from onrecord.rag.store.sqlite.schema import DATABASE

Damage = Literal["text", "speaker", "vector", "said", "file", "passages gone"]
DAMAGES: tuple[Damage, ...] = get_args(Damage)


class Place(Protocol):
    """Where one store lies."""

    def open(self) -> Store:
        """The store that lies here, opened once more; a place is sent to other processes, too."""

    def damage(self, damage: Damage, briefing_id: str) -> None:
        """Alter what is kept of a briefing, behind the back of the store."""


class Folder:
    """A store in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def open(self) -> Store:
        return SqliteStore(self.folder)

    def damage(self, damage: Damage, briefing_id: str) -> None:
        with closing(sqlite3.connect(self.folder / DATABASE)) as connection:
            changed = connection.execute(_DAMAGES[damage], (briefing_id,)).rowcount
            connection.commit()
        assert changed > 0


_DAMAGES = {
    "text": "UPDATE briefings SET text = replace(text, 'e', 'a') WHERE id = ?",
    "speaker": "UPDATE turns SET speaker = 'Somebody Else' WHERE briefing_id = ?",
    "vector": "UPDATE vectors SET vector = zeroblob(length(vector)) "
    "WHERE passage_id IN (SELECT id FROM passages WHERE briefing_id = ?)",
    "said": "UPDATE vectors SET said = zeroblob(length(said)) "
    "WHERE passage_id IN (SELECT id FROM passages WHERE briefing_id = ?)",
    "file": "UPDATE files SET data = zeroblob(9) WHERE sha256 = (SELECT sha256 FROM briefings WHERE id = ?)",
    "passages gone": "DELETE FROM passages WHERE briefing_id = ?",
}


@contextmanager
def in_a_folder(folder: Path) -> Iterator[Place]:
    yield Folder(folder / "library")


class InPostgres:
    """A store in a database of PostgreSQL."""

    def __init__(self, address: str) -> None:
        self.address = address

    def open(self) -> Store:
        return open_store(self.address)

    def damage(self, damage: Damage, briefing_id: str) -> None:
        with psycopg.connect(self.address) as connection:
            changed = connection.execute(_IN_POSTGRES[damage], (briefing_id,)).rowcount
        assert changed > 0


_IN_POSTGRES = {
    "text": "UPDATE briefings SET text = replace(text, 'e', 'a') WHERE id = %s",
    "speaker": "UPDATE briefings SET structure = replace(structure, 'er\": \"', 'er\": \"Not ') WHERE id = %s",
    "vector": "UPDATE searched SET vector = vector - vector WHERE briefing_id = %s",
    "said": "UPDATE searched SET said = '\\000\\001'::bytea WHERE briefing_id = %s",
    "file": "UPDATE files SET data = '\\000\\001'::bytea WHERE briefing_id = %s",
    "passages gone": "DELETE FROM passages WHERE briefing_id = %s",
}


@contextmanager
def in_postgres(_: Path) -> Iterator[Place]:
    yield InPostgres(running_server().database())


@contextmanager
def on_shards(_: Path) -> Iterator[Place]:
    yield InPostgres(parted_database(DIMENSION))


# Each gives a place with nothing in it, which is gone with the block; the folder is the test's own.
ENGINES: Mapping[str, Callable[[Path], AbstractContextManager[Place]]] = {
    "folder": in_a_folder,
    "postgres": in_postgres,
    "sharded": on_shards,
}
# Asked by `make soak`: three databases for each test, and all that is written and read goes from server to server.
LONG = ("sharded",)
