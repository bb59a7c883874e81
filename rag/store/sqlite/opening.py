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
from onrecord.rag.store.sqlite.failures import damaged
from onrecord.rag.store.sqlite.schema import (
    DATABASE,
    SCHEMA,
    SCHEMA_VERSION,
    UPGRADED_VERSIONS,
    VECTOR_CACHE,
    WORD_CACHE,
)
from onrecord.rag.store.sqlite.upgrading import upgrade

# Every format so far has had these; another program's database has not.
_ALWAYS = {"meta", "files", "briefings", "passages"}
_WAIT_SECONDS = 60.0
# What SQLite writes beside a database, by what is put behind its name.
LOG = "-wal"
BESIDE = (LOG, "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class _Seen:
    """How a database and its log look from outside; when this changes, somebody has written."""

    file: int
    size: int
    modified: int
    log: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A connection; where the database can only be read, why, and how its files looked when it was opened."""

    connection: sqlite3.Connection
    refused: sqlite3.OperationalError | None = None
    seen: _Seen | None = None

    def stale(self, database: Path) -> bool:
        """Whether somebody has written since to a database that was opened for reading alone."""
        return self.refused is not None and self.seen != _looks(database)


def prepare(folder: Path) -> None:
    """Make a library's database where there is none, bring a format before up to this one, and refuse what is none.

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
    with closing(opened(database).connection) as connection:
        why = unfit(connection)
        if why is None:
            with suppress(sqlite3.OperationalError):
                # One of ours is so already, unless a backup was put here by hand. Another program's is left as it is.
                connection.execute("PRAGMA journal_mode = WAL")
        pages: int = connection.execute("PRAGMA page_count").fetchone()[0]
        size: int = connection.execute("PRAGMA page_size").fetchone()[0]
        # SQLite itself takes what is missing of the last page for zeros. With a log, pages may be in that alone.
        if not _size(beside_it(database, LOG)) and _size(database) < pages * size:
            raise damaged(folder, f"{DATABASE} is cut off")
        if why is None:
            upgrade(connection)
    if why:
        raise LibraryError(
            f"The library at {folder} cannot be used: {DATABASE} {why}. Move that file away, or name another folder "
            "with --library."
        )


def unfit(connection: sqlite3.Connection) -> str | None:
    """Why a database is no library that can be opened here, to be said behind its name; None where it is one."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables >= _ALWAYS:
        return "is another program's database, or was never filled"
    if version not in (*UPGRADED_VERSIONS, SCHEMA_VERSION):
        made = "a newer" if version > SCHEMA_VERSION else "an older"
        return f"has format {version} and was made by {made} OnRecord: this one reads format {SCHEMA_VERSION}"
    return None


def beside_it(database: Path, ending: str) -> Path:
    """The file of this ending that SQLite keeps beside a database."""
    return database.with_name(database.name + ending)


def opened(database: Path) -> Opened:
    """A connection to a library's database, for one thread at a time.

    Raises sqlite3.Error where it can be neither written nor read.
    """
    return _opened(database, "mode=rw")


def readable(database: Path) -> sqlite3.Connection:
    """A connection that leaves the database as it is; raises sqlite3.Error where it cannot be read."""
    return _opened(database, "mode=ro").connection


def _opened(database: Path, how: str) -> Opened:
    try:
        return Opened(_connected(database, how))
    except sqlite3.OperationalError as error:
        seen = _looks(database)
        if "locked" in str(error) or seen.log:
            # What is in the log cannot be left out: it may hold the newest briefings.
            raise
        return Opened(_connected(database, "mode=ro&immutable=1"), error, seen)


def _connected(database: Path, how: str) -> sqlite3.Connection:
    address = f"file:{quote(str(database.absolute()))}?{how}"
    connection = sqlite3.connect(
        address, uri=True, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        connection.row_factory = sqlite3.Row
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
                beside_it(new, ending).unlink()


def _looks(database: Path) -> _Seen:
    found = database.stat()
    return _Seen(found.st_ino, found.st_size, found.st_mtime_ns, _size(beside_it(database, LOG)))


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0
