"""What a machine heard in a recording: words with their seconds, as the document that a library keeps of it.

The library reads this document again, and never the sound: whatever model or machine is at hand later, the words stay
those that were added and cited.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from pydantic import TypeAdapter, ValidationError

from onrecord.rag.errors import UnreadableFile
from onrecord.rag.languages import answer_language
from onrecord.rag.readers.composing import Composer
from onrecord.rag.readers.cues import ends_spoken_sentence
from onrecord.rag.readers.encoding import require_words
from onrecord.rag.readers.formats import HEARD
from onrecord.rag.types import SourceText

# A silence of so many seconds behind a sentence is where a speaker pauses, or another begins; from so many characters
# on a shorter one is enough.
_PAUSE, _SHORT_PAUSE, _LONG = 1.4, 0.6, 900
# A file that says to last longer than this part of it is cut off or damaged; some only estimate it.
_WHOLE = 0.9


@dataclass(frozen=True, slots=True)
class HeardWord:
    """A word with the blank that stands before it, if one does, and from which second to which it is heard."""

    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class HeardStretch:
    """Words heard one after another in one language (its code); `voice` tells speakers apart: 1, 2, … or unknown."""

    words: tuple[HeardWord, ...]
    language: str
    voice: int | None = None


@dataclass(frozen=True, slots=True)
class HeardRecording:
    """What was heard in a recording: of this SHA-256 and media type, so many seconds long, by this model.

    `silent` is how many of those seconds hold no speech: silence, music, noise; `told` is how many the file says that
    it has, where it does.
    """

    sha256: str
    media_type: str
    seconds: float
    model: str
    stretches: tuple[HeardStretch, ...]
    silent: float = 0.0
    told: float | None = None


_HEARD = TypeAdapter(HeardRecording)


def heard_bytes(heard: HeardRecording) -> bytes:
    """The document of what was heard; the same for the same."""
    told = json.dumps(_HEARD.dump_python(heard, mode="json"), ensure_ascii=False).encode()
    return HEARD + told[1:]


def heard_in(name: str, data: bytes) -> HeardRecording:
    """What such a document holds; raises UnreadableFile, naming it, where it is damaged."""
    try:
        if not data.startswith(HEARD):
            raise ValueError
        heard = _HEARD.validate_json(b"{" + data[len(HEARD) :])
        times = [time for each in heard.stretches for word in each.words for time in (word.start, word.end)]
        if not all(0 <= time < float("inf") for time in times) or "\0" in "".join(_words_of(heard.stretches)):
            raise ValueError
    except (ValidationError, ValueError, RecursionError) as error:
        raise UnreadableFile(
            f"{name}: what was heard in this recording is damaged. Add the recording itself again."
        ) from error
    return heard


def read_heard(name: str, data: bytes) -> SourceText:
    """Return what was heard: turns cut where a speaker pauses or another begins, each word with its second.

    Speakers who are told apart have numbers for names; else nobody is named. Raises UnreadableFile where no words are.
    """
    heard = heard_in(name, data)
    stretches = [each for each in heard.stretches if "".join(_words_of([each])).strip()]
    spoken = _most_spoken(stretches)
    composer = Composer()
    for voice, members in groupby(stretches, key=lambda each: each.voice):
        words = [word for each in members for word in each.words if word.text.strip()]
        label = None if voice is None else answer_language(spoken or "").forms.voice.format(number=voice)
        for turn in [_paragraphs(words)] if label else [[part] for part in _paragraphs(words)]:
            text, codes = _written(turn)
            composer.add_turn(text, label=label, timecodes=codes)
    source = composer.source(notes=_notes(heard))
    require_words(name, source.text)
    return replace(source, language=spoken, timecodes=_ascending(source.timecodes), heard=True)


def _words_of(stretches: Sequence[HeardStretch]) -> list[str]:
    return [word.text for each in stretches for word in each.words]


def _most_spoken(stretches: Sequence[HeardStretch]) -> str | None:
    """The language of most words."""
    counts: dict[str, int] = {}
    for each in stretches:
        counts[each.language] = counts.get(each.language, 0) + len(each.words)
    return max(counts, key=lambda code: counts[code], default=None)


def _paragraphs(words: Sequence[HeardWord]) -> list[list[HeardWord]]:
    """Words parted where a sentence has ended and the speaker pauses."""
    parts: list[list[HeardWord]] = []
    length = 0
    for word in words:
        pause = word.start - parts[-1][-1].end if parts else 0.0
        enough = _SHORT_PAUSE if length > _LONG else _PAUSE
        if not parts or (pause >= enough and ends_spoken_sentence(parts[-1][-1].text.strip())):
            parts.append([])
            length = 0
        parts[-1].append(word)
        length += len(word.text)
    return parts


def _written(paragraphs: Sequence[Sequence[HeardWord]]) -> tuple[str, list[tuple[int, float]]]:
    """Paragraphs as one text, and (offset, seconds) of every word."""
    pieces: list[str] = []
    codes: list[tuple[int, float]] = []
    length = 0
    for paragraph in paragraphs:
        for place, word in enumerate(paragraph):
            bare = " ".join(word.text.split())
            gap = (" " if word.text[:1].isspace() else "") if place else "\n\n" if pieces else ""
            codes.append((length + len(gap), round(word.start, 2)))
            pieces.append(gap + bare)
            length += len(pieces[-1])
    return "".join(pieces), codes


def _ascending(codes: Sequence[tuple[int, float]]) -> tuple[tuple[int, float], ...]:
    """Times that never go back: a word whose time was told wrongly is heard no earlier than the one before."""
    latest = 0.0
    kept = []
    for offset, seconds in codes:
        latest = max(latest, seconds)
        kept.append((offset, latest))
    return tuple(kept)


def _notes(heard: HeardRecording) -> tuple[str, ...]:
    notes = [f"{_clock(heard.seconds)} heard by a machine ({heard.model}): names and figures may be wrong."]
    if heard.silent >= 1:
        notes.append(f"{_clock(heard.silent)} of it hold no speech.")
    if heard.told is not None and heard.seconds < _WHOLE * heard.told:
        notes.append(f"By its file {_clock(heard.told)} long: play it, and add it again if its end is missing.")
    return tuple(notes)


def _clock(seconds: float) -> str:
    return "{}:{:02}".format(*divmod(round(seconds), 60))
