"""Paragraphs under a line of name and time, as Teams writes them into a document: turns with their timecodes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from onrecord.rag.readers.composing import Composer
from onrecord.rag.readers.voices import plain_names
from onrecord.rag.text.clock import CLOCK, are_hours_of_the_day, clock_seconds

# "Jane Doe   0:14", alone on its line.
_HEAD = re.compile(rf"(?=\S)(.{{1,80}}?)[ \u00a0\t]{{1,9}}({CLOCK})")
_NAME_WORDS = 8
_GAP = "\n\n"
# So many heads make a transcript, and so few paragraphs a head.
_FEWEST_HEADS = 2
_MOST_PARAGRAPHS = 12
# What a program says of a speaker ("… stopped transcription") is no sentence.
_SYSTEM_WORDS = 4


@dataclass(slots=True)
class _Spoken:
    """A turn while it is gathered."""

    voice: str
    paragraphs: list[str] = field(default_factory=list)
    times: list[tuple[int, float]] = field(default_factory=list)
    length: int = 0

    def say(self, words: str, seconds: float | None) -> None:
        if seconds is not None:
            self.times.append((self.length, seconds))
        self.paragraphs.append(words)
        self.length += len(words) + len(_GAP)


def compose_spoken(composer: Composer, paragraphs: Sequence[str]) -> bool:
    """Add a document's paragraphs as turns where lines of name and time stand above the words throughout.

    What stands before the first such line is added as text; what a program says of its own work, as boilerplate.
    Returns whether it was such a document; nothing is added where not.
    """
    heads = _heads(paragraphs)
    if not heads:
        return False
    names = plain_names(dict.fromkeys(name for name, _ in heads.values()))
    first = min(heads)
    for paragraph in paragraphs[:first]:
        composer.add_text(paragraph)
    spoken = _Spoken("")
    waiting: float | None = None
    for place, paragraph in enumerate(paragraphs[first:], start=first):
        words = paragraph
        if place in heads:
            name, waiting = heads[place]
            if spoken.voice != names[name]:
                _add(composer, spoken)
                spoken = _Spoken(names[name])
            _, _, words = paragraph.partition("\n")
        elif _is_system(paragraph, names):
            _add(composer, spoken)
            composer.add_text(paragraph, reason="note of the program")
            spoken = _Spoken(spoken.voice)
            continue
        if words.strip():
            spoken.say(words.strip(), waiting)
            waiting = None
    _add(composer, spoken)
    return True


def _add(composer: Composer, spoken: _Spoken) -> None:
    composer.add_turn(_GAP.join(spoken.paragraphs), label=spoken.voice, timecodes=spoken.times)


def _heads(paragraphs: Sequence[str]) -> dict[int, tuple[str, float]]:
    """The name and the second at the head of paragraphs, by their places; none where they make no transcript."""
    heads = {place: head for place, paragraph in enumerate(paragraphs) if (head := _head(paragraph))}
    places = list(heads)
    if len(places) > 1 and heads[places[0]][1] > heads[places[1]][1]:
        # The day and hour of the recording, above it.
        del heads[places[0]]
    times = [seconds for _, seconds in heads.values()]
    several = len({name for name, _ in heads.values()}) < len(heads)
    if len(heads) < _FEWEST_HEADS or times != sorted(times):
        return {}
    if not several and are_hours_of_the_day(times):
        return {}
    return heads if len(paragraphs) - min(heads) <= _MOST_PARAGRAPHS * len(heads) else {}


def _head(paragraph: str) -> tuple[str, float] | None:
    match = _HEAD.fullmatch(paragraph.partition("\n")[0])
    seconds = clock_seconds(match.group(2)) if match else None
    if match is None or seconds is None:
        return None
    name = match.group(1).strip(" \u00a0\t,–—-|:")
    if not any(map(str.isalpha, name)) or len(name.split()) > _NAME_WORDS or name[-1] in ".?!;":
        return None
    return name, seconds


def _is_system(paragraph: str, names: Mapping[str, str]) -> bool:
    """Whether a paragraph is a known name with a few words that end no sentence."""
    name = next((name for name in names if paragraph.startswith(f"{name} ")), None)
    rest = paragraph[len(name) :].split() if name else []
    return 0 < len(rest) <= _SYSTEM_WORDS and paragraph[-1].isalnum()
