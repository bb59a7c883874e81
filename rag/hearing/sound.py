"""The sound of a recording, decoded piece by piece: memory does not grow with its length."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from onrecord.rag.errors import UnreadableFile

if TYPE_CHECKING:
    from av.container import InputContainer

RATE = 16_000
"""Samples a second, as Whisper was trained."""
Samples = NDArray[np.float32]
# Whisper hears 30 seconds at once. A piece is cut where it is quietest, between these two seconds.
_EARLIEST, _LATEST = 20 * RATE, 29 * RATE
# The length of what is compared to find the quietest place: a short pause between words.
_PAUSE = RATE // 5
# Two working days: an hour takes minutes to be heard, so that a longer one is mostly a mistake.
_MOST_SECONDS = 16 * 3600
# What is opened, whatever else FFmpeg can: no playlists, which name other files and addresses.
_CONTAINERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,ogg,mp3,wav,w64,flac,aac,avi"
_GROUP = 1 << 16


@dataclass(frozen=True, slots=True)
class Sound:
    """What a container says of its sound: seconds, where it says so, and the media type of the file."""

    seconds: float | None
    media_type: str


def sound_of(path: Path) -> Sound:
    """What a recording says of itself; raises UnreadableFile, naming it, where no sound can be had of it."""
    with _opened(path) as container:
        seconds = None if container.duration is None else container.duration / 1_000_000
        if seconds is not None and seconds > _MOST_SECONDS:
            raise UnreadableFile(
                f"{path.name}: lasts {seconds / 3600:.0f} hours, and {_MOST_SECONDS // 3600} are heard at most. "
                "Cut it, and add the parts."
            )
        # Pictures of an album's cover are no film.
        film = any(not stream.disposition & stream.disposition.attached_pic for stream in container.streams.video)
        return Sound(seconds, _media_type(container.format.name, film=film))


def pieces_of(path: Path, since: float = 0.0) -> Iterator[tuple[float, Samples]]:
    """Yield the sound from a second on in pieces of up to 29 seconds: where each begins, and its samples, (n,).

    They are mono, 16,000 a second, from -1 to 1. Each ends where it is quietest. Raises as `sound_of` does.
    """
    start = round(since * RATE)
    waiting = np.zeros(0, np.float32)
    for samples in _decoded(path, start):
        waiting = np.concatenate([waiting, samples])
        while len(waiting) >= _LATEST:
            cut = quietest(waiting[_EARLIEST:_LATEST]) + _EARLIEST
            yield start / RATE, waiting[:cut]
            waiting, start = waiting[cut:], start + cut
    if len(waiting):
        yield start / RATE, waiting


def quietest(samples: Samples) -> int:
    """The middle of the quietest fifth of a second among samples, (n,)."""
    energy = np.cumsum(np.concatenate([np.zeros(1), np.square(samples, dtype=np.float64)]))
    if len(samples) <= _PAUSE:
        return len(samples) // 2
    return int(np.argmin(energy[_PAUSE:] - energy[:-_PAUSE])) + _PAUSE // 2


@contextmanager
def _opened(path: Path) -> Iterator[InputContainer]:
    import av

    options = {"format_whitelist": _CONTAINERS, "protocol_whitelist": "file"}
    try:
        with av.open(str(path), metadata_errors="ignore", options=options) as container:
            if not container.streams.audio:
                raise UnreadableFile(f"{path.name}: holds no sound. Add a recording in which people speak.")
            yield container
    except (av.error.FFmpegError, ValueError) as error:
        raise UnreadableFile(
            f"{path.name}: this recording is damaged, or none that can be opened ({_reason(error)}). "
            "Play it, save it again as MP3 or WAV, and add that."
        ) from error


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or type(error).__name__


def _decoded(path: Path, skipped: int) -> Iterator[Samples]:
    """The samples of a recording behind so many, in groups."""
    import av

    heard = position = 0
    group: list[Samples] = []
    with _opened(path) as container:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
        frames = container.decode(audio=0)
        while True:
            try:
                frame = next(frames, None)
            except av.error.InvalidDataError:
                # A frame that is damaged; a player leaves it out too.
                continue
            if frame is not None:
                frame.pts = None
            for part in resampler.resample(frame):
                samples = part.to_ndarray().reshape(-1).astype(np.float32, copy=False)
                heard += len(samples)
                group.append(samples[max(0, skipped - position) :])
                position += len(samples)
            if position > _MOST_SECONDS * RATE:
                raise UnreadableFile(f"{path.name}: lasts more than {_MOST_SECONDS // 3600} hours. Cut it into parts.")
            if frame is None or sum(map(len, group)) >= _GROUP:
                yield np.nan_to_num(np.concatenate([np.zeros(0, np.float32), *group]))
                group = []
            if frame is None:
                break
    if not heard:
        raise UnreadableFile(f"{path.name}: its sound is empty. Add a recording in which people speak.")


def _media_type(format_name: str, *, film: bool) -> str:
    """The media type of a container, by the name that FFmpeg gives its format."""
    kinds = format_name.split(",")
    if "mp4" in kinds:
        return "video/mp4" if film else "audio/mp4"
    if "webm" in kinds:
        return "video/webm" if film else "audio/webm"
    if "ogg" in kinds:
        return "video/ogg" if film else "audio/ogg"
    if "avi" in kinds:
        return "video/x-msvideo"
    return {"mp3": "audio/mpeg", "wav": "audio/wav", "flac": "audio/flac", "aac": "audio/aac"}.get(
        kinds[0], "application/octet-stream"
    )
