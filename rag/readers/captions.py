"""What subtitles hold beside words: the lines that say when, tags, and voices (shared by WebVTT, SRT and SBV)."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence

from onrecord.rag.readers.voices import Cue
from onrecord.rag.text.clock import CLOCK, clock_seconds

TIMING = rf"[ \t]*{CLOCK}[ \t]*-{{1,2}}>[ \t]*{CLOCK}"
"""A line that says from when to when a cue is shown."""

_TIMING = re.compile(r"[ \t]*([\d:.,]*)[ \t]*-{1,2}>[ \t]*([\d:.,]*)")
_VOICE = re.compile(r"<v(?:\.[^\s>]{0,200})?\s{1,9}([^>]{1,200})>")
# Tags of WebVTT and SRT, and SRT's alignment codes; any other "<" is text. No tag is longer than some attributes.
_TAG = re.compile(
    r"</?(?:[cibu]|v|font|lang|ruby|rt)(?:[.\s][^>]{0,300})?>|<[\d:.]{1,20}>|\{\\[^}]{0,100}\}", re.IGNORECASE
)


def timing_of(line: str) -> tuple[float | None, float | None] | None:
    """Return the seconds in a line with an arrow, None for a side that is no time; None where the line is none such."""
    match = _TIMING.match(line)
    if match is None or ":" not in match.group():
        return None
    return clock_seconds(match.group(1)), clock_seconds(match.group(2))


def cues_of_lines(
    lines: Sequence[str], start: float | None, end: float | None, *, voice: str | None = None, escaped: bool = False
) -> Iterator[Cue]:
    """Yield the cues in the lines shown together: one, or one for each voice that is marked in them.

    `voice` is whose they are until another is marked; `escaped` says that the text is written with HTML's entities.
    """
    shown: list[str] = []
    given = voice
    for line in lines:
        # Splitting at a group leaves the voices' names at the odd places.
        for place, part in enumerate(_VOICE.split(line)):
            if place % 2:
                if shown:
                    yield Cue(tuple(shown), start, end, voice)
                    shown = []
                voice = " ".join(html.unescape(part).split()) or given
                continue
            text = _TAG.sub("", part)
            text = " ".join((html.unescape(text) if escaped else text).split())
            if text:
                shown.append(text)
            if "</v>" in part and voice != given:
                if shown:
                    yield Cue(tuple(shown), start, end, voice)
                    shown = []
                voice = given
    if shown:
        yield Cue(tuple(shown), start, end, voice)
