"""SBV subtitles, as YouTube hands them out: a line `start,end`, then the words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from onrecord.rag.readers.captions import cues_of_lines
from onrecord.rag.readers.cues import source_of_cues
from onrecord.rag.readers.encoding import decode
from onrecord.rag.readers.voices import Cue
from onrecord.rag.text.clock import clock_seconds
from onrecord.rag.types import SourceText

_TIME = r"\d{1,3}:\d{2}:\d{2}\.\d{1,3}"
SBV_TIMING = rf"[ \t]*({_TIME}),({_TIME})[ \t]*(?=\n|$)"
"""A line that says from when to when a cue is shown."""
_TIMING = re.compile(SBV_TIMING)


def read_sbv(name: str, data: bytes) -> SourceText:
    """Return what is said, in paragraphs, with a timecode at the start of every cue.

    Raises UnreadableFile where no cue holds words.
    """
    lines = decode(name, data).split("\n")
    starts = [number for number, line in enumerate(lines) if _TIMING.match(line)]
    preface = "\n".join(lines[: starts[0] if starts else 0]).strip()
    return source_of_cues(name, list(_cues(lines, starts)), preface=preface, shown=True)


def _cues(lines: list[str], starts: list[int]) -> Iterator[Cue]:
    for number, following in pairwise([*starts, len(lines)]):
        match = _TIMING.match(lines[number])
        if match:
            body = [part for line in lines[number + 1 : following] for part in line.split("[br]")]
            yield from cues_of_lines(body, clock_seconds(match.group(1)), clock_seconds(match.group(2)))
