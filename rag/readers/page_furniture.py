"""What is printed around the text of a page: running headers, footers and page numbers, and footnotes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import groupby, pairwise, zip_longest
from statistics import median

from onrecord.rag.readers.page_print import Page, PrintedLine

# How many lines at the top and at the bottom of a page may be furniture.
_EDGE_LINES = 4
# Furniture repeats on at least this share of the pages (left and right pages may differ, first pages go without).
_REPEATED = 0.3
# ... or, where it stands no further from the text than its lines from each other, on this share.
_REPEATED_CLOSE = 0.6
_SET_OFF = 1.15
# ... at the same height, to within this share of the page's.
_SAME_HEIGHT = 0.02
# White space that sets something apart, in line distances.
_APART = 1.4
# Footnotes are set smaller than the text by at least this factor.
_SMALL = 0.92
# ... and take up at most this share of a page's lines.
_MOST_NOTES = 0.5
# What is small, without a mark or rule, is a footnote in this share of the page's height at its foot.
_FOOT = 0.35
# A rule above footnotes is at most this long, as a share of the page's width, where they are not set smaller.
_SHORT_RULE = 0.6

_DIGITS = re.compile(r"\d+|\b[ivxlc]+\b")
# "3", "- 3 -", "Page 3 of 10", "3 / 10": one number, and at most one word before it, one after it and another number.
_PAGE_NUMBER = re.compile(r"\W*(?:[^\W\d_]{1,8}\W*)?(\d{1,4})(?:\W*[^\W\d_]{0,4}\W*\d{1,4})?\W*")
# The pages of a print may be numbered on from another.
_NUMBER_ALONE = re.compile(r"\W*\d{1,4}\W*")
_NOTE_MARK = re.compile(r"(?:\d{1,3}|[⁰¹²³⁴-⁹]+|[*†‡§]+|\[\d{1,3}\]|\(\d{1,3}\))[.)]?\s*\S")


def furniture_of(pages: Sequence[Page], lines: Sequence[Sequence[PrintedLine]], distance: float) -> set[PrintedLine]:
    """Find the running headers, footers and page numbers, peeled off each page from its edges inwards.

    Args:
        pages: the pages of a document.
        lines: the lines of each, over the page's whole width.
        distance: the distance of lines (points).
    """
    height = {page.number: max(page.height, 1.0) for page in pages}
    edges = [edge for printed in lines for edge in (_edge(printed, top=True), _edge(printed, top=False))]
    # A short page's lines are at both of its edges, and count once.
    heights: defaultdict[str, dict[int, float]] = defaultdict(dict)
    for edge in edges:
        for line in edge:
            heights[_key(line)][line.page] = line.base / height[line.page]
    printed_pages = sum(map(bool, lines))
    found: set[PrintedLine] = set()
    for edge in edges:
        for line, inner in zip_longest(edge, edge[1:]):
            place = line.base / height[line.page]
            times = sum(abs(other - place) < _SAME_HEIGHT for other in heights[_key(line)].values())
            gap = abs(line.base - inner.base) if inner else _APART * distance + 1
            share = _REPEATED if gap > _SET_OFF * distance else _REPEATED_CLOSE
            if times < max(2.0, share * printed_pages) and not (gap > _APART * distance and _is_page_number(line)):
                break
            found.add(line)
    return found | _running_titles(edges, found, distance, height)


def _edge(lines: Sequence[PrintedLine], *, top: bool) -> list[PrintedLine]:
    return sorted(lines, key=lambda line: line.base, reverse=top)[:_EDGE_LINES]


def _key(line: PrintedLine) -> str:
    return _DIGITS.sub("#", " ".join(line.text.casefold().split()))


def _is_page_number(line: PrintedLine) -> bool:
    """Return whether `line`, which stands at the edge of its page and apart, is that page's number."""
    match = _PAGE_NUMBER.fullmatch(line.text)
    return _NUMBER_ALONE.fullmatch(line.text) is not None or (match is not None and int(match[1]) == line.page)


def _running_titles(
    edges: Sequence[Sequence[PrintedLine]], found: set[PrintedLine], distance: float, height: dict[int, float]
) -> set[PrintedLine]:
    """Return outermost lines that change from page to page (chapter titles) but stand where furniture stands."""
    titles: set[PrintedLine] = set()
    for side in (edges[0::2], edges[1::2]):
        outermost = [edge for edge in side if edge]
        if len(outermost) < 3:
            continue
        places = [edge[0].base / height[edge[0].page] for edge in outermost]
        level = median(places)
        there = [edge for edge, place in zip(outermost, places, strict=True) if abs(place - level) < _SAME_HEIGHT / 2]
        apart = [e for e in there if e[0] in found or (len(e) > 1 and abs(e[0].base - e[1].base) > 2 * distance)]
        if len(apart) >= 0.8 * len(outermost):
            titles.update(edge[0] for edge in apart)
    return titles - found


def notes_of(page: Page, lines: Sequence[PrintedLine], size: float, distance: float) -> list[PrintedLine]:
    """Find the footnotes of a page: what ends it, or one of its columns, in small type or below a short rule.

    Args:
        page: the page.
        lines: its lines in order, without furniture.
        size: of the document's text (points).
        distance: of its lines (points).
    """
    notes: list[PrintedLine] = []
    for _, members in groupby(lines, key=lambda line: line.column):
        column = list(members)
        first = len(column)
        while first and column[first - 1].size < _SMALL * size:
            first -= 1
        if not _are_notes(page, column, first, distance):
            first = _below_rule(page, column)
        notes.extend(column[first:])
    return notes if len(notes) < _MOST_NOTES * len(lines) else []


def begins_note(line: PrintedLine) -> bool:
    """Whether a line among footnotes begins one."""
    return _NOTE_MARK.match(line.text) is not None


def _are_notes(page: Page, column: Sequence[PrintedLine], first: int, distance: float) -> bool:
    if first in (0, len(column)):
        return False
    above, line = column[first - 1], column[first]
    apart = above.base - line.base > _APART * distance and line.base < _FOOT * page.height
    return begins_note(line) or apart or bool(_rules_between(page, above, line))


def _below_rule(page: Page, column: Sequence[PrintedLine]) -> int:
    """The first of the notes that are set as large as the text, below a short rule."""
    for place, (above, line) in enumerate(pairwise(column), start=1):
        if begins_note(line) and any(length < _SHORT_RULE * page.width for length in _rules_between(page, above, line)):
            return place
    return len(column)


def _rules_between(page: Page, above: PrintedLine, line: PrintedLine) -> list[float]:
    """The lengths of the rules between two lines."""
    return [
        rule.right - rule.left
        for rule in page.rules
        if line.base < rule.base < above.base and rule.left < line.right and rule.right > line.left
    ]
