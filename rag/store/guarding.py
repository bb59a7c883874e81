"""What SQLite says of a database that it cannot read or write reaches people as a LibraryError with the remedy."""

from __future__ import annotations

import functools
import sqlite3
from collections.abc import Callable
from typing import Any, TypeVar

from onrecord.rag.errors import LibraryError

_Store = TypeVar("_Store")


def guarded(store: type[_Store]) -> type[_Store]:
    """Let every public method of a store raise LibraryError where SQLite raises an error of its own."""
    for name, member in list(vars(store).items()):
        if callable(member) and not name.startswith("_"):
            setattr(store, name, _guarded(member))
    return store


def _guarded(method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def told(*arguments: Any, **named: Any) -> Any:
        try:
            return method(*arguments, **named)
        except sqlite3.DatabaseError as error:
            raise LibraryError(
                f"The library's database cannot be used: {error}. `onrecord verify` says what is wrong with it; "
                "`onrecord verify --repair` saves what can still be read, and a backup can be restored."
            ) from error

    return told
