"""What is heard in a recording, cue by cue, made into paragraphs or turns with a timecode at the start of every cue."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import groupby

from onrecord.rag.errors import UnreadableFile
from onrecord.rag.languages import LANGUAGES, together
from onrecord.rag.readers.composing import Composer
from onrecord.rag.readers.encoding import require_words
from onrecord.rag.readers.voices import Cue, plain_names, possible_label, with_printed_voices
from onrecord.rag.text.sentences import SentenceWords, ends_sentence
from onrecord.rag.types import SourceText

# Times without the arrow between them, or damaged, are no words.
_ONLY_TIMES = re.compile(r"\s*\d{1,3}:[\d:.,\s>-]{1,60}")
_NEW_SPEAKER = re.compile(r">{2,3}")
# A dash before another speaker's words; inside a sentence only before a capital.
_DASH = re.compile(r"[-–—]{1,2}\s*(?=[\w\"“«‘'¿¡(\[])")
_DASH_CAPITAL = re.compile(r"[-–—]{1,2}\s*(?=[^\W\d_a-zß-öø-ÿ]|[\"“«‘'¿¡(\[])")
# A silence of this many seconds after a sentence, or this many characters, end a paragraph; both end it anywhere.
_PAUSE = 3.0
_LONG = 600
# Captions roll when at least this share of the cues repeats what is still on the screen, which then goes on at once.
_ROLLING = 0.3
_TOUCHING = 1.0


def source_of_cues(
    name: str, cues: Sequence[Cue], *, preface: str = "", notes: Sequence[str] = (), shown: bool = False
) -> SourceText:
    """Return what is said, in order.

    Args:
        name: the file's, for the message of an error.
        cues: in the order of the file. One that comes twice with one time, and what rolling captions repeat, is read
            once; one without a time is read as text.
        preface: what stands before the first cue.
        notes: on what the format's own reader left out.
        shown: whether the cues are shown on a screen, where they may roll.

    Returns:
        a text with a timecode at the start of every cue. Where the file marks voices, each is a turn
        `Voice: words`, and consecutive cues of one voice are one; elsewhere a cue that begins with what may be a label
        begins a line. Raises UnreadableFile where no cue holds words.
    """
    once = _once(cues)
    untimed = sum(cue.start is None for cue in once) if any(cue.start is not None for cue in once) else 0
    twice = sum(map(bool, (cue.lines for cue in cues))) - len(once)
    heard = _unrolled(once) if shown else once
    voiced = with_printed_voices([cue for cue in heard if cue.lines])
    names = plain_names(cue.voice for cue in voiced if cue.voice)
    if not voiced:
        raise UnreadableFile(f"{name}: this transcript holds no words. Add a file whose cues have text.")
    composer = Composer()
    if preface:
        composer.add_text(preface)
    if any(cue.voice for cue in voiced):
        for voice, members in groupby(voiced, key=lambda cue: names.get(cue.voice or "")):
            words, codes = _woven(list(members), frozenset())
            if words:
                composer.add_turn(words, label=voice, timecodes=codes)
    else:
        words, codes = _woven(voiced, _coming_back(voiced))
        composer.add_text(words, timecodes=codes)
    source = composer.source(
        notes=(
            *notes,
            *counted(twice, "cue that comes twice was read once", "cues that come twice were read once"),
            *counted(untimed, "cue without a time was read as text", "cues without a time were read as text"),
        )
    )
    require_words(name, source.text)
    return source


def counted(count: int, one: str, many: str) -> tuple[str, ...]:
    """Return a note on how many were left out or read otherwise; none for none."""
    return (f"{count:,} {one if count == 1 else many}.",) if count else ()


def _once(cues: Sequence[Cue]) -> list[Cue]:
    """Leave out cues without lines, and those that come again with the same words at the same time."""
    seen: set[Cue] = set()
    kept: list[Cue] = []
    for cue in cues:
        if cue.lines and (cue.start is None or cue not in seen):
            kept.append(cue)
            seen.add(cue)
    return kept


def ends_spoken_sentence(text: str) -> bool:
    """Whether what is said so far ends a sentence, in whatever language."""
    return ends_sentence(text, _sentence_words())


@cache
def _sentence_words() -> SentenceWords:
    return together(*LANGUAGES).sentence_ends


def _unrolled(cues: Sequence[Cue]) -> list[Cue]:
    """Return the cues without the words that are on the screen already, where captions roll."""
    repeated = [0] * len(cues)
    for place in range(1, len(cues)):
        above, cue = cues[place - 1], cues[place]
        if above.end is not None and cue.start is not None and cue.start - above.end < _TOUCHING:
            repeated[place] = _repeated(above, cue)
    if sum(map(bool, repeated)) < _ROLLING * (len(cues) - 1) or len(cues) < 3:
        return list(cues)
    return [_without(cue, count) for cue, count in zip(cues, repeated, strict=True)]


def _repeated(above: Cue, cue: Cue) -> int:
    """Return how many words at the start of `cue` are whole last lines of the cue before."""
    words = [word for line in cue.lines for word in line.split()]
    for first in range(len(above.lines)):
        shown = [word for line in above.lines[first:] for word in line.split()]
        if words[: len(shown)] == shown:
            return len(shown)
    return 0


def _without(cue: Cue, count: int) -> Cue:
    kept: list[str] = []
    for line in cue.lines:
        words = line.split()
        if len(words) > count:
            kept.append(" ".join(words[count:]))
        count = max(0, count - len(words))
    return replace(cue, lines=tuple(kept))


def _coming_back(cues: Sequence[Cue]) -> frozenset[str]:
    """The words before a colon that more than one cue begins with."""
    counts = Counter(label[0] for cue in cues for line in cue.lines if (label := possible_label(line)))
    return frozenset(label for label, count in counts.items() if count > 1)


def _woven(cues: Sequence[Cue], labels: frozenset[str]) -> tuple[str, list[tuple[int, float]]]:
    """Join cues to paragraphs: the text, and (offset, seconds) of every cue."""
    pieces: list[str] = []
    codes: list[tuple[int, float]] = []
    length = paragraph = 0
    end: float | None = None
    for cue in cues:
        pause = cue.start - end if cue.start is not None and end is not None else 0.0
        for number, line in enumerate(cue.lines):
            gap = _gap(pieces[-1], line, pause, length - paragraph, labels, cue.voice) if pieces else ""
            length += len(gap)
            paragraph = length if "\n" in gap else paragraph
            if cue.start is not None and not number:
                codes.append((length, cue.start))
            pieces += [gap, line]
            length += len(line)
            pause = 0.0
        end = cue.end if end is None or cue.end is None else max(end, cue.end)
    return "".join(pieces), codes


def _gap(before: str, line: str, pause: float, length: int, labels: frozenset[str], voice: str | None) -> str:
    """What parts a line from the one before: a blank, a line end before a possible label, or an empty line."""
    if voice is None and (_NEW_SPEAKER.match(line) or _DASH_CAPITAL.match(line)):
        return "\n\n"
    label = possible_label(line) if voice is None else None
    if ends_spoken_sentence(before):
        opens = label is not None or (voice is None and _DASH.match(line) is not None)
        return "\n\n" if opens or pause >= _PAUSE or length > _LONG else " "
    if label and (label[0] in labels or all(word[0].isupper() for word in label[0].split() if word[0].isalpha())):
        # Inside a sentence only a label that comes back, or words that may all be a name, begin a line.
        return "\n"
    return "\n\n" if pause >= _PAUSE and length > _LONG else " "


def untimed_words(lines: Sequence[str]) -> Iterator[Cue]:
    """What stands where a cue should be and has no time that can be read: a cue without one, if it holds words."""
    kept = tuple(line.strip() for line in lines if line.strip() and not _ONLY_TIMES.fullmatch(line))
    if any(map(str.isalnum, "".join(kept))):
        yield Cue(kept)
