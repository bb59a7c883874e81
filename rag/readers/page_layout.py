"""Lines of print to paragraphs: what repeats at the edges of pages is taken out, and what was broken is joined."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from statistics import median

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
# A first-line indent is at least this wide, in heights of a line.
_INDENT = 0.5
# A line that leaves this much room, as a share of the width, ended on purpose though its sentence goes on: before a
# capital, before anything.
_SHORT = 0.1
_FAR_SHORT = 0.35
# A block that is set in on both sides is at least this wide, as a share of the width of the text.
_BLOCK_WIDTH = 0.6
# Footnotes are set smaller than the text by at least this factor.
_SMALL = 0.9

_DIGITS = re.compile(r"\d+|\b[ivxlc]+\b")
_PAGE_NUMBER = re.compile(
    r"(?:[-–—|[(]\s*)?(?:p(?:age|\.)?\s*)?(?P<number>\d{1,4})(?:\s*(?:of|de|sur|/)\s*\d{1,4})?(?:\s*[-–—|\])])?",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?…:][»”\"’')\]]*$")
_NOTE_MARK = re.compile(r"(?:\d{1,3}|[*†‡§])\s*\S")
# A speaker's label in capitals at the start of a line: CHAIRMAN OAK.  MS. ARDEN:  LE PRÉSIDENT:
_CAPITAL_LABEL = re.compile(
    r"(?:[^\W\d_a-zà-ÿ][^\W\d_a-zà-ÿ.’'-]*\s+){0,4}[^\W\d_a-zà-ÿ][^\W\d_a-zà-ÿ’'-]+[.:](?:\s|$)"
)
_WORD = re.compile(r"[^\W\d_]+(?:[-‐][^\W\d_]+)*")
# French words that hang on the word before by a hyphen.
_CLITIC = re.compile(
    r"(?:ils?|elles?|on|je|tu|nous|vous|ce|ci|là|la|les?|lui|leur|moi|toi|mêmes?|être|t|y|en)(?!\w)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of print; distances in points from the lower left corner of its page.

    `unit` is the width of what could not be broken at the line's start; `parted` says that a hyphen at the end parts a
    word (and is not in `text`).
    """

    text: str
    page: int
    left: float
    right: float
    bottom: float
    top: float
    unit: float
    parted: bool
    page_height: float

    @property
    def height(self) -> float:
        """Height of the font, in points."""
        return self.top - self.bottom


def flow_of(pages: Sequence[Sequence[Line]]) -> tuple[list[str], list[str]]:
    """Return the paragraphs of `pages` in order, and the lines of page furniture that were taken out of them."""
    distance = _line_distance(pages)
    outside = _furniture(pages, distance)
    body = [[line for line in lines if line not in outside] for lines in pages]
    furniture = [line.text for lines in pages for line in lines if line in outside]
    if not any(body):
        # Nothing but repeated lines: then they are what the document has to say.
        body, furniture = [list(lines) for lines in pages], []
    words = _Vocabulary(line for lines in body for line in lines)
    return [words.joined(lines) for lines in _paragraphs(body, distance)], furniture


