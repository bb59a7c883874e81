"""A library as one file, and back: a copy of its database, in which the files as added are too."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from onrecord.embeddings import replacing
from onrecord.rag.errors import LibraryError
from onrecord.rag.store import Store
from onrecord.rag.store.refusing import unrestorable, unsound_backup
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


@contextmanager
def restored(
    database: Path, folder: Path, *, replace: bool, open_store: Callable[[Path], Store], shown: Path
) -> Iterator[Store]:
    """Give what the copy of a database holds, found sound; at the end of the block it is the library in a folder.

    A library that is there is replaced only if told so, and only while nobody uses it; `shown` is the file that the
    database came from. Raises LibraryError for a database that is no sound backup and a folder that is taken, in use
    or not to be written to; the folder is then as before.
    """
    target = folder / DATABASE
    require_free(folder, replace=replace)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".restoring-", dir=folder, ignore_cleanup_errors=True) as temporary:
            new = Path(temporary) / DATABASE
            with _checked_copy(database, new, open_store, shown) as store:
                yield store
            _take_away(target)
            new.replace(target)
    except FAILURES as error:
        raise unrestorable(shown, folder, error) from error


def require_free(folder: Path, *, replace: bool) -> None:
    """Raise LibraryError where a library is in a folder, and is not to be replaced."""
    database = folder / DATABASE
    if not replace and (database.exists() or beside_it(database, LOG).exists()):
        raise LibraryError(
            f"There is a library at {folder} already. Name an empty folder with --library, or say --replace to put the "
            "backup in its place."
        )


@contextmanager
def _checked_copy(database: Path, new: Path, open_store: Callable[[Path], Store], shown: Path) -> Iterator[Store]:
    """Copy a backup to its new place, and give what it holds there, which is sound."""
    try:
        with closing(readable(database)) as source:
            why = unfit(source)
            if why:
                raise LibraryError(f"{shown} cannot be restored: it {why}.")
            copy(source, new)
        store = open_store(new.parent)
        with closing(store):
            problems = store.verify()
            if problems:
                raise unsound_backup(shown, problems[0].splitlines()[0])
            yield store
    except (sqlite3.DatabaseError, LibraryError) as error:
        # The store speaks of the folder of the copy, which nobody knows.
        met = error.__cause__ if isinstance(error, LibraryError) else error
        if met is None:
            raise
        if isinstance(met, (sqlite3.OperationalError, OSError)):
            # The disk's failure, and not the file's.
            raise met from error
        raise unsound_backup(shown, met) from error


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
