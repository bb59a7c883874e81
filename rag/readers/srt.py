"""SRT subtitles, and transcripts written like them: a line that says when, then who speaks or what is said."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from onrecord.rag.readers.captions import cues_of_lines, timing_of
from onrecord.rag.readers.cues import source_of_cues
from onrecord.rag.readers.encoding import decode
from onrecord.rag.readers.voices import Cue
from onrecord.rag.types import SourceText


def read_srt(name: str, data: bytes) -> SourceText:
    """Return what is said, in paragraphs or turns, with a timecode at the start of every cue.

    What stands before the first cue stays before it. Raises UnreadableFile where no cue holds words.
    """
    return source_of_srt(name, decode(name, data))


def source_of_srt(name: str, text: str) -> SourceText:
    """Do what `read_srt` does with a text that is decoded already."""
    lines = text.split("\n")
    starts = [number for number, line in enumerate(lines) if "->" in line and timing_of(line)]
    first = starts[0] if starts else 0
    numbered = first > 0 and lines[first - 1].strip().isdigit()
    preface = "\n".join(lines[: first - numbered]).strip()
    return source_of_cues(name, list(_cues(lines, starts, numbered)), preface=preface, shown=True)


def _cues(lines: list[str], starts: list[int], numbered: bool) -> Iterator[Cue]:
    for number, following in pairwise([*starts, len(lines)]):
        start, end = timing_of(lines[number]) or (None, None)
        body = lines[number + 1 : following]
        while body and not body[-1].strip():
            body.pop()
        if numbered and following < len(lines) and body and body[-1].strip().isdigit():
            body.pop()
        yield from cues_of_lines(body, start, end)