def _line_distance(pages: Sequence[Sequence[Line]]) -> float:
    gaps = [
        above.bottom - below.bottom
        for lines in pages
        for above, below in pairwise(lines)
        if above.bottom - below.bottom > 0.5 * below.height
    ]
    # The lower quarter: paragraph gaps must not pass for the distance of lines where paragraphs are short.
    return sorted(gaps)[len(gaps) // 4] if gaps else 0.0


def _furniture(pages: Sequence[Sequence[Line]], distance: float) -> set[Line]:
    """Return the running headers, footers and page numbers, peeled off each page from its edges inwards."""
    edges = [edge for lines in pages for edge in (_edge(lines, top=True), _edge(lines, top=False))]
    # A short page's lines are at both of its edges, and count once.
    heights: defaultdict[str, dict[int, float]] = defaultdict(dict)
    for edge in edges:
        for line in edge:
            heights[_key(line)][line.page] = line.bottom / line.page_height
    pages_printed = sum(map(bool, pages))
    found: set[Line] = set()
    for edge in edges:
        for line, inner in zip_longest(edge, edge[1:]):
            place = line.bottom / line.page_height
            times = sum(abs(other - place) < _SAME_HEIGHT for other in heights[_key(line)].values())
            gap = abs(line.bottom - inner.bottom) if inner else _APART * distance + 1
            share = _REPEATED if gap > _SET_OFF * distance else _REPEATED_CLOSE
            if times < max(2.0, share * pages_printed) and not (gap > _APART * distance and _is_page_number(line)):
                break
            found.add(line)
    return found | _running_titles(edges, found, distance)


def _edge(lines: Sequence[Line], *, top: bool) -> list[Line]:
    return sorted(lines, key=lambda line: line.bottom, reverse=top)[:_EDGE_LINES]


def _key(line: Line) -> str:
    return _DIGITS.sub("#", " ".join(line.text.casefold().split()))


def _is_page_number(line: Line) -> bool:
    """Return whether `line`, which stands at the edge of its page, is that page's number."""
    match = _PAGE_NUMBER.fullmatch(line.text)
    return match is not None and int(match["number"]) == line.page + 1


def _running_titles(edges: Sequence[Sequence[Line]], found: set[Line], distance: float) -> set[Line]:
    """Return outermost lines that change from page to page (chapter titles) but stand where furniture stands."""
    titles: set[Line] = set()
    for side in (edges[0::2], edges[1::2]):
        outermost = [edge for edge in side if edge]
        if len(outermost) < 3:
            continue
        level = median(edge[0].bottom / edge[0].page_height for edge in outermost)
        there = [edge for edge in outermost if abs(edge[0].bottom / edge[0].page_height - level) < _SAME_HEIGHT / 2]
        apart = [e for e in there if e[0] in found or (len(e) > 1 and abs(e[0].bottom - e[1].bottom) > 2 * distance)]
        if len(apart) >= 0.8 * len(outermost):
            titles.update(edge[0] for edge in apart)
    return titles - found


def _paragraphs(pages: Sequence[Sequence[Line]], distance: float) -> Iterator[list[Line]]:
    """Yield the lines of each paragraph; footnotes come after the paragraph that runs on over them."""
    lines = [line for page in pages for line in page]
    height = median(line.height for line in lines)
    right = sorted(line.right for line in lines)[int(0.95 * (len(lines) - 1))]
    left = _continued_left(lines, right)
    current: list[Line] = []
    notes: list[list[Line]] = []
    for page in pages:
        text, small = _without_notes(page, height)
        for line in text:
            if current and _begins(line, current, left, right, distance):
                yield current
                yield from notes
                current, notes = [], []
            current.append(line)
        for line in small:
            if not notes or notes[-1][0].page != line.page or _NOTE_MARK.match(line.text):
                notes.append([])
            notes[-1].append(line)
    if current:
        yield current
    yield from notes


def _continued_left(lines: Sequence[Line], right: float) -> float:
    """Return where a line begins that goes on with the one before: where most lines after a full line begin."""
    after_full = [
        round(below.left)
        for above, below in pairwise(lines)
        if not _fits(below, above, right) and abs(above.page - below.page) <= 1
    ]
    return Counter(after_full or [round(line.left) for line in lines]).most_common(1)[0][0]


def _fits(line: Line, above: Line, right: float) -> bool:
    """Return whether the start of `line` would have fitted on the line above, so that it was broken on purpose."""
    return above.right + 0.25 * line.height + line.unit < right - 1


def _without_notes(page: Sequence[Line], height: float) -> tuple[list[Line], list[Line]]:
    first = len(page)
    while first and page[first - 1].height < _SMALL * height:
        first -= 1
    if first == 0 or first == len(page) or not _NOTE_MARK.match(page[first].text):
        return list(page), []
    return list(page[:first]), list(page[first:])


def _begins(line: Line, current: Sequence[Line], left: float, right: float, distance: float) -> bool:
    """Return whether `line` begins a paragraph after the lines in `current`."""
    above = current[-1]
    indent = max(_INDENT * line.height, 4.0)
    if above.parted:
        return False
    same_column = above.page == line.page and above.bottom > line.bottom
    if same_column and above.bottom - line.bottom > _APART * max(distance, 0.8 * line.height):
        return True
    moved = abs(line.left - above.left) > indent
    if abs(line.left - left) > indent and moved:
        return True
    # The end of a block that is set in by two lines or more.
    if moved and len(current) > 1 and abs(above.left - left) > indent and abs(current[-2].left - above.left) <= indent:
        return True
    ended = _SENTENCE_END.search(above.text) is not None
    if ended and _CAPITAL_LABEL.match(line.text):
        return True
    if abs(above.left - left) > indent and not moved:
        # Inside a block that is set in, the block's own width counts, if it is the width of a text.
        block = max(other.right for other in (*current, line))
        right = block if block - line.left > _BLOCK_WIDTH * (right - left) else right
    if not _fits(line, above, right):
        return False
    if ended:
        return True
    # In the middle of a sentence a hard space ("19 members") may have broken the line early.
    short = _SHORT if line.text[0].isupper() and not above.text.endswith(",") else _FAR_SHORT
    return right - above.right - line.unit > short * (right - left)


class _Vocabulary:
    """The words of one document, which tell whether a hyphen at a line end belongs to the word."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self.words: Counter[str] = Counter()
        parted = False
        for line in lines:
            words = _WORD.findall(line.text.casefold())
            self.words.update(words[1 if parted else 0 : len(words) - 1 if line.parted else len(words)])
            parted = line.parted
        self.firsts = {word.split("-")[0] for word in self.words if "-" in word}

    def joined(self, lines: Sequence[Line]) -> str:
        """Return the words of `lines` as one line."""
        text = lines[0].text
        for above, line in pairwise(lines):
            stump = text.removesuffix("-")
            if above.parted or (stump[-1:].isalpha() and text.endswith("-")):
                text = stump + ("-" if self._keeps_hyphen(stump, line.text) else "") + line.text
            elif text.endswith("—"):
                text += line.text
            else:
                text += " " + line.text
        return text

    def _keeps_hyphen(self, stump: str, rest: str) -> bool:
        first = _WORD.findall(stump.casefold())[-1:]
        second = _WORD.match(rest.casefold())
        if not first or second is None or not rest[0].islower():
            return True
        tail = second.group()
        if self.words[first[0] + tail]:
            return False
        if self.words[f"{first[0]}-{tail}"] or _CLITIC.match(tail):
            return True
        return first[0] in self.firsts or bool(self.words[first[0]] and self.words[tail.split("-")[0]])
