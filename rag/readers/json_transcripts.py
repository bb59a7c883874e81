"""Transcripts as speech recognition writes them in JSON, one small function a program.

Whisper and what is built on it, whisper.cpp, AWS Transcribe, Deepgram, AssemblyAI, Rev AI: each is told by its keys.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, TypeAlias

from onrecord.rag.readers.cues import ends_spoken_sentence, source_of_cues
from onrecord.rag.readers.encoding import whole_characters
from onrecord.rag.readers.metadata import found_metadata
from onrecord.rag.readers.units import in_seconds
from onrecord.rag.readers.voices import Cue
from onrecord.rag.text.clock import clock_seconds
from onrecord.rag.types import SourceText

_Object: TypeAlias = Mapping[str, Any]

_TEXTS = ("text", "transcript", "punctuated_word", "word", "content", "value")
_STARTS = ("start", "start_time", "startTime", "begin", "from", "ts", "timestamp")
_ENDS = ("end", "end_time", "endTime", "to", "end_ts", "end_timestamp")
_SPEAKERS = ("speaker", "speaker_label", "speaker_name", "speakerName", "speaker_id", "speakerId", "channel_label")
# Where the parts of a transcript lie, and the objects that those lie in.
_PARTS = ("utterances", "segments", "chunks", "transcript", "captions", "results")
_HOLDERS = ("result", "results", "output", "data", "transcription", "transcript")
# Voices that a program has only counted: 0, "A", "spk_0"; a Q asks.
_COUNTED = re.compile(r"(?:spk_|ch_)?(\d{1,3}|[A-PR-Z])")
# A sentence's end is told from its last characters.
_TAIL = 60


@dataclass(frozen=True, slots=True)
class _Word:
    """A word or sign as recognised; `tight` says that no blank stands before it."""

    text: str
    start: float | None
    voice: str | None
    tight: bool = False


def transcript_cues(value: object) -> list[Cue]:
    """Return what is heard, by the program whose keys a JSON value has; none where it is no transcript."""
    if isinstance(value, list):
        return _timed(_segment_cues(value)) if value and all(map(_is_segment, value)) else []
    if not isinstance(value, Mapping):
        return []
    return next((cues for program in _PROGRAMS if (cues := program(value))), [])


def source_of_transcript(name: str, value: object, cues: Sequence[Cue]) -> SourceText:
    """Return what is said, in paragraphs or turns, with a timecode for every segment or sentence.

    Where a program gives the same words more than once (as utterances and one by one), they are read once. Raises
    UnreadableFile where there are no words.
    """
    source = source_of_cues(name, cues)
    if not isinstance(value, Mapping):
        return source
    inner = _object(value.get("results")) or _object(value.get("result"))
    said = {"language": value.get("language_code") or inner.get("language_code") or inner.get("language"), **value}
    return found_metadata(said).applied_to(source)


def _segments(value: _Object) -> list[Cue]:
    """Segments or utterances (Whisper, WhisperX, faster-whisper, OpenAI, AssemblyAI), maybe inside other objects."""
    for holder in _holders(value):
        for key in _PARTS:
            entries = holder.get(key)
            if isinstance(entries, list) and entries and all(map(_is_segment, entries)):
                return _timed(_segment_cues(entries))
    return []


def _words(value: _Object) -> list[Cue]:
    """Nothing but words."""
    for holder in _holders(value):
        words = [_word(word) for word in _objects(holder.get("words"))]
        if any(word.start is not None for word in words):
            return _timed(_sentences(words))
    return []


def _holders(value: _Object) -> Iterator[_Object]:
    yield value
    for key in _HOLDERS:
        inner = _object(value.get(key))
        yield inner
        yield from (_object(inner.get(below)) for below in _HOLDERS)


def _whisper_cpp(value: _Object) -> list[Cue]:
    """`transcription`, with milliseconds in `offsets` or clock times in `timestamps`."""
    cues = []
    for entry in _objects(value.get("transcription")):
        offsets, stamps = _object(entry.get("offsets")), _object(entry.get("timestamps"))
        times = [_scaled(_time(offsets, keys), 0.001) for keys in (_STARTS, _ENDS)]
        if times[0] is None:
            times = [_time(stamps, keys) for keys in (_STARTS, _ENDS)]
        cues.append(Cue(_lines(entry), times[0], times[1], _voice(entry)))
    return cues


def _aws(value: _Object) -> list[Cue]:
    """`results.items`, one by one; their speakers stand in them or in `speaker_labels`."""
    results = _object(value.get("results"))
    spoken_by = {
        str(item.get("start_time")): segment.get("speaker_label")
        for segment in _objects(_object(results.get("speaker_labels")).get("segments"))
        for item in _objects(segment.get("items"))
    }
    words: list[_Word] = []
    for item in _objects(results.get("items")):
        sign = item.get("type") == "punctuation"
        word = _word(
            {
                "speaker": spoken_by.get(str(item.get("start_time"))),
                **next(_objects(item.get("alternatives")), {}),
                **item,
            }
        )
        # A sign has no time, and may have no speaker: it belongs to the word before.
        words.append(replace(word, voice=words[-1].voice if sign and words else word.voice, tight=sign))
    return _sentences(words) or _timed(_segment_cues(list(_objects(results.get("audio_segments")))))


def _deepgram(value: _Object) -> list[Cue]:
    """`results`: utterances, else the paragraphs or the words of each channel's best reading."""
    results = _object(value.get("results"))
    channels = list(_objects(results.get("channels")))
    utterances = list(_objects(results.get("utterances")))
    if utterances:
        several = len({str(entry.get("channel")) for entry in utterances}) > 1
        return _segment_cues([{"speaker": entry.get("channel") if several else None, **entry} for entry in utterances])
    cues: list[Cue] = []
    for number, channel in enumerate(channels):
        best = next(_objects(channel.get("alternatives")), {})
        own = {"speaker": number} if len(channels) > 1 else {}
        paragraphs = _objects(_object(best.get("paragraphs")).get("paragraphs"))
        read = [
            cue
            for paragraph in paragraphs
            for cue in _segment_cues(
                [
                    {**own, **sentence, **_only(paragraph, "speaker")}
                    for sentence in _objects(paragraph.get("sentences"))
                ]
            )
        ]
        words = [_word({**own, **word}) for word in _objects(best.get("words"))]
        cues += read or _sentences(words) or _segment_cues([best])
    return sorted(cues, key=lambda cue: cue.start or 0.0) if len(channels) > 1 else cues


