"""Who speaks in a cue, where the file marks it throughout: names before the words, and names as programs write them.

A name printed at the head of nearly every cue is how Zoom and others mark voices. One printed here and there is left to
the grammar of labels, which reads all texts alike.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from onrecord.rag.languages import LANGUAGES, together
from onrecord.rag.languages.forms import FormWords


@dataclass(frozen=True, slots=True)
class Cue:
    """What is heard from `start` to `end` (seconds, None where the file does not say), as the lines it is printed in.

    `voice` is who speaks, where the format itself says so.
    """

    lines: tuple[str, ...]
    start: float | None = None
    end: float | None = None
    voice: str | None = None


# A name before a colon; a clock time inside it is no end of it.
_PREFIX = re.compile(r"((?:[^:：\n]|(?<=\d):(?=\d)){1,80}?)[ \u00a0]?(?::(?=\s|$)|：)\s*")
_MOST_WORDS = 10
# What no name holds: the marks that end a sentence, but for the stop of an abbreviation ("Dr. Doe").
_NO_NAME = re.compile(r"[?!;…]|\w{5}\.\s")
# Somebody who calls in has a number for a name.
_CALLER = re.compile(r"\+?[\d*•x().\s-]{6,20}")
# Voices are marked throughout when so many cues begin with a name; fewer cues than these show no rule.
_THROUGHOUT = 0.9
_FEWEST = 3
# A name on a line of its own has at most this many words, and most of the names come back.
_NAME_WORDS = 6
_COMING_BACK = 0.5

# Names as a directory lists them: "Doe, Jane (Ministry)". Before the comma stands one name with its particles.
_PARTICLE = 3
_GROUP = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*$")
_LISTED = re.compile(r"((?:[^\W\d_]+['’]?\s+){0,3})([^\W\d_][^\s,]*),\s+(\S+(?:\s+\S+)?)")


@cache
def form_words() -> FormWords:
    """The words of forms in all languages: a program prints its own language, whatever is spoken."""
    return together(*LANGUAGES).forms


def possible_label(line: str) -> tuple[str, int] | None:
    """Return what may be a speaker's label at the head of a line, and where its words begin; None where there is none.

    This says only that it has the form of one: a few words before a colon.
    """
    match = _PREFIX.match(line)
    if match is None:
        return None
    label = match.group(1).strip()
    if label.startswith("[") and label.endswith("]"):
        label = label[1:-1].strip()
    first = next(filter(str.isalnum, label), "")
    named = first.isalpha() or _CALLER.fullmatch(label)
    if not named or len(label.split()) > _MOST_WORDS or _NO_NAME.search(label):
        return None
    return label, match.end()


def with_printed_voices(cues: Sequence[Cue]) -> list[Cue]:
    """Return the cues with the names that nearly all of them begin with as their voices; as they are where not.

    A cue without a name goes on with the voice before, as a line without a label does.
    """
    if len(cues) < _FEWEST or any(cue.voice for cue in cues):
        return list(cues)
    named = [possible_label(cue.lines[0]) for cue in cues]
    if sum(label is not None for label in named) >= _THROUGHOUT * len(cues):
        return _voiced(
            [
                (label[0] if label else None, _from(cue, label[1] if label else 0))
                for cue, label in zip(cues, named, strict=True)
            ]
        )
    alone = [_name_alone(cue) for cue in cues]
    counts = Counter(alone)
    coming_back = sum(count for name, count in counts.items() if name and count > 1)
    if sum(map(bool, alone)) >= _THROUGHOUT * len(cues) and coming_back >= _COMING_BACK * len(cues):
        return _voiced(
            [(name, replace(cue, lines=cue.lines[1:]) if name else cue) for cue, name in zip(cues, alone, strict=True)]
        )
    return list(cues)


def _voiced(named: Sequence[tuple[str | None, Cue]]) -> list[Cue]:
    voiced: list[Cue] = []
    voice: str | None = None
    for name, cue in named:
        voice = name or voice
        voiced.append(replace(cue, voice=voice))
    return voiced


def _from(cue: Cue, start: int) -> Cue:
    first = cue.lines[0][start:].strip()
    return replace(cue, lines=((first,) if first else ()) + cue.lines[1:])


def _name_alone(cue: Cue) -> str | None:
    """Return the first of a cue's lines where it may be a name: a few words that end in a letter or a parenthesis."""
    line = cue.lines[0].strip()
    may_be = len(cue.lines) > 1 and line[:1].isalpha() and len(line.split()) <= _NAME_WORDS
    return line if may_be and (line[-1].isalnum() or line[-1] in ")]") and not _NO_NAME.search(line) else None


def plain_names(voices: Iterable[str]) -> dict[str, str]:
    """Return each voice as people are called: "Doe, Jane (Ministry)" is "Jane Doe (Ministry)".

    What a program adds to the name of somebody from outside ("(Guest)") is left out. Names are turned round only where
    most that have a comma are listed so.
    """
    names = {voice: _without_guest_mark(voice) for voice in voices}
    commas = [name for name in names.values() if "," in _GROUP.sub("", name)]
    if 2 * sum(_turned_round(name) != name for name in commas) > len(commas):
        return {voice: _turned_round(name) for voice, name in names.items()}
    return names


def _without_guest_mark(name: str) -> str:
    group = _GROUP.search(name)
    mark = group and group.group(1).strip().casefold() in form_words().guests
    return name[: group.start()] if group and mark and group.start() else name


def _turned_round(name: str) -> str:
    group = _GROUP.search(name)
    end = group.start() if group else len(name)
    match = _LISTED.fullmatch(name[:end])
    # Particles are short or written small; two longer words before a comma are a whole name, with what it belongs to.
    if match is None or any(word[0].isupper() and len(word) > _PARTICLE for word in match.group(1).split()):
        return name
    return f"{match.group(3)} {match.group(1)}{match.group(2)}{name[end:]}"
