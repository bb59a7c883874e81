"""The sound or film that a transcript was made from, where it lies beside the file as added.

Nothing of it is kept in the library: it is looked for when it is wanted, and is there for as long as it lies there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from onrecord.rag.types import Briefing

_TYPES = {
    **{".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".wav": "audio/wav", ".ogg": "audio/ogg", ".opus": "audio/ogg"},
    **{".oga": "audio/ogg", ".flac": "audio/flac", ".aac": "audio/aac"},
    **{".mp4": "video/mp4", ".m4v": "video/mp4", ".webm": "video/webm", ".mov": "video/quicktime", ".ogv": "video/ogg"},
}


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