def _rev(value: _Object) -> list[Cue]:
    """`monologues` of elements: words with times, and the signs and blanks between them."""
    names = {entry.get("id"): entry.get("name") for entry in _objects(value.get("speakers"))}
    cues: list[Cue] = []
    for monologue in _objects(value.get("monologues")):
        speaker = monologue.get("speaker")
        known = speaker if isinstance(speaker, int | str) else None
        voice = _voice({"speaker": names.get(known) or speaker})
        words = [
            _Word(str(element.get("value") or ""), _time(element, _STARTS), voice, tight=True)
            for element in _objects(monologue.get("elements"))
        ]
        cues += _sentences(words)
    return cues


_PROGRAMS: tuple[Callable[[_Object], list[Cue]], ...] = (_rev, _aws, _deepgram, _whisper_cpp, _segments, _words)


def _object(value: object) -> _Object:
    return value if isinstance(value, Mapping) else {}


def _objects(value: object) -> Iterator[_Object]:
    return (entry for entry in value if isinstance(entry, Mapping)) if isinstance(value, list) else iter(())


def _only(entry: _Object, key: str) -> _Object:
    return {key: entry[key]} if entry.get(key) is not None else {}


def _text(entry: _Object) -> str:
    return next((whole_characters(entry[key]) for key in _TEXTS if isinstance(entry.get(key), str)), "")


def _lines(entry: _Object) -> tuple[str, ...]:
    return tuple(" ".join(line.split()) for line in _text(entry).splitlines() if line.strip())


def _time(entry: _Object, keys: Sequence[str]) -> float | None:
    for key in keys:
        value = entry.get(key)
        if isinstance(value, list) and value:
            # Transformers writes "timestamp": [0.0, 2.4].
            value = value[0] if keys is _STARTS else value[-1]
        if isinstance(value, str):
            clock = clock_seconds(value)
            try:
                value = float(value) if clock is None else clock
            except ValueError:
                continue
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0:
            return float(value)
    return None


