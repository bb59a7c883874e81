"""A library in PostgreSQL as one file: a backup is of a library in a folder, whatever that was made from."""

from __future__ import annotations

import tempfile
from pathlib import Path

from onrecord.rag.store import Archive, NewBriefing
from onrecord.rag.store.refusing import damaged_at_backup, unwritable_backup


def back_up(archive: Archive, file: Path, *, shown: str) -> None:
    """Write an archive, in one state, to a file; `shown` is its address as it may be shown.

    Raises LibraryError for a damaged archive and a file that cannot be written; what was there before still is.
    """

    def in_a_folder() -> None:
        # Beside the file: where there is room for it, there is for the folder.
        with tempfile.TemporaryDirectory(dir=file.absolute().parent, prefix=f".{file.name}-") as folder:
            wrong = archive.verify()
            if wrong:
                raise damaged_at_backup(shown, wrong[0])
            _write(archive, Path(folder), file)

    try:
        archive.of_one_state(in_a_folder)
    except OSError as error:
        raise unwritable_backup(file, error) from error


def _write(archive: Archive, folder: Path, file: Path) -> None:
    # The other engine is loaded by those who back up only.
    from onrecord.rag.store.sqlite.engine import SqliteStore

    target = SqliteStore(folder)
    try:
        model = archive.model()
        if model is not None:
            for id_ in archive.ids():
                passages, embedded = tuple(archive.passages(id_)), tuple(archive.embedded(id_))
                target.add(NewBriefing(archive.briefing(id_), archive.file(id_), passages, embedded), model)
            collections = archive.collections()
            target.change_collections(lambda _: collections)
        target.back_up(file)
    finally:
        target.close()
