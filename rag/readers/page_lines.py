"""Words of print to lines: what stands on one height, raised marks with the words they belong to."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from onrecord.rag.readers.page_print import PrintedLine, Word
from onrecord.rag.readers.raised import PrintedPiece, text_without_notes

# Words belong to one line where their heights differ by less than this, in sizes.
_LEVEL = 0.3
# A raised mark is smaller than its word by at least this factor, and higher by something between these, in sizes.
_SMALL = 0.85
_RAISED, _HIGHEST = 0.12, 0.8
# A lowered one hangs between so deep.
_LOWERED, _LOWEST = 0.05, 0.45
# Between a mark and its word there is no more than this, in sizes.
_BESIDE = 0.35
# White space that parts words, in sizes: where the file goes on without a blank, and where it draws them one by one.
_BLANK, _BLANK_ELSEWHERE = 0.15, 0.12
# The same letters again over at least this share of their width: bold print made by printing twice.
_TWICE = 0.7

_RAISED_FIGURES = re.compile("([⁰¹²³⁴-⁹]+)")
_PLAIN_FIGURES = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
# A line may be broken after a hyphen or a dash.
_UNIT = re.compile(r"\S+?(?:[-–—](?=\S)|$)")

PrintedRow = list[Word]


def printed_rows(words: Sequence[Word]) -> list[PrintedRow]:
    """Gather words that stand on one height, from the top of the page down, each row from left to right."""
    rows: list[PrintedRow] = []
    for word in sorted(words, key=lambda word: (-word.base, word.left)):
        if rows and rows[-1][0].base - word.base <= _LEVEL * max(word.size, rows[-1][0].size):
            rows[-1].append(word)
        else:
            rows.append([word])
    rows = _with_marks([_sorted(row) for row in rows])
    return [_sorted(_once(row)) for row in rows]


def _sorted(row: PrintedRow) -> PrintedRow:
    return sorted(row, key=lambda word: word.left)


def _with_marks(rows: list[PrintedRow]) -> list[PrintedRow]:
    """Put raised and lowered marks into the rows of the words that they stand beside."""
    largest = [max(word.size for word in row) for row in rows]
    for place, row in enumerate(rows):
        for step in (1, 2, -1, -2):
            if not row or not 0 <= place + step < len(rows):
                continue
            beside = rows[place + step]
            if largest[place] < _SMALL * largest[place + step]:
                marks = [(word, _marked(word, beside)) for word in row]
                row[:] = [word for word, mark in marks if mark is None]
                beside.extend(mark for _, mark in marks if mark is not None)
                beside.sort(key=lambda word: word.left)
        if not row or min(word.size for word in row) >= _SMALL * largest[place]:
            continue
        for number, word in enumerate(row):
            mark = _marked(word, row[max(0, number - 1) : number] + row[number + 1 : number + 2])
            if mark is not None:
                row[number] = mark
    return [row for row in rows if row]


def _marked(word: Word, others: Sequence[Word]) -> Word | None:
    """The word as a raised or lowered mark beside one of the others; None where it is none."""
    for other in others:
        gap = max(word.left - other.right, other.left - word.right)
        rise = (word.base - other.base) / other.size
        if word.size < _SMALL * other.size and -_BESIDE < gap / other.size < _BESIDE:
            if _RAISED < rise < _HIGHEST:
                return replace(word, level=1)
            if -_LOWEST < rise < -_LOWERED:
                return replace(word, level=-1)
    return None


def _once(row: PrintedRow) -> PrintedRow:
    """Leave out words printed a second time over themselves."""
    if len({word.text for word in row}) == len(row):
        return row
    kept: PrintedRow = []
    for word in row:
        same = (other for other in kept[-3:] if other.text == word.text)
        if not any(min(o.right, word.right) - max(o.left, word.left) > _TWICE * (word.right - word.left) for o in same):
            kept.append(word)
    return kept


def line_of(row: PrintedRow, page: int, column: tuple[int, ...] = ()) -> PrintedLine:
    """The line of a row's words, without the raised marks of notes."""
    ordered = _reading(row)
    pieces = _pieces(ordered[0])
    unit, whole = 0.0, True
    for before, word in pairwise(ordered):
        if _parted(before, word):
            pieces.append(PrintedPiece(" "))
            whole = False
        pieces += _pieces(word)
        unit = abs(word.right - ordered[0].left) if whole else unit
    text, marks = text_without_notes(pieces)
    unit = unit or ordered[0].right - ordered[0].left
    first = text.split(" ", 1)[0]
    breakable = _UNIT.match(first)
    share = len(breakable.group()) / len(first) if breakable else 1.0
    left, right = min(word.left for word in row), max(word.right for word in row)
    base, size = _usual(row, lambda word: word.base), _usual(row, lambda word: word.size)
    # A soft hyphen says something at a line's end alone.
    text = text.strip()
    text = text[:-1].replace("\u00ad", "") + text[-1:]
    return PrintedLine(text, page, left, right, base, size, unit * share, column, marks=marks)


def _pieces(word: Word) -> list[PrintedPiece]:
    """The word in pieces; figures that are raised in the font itself count as raised."""
    if word.level:
        return [PrintedPiece(word.text, word.level)]
    if not _RAISED_FIGURES.search(word.text):
        return [PrintedPiece(word.text)]
    return [
        PrintedPiece(part.translate(_PLAIN_FIGURES), 1) if _RAISED_FIGURES.fullmatch(part) else PrintedPiece(part)
        for part in _RAISED_FIGURES.split(word.text)
        if part
    ]


def _reading(row: PrintedRow) -> PrintedRow:
    """The words in the order in which they are read: from the right where most letters are Arabic or Hebrew."""
    if all(word.text.isascii() for word in row):
        return row
    letters = [unicodedata.bidirectional(letter) for word in row for letter in word.text]
    backwards = sum(kind in ("R", "AL") for kind in letters) > len(letters) / 2
    return sorted(row, key=lambda word: -word.right) if backwards else row


def _parted(before: Word, word: Word) -> bool:
    """Whether there is a blank between two neighbours."""
    gap = max(word.left - before.right, before.left - word.right) / max(before.size, word.size)
    if word.place == before.place + 1:
        return word.spaced or gap >= _BLANK
    return gap >= _BLANK_ELSEWHERE


def _usual(row: PrintedRow, measure: Callable[[Word], float]) -> float:
    """The size or height that most letters of a row have."""
    if len(measures := {measure(word) for word in row}) == 1:
        return measures.pop()
    lengths: Counter[float] = Counter()
    for word in row:
        lengths[measure(word)] += 0 if word.level else len(word.text)
    return lengths.most_common(1)[0][0]