def _scaled(value: float | None, unit: float) -> float | None:
    return None if value is None else round(value * unit, 3)


def _voice(entry: _Object) -> str | None:
    for key in _SPEAKERS:
        value = entry.get(key)
        if isinstance(value, Mapping):
            value = next((value[part] for part in ("name", "label", "id") if value.get(part) is not None), None)
        if isinstance(value, int) and not isinstance(value, bool):
            value = f"{value}"
        if isinstance(value, str) and value.strip():
            name = " ".join(whole_characters(value).split())
            counted = _COUNTED.fullmatch(name)
            # A bare number or letter is no label that can be read: it is written as speaker recognition writes voices.
            if counted:
                name = f"SPEAKER_{counted.group(1).zfill(2) if counted.group(1).isdigit() else counted.group(1)}"
            return name
    return None


def _is_segment(entry: object) -> bool:
    return (
        isinstance(entry, Mapping)
        and bool(_text(entry) or entry.get("words"))
        and _time(entry, _STARTS) is not None
        and (_time(entry, _ENDS) is not None or isinstance(entry.get("timestamp"), list))
    )


def _segment_cues(entries: Sequence[_Object]) -> list[Cue]:
    return [cue for entry in entries for cue in _segment(entry)]


def _word(entry: _Object) -> _Word:
    return _Word(_text(entry), _time(entry, _STARTS), _voice(entry))


def _segment(entry: _Object) -> Iterator[Cue]:
    """One cue for a segment, or one for each voice where its words have several."""
    start, end = _time(entry, _STARTS), _time(entry, _ENDS)
    voice = _voice(entry)
    lines = _lines(entry)
    words = [_word(word) for word in _objects(entry.get("words"))]
    voices = {word.voice for word in words if word.voice}
    said = "".join(word.text for word in words)
    if lines and (len(voices) < 2 or _letters(said) != _letters("".join(lines))):
        yield Cue(lines, start, end, voice or next(iter(voices), None))
        return
    for spoken_by, members in groupby(_spaced(words, " ".join(lines)), key=lambda word: word.voice or voice):
        spoken = list(members)
        text = "".join(("" if word.tight else " ") + word.text for word in spoken)
        times = [word.start for word in spoken if word.start is not None]
        yield Cue((" ".join(text.split()),), times[0] if times else start, end, spoken_by)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _spaced(words: Sequence[_Word], text: str) -> list[_Word]:
    """The words with the blanks between them as in the segment's own text, where they are found in it."""
    spaced: list[_Word] = []
    position = 0
    for word in words:
        inner = word.text.strip()
        found = text.find(inner, position)
        spaced.append(replace(word, text=inner, tight=found > 0 and found == position))
        position = found + len(inner) if found >= 0 else position
    return spaced


def _sentences(words: Sequence[_Word]) -> list[Cue]:
    """Join words to a cue for each sentence of each voice."""
    cues: list[Cue] = []
    for voice, members in groupby((word for word in words if word.text), key=lambda word: word.voice):
        text, start, end = "", None, None
        for word in members:
            if word.start is not None and ends_spoken_sentence(text[-_TAIL:]):
                cues.append(Cue((text,), start, end, voice))
                text, start = "", None
            start = word.start if start is None else start
            end = end if word.start is None else word.start
            text += word.text if word.tight or not text else f" {word.text}"
        cues.append(Cue((text,), start, end, voice))
    tidy = [replace(cue, lines=(" ".join(cue.lines[0].split()),)) for cue in cues]
    return [cue for cue in tidy if cue.lines[0]]


def _timed(cues: Sequence[Cue]) -> list[Cue]:
    """The cues with their times in seconds, in whatever unit the program counts."""
    words = sum(len(line.split()) for cue in cues for line in cue.lines)
    times = in_seconds([time for cue in cues for time in (cue.start, cue.end)], words)
    return [replace(cue, start=start, end=end) for cue, start, end in zip(cues, times[::2], times[1::2], strict=True)]
