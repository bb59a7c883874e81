"""Opening a library's database: made whole, refused where it is none, and read where it cannot be written.

SQLite writes a log and a table of locks beside the database even to read it. Where the disk is full or the folder is
read-only it cannot; the database alone is then read, which is safe as long as nobody else writes to it.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from onrecord.embeddings import beside
from onrecord.rag.errors import LibraryError
from onrecord.rag.store.failures import damaged
from onrecord.rag.store.schema import DATABASE, SCHEMA, SCHEMA_VERSION, VECTOR_CACHE, WORD_CACHE

# Every format so far has had these; another program's database has not.
_ALWAYS = {"meta", "files", "briefings", "passages"}
_WAIT_SECONDS = 60.0
# What SQLite writes beside a database, by what is put behind its name.
LOG = "-wal"
BESIDE = (LOG, "-shm", "-journal")

Seen = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Opened:
    """A connection; where the database can only be read, why, and how its files looked when it was opened."""

    connection: sqlite3.Connection
    refused: sqlite3.OperationalError | None = None
    seen: Seen | None = None

    def stale(self, folder: Path) -> bool:
        """Whether somebody has written since to a database that was opened for reading alone."""
        return self.refused is not None and self.seen != _looks(folder)


def prepare(folder: Path) -> None:
    """Make the database of a library where there is none, and refuse what is none of this format.

    Raises LibraryError with the remedy, and what `opened` raises.
    """
    folder.mkdir(parents=True, exist_ok=True)
    database = folder / DATABASE
    if not database.exists():
        left = [name for name in (VECTOR_CACHE, WORD_CACHE, DATABASE + LOG) if _size(folder / name)]
        if left:
            raise damaged(folder, f"{' and '.join(left)} is there, but {DATABASE} is gone")
        _make(database)
    if database.is_file() and not _size(database):
        raise damaged(folder, f"{DATABASE} is empty")
    with closing(opened(folder).connection) as connection:
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables >= _ALWAYS:
        raise LibraryError(
            f"{database} is another program's database, or was never filled. Name another folder with --library, "
            "or move that file away."
        )
    if version > SCHEMA_VERSION:
        raise LibraryError(
            f"The library at {folder} has format {version}; this OnRecord reads format {SCHEMA_VERSION}. "
            "Install the newer OnRecord that made it, or name another folder with --library."
        )
    if version != SCHEMA_VERSION:
        raise LibraryError(
            f"The library at {folder} has format {version}; this OnRecord reads format {SCHEMA_VERSION}. "
            "Use the OnRecord that made it, or add its files to a new library."
        )


def opened(folder: Path) -> Opened:
    """A connection to a library's database, for one thread at a time.

    Raises sqlite3.Error where it can be neither written nor read.
    """
    try:
        return Opened(_connected(folder, "mode=rw"))
    except sqlite3.OperationalError as error:
        seen = _looks(folder)
        if "locked" in str(error) or _size(folder / (DATABASE + LOG)):
            # What is in the log cannot be left out: it may hold the newest briefings.
            raise
        return Opened(_connected(folder, "mode=ro&immutable=1"), error, seen)


def _connected(folder: Path, how: str) -> sqlite3.Connection:
    address = f"file:{quote(str((folder / DATABASE).absolute()))}?{how}"
    connection = sqlite3.connect(
        address, uri=True, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        connection.row_factory = sqlite3.Row
        if "immutable" not in how:
            connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA foreign_keys = ON")
        # The first look at the file: what cannot be read fails here.
        connection.execute("PRAGMA schema_version").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _make(database: Path) -> None:
    """An empty database under its name, whole; where another process was first, its one."""
    new = beside(database)
    try:
        with closing(sqlite3.connect(new, isolation_level=None)) as connection:
            connection.executescript(f"BEGIN; {SCHEMA} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;")
            connection.execute("PRAGMA journal_mode = WAL")
        try:
            # Unlike a renaming, this never takes the place of what another process has made meanwhile.
            os.link(new, database)
        except FileExistsError:
            pass
        except PermissionError:
            # Some disks (FAT, network shares) know no links.
            new.rename(database)
    finally:
        for ending in ("", *BESIDE):
            with suppress(OSError):
                new.with_name(new.name + ending).unlink()


def _looks(folder: Path) -> Seen:
    found = (folder / DATABASE).stat()
    return found.st_ino, found.st_size, found.st_mtime_ns, _size(folder / (DATABASE + LOG))


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0
