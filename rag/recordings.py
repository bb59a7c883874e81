"""The sound or film of a briefing: what was added and heard, what lies beside a transcript, or where one is told.

A recording that was added is kept with the library, as a file of its own: it is too large for a database, and is played
from there. Of one that lies beside a transcript, or at a path that was told, nothing is kept: it is there for as long
as it lies there. One at an address is never fetched: a link leads to it.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from onrecord.embeddings.replacing import replacing
from onrecord.rag.errors import InvalidRequest
from onrecord.rag.readers.metadata import checked_metadata
from onrecord.rag.types import Briefing

if TYPE_CHECKING:
    from onrecord.rag.readers.heard import HeardRecording

RECORDINGS = "recordings"
"""The name of the folder, beside a library, of the recordings that were added."""
# What is kept for a briefing that is not held after a day belongs to a process that was killed.
_LONGEST_ADDING = 86_400
_READ_AT_ONCE = 1 << 22

_TYPES = {
    **{".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".wav": "audio/wav", ".ogg": "audio/ogg", ".opus": "audio/ogg"},
    **{".oga": "audio/ogg", ".flac": "audio/flac", ".aac": "audio/aac"},
    **{".mp4": "video/mp4", ".m4v": "video/mp4", ".webm": "video/webm", ".mov": "video/quicktime", ".ogv": "video/ogg"},
}


# What would end a link in Markdown or HTML, and in no address stands as it is (RFC 3986).
_UNSAFE = re.compile(r"[\"'<>\\^`{|}]")


@dataclass(frozen=True, slots=True)
class Recording:
    """A file of sound or film, and its media type ("audio/mpeg")."""

    path: Path
    media_type: str


def recording_beside(briefing: Briefing) -> Recording | None:
    """The recording that has the name of the file as added and lies in its folder; None where there is none.

    `talk.mp3` belongs to `talk.vtt`, and to `talk.en.vtt` too. A file counts only where the transcript beside it is
    still the very one that was added: nobody who can name a file in an upload is shown what lies on this machine.
    """
    transcript = Path(briefing.source)
    if not transcript.is_absolute():
        return None
    try:
        found = _beside(transcript)
        if found is None or sha256(transcript.read_bytes()).hexdigest() != briefing.sha256:
            return None
    except OSError:
        return None
    return found


def told_media(media: str | Path) -> str:
    """Where a recording lies, as it is kept with a briefing: an address, or the whole path of a file on this machine.

    A path is a `Path`: what comes over a network is a `str`, and names no file. Raises InvalidRequest.
    """
    if isinstance(media, str):
        try:
            address = checked_metadata({"url": media}).url or ""
        except InvalidRequest:
            address = ""
        if not address or _UNSAFE.search(address):
            raise InvalidRequest(
                f"The recording {media!r} cannot be used. Give an address that begins with http:// or https://."
            )
        return address
    path = media.expanduser().resolve()
    if not path.is_file() or not _is_recording(path):
        raise InvalidRequest(
            f"{media}: is no recording on this machine. Give an address that begins with http:// or https://, or the "
            f"path of a file with one of the endings {', '.join(_TYPES)}."
        )
    return str(path)


def recording_told(briefing: Briefing) -> Recording | None:
    """The recording at the path that somebody told; None where none was, or where it is not on this machine."""
    path = Path(briefing.media or "")
    # What has since become a link may lead anywhere.
    if path.is_absolute() and _is_recording(path) and path.is_file() and not path.is_symlink():
        return Recording(path, _TYPES[path.suffix.lower()])
    return None


@dataclass(frozen=True, slots=True)
class Recordings:
    """The recordings that were added, in a folder beside the library: each under the id of the briefing heard in it."""

    folder: Path

    def keep(self, path: Path, briefing_id: str) -> bool:
        """Copy a recording, unless it is there; whether it was copied. Raises OSError, and all is then as before."""
        place = self.folder / briefing_id
        if place.exists():
            return False
        self.folder.mkdir(parents=True, exist_ok=True)
        with replacing(place) as copy:
            shutil.copyfile(path, copy)
        return True

    def take(self, path: Path, briefing_id: str) -> bool:
        """Move a recording here, in place of one that is there; whether there was none. Raises OSError."""
        place = self.folder / briefing_id
        new = not place.exists()
        self.folder.mkdir(parents=True, exist_ok=True)
        path.replace(place)
        return new

    def take_over(self, other: Recordings) -> None:
        """Copy all recordings of another folder."""
        for briefing_id in other.ids():
            self.keep(other.folder / briefing_id, briefing_id)

    def of(self, briefing_id: str, heard: HeardRecording) -> Recording | None:
        """The recording in which a briefing was heard, where it is kept on this machine."""
        place = self.folder / briefing_id
        return Recording(place, heard.media_type) if place.is_file() else None

    def ids(self) -> list[str]:
        """The ids of the briefings whose recordings are kept."""
        with suppress(OSError):
            return sorted(file.name for file in self.folder.iterdir() if not file.name.startswith("."))
        return []

    def ids_of_yesterday(self) -> list[str]:
        """Those kept for longer than anything is being added."""
        before = time.time() - _LONGEST_ADDING
        return [one for one in self.ids() if (self.folder / one).stat().st_mtime < before]

    def mend(self, source: Path, briefing_id: str, sha256: str) -> list[str]:
        """Copy a recording again from where it was added, where that is still the same; a line where it was done."""
        try:
            if not source.is_absolute() or sha256_of(source) != sha256:
                return []
            self.forget([briefing_id])
            self.keep(source, briefing_id)
        except OSError:
            return []
        return [f"{briefing_id}: its recording was copied again from {source}."]

    def forget(self, briefing_ids: Iterable[str]) -> None:
        """Delete the recordings of briefings that are no longer held."""
        for briefing_id in briefing_ids:
            with suppress(OSError):
                (self.folder / briefing_id).unlink()

    def problems(self, briefing_id: str, sha256: str) -> list[str]:
        """What is wrong with a briefing's recording, which had this SHA-256, a line each; empty when all is well."""
        place = self.folder / briefing_id
        try:
            if sha256_of(place) == sha256:
                return []
            problem = "has changed"
        except OSError as error:
            problem = f"cannot be read ({error.strerror})" if place.exists() else "is missing"
        return [f"{briefing_id}: its recording {place} {problem}, and is not played. Add the recording again."]


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file of any size."""
    digest = sha256()
    with path.open("rb") as file:
        while chunk := file.read(_READ_AT_ONCE):
            digest.update(chunk)
    return digest.hexdigest()


def without_recordings(files: Sequence[Path]) -> list[Path]:
    """Files to be added, without the recordings that belong to a transcript among them."""
    transcribed = {(file.parent, stem) for file in files if not _is_recording(file) for stem in _stems(file)}
    return [file for file in files if not (_is_recording(file) and (file.parent, file.stem) in transcribed)]


def _is_recording(file: Path) -> bool:
    return file.suffix.lower() in _TYPES


def _stems(transcript: Path) -> tuple[str, str]:
    """The names that its recording may have: that of `talk.en.vtt` is called `talk` too."""
    return transcript.stem, Path(transcript.stem).stem


def _beside(transcript: Path) -> Recording | None:
    for stem in dict.fromkeys(_stems(transcript)):
        for ending, media_type in _TYPES.items():
            for spelt in (ending, ending.upper()):
                file = transcript.with_name(stem + spelt)
                # A link may lead anywhere.
                if file.is_file() and not file.is_symlink():
                    return Recording(file, media_type)
    return None
