"""A library as one file, and back: a copy of its database, in which the files as added are too."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from onrecord.embeddings import replacing
from onrecord.rag.errors import LibraryError
from onrecord.rag.store import Store
from onrecord.rag.store.sqlite.failures import FAILURES
from onrecord.rag.store.sqlite.opening import BESIDE, LOG, beside_it, opened, readable, unfit
from onrecord.rag.store.sqlite.schema import DATABASE, SEAL, VECTOR_CACHE, WORD_CACHE


def copy(source: sqlite3.Connection, file: Path) -> None:
    """Copy a database to a file, whole or not at all, as it stands in the transaction that `source` is in.

    The copy is one file that needs no log beside it. Raises one of `FAILURES`.
    """
    with replacing(file) as new:
        try:
            with closing(sqlite3.connect(new, isolation_level=None)) as target:
                source.backup(target)
                target.execute("PRAGMA journal_mode = DELETE")
        finally:
            for ending in BESIDE:
                with suppress(OSError):
                    beside_it(new, ending).unlink()


def restore(file: Path, folder: Path, *, replace: bool, open_store: Callable[[Path], Store]) -> int:
    """Make a library of a backup, once it was found sound; returns how many briefings it holds.

    A library in the folder is replaced only if told so, and only while nobody uses it. Raises LibraryError for a file
    that is no sound backup and a folder that is taken, in use or not to be written to; the folder is then as before.
    """
    if not file.is_file():
        raise LibraryError(f"{file}: there is no such file. Name a file that `onrecord backup` has written.")
    database = folder / DATABASE
    if not replace and (database.exists() or beside_it(database, LOG).exists()):
        raise LibraryError(
            f"There is a library at {folder} already. Name an empty folder with --library, or say --replace to put the "
            "backup in its place."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".restoring-", dir=folder, ignore_cleanup_errors=True) as temporary:
            new = Path(temporary) / DATABASE
            count = _checked_copy(file, new, open_store)
            _take_away(database)
            new.replace(database)
    except FAILURES as error:
        raise LibraryError(
            f"{file} cannot be restored to {folder} ({error}). See that there is room and that you may write there."
        ) from error
    return count


def _checked_copy(file: Path, new: Path, open_store: Callable[[Path], Store]) -> int:
    """Copy a backup to its new place, and see that all of it is sound there; the number of its briefings."""
    try:
        with closing(readable(file)) as source:
            why = unfit(source)
            if why:
                raise LibraryError(f"{file} cannot be restored: it {why}.")
            copy(source, new)
        store = open_store(new.parent)
        try:
            problems = store.verify()
            count = len(store.summaries())
        finally:
            store.close()
    except (sqlite3.DatabaseError, LibraryError) as error:
        # The store speaks of the folder of the copy, which nobody knows.
        met = error.__cause__ if isinstance(error, LibraryError) else error
        if met is None:
            raise
        if isinstance(met, (sqlite3.OperationalError, OSError)):
            # The disk's failure, and not the file's.
            raise met from error
        raise LibraryError(f"{file} is no sound backup ({met}). Take an older one; nothing was changed.") from error
    if problems:
        raise LibraryError(
            f"{file} is no sound backup ({problems[0].splitlines()[0]}). Take an older one; nothing was changed."
        )
    return count


def _take_away(database: Path) -> None:
    """Delete what belongs to a database that another takes the place of; raises LibraryError where it is in use."""
    try:
        if database.exists():
            _refuse_in_use(database)
    except sqlite3.DatabaseError:
        # Too damaged to be opened: nobody can have it open.
        pass
    caches = (database.with_name(name) for name in (VECTOR_CACHE, WORD_CACHE, SEAL))
    for left in (*(beside_it(database, ending) for ending in BESIDE), *caches):
        left.unlink(missing_ok=True)


def _refuse_in_use(database: Path) -> None:
    try:
        with closing(opened(database).connection) as connection:
            connection.execute("PRAGMA busy_timeout = 0")
            # Every process that has the database open holds a lock that is in the way of this one.
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise LibraryError(
                f"The library at {database.parent} is in use, by the page or `onrecord watch` for instance. "
                "Stop that, and restore again."
            ) from error
        raise
