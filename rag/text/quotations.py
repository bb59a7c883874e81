"""Where a text stands in quotation marks, in the ways of any language (pure).

Only the outermost marks count: what stands in marks inside a quotation belongs to it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from onrecord.rag.types import Span

# Spreadsheets and databases print a mark inside a field twice.
_MARK = re.compile(r"\"\"?|[“”„‟«»‘’'‹›]")
# What each mark closes, where that is open; “, » and " open too.
_CLOSES = {"”": "“„‟", "“": "„", "»": "«", "«": "»", "›": "‹", '"': '"'}
_SINGLE = "‘’'"
_OPENING = "“„‟«‹"


@dataclass(frozen=True, slots=True)
class Quotation:
    """A quotation with its marks, `[start:end]`, and the words inside without blanks around them.

    `goes_on` says that it takes up the one before, in a paragraph of its own, which no mark had closed.
    """

    start: int
    end: int
    inner: Span
    goes_on: bool = False


def quotations(text: str, paragraphs: Sequence[Span]) -> Iterator[Quotation]:
    """The quotations of a text, in order.

    Args:
        text: the text.
        paragraphs: its paragraphs in order. A quotation that its paragraph does not close goes on to its end where
            the next one opens with the same mark; elsewhere the mark is taken for a slip and quotes nothing.
    """
    goes_on = ""
    for number, paragraph in enumerate(paragraphs):
        following = text[paragraphs[number + 1].start] if number + 1 < len(paragraphs) else ""
        opened_again = goes_on if goes_on and text.startswith(goes_on, paragraph.start) else ""
        goes_on = ""
        for start, end in _outermost(text, paragraph):
            closed = end is not None
            if end is None:
                if text[start] != following:
                    continue
                goes_on, end = text[start], paragraph.end
            opening, closing = (2 if text[place : place + 2] == '""' else 1 for place in (start, end - 2))
            inner = text[start + opening : end - closing if closed else end]
            if any(character.isalnum() for character in inner):
                left = start + opening + len(inner) - len(inner.lstrip())
                again = bool(opened_again) and start == paragraph.start
                yield Quotation(start, end, Span(left, left + len(inner.strip())), again)


def blanked(text: str, spans: Iterable[Span]) -> str:
    """A text with some spans, in order and apart, blanked out: every other character keeps its place."""
    pieces, place = [], 0
    for span in spans:
        pieces += [text[place : span.start], " " * (span.end - span.start)]
        place = span.end
    return "".join([*pieces, text[place:]])


class _Open:
    """The marks that are open at some place of a text, the outermost first."""

    def __init__(self) -> None:
        self._stack: list[tuple[str, int]] = []
        self._counts: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._stack)

    def outermost(self) -> tuple[str, int]:
        """The first that was opened, and its place."""
        return self._stack[0]

    def holds(self, openings: str) -> bool:
        """Whether any of some marks is open."""
        return any(self._counts[opening] for opening in openings)

    def push(self, opening: str, place: int) -> None:
        """Open a mark."""
        self._stack.append((opening, place))
        self._counts[opening] += 1

    def close(self, openings: str) -> int:
        """Close the marks down to one of `openings`, and give its place."""
        while True:
            opening, start = self._stack.pop()
            self._counts[opening] -= 1
            if opening in openings:
                return start


def _outermost(text: str, paragraph: Span) -> Iterator[tuple[int, int | None]]:
    """Where the outermost marks of a paragraph open, and behind which they close; None where they do not."""
    marks = list(_MARK.finditer(text, paragraph.start, paragraph.end))
    closing = [mark.start() for mark in marks if _closes_single(text, mark, paragraph.end)]
    last_closing = closing[-1] if closing else -1
    closers = set(closing)
    opened = _Open()
    for match in marks:
        sign, place = match.group()[0], match.start()
        if sign in _SINGLE:
            if opened.holds(_SINGLE):
                if place in closers:
                    start = opened.close(_SINGLE)
                    if not opened:
                        yield start, place + 1
            elif sign != "’" and place < last_closing and _opens_single(text, place, paragraph.start):
                opened.push(sign, place)
        elif opened.holds(_CLOSES.get(sign, "")):
            start = opened.close(_CLOSES[sign])
            if not opened:
                yield start, match.end()
        elif sign in _OPENING or (sign in '"»' and may_open(text, place, paragraph.start)):
            if sign == "»" and text[place + 1 : place + 2].isspace():
                # A slip: what closes French quotations opens German ones, right before a word.
                continue
            opened.push(sign, place)
    if opened and opened.outermost()[0] not in _SINGLE:
        yield opened.outermost()[1], None


def may_open(text: str, place: int, floor: int = 0) -> bool:
    """Whether a mark stands where a quotation may begin: not right behind a word or its full stop."""
    return place <= floor or not (text[place - 1].isalnum() or text[place - 1] in ".,;!?")


def _opens_single(text: str, place: int, floor: int) -> bool:
    """Whether a single mark stands at a word's start, and so may open a quotation."""
    return may_open(text, place, floor) and text[place + 1 : place + 2].isalnum()


def _closes_single(text: str, mark: re.Match[str], ceiling: int) -> bool:
    """An apostrophe inside or behind a word ("Allies’ forces") closes nothing; a mark at punctuation does."""
    place = mark.start()
    before, after = text[place - 1 : place], text[place + 1 : min(place + 2, ceiling)]
    if mark.group() not in ("’", "'") or after.isalnum():
        return False
    if before in tuple('.,!?…”"'):
        return True
    at_end = not after or after in '.,;:!?…)—–”"\n'
    return before.isalnum() and (at_end or (after.isspace() and before not in "sS"))
