"""WebVTT subtitles, whole or in segments put together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from onrecord.rag.readers.captions import cues_of_lines, timing_of
from onrecord.rag.readers.cues import counted, source_of_cues, untimed_words
from onrecord.rag.readers.encoding import decode
from onrecord.rag.readers.metadata import found_metadata
from onrecord.rag.readers.voices import Cue
from onrecord.rag.text.clock import clock_seconds
from onrecord.rag.types import SourceText

_SIGNATURE = re.compile(r"WEBVTT(?=\s|$)")
_LANGUAGE = re.compile(r"language\s*:\s*(\S+)\s*", re.IGNORECASE)
# Blocks that are not shown (WebVTT, section 4.1): comments, and how cues look.
_COMMENT = re.compile(r"NOTE(?=\s|$)")
_LOOKS = re.compile(r"(?:STYLE|REGION)\s*$|::cue\b|Style:\s*$|##\s*$")
# Webex writes the speaker into a cue's name: 12 "Jane Doe" (3456).
_NAMED = re.compile(r'\s*\d+\s+"([^"]{1,100})"(?:\s*\(\d+\))?\s*')
# HTTP Live Streaming says at which tick of a 90 kHz clock, 33 bits wide, a segment's own time begins (RFC 8216, 3.5).
_MPEGTS = re.compile(r"X-TIMESTAMP-MAP=.*?MPEGTS:(\d{1,12})")
_LOCAL = re.compile(r"X-TIMESTAMP-MAP=.*?LOCAL:([\d:.]{5,20})")
_TICKS, _TICKS_END = 90_000, 1 << 33
# A cue cut at a seam goes on within this many seconds.
_SEAM = 0.1


@dataclass(slots=True)
class _Read:
    """What is gathered while the blocks of a file are read."""

    cues: list[Cue] = field(default_factory=list)
    language: str | None = None
    comments: int = 0
    over_seams: int = 0
    origin: float | None = None
    shift: float = 0.0
    segment: int = 0
    begun: bool = False


def read_vtt(name: str, data: bytes) -> SourceText:
    """Return what is said, in paragraphs or turns, with a timecode at the start of every cue.

    Voices (`<v Name>`, a name before the words of every cue, Webex's names of cues) become turns. Segments put together
    are read as one recording, and a cue that both sides of a seam hold, once. Raises UnreadableFile where no cue holds
    words.
    """
    read = _Read()
    for block in _blocks(decode(name, data)):
        _read_block(read, block)
    notes = (
        *counted(read.comments, "comment (NOTE) was left out", "comments (NOTE) were left out"),
        *counted(read.over_seams, "cue repeated over a seam was read once", "cues repeated over a seam were read once"),
    )
    source = source_of_cues(name, read.cues, notes=notes, shown=True)
    return found_metadata({"language": read.language}).applied_to(source)


def _blocks(text: str) -> Iterator[list[str]]:
    """Yield the blocks parted by empty lines (a line of blanks is part of a cue), and by the head of a new segment."""
    block: list[str] = []
    for line in text.split("\n"):
        if not line or _SIGNATURE.match(line):
            if block:
                yield block
            block = []
        if line:
            block.append(line)
    if block:
        yield block


def _read_block(read: _Read, block: list[str]) -> None:
    timed = [number for number, line in enumerate(block) if "->" in line and timing_of(line)]
    if _SIGNATURE.match(block[0]):
        _read_head(read, block[1 : timed[0] if timed else len(block)])
    elif not timed:
        if _COMMENT.match(block[0]):
            read.comments += 1
        elif not _LOOKS.match(block[0]) and not block[0].strip().isdigit():
            read.cues += untimed_words(block)
    for place, number in enumerate(timed):
        last = place + 1 == len(timed)
        # Where the empty line is missing, the name of the next cue ends this one's lines.
        until = len(block) if last else timed[place + 1]
        lines = block[number + 1 : until]
        if not last and lines and lines[-1].strip().isdigit():
            lines.pop()
        named = _NAMED.fullmatch(block[number - 1]) if number else None
        _add(read, lines, block[number], named.group(1) if named else None)


def _read_head(read: _Read, lines: list[str]) -> None:
    for line in lines:
        language = _LANGUAGE.fullmatch(line)
        if language and read.language is None:
            read.language = language.group(1)
    joined = "\n".join(lines)
    ticks, local = _MPEGTS.search(joined), _LOCAL.search(joined)
    if ticks:
        begins = int(ticks.group(1)) / _TICKS - ((clock_seconds(local.group(1)) if local else None) or 0.0)
        if read.origin is None:
            read.origin = begins
        if begins < read.origin:
            begins += _TICKS_END / _TICKS
        read.shift = round(begins - read.origin, 3)
    read.begun = bool(read.cues)


def _add(read: _Read, lines: list[str], timing: str, voice: str | None) -> None:
    start, end = timing_of(timing) or (None, None)
    cues = list(
        cues_of_lines(
            lines,
            None if start is None else round(start + read.shift, 3),
            None if end is None else round(end + read.shift, 3),
            voice=voice,
            escaped=True,
        )
    )
    if read.begun and cues:
        # The first cues of a new segment may be the last ones of the segment before, whole or the rest of them.
        above = read.cues[-1]
        same = (cues[0].lines, cues[0].voice) == (above.lines, above.voice)
        touching = cues[0].start is not None and above.end is not None and cues[0].start <= above.end + _SEAM
        if same and touching and len(cues) == 1:
            read.over_seams += 1
            read.cues[-1] = replace(above, end=max(above.end or 0.0, cues[0].end or 0.0))
            return
        read.begun = False
    read.cues += cues
