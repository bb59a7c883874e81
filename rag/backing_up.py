"""A library as one file, and back: its database alone, or with the recordings that were added a TAR archive of both.

The archive holds `library.db` and `recordings/ID`, so that any program for TAR files takes one apart.
"""

from __future__ import annotations

import shutil
import tarfile
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from onrecord.embeddings.replacing import replacing
from onrecord.rag.errors import LibraryError, UnreadableFile
from onrecord.rag.readers.heard import heard_in
from onrecord.rag.recordings import RECORDINGS, Recordings
from onrecord.rag.store import Store
from onrecord.rag.store.refusing import unrestorable, unsound_backup, unwritable_backup
from onrecord.rag.store.sqlite.backup import require_free, restored
from onrecord.rag.store.sqlite.failures import FAILURES
from onrecord.rag.store.sqlite.schema import DATABASE

# What a TAR archive has at this place (POSIX.1-1988), and what a database begins with.
_TAR, _TAR_PLACE = b"ustar", 257
_SQLITE = b"SQLite format 3\0"


@dataclass(frozen=True, slots=True)
class BackedUp:
    """The recordings in a backup: how many, and of how many bytes; and the ids of briefings whose recording is not.

    Those lie on another machine, are gone, or are not what was heard.
    """

    recordings: int = 0
    bytes: int = 0
    left_out: tuple[str, ...] = ()


def back_up_with_recordings(store: Store, recordings: Recordings, recorded: Mapping[str, str], file: Path) -> BackedUp:
    """Write a library, as it stands in one moment, with its recordings to a file, whole or not at all.

    `recorded` is the SHA-256 of each recording by its briefing's id. Raises LibraryError for a damaged library and a
    file that cannot be written; what was there before still is.
    """
    sound = [one for one, sha256 in recorded.items() if not recordings.problems(one, sha256)]
    left_out = tuple(sorted(recorded.keys() - sound))
    if not sound:
        store.back_up(file)
        return BackedUp(left_out=left_out)
    size = 0
    try:
        # Beside the file: where there is room for it, there is for the database.
        with tempfile.TemporaryDirectory(dir=file.absolute().parent, prefix=f".{file.name}-") as folder:
            database = Path(folder) / DATABASE
            store.back_up(database)
            with replacing(file) as new, tarfile.open(new, "w") as archive:
                archive.add(database, DATABASE, filter=_nobodys)
                for one in sound:
                    place = recordings.folder / one
                    size += place.stat().st_size
                    archive.add(place, f"{RECORDINGS}/{one}", filter=_nobodys)
    except OSError as error:
        raise unwritable_backup(file, error) from error
    return BackedUp(len(sound), size, left_out)


def _nobodys(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """A file of an archive that does not tell who on which machine made it."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


def restore(file: Path, folder: Path, *, replace: bool, open_store: Callable[[Path], Store]) -> int:
    """Make a library of a backup, once it was found sound; returns how many briefings it holds.

    A library in the folder is replaced only if told so, and only while nobody uses it. Raises LibraryError for a file
    that is no sound backup and a folder that is taken, in use or not to be written to; the folder is then as before.
    """
    if not file.is_file():
        raise LibraryError(f"{file}: there is no such file. Name a file that `onrecord backup` has written.")
    require_free(folder, replace=replace)
    try:
        if not _is_archive(file):
            with restored(file, folder, replace=replace, open_store=open_store, shown=file) as store:
                return len(store.summaries())
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".restoring-", dir=folder, ignore_cleanup_errors=True) as temporary:
            unpacked = Path(temporary)
            _unpack(file, unpacked)
            return _restore_with_recordings(file, unpacked, folder, replace=replace, open_store=open_store)
    except FAILURES as error:
        raise unrestorable(file, folder, error) from error


def _is_archive(file: Path) -> bool:
    with file.open("rb") as opened:
        beginning = opened.read(_TAR_PLACE + len(_TAR))
    return beginning[_TAR_PLACE:] == _TAR and not beginning.startswith(_SQLITE)


def _unpack(file: Path, folder: Path) -> None:
    """Write what an archive holds of a library into a folder; nothing else in it is looked at."""
    (folder / RECORDINGS).mkdir()
    try:
        with tarfile.open(file, "r:") as archive:
            for member in archive:
                inside, _, name = member.name.rpartition("/")
                # An id has no sign that leads elsewhere.
                if not member.isfile() or not (member.name == DATABASE or (inside == RECORDINGS and name.isalnum())):
                    continue
                content = archive.extractfile(member)
                if content is not None:
                    with content, (folder / member.name).open("wb") as out:
                        shutil.copyfileobj(content, out)
    except (tarfile.TarError, EOFError) as error:
        raise unsound_backup(file, error) from error
    if not (folder / DATABASE).exists():
        raise unsound_backup(file, f"it holds no {DATABASE}")


def _restore_with_recordings(
    file: Path, unpacked: Path, folder: Path, *, replace: bool, open_store: Callable[[Path], Store]
) -> int:
    kept, found = Recordings(folder / RECORDINGS), Recordings(unpacked / RECORDINGS)
    placed: list[str] = []
    try:
        with restored(unpacked / DATABASE, folder, replace=replace, open_store=open_store, shown=file) as store:
            for one in set(found.ids()).intersection(store.ids()):
                if found.problems(one, _sha256(store, one, file)):
                    raise unsound_backup(file, f"the recording of briefing {one} is not what was heard")
                # Of one id they are the same to the byte, so that one which is there may be in use, or damaged.
                if kept.take(found.folder / one, one):
                    placed.append(one)
            return len(store.summaries())
    except BaseException:
        kept.forget(placed)
        with suppress(OSError):
            kept.folder.rmdir()
        raise


def _sha256(store: Store, briefing_id: str, file: Path) -> str:
    try:
        return heard_in(briefing_id, store.file(briefing_id)).sha256
    except UnreadableFile as error:
        raise unsound_backup(file, f"briefing {briefing_id} was made of no recording") from error
