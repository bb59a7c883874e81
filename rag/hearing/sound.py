"""The sound of a recording, decoded piece by piece: memory does not grow with its length."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from onrecord.rag.errors import UnreadableFile

if TYPE_CHECKING:
    from av import AudioFrame
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
# A container that cannot be read so many times without anything between is at its end.
_MOST_DAMAGED = 100


@dataclass(frozen=True, slots=True)
class Sound:
    """What a container says of its sound: seconds, where it says so, the file's media type, and how many tracks."""

    seconds: float | None
    media_type: str
    tracks: int = 1


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
        return Sound(seconds, _media_type(container.format.name, film=film), len(container.streams.audio))


def pieces_of(path: Path, since: float = 0.0, track: int = 0) -> Iterator[tuple[float, Samples]]:
    """Yield the sound from a second on in pieces of up to 29 seconds: where each begins, and its samples, (n,).

    It is that of one track, of 0, 1, …. The pieces are mono, 16,000 a second, from -1 to 1; each ends where it is
    quietest. Raises as `sound_of` does.
    """
    start = round(since * RATE)
    waiting = np.zeros(0, np.float32)
    for samples in _decoded(path, start, track):
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


def _decoded(path: Path, skipped: int, track: int) -> Iterator[Samples]:
    """The samples of a track behind so many, in groups."""
    import av

    heard = position = 0
    group: list[Samples] = []
    with _opened(path) as container:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
        for frame in chain(_frames(container, track), [None]):
            if isinstance(frame, float):
                # What comes later stays at its second.
                parts = [np.zeros(round(frame * RATE), np.float32)]
            else:
                if frame is not None:
                    frame.pts = None
                parts = [_samples(part) for part in resampler.resample(frame)]
                heard += sum(map(len, parts))
            for samples in parts:
                group.append(samples[max(0, skipped - position) :])
                position += len(samples)
            if position > _MOST_SECONDS * RATE:
                raise UnreadableFile(f"{path.name}: lasts more than {_MOST_SECONDS // 3600} hours. Cut it into parts.")
            if frame is None or sum(map(len, group)) >= _GROUP:
                yield np.nan_to_num(np.concatenate([np.zeros(0, np.float32), *group]))
                group = []
    if not heard:
        raise UnreadableFile(f"{path.name}: its sound is empty. Add a recording in which people speak.")


def _samples(frame: AudioFrame) -> Samples:
    samples: Samples = frame.to_ndarray().reshape(-1).astype(np.float32, copy=False)
    return samples


def _frames(container: InputContainer, track: int) -> Iterator[AudioFrame | float]:
    """The frames of a track; in place of those that are damaged, how many seconds they would last."""
    import av

    stream = container.streams.audio[track]
    damaged = 0
    # What has raised an error gives nothing more: after each that is damaged another begins where that one stood.
    while damaged < _MOST_DAMAGED:
        try:
            for packet in container.demux(stream):
                try:
                    yield from cast("list[AudioFrame]", packet.decode())
                    damaged = 0
                except av.error.FFmpegError:
                    # Noise in place of AAC is "not permitted", for one.
                    yield float((packet.duration or 0) * (packet.time_base or 0))
            return
        except av.error.InvalidDataError:
            damaged += 1


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
