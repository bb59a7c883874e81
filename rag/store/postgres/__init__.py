"""A library in PostgreSQL with pgvector, for many readers and many machines: the only door to the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onrecord.rag.errors import LibraryError

if TYPE_CHECKING:
    from onrecord.rag.store.postgres.store import PostgresStore


def open_store(address: str) -> PostgresStore:
    """Open the library at an address, making its tables where there are none.

    Raises LibraryError where the engine is not installed, the server cannot be reached, or what is there is no library.
    """
    try:
        from onrecord.rag.store.postgres.store import PostgresStore
    except ImportError as error:
        raise LibraryError(
            "A library in PostgreSQL needs packages that are not installed. Install them with "
            "`pip install 'onrecord[postgres]'`."
        ) from error
    return PostgresStore(address)
