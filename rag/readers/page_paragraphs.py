"""Lines of print to paragraphs."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from onrecord.rag.languages import Language
from onrecord.rag.readers.page_print import PrintedLine

# White space that sets something apart, in line distances.
_APART = 1.4
# Type of another size: by this factor (recognised text varies a little from line to line).
_HEADING = 1.2
# A first-line indent is at least this wide, in sizes and in points.
_INDENT, _LEAST_INDENT = 0.6, 4.0
# A blank, in sizes.
_BLANK = 0.3
# A line that leaves this much room, as a share of the width, ended on purpose though its sentence goes on: before a
# capital, before anything.
_SHORT, _FAR_SHORT = 0.1, 0.35
# A block that is set in on both sides is at least this wide, as a share of the width of the text.
_BLOCK_WIDTH = 0.6

# A speaker's label in capitals at the start of a line: CHAIRMAN OAK.  MS. ARDEN:  LE PRÉSIDENT:  Q:
_CAPITAL_LABEL = re.compile(
    r"(?:[^\W\d_a-zà-ÿ][^\W\d_a-zà-ÿ.’'-]*\s+){0,4}(?:[^\W\d_a-zà-ÿ][^\W\d_a-zà-ÿ’'-]+[.:]|[^\W\d_a-zà-ÿ]\s?:)(?:\s|$)"
)
# What may be a label because it stands before a colon where lines begin, again and again.
_LABEL = re.compile(r"([^\W\d_a-zà-ÿ][^:.!?]{0,40}?)\s?:(?:\s|$)")
_OFTEN = 2
_BROKEN = re.compile(r"(?:\w-|\u00ad)$")


def page_paragraphs_of(lines: Sequence[PrintedLine], distance: float, spoken: Language) -> Iterator[list[PrintedLine]]:
    """Yield the lines of each paragraph.

    Args:
        lines: the lines of a document in the order in which they are read.
        distance: the distance of lines (points).
        spoken: their language, which says where sentences end.
    """
    if not lines:
        return
    rooms = _rooms(lines)
    labels = Counter(match[1] for line in lines if (match := _LABEL.match(line.text)))
    often = frozenset(label for label, times in labels.items() if times >= _OFTEN)
    current: list[PrintedLine] = []
    for printed in lines:
        start = rooms[printed.column].left
        line = replace(printed, left=printed.left - start, right=printed.right - start)
        if current and _begins(line, current, distance, rooms, often, spoken):
            yield current
            current = []
        current.append(line)
    if current:
        yield current


class _Room(NamedTuple):
    """Where the lines of a column begin, and how wide they may be (points)."""

    left: float
    width: float


def _rooms(lines: Sequence[PrintedLine]) -> Mapping[tuple[int, ...], _Room]:
    columns: defaultdict[tuple[int, ...], list[PrintedLine]] = defaultdict(list)
    for line in lines:
        columns[line.column].append(line)
    rooms: dict[tuple[int, ...], _Room] = {}
    for column, members in columns.items():
        # What runs over the whole width may be as wide as all columns together.
        right = _usual_right(members if column else lines)
        left = _continued_left(members, right)
        rooms[column] = _Room(left, right - left)
    return rooms


def _usual_right(lines: Sequence[PrintedLine]) -> float:
    return sorted(line.right for line in lines)[int(0.95 * (len(lines) - 1))]


def _continued_left(lines: Sequence[PrintedLine], right: float) -> float:
    """Where a line begins that goes on with the one before: where most lines after a full line begin."""
    after_full = [
        round(below.left)
        for above, below in pairwise(lines)
        if not _fits(below, above, right) and abs(above.page - below.page) <= 1
    ]
    return Counter(after_full or [round(line.left) for line in lines]).most_common(1)[0][0]


def _fits(line: PrintedLine, above: PrintedLine, right: float) -> bool:
    """Whether the start of `line` would have fitted on the line above, so that it was broken on purpose."""
    return above.right + _BLANK * line.size + line.unit < right - 1


def _begins(
    line: PrintedLine,
    current: Sequence[PrintedLine],
    distance: float,
    rooms: Mapping[tuple[int, ...], _Room],
    often: frozenset[str],
    spoken: Language,
) -> bool:
    """Whether `line` begins a paragraph after the lines in `current`; their places count from where columns begin."""
    above = current[-1]
    if line.begins or above.label:
        return True
    indent = max(_INDENT * line.size, _LEAST_INDENT)
    below = above.page == line.page and above.base > line.base
    if below and above.base - line.base > _APART * max(distance, line.size):
        return True
    if max(above.size, line.size) > _HEADING * min(above.size, line.size):
        return True
    label = _LABEL.match(line.text)
    named = _CAPITAL_LABEL.match(line.text) is not None or (label is not None and label[1] in often)
    if _BROKEN.search(above.text) and line.text[0].isalnum() and not named:
        return False
    moved = abs(line.left - above.left) > indent
    if abs(line.left) > indent and moved:
        return True
    # The end of a block that is set in by two lines or more.
    if moved and len(current) > 1 and abs(above.left) > indent and abs(current[-2].left - above.left) <= indent:
        return True
    ended = above.text.endswith(":") or spoken.ends_sentence(above.text)
    if ended and named:
        return True
    right = width = rooms[above.column].width
    if abs(above.left) > indent and not moved:
        # Inside a block that is set in, the block's own width counts, if it is the width of a text.
        block = max(other.right for other in (*current, line))
        right = block if block - line.left > _BLOCK_WIDTH * width else right
    if not _fits(line, above, right):
        return False
    if ended or (above.text.isupper() and not line.text.isupper() and not above.text.endswith(",")):
        return True
    # In the middle of a sentence a hard space ("19 members") may have broken the line early.
    short = _SHORT if line.text[0].isupper() and not above.text.endswith(",") else _FAR_SHORT
    return right - above.right - line.unit > short * width
