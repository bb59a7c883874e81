"""Subtitles (WebVTT, SRT): cues merged into paragraphs, with the second at which each is spoken."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from onrecord.rag.errors import UnreadableFile
from onrecord.rag.readers.composing import Composer
from onrecord.rag.readers.encoding import decode, require_words
from onrecord.rag.readers.metadata import found_metadata
from onrecord.rag.types import SourceText

_TIME = r"(?:(\d+):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
TIMING = re.compile(rf"[ \t]*{_TIME}[ \t]*-->[ \t]*{_TIME}")
_HEADER_LANGUAGE = re.compile(r"^language\s*:\s*(\S+)\s*$", re.IGNORECASE | re.MULTILINE)
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>")
# Tags of WebVTT and SRT, and SRT's alignment codes; any other "<" is text.
_TAG = re.compile(r"</?(?:[cibu]|v|font|lang|ruby|rt)(?:[.\s][^>]*)?>|<[\d:.]+>|\{\\[^}]*\}", re.IGNORECASE)
_NEW_SPEAKER = re.compile(r">{2,3}\s*")
_DASH = re.compile(r"[-–—]\s*(?=\w)")
# A name before a colon: in capitals, or up to five capitalised words.
_LABEL = re.compile(
    r"([^\W\d_a-zà-ÿ][^\W\d_a-zà-ÿ.’'-]*(?:\s[^\W\d_a-zà-ÿ][^\W\d_a-zà-ÿ.’'-]*){0,5}"
    r"|[^\W\d_a-zà-ÿ][\w.’'-]*(?:\s[^\W\d_a-zà-ÿ][\w.’'-]*){0,4})\s?:\s+(?=\S)"
)
_SENTENCE_END = re.compile(r"[.!?…][»”\"’')\]]*$")

# A silence of this many seconds after a sentence, or this many characters, end a paragraph.
_PAUSE = 3.0
_LONG = 600
# Captions roll when at least this share of the cues repeats what is still on the screen.
_ROLLING = 0.3
_TOUCHING = 1.0


@dataclass(frozen=True, slots=True)
class _Cue:
    """What is shown from `start` to `end` (seconds): lines with the voice each is marked with."""

    start: float
    end: float
    lines: tuple[tuple[str | None, str], ...]


@dataclass(slots=True)
class _Speech:
    """Paragraphs of one voice while they are gathered: pieces of text with their times."""

    label: str | None
    marked: bool
    paragraphs: list[list[tuple[float, str]]]


def read_subtitles(name: str, data: bytes) -> SourceText:
    """Return what is said, in paragraphs, with a timecode at the start of every cue.

    Voices (`<v Name>`) and `>>` marks become turns; a `NAME:` begins a line. Captions that roll, each repeating the
    line before, are shown once. Raises UnreadableFile where no cue holds words.
    """
    text = decode(name, data)
    is_vtt = text.startswith("WEBVTT")
    cues = _unrolled(list(_cues(text, is_vtt)))
    speeches = _speeches(cues)
    composer = Composer()
    for speech in speeches:
        _compose(composer, speech)
    source = composer.source()
    if not composer.turns:
        raise UnreadableFile(f"{name}: these subtitles hold no words. Add a file whose cues have text.")
    require_words(name, source.text)
    if not any(speech.marked for speech in speeches):
        source = replace(source, turns=None)
    header = text.split("\n\n", 1)[0] if is_vtt else ""
    language = _HEADER_LANGUAGE.search(header)
    return found_metadata({"language": language.group(1) if language else None}).applied_to(source)


def _cues(text: str, is_vtt: bool) -> Iterator[_Cue]:
    lines = text.split("\n")
    starts = [number for number, line in enumerate(lines) if TIMING.match(line)]
    for number, following in pairwise([*starts, len(lines)]):
        match = TIMING.match(lines[number])
        if match is None:
            continue
        body = lines[number + 1 : following]
        if is_vtt:
            # An empty line ends a cue (one with a blank does not); what follows is a note, a style or the next name.
            body = body[: body.index("") if "" in body else len(body)]
        else:
            while body and not body[-1].strip():
                body.pop()
            if following < len(lines) and body and body[-1].strip().isdigit():
                body.pop()
        shown = tuple(_shown(body, is_vtt))
        if shown:
            yield _Cue(_seconds(match.groups()[:4]), _seconds(match.groups()[4:]), shown)


def _seconds(parts: Sequence[str | None]) -> float:
    hours, minutes, seconds, fraction = (part or "0" for part in parts)
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{fraction}")


def _shown(lines: Sequence[str], is_vtt: bool) -> Iterator[tuple[str | None, str]]:
    voice: str | None = None
    for line in lines:
        # Splitting at a group leaves the voices' names at the odd places.
        for place, part in enumerate(_VOICE.split(line)):
            if place % 2:
                voice = " ".join(html.unescape(part).split()) or None
                continue
            text = _TAG.sub("", part)
            text = " ".join((html.unescape(text) if is_vtt else text).split())
            if text:
                yield voice, text
            if "</v>" in part:
                voice = None


def _unrolled(cues: Sequence[_Cue]) -> list[_Cue]:
    """Return the cues without the words that are on the screen already, where captions roll."""
    repeated = [0] * len(cues)
    for place in range(1, len(cues)):
        above, cue = cues[place - 1], cues[place]
        if cue.start - above.end < _TOUCHING:
            repeated[place] = _repeated(above, cue)
    if sum(map(bool, repeated)) < _ROLLING * (len(cues) - 1) or len(cues) < 3:
        return list(cues)
    return [_without(cue, count) for cue, count in zip(cues, repeated, strict=True)]


def _repeated(above: _Cue, cue: _Cue) -> int:
    """Return how many words at the start of `cue` are whole last lines of the cue before."""
    words = [word for _, line in cue.lines for word in line.split()]
    for first in range(len(above.lines)):
        shown = [word for _, line in above.lines[first:] for word in line.split()]
        if words[: len(shown)] == shown:
            return len(shown)
    return 0


def _without(cue: _Cue, count: int) -> _Cue:
    kept: list[tuple[str | None, str]] = []
    for voice, line in cue.lines:
        words = line.split()
        if len(words) > count:
            kept.append((voice, " ".join(words[count:])))
        count = max(0, count - len(words))
    return replace(cue, lines=tuple(kept))


def _speeches(cues: Sequence[_Cue]) -> list[_Speech]:
    speeches: list[_Speech] = []
    voice: str | None = None
    end = 0.0
    for cue in cues:
        for spoken_by, line in cue.lines:
            mark = _NEW_SPEAKER.match(line)
            words = line[mark.end() :] if mark else line
            if mark or not speeches or spoken_by != voice:
                label = _LABEL.match(words) if mark else None
                if label:
                    words = words[label.end() :]
                named = label.group(1).strip() if label else spoken_by or (">>" if mark else None)
                speeches.append(_Speech(named, bool(mark or spoken_by), [[]]))
            elif _begins_paragraph(line, speeches[-1].paragraphs[-1], cue.start - end):
                speeches[-1].paragraphs.append([])
            voice = spoken_by
            if words:
                speeches[-1].paragraphs[-1].append((cue.start, words))
        end = max(end, cue.end)
    return speeches


def _begins_paragraph(line: str, paragraph: Sequence[tuple[float, str]], pause: float) -> bool:
    if not paragraph:
        return False
    if not _SENTENCE_END.search(paragraph[-1][1]):
        # Two speakers in one cue are told by dashes, and a name in capitals is no part of a sentence.
        label = _LABEL.match(line)
        return _DASH.match(line) is not None or (label is not None and label.group(1).isupper())
    length = sum(len(words) for _, words in paragraph)
    return bool(pause >= _PAUSE or length > _LONG or _DASH.match(line) or _LABEL.match(line))


def _compose(composer: Composer, speech: _Speech) -> None:
    words = ""
    codes: list[tuple[int, float]] = []
    for paragraph in speech.paragraphs:
        for number, (second, text) in enumerate(paragraph):
            words += "" if not words else " " if number else "\n\n"
            if not codes or codes[-1][1] != second:
                codes.append((len(words), second))
            words += text
    if not words:
        return
    # A ">>" says only that somebody else speaks: it is a label without a name, and printed as such.
    start = composer.add_turn(
        words,
        label=speech.label,
        seconds=codes[0][1],
        label_end=" " if speech.label == ">>" else ": ",
    )
    for offset, second in codes[1:]:
        composer.add_timecode(start + offset, second)
