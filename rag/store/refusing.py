"""What every engine refuses to give out, in the same words (pure)."""

from __future__ import annotations

import zlib
from hashlib import sha256
from pathlib import Path

from onrecord.rag.errors import LibraryError, UnknownBriefing
from onrecord.rag.store import EmbeddingModel

REPAIR = "`onrecord verify --repair`"


def unknown_briefing(briefing_id: str) -> UnknownBriefing:
    """The error for an id that no briefing has."""
    return UnknownBriefing(
        f"No briefing has the id {briefing_id!r}: it has been removed since, or never was in this library. "
        "`onrecord list` shows the ids."
    )


def altered_briefing(briefing_id: str) -> LibraryError:
    """The error for a briefing that is not as its digests say."""
    return LibraryError(
        f"Briefing {briefing_id} is no longer as it was added: the library's database was altered or is damaged, and "
        f"nothing of it is shown. {REPAIR} reads it again from the file kept."
    )


def altered_passage(briefing_id: str) -> LibraryError:
    """The error for what was computed from a passage of a briefing and is not as its checksum says."""
    return LibraryError(
        f"What was computed from a passage of briefing {briefing_id} is no longer as it was written: the library's "
        f"database was altered or is damaged. {REPAIR} computes it again."
    )


def altered_file(briefing_id: str) -> LibraryError:
    """The error for a file that is not as its SHA-256 says."""
    return LibraryError(
        f"Briefing {briefing_id}: the file kept no longer has its SHA-256, and is not given out. {REPAIR} takes it "
        "again from where it was added; where it is gone, restore a backup."
    )


def altered_collection(name: str) -> LibraryError:
    """The error for a collection that is not as its digest says."""
    return LibraryError(
        f"The collection {name!r} is no longer as it was made: the library's database was altered or is damaged. "
        f"{REPAIR} keeps the briefings that it still names."
    )


def altered_notes() -> LibraryError:
    """The error for what a library notes about itself and is not as its digest says."""
    return LibraryError(
        "What the library notes about itself is no longer as it was written: its database was altered or is "
        f"damaged. {REPAIR} finds it again."
    )


def damaged_at_backup(place: object, wrong: str) -> LibraryError:
    """The error for a backup of a library that is damaged: `wrong` is the first thing that is."""
    return LibraryError(
        f"The library at {place} is damaged ({wrong}): no backup was made, and an older one is left as it is. "
        "`onrecord verify` says all that is wrong."
    )


def unwritable_backup(file: Path, error: Exception) -> LibraryError:
    """The error for a backup that the disk refuses."""
    return LibraryError(
        f"{file}: the backup cannot be written ({error}). Choose a place that has room and that you may write to; "
        "what was there before still is."
    )


def unsound_backup(file: Path, wrong: object) -> LibraryError:
    """The error for a file that is no backup, or a damaged one: `wrong` is what is."""
    return LibraryError(f"{file} is no sound backup ({wrong}). Take an older one; nothing was changed.")


def unrestorable(file: Path, folder: Path, error: Exception) -> LibraryError:
    """The error for a backup that the disk refuses to bring back into a folder."""
    return LibraryError(
        f"{file} cannot be restored to {folder} ({error}). See that there is room and that you may write there."
    )


def is_intact(compressed: bytes | None, expected: str) -> bool:
    """Whether a file, compressed as it is kept, still has its SHA-256, in hexadecimal digits."""
    try:
        return compressed is not None and sha256(zlib.decompress(compressed)).hexdigest() == expected
    except (zlib.error, TypeError):
        # Of a damaged row SQLite may give a number, whatever its table says.
        return False


def require_model(held: EmbeddingModel | None, own: EmbeddingModel) -> None:
    """Raise LibraryError where a library holds vectors of another model."""
    if held is not None and held != own:
        raise LibraryError(
            f"The library's vectors are of the model {held.name}, but {own.name} is set. "
            "Unset ONRECORD_MODEL, or embed all passages again with `onrecord reembed`."
        )


def require_model_to_repair(held: EmbeddingModel | None, own: EmbeddingModel) -> None:
    """Raise LibraryError where vectors are to be computed again and are of another model."""
    if held is not None and held != own:
        raise LibraryError(
            f"The library's vectors are of the model {held.name}, but {own.name} is set. Set ONRECORD_MODEL to that "
            "one and repair again."
        )
