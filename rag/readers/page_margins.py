"""Line numbers down the margin: they are no speech, and tell where on a page each line stands."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from onrecord.rag.readers.page_lines import PrintedRow, printed_rows
from onrecord.rag.readers.page_print import Page, Word

_NUMBER = re.compile(r"\d{1,3}")
# Fewer numbers than this are a list.
_FEWEST = 5
# White space between a line and its number, in sizes, and how exactly the numbers stand below each other.
_APART, _ALIGNED = 0.6, 0.5
# Numbers may be printed beside every line, or every so many lines.
_STEPS = range(1, 11)
# Of the steps from number to number, of the distances between them, and of the page's rows, this share must fit.
_REGULAR, _COVERED = 0.8, 0.6
# A distance fits where it differs from the usual one by at most this share.
_EVEN = 0.3
# A document numbers its lines where it does so on this share of its fuller pages.
_PAGES, _FULLER = 0.3, 10


@dataclass(frozen=True, slots=True)
class Margin:
    """The numbers of a page's lines as (height, number), from the top of the page down."""

    numbers: tuple[tuple[float, int], ...] = ()

    def at(self, base: float, size: float) -> int | None:
        """The number of the line that stands on a height: the one beside it, else the one above."""
        heights = [-height for height, _ in self.numbers]
        place = bisect_left(heights, -base - size / 2)
        nearest = [entry for entry in self.numbers[place : place + 1] if abs(entry[0] - base) <= size / 2]
        found = nearest or self.numbers[max(0, place - 1) : place]
        return found[0][1] if found else None


@dataclass(frozen=True, slots=True)
class _Column:
    """Numbers that stand below each other: at the left or right of the page, with their own left or right edges."""

    words: tuple[Word, ...]
    at_left: bool
    edge: str
    place: float


def line_numbers(pages: Sequence[Page]) -> tuple[list[list[Word]], list[Margin]]:
    """Take line numbers out of pages: the other words of each page, and the numbers of its lines."""
    rows = [printed_rows(page.words) for page in pages]
    found = [_numbers(those) for those in rows]
    sure = [column for column in found if column is not None]
    if not sure or len(sure) < _PAGES * sum(len(those) >= _FULLER for those in rows):
        return [list(page.words) for page in pages], [Margin() for _ in pages]
    steps = Counter(step for column in sure for step in _steps(column.words))
    step = steps.most_common(1)[0][0]
    words, margins = [], []
    for page, those, own in zip(pages, rows, found, strict=True):
        # A page with few lines has its numbers where others have theirs.
        column = own or next((fewer for like in sure if (fewer := _fewer(those, like, step))), None)
        outside = {word.place for word in column.words} if column else set()
        kept = [word for word in page.words if word.place not in outside]
        words.append(kept)
        margins.append(_counted(printed_rows(kept), column.words, step) if column else Margin())
    return words, margins


def _numbers(rows: Sequence[PrintedRow]) -> _Column | None:
    """The line numbers of a page, from the top down."""
    columns = [column for at_left in (True, False) for column in _columns(rows, at_left=at_left)]
    fitting = [column for column in columns if _are_numbers(column, rows)]
    return max(fitting, key=lambda column: len(column.words), default=None)


def _are_numbers(column: _Column, rows: Sequence[PrintedRow]) -> bool:
    words = column.words
    if len(words) < _FEWEST:
        return False
    step, times = Counter(_steps(words)).most_common(1)[0]
    gaps = [above.base - below.base for above, below in pairwise(words)]
    between = [row for row in rows if words[-1].base <= row[0].base <= words[0].base]
    if step not in _STEPS or times < _REGULAR * len(gaps) or len(between) < _COVERED * len(rows):
        return False
    inner = max(word.right for word in words) if column.at_left else min(word.left for word in words)
    own = {word.place for word in words}
    others = [word for row in between for word in row if word.place not in own]
    outer = [word for word in others if (word.left < inner if column.at_left else word.right > inner)]
    even = sum(abs(gap - median(gaps)) <= _EVEN * median(gaps) for gap in gaps)
    # Numbers stand at even distances, or one beside each line (of so many).
    regular = even >= _REGULAR * len(gaps) or len(between) <= len(words) * step / _REGULAR
    return regular and len(outer) <= (1 - _REGULAR) * len(between)


def _fewer(rows: Sequence[PrintedRow], like: _Column, step: int) -> _Column | None:
    """The numbers of a page where another has a column of them."""
    for column in _columns(rows, at_left=like.at_left, edge=like.edge, place=like.place):
        if all(found == step for found in _steps(column.words)):
            return column
    return None


def _steps(words: Sequence[Word]) -> list[int]:
    return [int(below.text) - int(above.text) for above, below in pairwise(words)]


def _columns(
    rows: Sequence[PrintedRow], *, at_left: bool, edge: str | None = None, place: float | None = None
) -> list[_Column]:
    """Numbers that stand below each other, each outside of the other words of its row."""
    found: list[Word] = []
    for row in rows:
        word, beside = (row[0], row[1:2]) if at_left else (row[-1], row[-2:-1])
        gap = min((max(word.left - other.right, other.left - word.right) for other in beside), default=word.size)
        if _NUMBER.fullmatch(word.text) and gap >= _APART * word.size:
            found.append(word)
    columns = []
    # Figures of one and two places stand below each other at their right or at their left.
    for name in [edge] if edge else ["right", "left"]:
        places = Counter(round(_edge(word, name)) for word in found)
        usual = places.most_common(1)[0][0] if places and place is None else place
        words = [word for word in found if usual is not None and abs(_edge(word, name) - usual) <= _ALIGNED * word.size]
        if words and usual is not None:
            columns.append(_Column(tuple(words), at_left, name, usual))
    return columns


def _edge(word: Word, name: str) -> float:
    return word.left if name == "left" else word.right


def _counted(rows: Sequence[PrintedRow], numbers: Sequence[Word], step: int) -> Margin:
    """Every line's number: by its distance from a printed one where they stand evenly, else counted on from it."""
    printed = [(word.base, int(word.text)) for word in numbers]
    heights = [row[0].base for row in rows]
    if step == 1:
        return Margin(tuple(printed))
    pitches = [(above[0] - below[0]) / (below[1] - above[1]) for above, below in pairwise(printed)]
    pitch = median(pitches) if pitches else 0.0
    if pitch > 0 and all(abs(other - pitch) <= _EVEN * pitch for other in pitches):
        nearest = [min(printed, key=lambda entry: abs(entry[0] - height)) for height in heights]
        lines = [
            number + round((base - height) / pitch) for height, (base, number) in zip(heights, nearest, strict=True)
        ]
    else:
        beside = [[n for base, n in printed if abs(base - height) <= numbers[0].size / 2] for height in heights]
        first = next((place for place, own in enumerate(beside) if own), 0)
        number = beside[first][0] - first if beside and beside[first] else 0
        lines = []
        for own in beside:
            lines.append(own[0] if own else number)
            number = lines[-1] + 1
    return Margin(tuple((height, number) for height, number in zip(heights, lines, strict=True) if number > 0))
