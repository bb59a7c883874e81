"""What PostgreSQL and the way to it say when something fails, as one line that names the library and what to do."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import psycopg
from psycopg import errors
from psycopg_pool import PoolTimeout

from onrecord.rag.errors import LibraryError
from onrecord.rag.store.postgres.address import Address

_Cls = TypeVar("_Cls", bound=type)

# What has no code while a connection is being made is told by the server's words, English unless it was told otherwise.
_SAYS_PASSWORD = ("password authentication failed", "no password supplied", "authentication failed")
_SAYS_NO_USER = ('role "', "does not exist")
_SAYS_NO_DATABASE = ('database "', "does not exist")
_DAMAGED = (errors.DataCorrupted, errors.IndexCorrupted)
_LOST = (errors.AdminShutdown, errors.CrashShutdown, errors.CannotConnectNow, errors.IdleInTransactionSessionTimeout)
_BUSY = (PoolTimeout, errors.TooManyConnections, errors.LockNotAvailable, errors.QueryCanceled, errors.DeadlockDetected)
_MISSING = (errors.UndefinedTable, errors.UndefinedColumn, errors.UndefinedObject)
AGAIN = (errors.SerializationFailure, errors.DeadlockDetected)
"""What ends a transaction that may be begun again at once."""


def is_lost(error: psycopg.Error) -> bool:
    """Whether the connection ended in the middle, for whatever reason."""
    return isinstance(error, _LOST) or (isinstance(error, psycopg.OperationalError) and error.sqlstate is None)


def told(error: Exception, address: Address) -> str:
    """What an error says, in one line and without the password."""
    said = " ".join(str(error).split())
    password = address.parameters.get("password")
    return said.replace(password, "…") if password else said


def failure_of(error: psycopg.Error, address: Address) -> LibraryError:
    """The error to raise in place of one that the library at an address met."""
    why = told(error, address)
    said = why.lower()
    place = f"The library at {address.shown}"
    if any(words in said for words in _SAYS_PASSWORD) or all(words in said for words in _SAYS_NO_USER):
        return LibraryError(
            f"{place} refuses the user or the password ({why}). Correct the address, or keep the password in "
            "~/.pgpass or PGPASSWORD."
        )
    if isinstance(error, errors.InvalidCatalogName) or all(words in said for words in _SAYS_NO_DATABASE):
        return LibraryError(f"{place} is not there ({why}). Make the database with `createdb`, or correct the address.")
    if isinstance(error, errors.InsufficientPrivilege):
        return LibraryError(
            f"{place} may not be used by this user ({why}). Let the database's owner grant the right, or name "
            "another user in the address."
        )
    if isinstance(error, errors.ReadOnlySqlTransaction) or "not read-write" in said or "is read-only" in said:
        return LibraryError(
            f"{place} can only be read now ({why}). Name the primary's host in the address too, and do the same again "
            "when it is back."
        )
    if isinstance(error, (errors.DiskFull, errors.OutOfMemory)):
        return LibraryError(
            f"The server of the library at {address.shown} has no room left ({why}). Make some there and do the same "
            "again; nothing is half-written."
        )
    if isinstance(error, _DAMAGED):
        return LibraryError(
            f"{place} is damaged ({why}). Restore PostgreSQL's own backup, or bring one of `onrecord backup` back with "
            "`onrecord copy`."
        )
    if isinstance(error, _BUSY):
        return LibraryError(f"{place} is too busy ({why}). Wait a little, and do the same again.")
    if isinstance(error, _MISSING):
        return LibraryError(
            f"{place} is no longer one ({why}): another program changed its tables. Restore a backup into an empty "
            "database."
        )
    if is_lost(error):
        return LibraryError(
            f"{place} cannot be reached ({why}). See that PostgreSQL runs there and that the address is right, and do "
            "the same again; nothing is half-written."
        )
    return LibraryError(f"{place} cannot be used ({why}). Check the server's log.")


def without_pgvector(error: psycopg.Error, address: Address) -> LibraryError:
    """The error where the extension that searches by vectors cannot be had."""
    return LibraryError(
        f"The library at {address.shown} needs the extension pgvector ({told(error, address)}). Install it on the "
        "server, 0.8 or newer, and let its administrator say `CREATE EXTENSION vector` in this database."
    )


def translating_failures(store: _Cls) -> _Cls:
    """A store whose public methods raise LibraryError in place of psycopg's errors.

    Within `of_one_state` they pass as they are, since it may begin again; it is a public method itself.
    """

    def plainly(method: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def called(self: Any, *given: Any, **named: Any) -> Any:
            try:
                return method(self, *given, **named)
            except (psycopg.ProgrammingError, psycopg.DataError) as error:
                if isinstance(error, (errors.InsufficientPrivilege, errors.InvalidCatalogName, *_MISSING)):
                    raise failure_of(error, self._address) from error
                # A mistake of ours, and nothing that a user could mend.
                raise
            except psycopg.Error as error:
                if self._connections.is_in_transaction:
                    raise
                raise failure_of(error, self._address) from error

        return called

    for name, method in list(vars(store).items()):
        if callable(method) and not name.startswith("_"):
            setattr(store, name, plainly(method))
    return store
