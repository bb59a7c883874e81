"""White space between columns of print, told from the white space between words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from onrecord.rag.readers.page_lines import PrintedRow

# White space between columns is at least this wide, in sizes.
_GUTTER = 0.5
# A gutter this wide (in sizes) is plain where it parts so many lines in all, and so many at each side ...
_WIDE, _LINES_WIDE, _SIDE_WIDE = 1.6, 6, 2
# ... a narrower one where it parts so many at each side, and is so many times as wide as the blanks between words ...
_SIDE_NARROW, _WIDER = 5, 1.8
# ... and however wide the blanks are, so many lines never have one at the same place by chance.
_SIDE_SURE = 10
# Where the document has columns elsewhere, so many lines at one side of the same place are one of them.
_ONE_SIDE = 3
# Words begin a column where they stand below each other this exactly (points).
_ALIGNED = 2.0
# Of the lines of a column this share begin exactly at its edge; the others are set in.
_AT_EDGE = 0.35
# Places looked at for the start of a column, and the most rows that are looked at: no page has more.
_PLACES, _MOST_ROWS = 8, 1000
# The next line is no further down than this, in sizes.
_NEXT_LINE = 1.8
# White space that ends a column above what stands below it, in its usual distances and in its largest.
_BELOW, _BELOW_LARGEST = 1.6, 1.2


@dataclass(frozen=True, slots=True)
class Gutter:
    """White space left of `edge` in the rows from `first` to `last`, both included."""

    edge: float
    first: int
    last: int

    def sides(self, rows: Sequence[PrintedRow]) -> list[tuple[PrintedRow, PrintedRow]]:
        """The words of each row before the gutter and after it."""
        return [
            ([word for word in row if word.left < self.edge], [word for word in row if word.left >= self.edge])
            for row in rows[self.first : self.last + 1]
        ]


def is_same(edge: float, other: float) -> bool:
    """Whether two columns begin at one place."""
    return abs(edge - other) <= _ALIGNED


def widest_gutter(rows: Sequence[PrintedRow], known: Sequence[float]) -> Gutter | None:
    """The gutter that parts most lines.

    Args:
        rows: the rows of a page, or a part of one.
        known: where columns begin elsewhere in the document (points from the left); there, few lines will do.
    """
    if not 1 <= len(rows) <= _MOST_ROWS:
        return None
    size = median(word.size for row in rows for word in row)
    starts: Counter[int] = Counter()
    for row in rows:
        starts[round(row[0].left / _ALIGNED)] += 1
        for before, word in pairwise(row):
            if word.left - before.right >= _GUTTER * size:
                starts[round(word.left / _ALIGNED)] += 1
    edges = [(place - 1) * _ALIGNED for place, times in starts.most_common(_PLACES) if times > 1]
    best: tuple[int, Gutter] | None = None
    for edge in dict.fromkeys([*known, *edges]):
        sure = any(is_same(edge, other) for other in known)
        for gutter in _stretches(rows, edge, size):
            lines = _lines_parted(rows, gutter, size, sure=sure)
            if lines and (best is None or lines > best[0]):
                best = lines, gutter
    return best[1] if best else None


def _stretches(rows: Sequence[PrintedRow], edge: float, size: float) -> Iterator[Gutter]:
    """The longest stretches of rows in which nothing stands in the white space before `edge`."""
    first = 0
    for place in range(len(rows) + 1):
        if place < len(rows) and not any(w.left < edge and w.right > edge - _GUTTER * size for w in rows[place]):
            continue
        if place > first:
            yield _trimmed(rows, Gutter(edge, first, place - 1), size)
        first = place + 1


def _trimmed(rows: Sequence[PrintedRow], gutter: Gutter, size: float) -> Gutter:
    """Without what stands above both columns, or below both and apart."""
    numbers = range(gutter.first, gutter.last + 1)
    left = [number for number in numbers if rows[number][0].left < gutter.edge]
    right = [number for number in numbers if rows[number][-1].left >= gutter.edge]
    if not left or not right:
        return gutter
    first, last, largest = left[0], left[-1], 0.0
    gaps = [rows[above][0].base - rows[below][0].base for above, below in pairwise(left)]
    usual = median(gaps) if gaps else 0.0
    for above, below, gap in zip(left, left[1:], gaps, strict=False):
        if below <= right[0] and gap > _NEXT_LINE * size:
            first = below
        if above >= right[-1] and gap > max(_BELOW * usual, _BELOW_LARGEST * largest):
            last = above
            break
        largest = max(largest, gap)
    return Gutter(gutter.edge, min(first, right[0]), max(last, right[-1]))


def _lines_parted(rows: Sequence[PrintedRow], gutter: Gutter, size: float, *, sure: bool) -> int:
    """How many lines a gutter parts; 0 where it may be chance."""
    sides = gutter.sides(rows)
    left = [place for place, (before, _) in enumerate(sides) if before]
    right = [place for place, (_, after) in enumerate(sides) if after]
    if not left or not right:
        return len(sides) if sure and len(sides) >= _ONE_SIDE else 0
    # Only where the columns stand side by side.
    top, bottom = max(left[0], right[0]), min(left[-1], right[-1])
    beside = [side for place, side in enumerate(sides) if top - 1 <= place <= bottom + 1]
    lines_left, lines_right = sum(bool(before) for before, _ in beside), sum(bool(after) for _, after in beside)
    starts = [after[0].left for _, after in sides if after]
    if sum(start <= gutter.edge + 2 * _ALIGNED for start in starts) < _AT_EDGE * len(starts):
        return 0
    white = gutter.edge + _ALIGNED - max(before[-1].right for before, _ in sides if before)
    blanks = [two.left - one.right for row in sides for side in row for one, two in pairwise(side)]
    fewest = min(lines_left, lines_right)
    if sure:
        enough = fewest >= 1
    elif white >= _WIDE * size:
        enough = fewest >= _SIDE_WIDE and lines_left + lines_right >= _LINES_WIDE
    else:
        wider = white >= _WIDER * (median(blanks) if blanks else 0.0)
        enough = fewest >= _SIDE_SURE or (fewest >= _SIDE_NARROW and wider)
    return lines_left + lines_right if enough else 0
