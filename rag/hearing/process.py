"""Hearing in a process of its own: what a damaged recording does there, it does to nobody else, and all that a model
takes of memory goes with it.

What is heard comes back piece by piece as lines of JSON; where the process is ended, what has come is whole.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import cast

from pydantic import TypeAdapter

from onrecord.rag.errors import OnRecordError, UnreadableFile
from onrecord.rag.hearing.sound import RATE, pieces_of, sound_of
from onrecord.rag.hearing.voices import Voices, installed_voices
from onrecord.rag.hearing.whisper import Whisper
from onrecord.rag.readers.heard import HeardWord

# How long nothing need be said before it is asked whether to go on.
_TICK = 0.3


@dataclass(frozen=True, slots=True)
class VoicedWords:
    """Words of one speaker, as far as pauses tell; `voice` is the unit vector of their voice, where that is known."""

    words: tuple[HeardWord, ...]
    language: str
    voice: tuple[float, ...] | None = None


@dataclass(frozen=True, slots=True)
class HeardPiece:
    """What was heard up to a second of a recording since the piece before, and how much of that holds speech.

    `seconds` is how long the whole is said to be, and `media_type` what it is.
    """

    until: float
    seconds: float | None
    media_type: str
    spoken: float
    said: tuple[VoicedWords, ...]


@dataclass(frozen=True, slots=True)
class ToHear:
    """What a process is told: which recording, from which second on, in which language so far, by which model."""

    path: str
    since: float
    language: str | None
    model: str
    model_name: str


PIECE = TypeAdapter(HeardPiece)
_TO_HEAR = TypeAdapter(ToHear)


def heard_apart(wanted: ToHear) -> Iterator[HeardPiece | None]:
    """Yield what a process of its own hears, and None a few times a second where nothing has come meanwhile.

    Raises UnreadableFile, naming the recording, where it is damaged, holds no sound or crashes that process, and
    ModelError for a model that cannot be loaded. Whoever stops reading ends the process.
    """
    name = Path(wanted.path).name
    with _started(wanted) as process:
        lines: SimpleQueue[bytes] = SimpleQueue()

        def read() -> None:
            for line in cast(Iterator[bytes], process.stdout):
                lines.put(line)
            lines.put(b"")

        Thread(target=read, daemon=True).start()
        while True:
            try:
                line = lines.get(timeout=_TICK)
            except Empty:
                yield None
                continue
            if line.startswith(b'{"refused"'):
                raise UnreadableFile(json.loads(line)["refused"])
            if not line.endswith(b"\n"):
                break
            yield PIECE.validate_json(line)
        if process.wait():
            raise UnreadableFile(
                f"{name}: hearing it ended early (status {process.returncode}): it is damaged, or memory is short. "
                "Play it, save it again as MP3 or WAV, and add that; what was heard so far is kept."
            )


@contextmanager
def _started(wanted: ToHear) -> Iterator[subprocess.Popen[bytes]]:
    # The same modules as here, wherever they came from; and nothing is asked of a model hub.
    path = os.pathsep.join(filter(None, sys.path))
    environment = {**os.environ, "PYTHONPATH": path, "HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
    process = subprocess.Popen(  # noqa: S603  (what it is to hear comes by its standard input)
        [sys.executable, "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        # Ctrl-C is for the parent, which then ends this one.
        start_new_session=True,
    )
    try:
        # It ends with its standard input, so that nobody hears on for a parent that was killed.
        with suppress(OSError):
            stdin = process.stdin
            if stdin is not None:
                stdin.write(_TO_HEAR.dump_json(wanted) + b"\n")
                stdin.flush()
        yield process
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()


def _hear(wanted: ToHear) -> Iterator[HeardPiece]:
    path = Path(wanted.path)
    sound = sound_of(path)
    whisper = Whisper(Path(wanted.model), wanted.model_name)
    network = installed_voices()
    voices = None if network is None else Voices(network)
    language = wanted.language
    track = _spoken_track(path, sound.tracks, whisper)
    for start, samples in pieces_of(path, wanted.since, track):
        uttered, spoken = whisper.hear(samples, language)
        said = []
        for each in uttered:
            first, last = (round(at * RATE) for at in (each.words[0].start, each.words[-1].end))
            voice = None if voices is None else voices.vector(samples[first:last])
            words = [HeardWord(w.text, round(start + w.start, 2), round(start + w.end, 2)) for w in each.words]
            said.append(VoicedWords(tuple(words), each.language, voice))
            language = each.language
        until = start + len(samples) / RATE
        yield HeardPiece(round(until, 3), sound.seconds, sound.media_type, round(spoken, 2), tuple(said))


def _spoken_track(path: Path, tracks: int, whisper: Whisper) -> int:
    """The first track in which somebody speaks: cameras and studios keep silence, music or noise in others."""
    if tracks == 1:
        return 0
    spoken = (any(whisper.speaks(samples) for _, samples in pieces_of(path, track=track)) for track in range(tracks))
    return next((track for track, speaks in enumerate(spoken) if speaks), 0)


def _main() -> None:
    back = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # Whatever a library prints must not come between the lines.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    wanted = _TO_HEAR.validate_json(sys.stdin.buffer.readline())
    # Whoever asks meanwhile is answered first.
    if hasattr(os, "nice"):
        os.nice(5)
    Thread(target=_end_with_parent, daemon=True).start()
    try:
        for piece in _hear(wanted):
            back.write(PIECE.dump_json(piece) + b"\n")
            back.flush()
    except OnRecordError as error:
        back.write(json.dumps({"refused": str(error)}).encode() + b"\n")
    back.flush()
    # The thread that waits for the parent holds standard input, which Python would wait for too.
    os._exit(0)


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    _main()
