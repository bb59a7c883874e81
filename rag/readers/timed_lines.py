"""Captions copied from a page with a video, as text: a time, and the few words that are heard then."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from statistics import mean, median

from onrecord.rag.readers.cues import source_of_cues
from onrecord.rag.readers.encoding import decode
from onrecord.rag.readers.voices import Cue, possible_label
from onrecord.rag.text.clock import CLOCK, are_hours_of_the_day, clock_seconds
from onrecord.rag.types import SourceText

# A time, in brackets or not, alone on its line or at the head of one; a file keeps to one of the two.
_TIME = rf"[ \t]*(?:\[({CLOCK})\]|\(({CLOCK})\)|({CLOCK}))"
_ALONE = re.compile(rf"{_TIME}[ \t]*$")
_IN_FRONT = re.compile(rf"{_TIME}[ \t]+(?!{CLOCK})(?=[\w\[(\"'“‘«>♪¿¡])")
# So many times make captions, with this share of the lines; a title may stand above.
_FEWEST, _SHARE = 4, 0.75
# Captions begin with the recording and follow each other within seconds, a few words each: minutes of a meeting, which
# name hours of the day, and paragraphs under their times do not.
_FIRST, _STEP, _WORDS = 60.0, 20.0, 40


def is_timed_lines(text: str) -> bool:
    """Whether the beginning of a text is captions line by line, with nobody named beside the times."""
    shown = [line for line in text.split("\n") if line.strip()]
    timed = _timed(shown)
    if len(timed) < _FEWEST:
        return False
    cues = list(_cues(shown, timed))
    seconds = [cue.start or 0.0 for cue in cues]
    if seconds != sorted(seconds) or seconds[0] > _FIRST or are_hours_of_the_day(seconds):
        return False
    steps = median(after - before for before, after in pairwise(seconds))
    if steps > _STEP or mean(sum(len(line.split()) for line in cue.lines) for cue in cues) > _WORDS:
        return False
    # What stands below the last time may go on: the end of what is looked at cuts it anywhere.
    lines = sum(len(cue.lines) for cue in cues[:-1]) + len(timed)
    labels = Counter(label[0] for cue in cues for line in cue.lines[:1] if (label := possible_label(line)))
    single = all(len(cue.lines) <= 1 for cue in cues[:-1])
    return single and lines >= _SHARE * len(shown) and max(labels.values(), default=0) < 2


def read_timed_lines(name: str, data: bytes) -> SourceText:
    """Return what is said, in paragraphs, with a timecode at the start of every line.

    Raises UnreadableFile where no line holds words.
    """
    lines = decode(name, data).split("\n")
    timed = _timed(lines)
    preface = "\n".join(lines[: min(timed, default=0)]).strip()
    return source_of_cues(name, list(_cues(lines, timed)), preface=preface)


def _timed(lines: Sequence[str]) -> dict[int, re.Match[str]]:
    """The times of a file, by the numbers of their lines."""
    first = next((form for line in lines for form in (_ALONE, _IN_FRONT) if form.match(line)), _ALONE)
    return {number: match for number, line in enumerate(lines) if (match := first.match(line))}


def _cues(lines: Sequence[str], timed: Mapping[int, re.Match[str]]) -> Iterator[Cue]:
    for number, following in pairwise([*timed, len(lines)]):
        match = timed[number]
        clock = next(filter(None, match.groups()))
        said = (lines[number][match.end() :], *lines[number + 1 : following])
        yield Cue(tuple(" ".join(line.split()) for line in said if line.strip()), clock_seconds(clock))
