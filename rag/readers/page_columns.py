"""The order in which a page is read: columns one after the other, names in a column of their own before their words."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import mean
from typing import Literal

from onrecord.rag.readers.page_gutters import is_same, widest_gutter
from onrecord.rag.readers.page_lines import PrintedRow, line_of, printed_rows
from onrecord.rag.readers.page_print import PrintedLine, Word

# Lines of running text have this many words, and this share of them begin in mid-sentence.
_PROSE_WORDS, _RUNNING = 3.0, 0.25
# A column of names is at most this wide, as a share of both columns; its lines have at most so many words, and this
# share of them stand beside a line of the words.
_NAMES_WIDTH, _NAME_WORDS, _BESIDE = 0.45, 5.0, 0.6
# Of its names, this share look like one; and there are so many times as many lines of words, or this share of the names
# stand where the words before have ended, or are there more than once.
_NAMES, _MORE_WORDS, _IN_TURN = 0.6, 1.25, 0.6
# The next line of one name is no further down than this, in sizes.
_NEXT_LINE = 1.8
# White space parts the rows of a table where it is so many times as wide as between lines.
_BAND = 1.25
# Heights that differ by less than this, in sizes, are one.
_LEVEL = 0.4
# What stands beside fewer lines is read as its document's other columns at the same place are.
_FEW = 6

_NAME = re.compile(r"\W*(?:[^\W\d_]*[^\W\d_a-zà-ÿ]|[^\W\d_]{2})")
# What ends somebody's words: the end of a sentence, or a dash where another breaks in.
_ENDED = re.compile(r"[.!?…—–-][»”\"’')\]]*$")
_LABEL_END = re.compile(r"[.:]$")

ColumnKind = Literal["columns", "names", "across"]
"""How what stands side by side is read: column by column, as names and their words, or row by row (a table)."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Rows of a page that are read in one way; those of two columns are told apart at `edge`."""

    rows: Sequence[PrintedRow]
    column: tuple[int, ...]
    kind: ColumnKind | None = None
    edge: float = 0.0

    def sides(self) -> tuple[list[PrintedRow], list[PrintedRow]]:
        """The rows left and right of the edge, each as its own words stand."""
        words = [word for row in self.rows for word in row]
        left = [word for word in words if word.left < self.edge]
        return printed_rows(left), printed_rows([word for word in words if word.left >= self.edge])


def lines_in_order(words: Sequence[Word], page: int, known: Mapping[float, ColumnKind]) -> list[PrintedLine]:
    """The lines of a page in the order in which they are read.

    Args:
        words: the page's words.
        page: its number.
        known: how the columns of the document are read, by where they begin (see `page_columns_of`).
    """
    lines: list[PrintedLine] = []
    for part in _parts(printed_rows(words), (), known):
        if part.kind == "names":
            lines += _named(*part.sides(), page, part.column)
        elif part.kind != "columns":
            of_rows = [line_of(row, page, part.column) for row in part.rows]
            # A row of a table begins something new where it has a first cell.
            lines += [replace(line, begins=line.left < part.edge) for line in of_rows]
    return lines


def page_columns_of(pages: Sequence[Sequence[Word]]) -> dict[float, ColumnKind]:
    """Where columns begin on pages for certain (points from the left), and how they are mostly read."""
    kinds: defaultdict[float, Counter[ColumnKind]] = defaultdict(Counter)
    for words in pages:
        for part in _parts(printed_rows(words), (), {}):
            if part.kind is not None:
                edge = next((other for other in kinds if is_same(other, part.edge)), part.edge)
                kinds[edge][part.kind] += len(part.rows)
    return {edge: counted.most_common(1)[0][0] for edge, counted in kinds.items()}


def _parts(rows: Sequence[PrintedRow], column: tuple[int, ...], known: Mapping[float, ColumnKind]) -> Iterator[_Part]:
    gutter = widest_gutter(rows, list(known))
    if gutter is None:
        if rows:
            yield _Part(rows, column)
        return
    part = _Part(rows[gutter.first : gutter.last + 1], column, edge=gutter.edge)
    left, right = part.sides()
    usual = next((kind for edge, kind in known.items() if is_same(edge, gutter.edge)), None)
    kind = usual if usual and min(len(left), len(right)) < _FEW else _kind(left, right)
    others = {edge: usual for edge, usual in known.items() if not is_same(edge, gutter.edge)}
    yield from _parts(rows[: gutter.first], column, known)
    if kind == "columns":
        yield replace(part, kind=kind)
        yield from _parts(left, (*column, 0), others)
        yield from _parts(right, (*column, 1), others)
    elif right and (left or kind == "names"):
        yield replace(part, kind=kind)
    else:
        yield from _parts(part.rows, column, others)
    yield from _parts(rows[gutter.last + 1 :], column, known)


def _kind(left: Sequence[PrintedRow], right: Sequence[PrintedRow]) -> ColumnKind:
    if _is_prose(left) and _is_prose(right):
        return "columns"
    beside = mean(_beside(row, right) is not None for row in left)
    if beside < _BESIDE and not _in_bands(left, right):
        return "columns" if _is_prose(left) or _is_prose(right) else "across"
    return "names" if _are_names(left, right) else "across"


