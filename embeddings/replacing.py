"""Writing a file whole or not at all."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# What is left of a long name, so that the one beside it is not too long for the disk.
_NAME = 100


def beside(path: Path) -> Path:
    """A name in the same folder that nothing has, hidden and beginning with the file's own."""
    return path.with_name(f".{path.name[:_NAME]}-{uuid.uuid4().hex}")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A place to write what takes that of `path` at the end of the block, once it is safe on the disk.

    Until then, and after any error, `path` stays as it was. Raises OSError.
    """
    temporary = beside(path)
    try:
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
