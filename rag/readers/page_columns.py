"""The order in which a page is read: columns one after the other, names in a column of their own before their words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import mean, median
from typing import Literal

from onrecord.rag.readers.page_lines import Row, line_of, rows_of
from onrecord.rag.readers.page_print import Line, Word

# White space between columns is at least this wide, in sizes, and this many times as wide as between words.
_GUTTER, _WIDER = 0.7, 1.8
# A gutter this wide (in sizes) is plain where it parts so many lines in all, and so many at each side ...
_WIDE, _LINES_WIDE, _SIDE_WIDE = 1.6, 6, 2
# ... a narrower one where it parts so many at each side.
_SIDE_NARROW = 5
# Words begin a column where they stand below each other this exactly (points).
_ALIGNED = 2.0
# Of the lines of a column this share begin exactly at its edge; the others are set in.
_AT_EDGE = 0.35
# Places looked at on one page for the start of a column.
_PLACES = 8
# White space that ends a column above what stands below it, in distances of its own lines.
_BELOW = 1.6
# Lines of running text have this many words, and this share of them begin in mid-sentence.
_PROSE_WORDS, _RUNNING = 3.0, 0.25
# A column of names is at most this wide, as a share of both columns; its lines have at most so many words, and this
# share of them stand beside a line of the words.
_NAMES_WIDTH, _NAME_WORDS, _BESIDE = 0.45, 5.0, 0.6
# Of its names, this share have letters enough for one.
_NAMES = 0.6
# Heights that differ by less than this, in sizes, are one.
_LEVEL = 0.4

_NAME = re.compile(r"\W*(?:[^\W\d_]*[^\W\d_a-zà-ÿ]|[^\W\d_]{2})")
_SENTENCE_END = re.compile(r"[.!?…][»”\"’')\]]*$")
_LABEL_END = re.compile(r"[.:]$")

_Kind = Literal["columns", "names", "across"]


@dataclass(frozen=True, slots=True)
class _Gutter:
    """White space left of `edge` between rows `first` and `last`, both included."""

    edge: float
    first: int
    last: int


def lines_in_order(words: Sequence[Word], page: int, known: Sequence[float] = ()) -> list[Line]:
    """The lines of a page in the order in which they are read.

    Args:
        words: the page's words.
        page: its number.
        known: where columns begin on other pages of the document (points from the left); there, few rows will do.
    """
    return list(_read(rows_of(words), page, (), known))


def gutters_of(words: Sequence[Word]) -> list[float]:
    """Where columns begin on a page for certain."""
    gutter = _gutter(rows_of(words), ())
    return [gutter.edge] if gutter else []


def _read(rows: Sequence[Row], page: int, column: tuple[int, ...], known: Sequence[float]) -> Iterator[Line]:
    gutter = _gutter(rows, known)
    if gutter is None:
        yield from (line_of(row, page, column) for row in rows)
        return
    inside = rows[gutter.first : gutter.last + 1]
    left = [word for row in inside for word in row if word.left < gutter.edge]
    right = [word for row in inside for word in row if word.left >= gutter.edge]
    yield from _read(rows[: gutter.first], page, column, known)
    kind = _kind(rows_of(left), rows_of(right))
    if kind == "columns":
        yield from _read(rows_of(left), page, (*column, 0), known)
        yield from _read(rows_of(right), page, (*column, 1), known)
    elif kind == "names":
        yield from _named(rows_of(left), rows_of(right), page, column)
    else:
        yield from (line_of(row, page, column) for row in inside)
    yield from _read(rows[gutter.last + 1 :], page, column, known)


def _gutter(rows: Sequence[Row], known: Sequence[float]) -> _Gutter | None:
    """The gutter that parts most lines."""
    if len(rows) < 2:
        return None
    size = median(word.size for row in rows for word in row)
    starts: Counter[int] = Counter()
    for row in rows:
        starts[round(row[0].left / _ALIGNED)] += 1
        for before, word in pairwise(row):
            if word.left - before.right >= _GUTTER * size:
                starts[round(word.left / _ALIGNED)] += 1
    edges = [(place - 1) * _ALIGNED for place, times in starts.most_common(_PLACES) if times > 1]
    best: tuple[int, _Gutter] | None = None
    for edge in dict.fromkeys([*known, *edges]):
        sure = any(abs(edge - other) <= _ALIGNED for other in known)
        for gutter in _stretches(rows, edge, size):
            lines = _lines_parted(rows, gutter, size, sure=sure)
            if lines and (best is None or lines > best[0]):
                best = lines, gutter
    return best[1] if best else None


def _stretches(rows: Sequence[Row], edge: float, size: float) -> Iterator[_Gutter]:
    """The longest stretches of rows in which nothing stands in the white space before `edge`."""
    first = 0
    for place in range(len(rows) + 1):
        if place < len(rows) and not any(w.left < edge and w.right > edge - _GUTTER * size for w in rows[place]):
            continue
        if place - first > 1:
            gutter = _trimmed(rows, _Gutter(edge, first, place - 1))
            if gutter is not None:
                yield gutter
        first = place + 1


def _trimmed(rows: Sequence[Row], gutter: _Gutter) -> _Gutter | None:
    """Without what stands above both columns, or below both and apart."""
    numbers = range(gutter.first, gutter.last + 1)
    left = [number for number in numbers if rows[number][0].left < gutter.edge]
    right = [number for number in numbers if rows[number][-1].left >= gutter.edge]
    if not left or not right:
        return None
    heights = [rows[number][0].base for number in left]
    gaps = [above - below for above, below in pairwise(heights)]
    usual = median(gaps) if gaps else 0.0
    first, last = left[0], left[-1]
    for place, gap in enumerate(gaps):
        # The last line above both columns.
        if left[place + 1] <= right[0] and gap > _BELOW * usual:
            first = left[place + 1]
        # The first line below both, apart from the column more than any line in it from the next.
        inner = max((other for other in gaps[:place] if other != gap), default=usual)
        if left[place] >= right[-1] and gap > _BELOW * usual and gap > 1.2 * inner and last == left[-1]:
            last = left[place]
    return _Gutter(gutter.edge, min(first, right[0]), max(last, right[-1]))


def _lines_parted(rows: Sequence[Row], gutter: _Gutter, size: float, *, sure: bool) -> int:
    """How many lines a gutter parts; 0 where it may be chance."""
    inside = rows[gutter.first : gutter.last + 1]
    sides = [([w for w in row if w.left < gutter.edge], [w for w in row if w.left >= gutter.edge]) for row in inside]
    left = [place for place, (before, _) in enumerate(sides) if before]
    right = [place for place, (_, after) in enumerate(sides) if after]
    if not left or not right:
        return 0
    # Only where the columns stand side by side.
    top, bottom = max(left[0], right[0]), min(left[-1], right[-1])
    beside = [side for place, side in enumerate(sides) if top - 1 <= place <= bottom + 1]
    lines_left, lines_right = sum(bool(before) for before, _ in beside), sum(bool(after) for _, after in beside)
    starts = [after[0].left for _, after in sides if after]
    ends = [before[-1].right for before, _ in sides if before]
    white = gutter.edge + _ALIGNED - max(ends)
    blanks = [two.left - one.right for row in sides for side in row for one, two in pairwise(side)]
    if white < _WIDER * (median(blanks) if blanks else 0.0):
        return 0
    if sum(start <= gutter.edge + 2 * _ALIGNED for start in starts) < _AT_EDGE * len(starts):
        return 0
    fewest = min(lines_left, lines_right)
    if sure:
        enough = fewest >= 1
    elif white >= _WIDE * size:
        enough = fewest >= _SIDE_WIDE and lines_left + lines_right >= _LINES_WIDE
    else:
        enough = fewest >= _SIDE_NARROW
    return lines_left + lines_right if enough else 0


def _kind(left: Sequence[Row], right: Sequence[Row]) -> _Kind:
    """How two columns side by side are read: one after the other, as names and words, or row by row (a table)."""
    if _is_prose(left) and _is_prose(right):
        return "columns"
    heights = [row[0].base for row in right]
    size = left[0][0].size
    beside = mean(any(abs(row[0].base - height) <= _LEVEL * size for height in heights) for row in left)
    if beside < _BESIDE:
        return "columns" if _is_prose(left) or _is_prose(right) else "across"
    start, end = min(row[0].left for row in left), max(row[-1].right for row in right)
    narrow = max(row[-1].right for row in left) - start <= _NAMES_WIDTH * (end - start)
    letters = [
        sum(character.isalpha() for row in side for word in row for character in word.text) for side in (left, right)
    ]
    named = mean(_NAME.match(row[0].text) is not None for row in left)
    short = mean(len(row) for row in left) <= _NAME_WORDS and _running(left) < _RUNNING
    return "names" if narrow and short and named >= _NAMES and letters[1] > letters[0] else "across"


def _is_prose(rows: Sequence[Row]) -> bool:
    return mean(len(row) for row in rows) >= _PROSE_WORDS and _running(rows) >= _RUNNING


def _running(rows: Sequence[Row]) -> float:
    """The share of lines that begin with a small letter, but for the first."""
    firsts = [next((letter for letter in row[0].text if letter.isalnum()), "") for row in rows[1:]]
    return mean(first.isalpha() and not first.isupper() for first in firsts) if firsts else 0.0


def _named(names: Sequence[Row], words: Sequence[Row], page: int, column: tuple[int, ...]) -> Iterator[Line]:
    """Each name on a line of its own before its words; one that has its own colon or full stop before the first."""
    labels = [line_of(row, page, (*column, 2)) for row in names]
    lines = [line_of(row, page, (*column, 3)) for row in words]
    before: dict[int, Line] = {}
    last = None
    for label in labels:
        place = next(
            (number for number, line in enumerate(lines) if line.base <= label.base + _LEVEL * label.size), None
        )
        if place is None:
            place = len(lines)
        is_beside = place < len(lines) and abs(lines[place].base - label.base) <= _LEVEL * label.size
        ended = last is None or (place > last and _SENTENCE_END.search(lines[place - 1].text) is not None)
        if last is not None and not (is_beside and ended and label.text[0].isupper()):
            before[last] = replace(before[last], text=f"{before[last].text} {label.text}")
        else:
            before[place] = replace(label, begins=True, label=True)
            last = place
    for number, line in enumerate(lines):
        label_ = before.pop(number, None)
        if label_ is None:
            yield line
        elif _LABEL_END.search(label_.text):
            yield replace(line, text=f"{label_.text} {line.text}", begins=True)
        else:
            yield label_
            yield replace(line, begins=True)
    yield from before.values()
