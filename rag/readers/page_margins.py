"""Line numbers down the margin: they are no speech, and tell where on a page each line stands."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from onrecord.rag.readers.page_lines import Row, rows_of
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


def line_numbers(pages: Sequence[Page]) -> tuple[list[list[Word]], list[Margin]]:
    """Take line numbers out of pages: the other words of each page, and the numbers of its lines."""
    found = [_numbers(rows_of(page.words)) for page in pages]
    numbered = sum(numbers is not None for numbers in found)
    fuller = sum(len({round(word.base) for word in page.words}) >= _FULLER for page in pages)
    words, margins = [], []
    for page, numbers in zip(pages, found, strict=True):
        if numbers is None or numbered < _PAGES * fuller:
            words.append(list(page.words))
            margins.append(Margin())
            continue
        outside = {word.place for word in numbers.values()}
        kept = [word for word in page.words if word.place not in outside]
        words.append(kept)
        margins.append(_counted(rows_of(kept), numbers))
    return words, margins


def _numbers(rows: Sequence[Row]) -> Mapping[float, Word] | None:
    """The line numbers of a page by their heights, from the top down."""
    for left in (True, False):
        column = _column(rows, left=left)
        steps = Counter(int(below.text) - int(above.text) for above, below in pairwise(column))
        if len(column) < _FEWEST or not steps:
            continue
        step, times = steps.most_common(1)[0]
        gaps = [above.base - below.base for above, below in pairwise(column)]
        even = sum(abs(gap - median(gaps)) <= _EVEN * median(gaps) for gap in gaps)
        between = [row for row in rows if column[-1].base <= row[0].base <= column[0].base]
        if step not in _STEPS or times < _REGULAR * len(gaps) or len(between) < _COVERED * len(rows):
            continue
        inner = max(word.right for word in column) if left else min(word.left for word in column)
        outer = [w for row in between for w in row if w not in column and (w.left < inner if left else w.right > inner)]
        if len(outer) > (1 - _REGULAR) * len(between):
            continue
        # Numbers stand at even distances, or one beside each line (of so many).
        if even >= _REGULAR * len(gaps) or len(between) <= len(column) * step / _REGULAR:
            return {word.base: word for word in column}
    return None


def _column(rows: Sequence[Row], *, left: bool) -> list[Word]:
    """Numbers that stand below each other, outside of all other words."""
    found: list[Word] = []
    for row in rows:
        word, beside = (row[0], row[1:2]) if left else (row[-1], row[-2:-1])
        gap = min((max(word.left - other.right, other.left - word.right) for other in beside), default=_APART * 100)
        if _NUMBER.fullmatch(word.text) and gap >= _APART * word.size:
            found.append(word)
    best: list[Word] = []
    # Figures of one and two places stand below each other at their right or at their left.
    for edge in ("right", "left"):
        places = Counter(round(getattr(word, edge)) for word in found)
        for place, _ in places.most_common(1):
            column = [word for word in found if abs(getattr(word, edge) - place) <= _ALIGNED * word.size]
            best = max(best, column, key=len)
    return best


def _counted(rows: Sequence[Row], numbers: Mapping[float, Word]) -> Margin:
    """Every line's number: lines between two numbers are counted on from the one above."""
    printed = [(height, int(word.text), word.size) for height, word in numbers.items()]
    step = median(below[1] - above[1] for above, below in pairwise(printed))
    if step == 1:
        return Margin(tuple((height, number) for height, number, _ in printed))
    counted: list[tuple[float, int]] = []
    own: list[int | None] = []
    for row in rows:
        base = row[0].base
        own.append(next((number for height, number, size in printed if abs(height - base) <= size / 2), None))
    first = next((place for place, number in enumerate(own) if number is not None), 0)
    for place, row in enumerate(rows):
        number = own[place]
        if number is None:
            number = counted[-1][1] + 1 if place > first else (own[first] or 0) - (first - place)
        counted.append((row[0].base, number))
    return Margin(tuple((height, number) for height, number in counted if number > 0))
