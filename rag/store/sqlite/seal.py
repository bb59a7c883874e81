"""The seal: the SHA-256 of the database's file when it was last at rest, to find changes in bytes that no row holds.

It is a cache like the others: of another state than the database's it says nothing, and it is made anew when a library
that was written to is closed, and when it is found sound.
"""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
from pathlib import Path

from onrecord.embeddings import replacing
from onrecord.rag.store.sqlite.rows import meta
from onrecord.rag.store.sqlite.schema import DATABASE, SEAL

# A process of its own reads the file: closing it in this one would drop the locks that SQLite holds on it here
# (https://www.sqlite.org/howtocorrupt.html, 2.2).
_HASH = """
import hashlib, sys
digest = hashlib.sha256()
with open(sys.argv[1], "rb") as file:
    while part := file.read(1 << 20):
        digest.update(part)
print(digest.hexdigest())
"""


def is_broken(folder: Path, connection: sqlite3.Connection) -> bool:
    """Whether the file's bytes are others than when it was sealed in the same state."""
    with contextlib.suppress(OSError, UnicodeDecodeError, ValueError):
        state, _ = sealed = tuple((folder / SEAL).read_text(encoding="ascii").split())
        if state == meta(connection, "state"):
            return _at_rest(folder, connection) not in (None, sealed)
    return False


def write(folder: Path, connection: sqlite3.Connection, *, at_most: int | None = None) -> None:
    """Seal the file, unless somebody is writing or the folder cannot be written to: a seal may be missing.

    One of more than `at_most` bytes is left without: reading all of it would take long.
    """
    if at_most is not None and (folder / DATABASE).stat().st_size > at_most:
        return
    sealed = _at_rest(folder, connection)
    if sealed is not None:
        with contextlib.suppress(OSError), replacing(folder / SEAL) as new:
            new.write_text(" ".join(sealed), encoding="ascii")


def _at_rest(folder: Path, connection: sqlite3.Connection) -> tuple[str, str] | None:
    """The database's state and the SHA-256 of its file, or None where that is not all written or changes meanwhile."""
    state = meta(connection, "state")
    try:
        busy, logged, written = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    except sqlite3.OperationalError:
        return None
    if state is None or busy or logged != written or not sys.executable:
        return None
    command = [sys.executable, "-I", "-S", "-c", _HASH, str(folder / DATABASE)]
    hashed = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    if hashed.returncode or meta(connection, "state") != state:
        return None
    return state, hashed.stdout.strip()