def _are_names(left: Sequence[PrintedRow], right: Sequence[PrintedRow]) -> bool:
    start, end = min(row[0].left for row in left), max(row[-1].right for row in right)
    narrow = max(row[-1].right for row in left) - start <= _NAMES_WIDTH * (end - start)
    short = mean(len(row) for row in left) <= _NAME_WORDS and _running(left) < _RUNNING
    if not narrow or not short or mean(_NAME.match(row[0].text) is not None for row in left) < _NAMES:
        return False
    letters = [sum(character.isalpha() for row in side for w in row for character in w.text) for side in (left, right)]
    if letters[1] <= letters[0]:
        return False
    texts = Counter(" ".join(word.text for word in row) for row in left)
    again = sum(texts[" ".join(word.text for word in row)] > 1 for row in left)
    places = [place for row in left[1:] if (place := _beside(row, right))]
    ended = sum(_ENDED.search(right[place - 1][-1].text) is not None for place in places)
    in_turn = again >= _IN_TURN * len(left) or ended >= _IN_TURN * max(len(places), 1)
    return in_turn or len(right) >= _MORE_WORDS * len(left)


def _beside(row: PrintedRow, others: Sequence[PrintedRow]) -> int | None:
    """Which of the other rows stands on the same height."""
    size = row[0].size
    return next(
        (place for place, other in enumerate(others) if abs(row[0].base - other[0].base) <= _LEVEL * size), None
    )


def _is_prose(rows: Sequence[PrintedRow]) -> bool:
    return bool(rows) and mean(len(row) for row in rows) >= _PROSE_WORDS and _running(rows) >= _RUNNING


def _running(rows: Sequence[PrintedRow]) -> float:
    """The share of lines that begin with a small letter, but for the first."""
    firsts = [next((letter for letter in row[0].text if letter.isalnum()), "") for row in rows[1:]]
    return mean(first.isalpha() and not first.isupper() for first in firsts) if firsts else 0.0


def _in_bands(left: Sequence[PrintedRow], right: Sequence[PrintedRow]) -> dict[int, int]:
    """For each row of names the row of words that it belongs before, where white space parts the rows of a table.

    Each band between white spaces has one name, on lines of its own, and its words; only the first may go on with words
    from the page before. A name may stand in the middle of its band. Empty where the page has no such bands.
    """
    rows = [(row[0].base, True, place) for place, row in enumerate(left)]
    rows += [(row[0].base, False, place) for place, row in enumerate(right)]
    rows.sort(key=lambda row: -row[0])
    gaps = sorted(above[0].base - below[0].base for above, below in pairwise(right))
    if not gaps:
        return {}
    usual = gaps[len(gaps) // 4]
    bands: list[list[tuple[float, bool, int]]] = [[rows[0]]]
    for above, below in pairwise(rows):
        if above[0] - below[0] > _BAND * usual:
            bands.append([])
        bands[-1].append(below)
    found: dict[int, int] = {}
    for number, band in enumerate(bands):
        names = [(base, place) for base, is_name, place in band if is_name]
        words = [place for _, is_name, place in band if not is_name]
        apart = any(above[0] - below[0] > _BAND * usual for above, below in pairwise(names))
        if not words or apart or (number and not names):
            return {}
        found.update((place, words[0]) for _, place in names)
    return found if len(bands) > 1 else {}


def _named(
    names: Sequence[PrintedRow], words: Sequence[PrintedRow], page: int, column: tuple[int, ...]
) -> Iterator[PrintedLine]:
    """Each name on a line of its own before its words; one that has its own colon or full stop before the first."""
    lines = [line_of(row, page, (*column, 3)) for row in words]
    labels = [line_of(row, page, (*column, 2)) for row in names]
    bands = _in_bands(names, words) if names and words else {}
    going_on = [] if bands else _going_on(labels, lines)
    before: defaultdict[int, list[PrintedLine]] = defaultdict(list)
    last = 0
    for number, label in enumerate(labels):
        if before.get(bands[number]) if bands else going_on[number]:
            above = before[last].pop()
            before[last].append(replace(above, text=f"{above.text} {label.text}"))
            continue
        last = bands[number] if bands else _place(label, lines)
        is_name = bool(bands) or _is_level(label, lines, last)
        before[last].append(replace(label, begins=True, label=is_name))
    for place, line in enumerate(lines):
        *others, own = before.pop(place, [None])
        yield from (other for other in others if other is not None)
        if own is None:
            yield line
        elif _LABEL_END.search(own.text):
            yield replace(line, text=f"{own.text} {line.text}", begins=True)
        else:
            yield own
            yield replace(line, begins=True)
    yield from before.pop(len(lines), [])


def _place(label: PrintedLine, lines: Sequence[PrintedLine]) -> int:
    """Which of the lines a name stands before."""
    level = label.base + _LEVEL * label.size
    return next((place for place, line in enumerate(lines) if line.base <= level), len(lines))


def _is_level(label: PrintedLine, lines: Sequence[PrintedLine], place: int) -> bool:
    return place < len(lines) and abs(lines[place].base - label.base) <= _LEVEL * label.size


def _going_on(labels: Sequence[PrintedLine], lines: Sequence[PrintedLine]) -> list[bool]:
    """Which names, or names and offices, go on from the line above."""
    found = [False]
    above_of: defaultdict[str, set[str]] = defaultdict(set)
    for above, label in pairwise(labels):
        place = _place(label, lines)
        near = above.base - label.base <= _NEXT_LINE * label.size
        ended = place > _place(above, lines) and _ENDED.search(lines[place - 1].text) is not None
        found.append(near and not (_is_level(label, lines, place) and ended and label.text[0].isupper()))
        above_of[label.text].add(above.text if near else "")
    # What always stands below the same line, and once for certain goes on from it, always does.
    certain = {label.text for label, goes_on in zip(labels, found, strict=False) if goes_on}
    return [
        goes_on or (label.text in certain and len(above_of[label.text]) == 1 and label.text != labels[0].text)
        for label, goes_on in zip(labels, found, strict=False)
    ]
