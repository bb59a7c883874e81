"""How fast a recording is heard, in how much memory, and how many of its words are heard wrongly.

    python benchmarks/hearing.py RECORDING [--text TEXT] [--minutes MINUTES]

needs the extra `audio`. TEXT is what is said, a turn a line behind "NAME: ", as in tests/heard/talk.txt. With MINUTES,
silence is put behind the recording up to that length. Nothing of the cache is used but the model.
"""

from __future__ import annotations

import argparse
import difflib
import itertools
import re
import resource
import tempfile
import time
import wave
from pathlib import Path

from onrecord.rag.hearing.listening import Listening
from onrecord.rag.hearing.sound import RATE, pieces_of
from onrecord.rag.hearing.whisper import packaged_whisper
from onrecord.rag.readers.heard import heard_in, read_heard
from onrecord.rag.recordings import Recordings
from onrecord.rag.settings import Settings
from onrecord.rag.types import SourceText


def main() -> None:
    """Hear a recording once, and print what it took."""
    asked = argparse.ArgumentParser()
    asked.add_argument("recording", type=Path)
    asked.add_argument("--text", type=Path)
    asked.add_argument("--minutes", type=float)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        settings = Settings.load()
        packaged_whisper(settings.cache)
        for model in settings.cache.glob("whisper-base-*"):
            (folder / model.name).symlink_to(model)
        file = _lengthened(given.recording, folder / "long.wav", given.minutes) if given.minutes else given.recording
        listening = Listening(folder, settings.whisper, Recordings(folder / "recordings"))
        begun = time.monotonic()
        data = listening.document(file, lambda _seconds, _whole: None)
        took = time.monotonic() - begun
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    heard = heard_in(file.name, data)
    processor = used.ru_utime + used.ru_stime
    print(f"{heard.seconds:.0f} s of sound, {heard.silent:.0f} s without speech, heard by {heard.model}")
    print(
        f"{processor:.1f} s of processor time ({heard.seconds / processor:.1f} s a second), {took:.0f} s by the clock"
    )
    print(f"at most {used.ru_maxrss / 1024:.0f} MB in the process that hears")
    if given.text:
        _compared(given.text, read_heard(file.name, data))


def _lengthened(recording: Path, file: Path, minutes: float) -> Path:
    with wave.open(str(file), "wb") as out:
        out.setparams((1, 2, RATE, 0, "NONE", ""))
        length = 0
        for _, samples in pieces_of(recording):
            out.writeframes((samples * 32_000).astype("<i2").tobytes())
            length += len(samples)
        for _ in range(max(0, round(minutes * 60 - length / RATE))):
            out.writeframes(bytes(2 * RATE))
    return file


def _compared(text: Path, source: SourceText) -> None:
    lines = [line.partition(": ") for line in text.read_text(encoding="utf-8").splitlines()]
    said = _plain(" ".join(words for _, _, words in lines))
    turns = source.turns or ()
    heard = _plain(" ".join(source.text[turn.start : turn.end] for turn in turns))
    same = difflib.SequenceMatcher(None, said, heard, autojunk=False)
    errors = sum(max(b - a, d - c) for kind, a, b, c, d in same.get_opcodes() if kind != "equal")
    changes = sum(one[0] != other[0] for one, other in itertools.pairwise(lines))
    print(f"{errors} of {len(said)} words otherwise (figures in digits count as such): {errors / len(said):.1%}")
    print(f"{len({turn.label for turn in turns})} voices in {len(turns)} turns; {changes + 1} turns were spoken")


def _plain(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


if __name__ == "__main__":
    main()
