"""Which columns of a table hold who speaks, when and what: told by the cells, and by the heads of the columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from onrecord.rag.readers.voices import form_words
from onrecord.rag.text.clock import are_hours_of_the_day, clock_seconds

# A name has a few words; words that are spoken are prose.
_NAME_WORDS = 6
_PROSE_WORDS = 5
# So many rows must be made alike, and so many cells of a column be times.
_MOST_ROWS = 0.8
_AROUND_TIMES = " []()"
# A column's head has a few words.
_HEAD_WORDS = 3


@dataclass(frozen=True, slots=True)
class Columns:
    """The places of a transcript's columns in a table, None where it has none such.

    `heads` says that the first row names the columns, `named` that it does so in words known for it; `marked` that the
    names are surely those of speakers: a head says so, each row has its time, or the names come back.
    """

    words: int
    speaker: int | None
    start: int | None
    end: int | None
    heads: bool
    named: bool
    marked: bool


def columns_of(rows: Sequence[Sequence[str]]) -> Columns | None:
    """Return the columns of a table that holds a transcript; None for any other table.

    Args:
        rows: the cells of each row.
    """
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    width = max((len(row) for row in rows), default=0)
    whole = [row for row in rows if len(row) == width]
    if width < 2 or len(whole) < _MOST_ROWS * len(rows):
        return None
    named = _named(whole[0])
    if len(named) < 2:
        # One such word may as well be somebody's; the form of the first row tells.
        named = {}
    body = whole[1:] if named else whole
    times = [place for place in range(width) if _are_times([row[place] for row in body])]
    heads = bool(named) or any(clock_seconds(whole[0][place]) is None and whole[0][place].strip() for place in times)
    body = whole[1:] if heads else whole
    if not body:
        return None
    sizes = [sum(len(row[place].split()) for row in body) / len(body) for place in range(width)]
    free = [place for place in range(width) if place not in times]
    words = named.get("words", max(free, key=lambda place: sizes[place], default=None))
    if words is None:
        return None
    start = named.get("time", times[0] if times else None)
    speaker = named.get("speaker", _speaker(body, [place for place in free if place != words], sizes))
    names = [] if speaker is None else [row[speaker].strip() for row in body if row[speaker].strip()]
    beside = [row[place] for row in body for place in times[:1]] or [
        time for name in names for _, time in [parted(name)]
    ]
    marked = "speaker" in named or _are_places(beside) or come_back([parted(name)[0] for name in names])
    if not named and (sizes[words] < _PROSE_WORDS or (speaker is None and start is None)):
        return None
    if speaker is not None and (not names or sizes[speaker] > _NAME_WORDS):
        return None
    if not heads and speaker is not None and _is_head(whole, speaker, words):
        heads = True
    taken = (words, speaker, start)
    end = None if start is None or start + 1 in taken or start + 1 >= width else start + 1
    return Columns(words, speaker, start, end, heads, bool(named), marked)


def _named(heads: Sequence[str]) -> dict[str, int]:
    """The columns whose heads name them, in any language."""
    words = form_words()
    found: dict[str, int] = {}
    for place, head in enumerate(heads):
        plain = " ".join(head.replace("_", " ").split()).casefold().strip(" :")
        for kind, known in (
            ("speaker", words.speaker_columns),
            ("words", words.words_columns),
            ("time", words.time_columns),
        ):
            if plain in known:
                found.setdefault(kind, place)
    return found


def _are_times(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    times = sum(clock_seconds(cell.strip(_AROUND_TIMES)) is not None for cell in filled)
    return bool(times) and times >= _MOST_ROWS * len(filled) - 1


def _are_places(cells: Sequence[str]) -> bool:
    """Whether times are places in a recording, not hours of a programme."""
    seconds = [second for cell in cells if (second := clock_seconds(cell.strip(_AROUND_TIMES))) is not None]
    return bool(seconds) and not are_hours_of_the_day(seconds)


def come_back(names: Sequence[str]) -> bool:
    """Whether most of some words come more than once, as speakers do and headings do not."""
    counts = Counter(names)
    return 2 * sum(count for count in counts.values() if count > 1) >= len(names) > 0


def parted(cell: str) -> tuple[str, str]:
    """The name in a cell, and the time that stands before or behind it; empty where there is none."""
    words = cell.split()
    for place in (0, -1):
        if len(words) > 1 and clock_seconds(words[place].strip(_AROUND_TIMES)) is not None:
            time = words.pop(place)
            return " ".join(words), time.strip(_AROUND_TIMES)
    return " ".join(words), ""


def _speaker(body: Sequence[Sequence[str]], places: Sequence[int], sizes: Sequence[float]) -> int | None:
    """The column of names: short, of letters, and most of all one whose cells come back."""
    short = [
        place
        for place in places
        if 0 < sizes[place] <= _NAME_WORDS and any(any(map(str.isalpha, row[place])) for row in body)
    ]
    return min(short, key=lambda place: (len({row[place] for row in body}), place), default=None)


def _is_head(rows: Sequence[Sequence[str]], speaker: int, words: int) -> bool:
    """Whether the first row names the columns, by its form: a word or two, unlike the sentences below, and no name."""
    head, *body = rows
    names = {row[speaker].strip() for row in body}
    ends = sum(row[words].strip()[-1:] in tuple('.!?…”»"') for row in body)
    plain = head[words].strip()
    return (
        len(body) > 1
        and head[speaker].strip() not in names
        and 0 < len(plain.split()) <= _HEAD_WORDS
        and plain[-1].isalnum()
        and ends >= _MOST_ROWS * len(body)
    )
