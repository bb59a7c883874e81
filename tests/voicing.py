"""Invented briefings read aloud by espeak-ng, each speaker in a voice of their own; nobody's voice is used.

`python tests/voicing.py tests/heard/short.txt short.ogg` made the recording beside that text.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np

ESPEAK = shutil.which("espeak-ng")
HEARD = Path(__file__).with_name("heard")
_VOICES = {
    "one": ("-v", "en-us+klatt2", "-s", "128", "-p", "60"),
    "two": ("-v", "en-us+m7", "-s", "132", "-p", "40"),
}
_RATE = 22_050
# Between two speakers.
_PAUSE = 0.9


def spoken_lines(text: Path) -> list[tuple[str, str]]:
    """Who speaks, and what, of a text with a turn a line."""
    return [(who, words) for who, _, words in (line.partition(": ") for line in text.read_text("utf-8").splitlines())]


def voiced(text: Path, file: Path) -> list[float]:
    """Read a text aloud into a WAV or Ogg file; returns the second at which each line begins."""
    sound: list[np.ndarray] = []
    starts, length = [], 0
    for who, words in spoken_lines(text):
        said = subprocess.run([str(ESPEAK), *_VOICES[who], "--stdout", words], capture_output=True, check=True).stdout
        with wave.open(io.BytesIO(said)) as read:
            assert read.getframerate() == _RATE
            sound += [np.frombuffer(read.readframes(read.getnframes()), "<i2"), np.zeros(int(_PAUSE * _RATE), "<i2")]
        starts.append(length / _RATE)
        length += len(sound[-2]) + len(sound[-1])
    written(np.concatenate(sound), file)
    return starts


def written(samples: np.ndarray, file: Path) -> None:
    """Write samples, (n,) of 16 bits, 22,050 a second."""
    if file.suffix == ".wav":
        with wave.open(str(file), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(_RATE)
            out.writeframes(samples.tobytes())
        return
    import av

    with av.open(str(file), "w") as container:
        stream = container.add_stream("libopus", rate=48_000, bit_rate=24_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = _RATE
        for part in (*av.AudioResampler(format="s16", layout="mono", rate=48_000).resample(frame),):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))


if __name__ == "__main__":
    print(voiced(Path(sys.argv[1]), Path(sys.argv[2])))
