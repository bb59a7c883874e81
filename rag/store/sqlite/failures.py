"""What SQLite and the disk say when something fails, as one line that names the library and what to do."""

from __future__ import annotations

import errno
import sqlite3
import zlib
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

from onrecord.rag.errors import LibraryError

_Cls = TypeVar("_Cls", bound=type)

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS)
# Python 3.10 hands on SQLite's words and not its codes; the words have been the same since SQLite 3.7.
_SAYS_FULL = ("disk is full",)
_SAYS_REFUSED = ("readonly", "unable to open database file")
_SAYS_BUSY = ("is locked",)
_SAYS_DAMAGED = (
    "malformed",
    "not a database",
    "no such table",
    "no such column",
    "could not decode",
    "datatype mismatch",
)
_SAYS_FAILED = ("disk i/o error",)

FAILURES = (sqlite3.Error, OSError, zlib.error, UnicodeDecodeError)
"""What may come from SQLite, the disk and files kept compressed; SQLite's own message may hold damaged bytes."""
UNREADABLE = (sqlite3.DatabaseError, UnicodeDecodeError)
"""What may come from reading a damaged database."""


def reason(error: Exception) -> str:
    """What one of `FAILURES` says, in one line and without the words that it met."""
    return " ".join(str(error).split(" with text ")[0].split())


def said_plainly(error: Exception, folder: Path) -> LibraryError:
    """The error to raise in place of one of `FAILURES` that the library in `folder` met."""
    why = reason(error)
    said = why.lower()

    def says(parts: tuple[str, ...]) -> bool:
        return any(part in said for part in parts)

    number = error.errno if isinstance(error, OSError) else None
    if number in _FULL or says(_SAYS_FULL):
        return LibraryError(
            f"The disk of the library at {folder} is full ({why}). Free some space and do the same again; "
            "nothing is half-written, and what was there before still is."
        )
    if number in _REFUSED or says(_SAYS_REFUSED):
        return LibraryError(
            f"The library at {folder} cannot be written to ({why}). Get the right to write in that folder, "
            "or name another with --library."
        )
    if says(_SAYS_BUSY):
        return LibraryError(
            f"The library at {folder} has been kept busy by another process for a minute. "
            "Wait until that has finished, and do the same again."
        )
    if isinstance(error, (zlib.error, UnicodeDecodeError)) or says(_SAYS_DAMAGED):
        return LibraryError(
            f"The library at {folder} is damaged ({why}). Mend it with `onrecord verify --repair`; where that is "
            "refused too, bring back a backup with `onrecord restore FILE --replace`, or name a new folder with "
            "--library and add the files again."
        )
    if number == errno.EIO or says(_SAYS_FAILED):
        return LibraryError(
            f"The disk of the library at {folder} fails ({why}). See that it is sound and has room, and do the "
            "same again; nothing is half-written."
        )
    return LibraryError(
        f"The library at {folder} cannot be used ({why}). Check the folder, or name another with --library."
    )


def damaged(folder: Path, why: str) -> LibraryError:
    """The error for a library whose database is not what was written."""
    return LibraryError(
        f"The library at {folder} is damaged ({why}). Bring back a backup with `onrecord restore FILE --replace`, "
        "or name a new folder with --library and add the files again."
    )


def failing_plainly(store: _Cls) -> _Cls:
    """A store, kept in its `_folder`, whose public methods raise LibraryError in place of `FAILURES`."""

    def plainly(method: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def called(self: Any, *given: Any, **named: Any) -> Any:
            try:
                return method(self, *given, **named)
            except sqlite3.ProgrammingError:
                # A mistake of ours, and nothing that a user could mend.
                raise
            except FAILURES as error:
                raise said_plainly(error, self._folder) from error

        return called

    for name, method in list(vars(store).items()):
        if callable(method) and (name == "__init__" or not name.startswith("_")):
            setattr(store, name, plainly(method))
    return store
