"""Where a text stands in quotation marks, in the ways of any language (pure).

Only the outermost marks count: what stands in marks inside a quotation belongs to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from onrecord.rag.types import Span

_MARK = re.compile(r"[“”„‟«»\"‘’'‹›]")
# What each mark closes, where that is open; “ and » open too.
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
        following = text[paragraphs[number + 1].start :][:1] if number + 1 < len(paragraphs) else ""
        opened_again = goes_on if goes_on and text.startswith(goes_on, paragraph.start) else ""
        goes_on = ""
        for start, end in _outermost(text, paragraph):
            closed = end is not None
            if end is None:
                if text[start] != following:
                    continue
                goes_on, end = text[start], paragraph.end
            inner = text[start + 1 : end - closed]
            if any(character.isalnum() for character in inner):
                left = start + 1 + len(inner) - len(inner.lstrip())
                again = bool(opened_again) and start == paragraph.start
                yield Quotation(start, end, Span(left, left + len(inner.strip())), again)


def _outermost(text: str, paragraph: Span) -> Iterator[tuple[int, int | None]]:
    """Where the outermost marks of a paragraph open, and behind which they close; None where they do not."""
    stack: list[tuple[str, int]] = []
    for match in _MARK.finditer(text, paragraph.start, paragraph.end):
        sign, place = match.group(), match.start()
        if sign in _SINGLE:
            if any(opening in _SINGLE for opening, _ in stack):
                if _closes_single(text, place, paragraph.end):
                    start = _popped(stack, _SINGLE)
                    if not stack:
                        yield start, place + 1
            elif sign != "’" and _opens_single(text, place, paragraph):
                stack.append((sign, place))
        elif any(opening in _CLOSES.get(sign, "") for opening, _ in stack):
            start = _popped(stack, _CLOSES[sign])
            if not stack:
                yield start, place + 1
        elif sign in _OPENING or (sign in '"»' and may_open(text, place, paragraph.start)):
            if sign == "»" and text[place + 1 : place + 2].isspace():
                # A slip: what closes French quotations opens German ones, right before a word.
                continue
            stack.append((sign, place))
    if stack and stack[0][0] not in _SINGLE:
        yield stack[0][1], None


def _popped(stack: list[tuple[str, int]], openings: str) -> int:
    """Take off a stack of open marks those down to one of `openings`, and give its place."""
    while True:
        opening, start = stack.pop()
        if opening in openings:
            return start


def may_open(text: str, place: int, floor: int = 0) -> bool:
    """Whether a mark stands where a quotation may begin: not right behind a word or its full stop."""
    return place <= floor or not (text[place - 1].isalnum() or text[place - 1] in ".,;!?")


def _opens_single(text: str, place: int, paragraph: Span) -> bool:
    """A single mark opens at a word's start, if one that can close it follows in the paragraph."""
    if not may_open(text, place, paragraph.start) or not text[place + 1 : place + 2].isalnum():
        return False
    following = re.compile("[’']").finditer(text, place + 1, paragraph.end)
    return any(_closes_single(text, mark.start(), paragraph.end) for mark in following)


def _closes_single(text: str, place: int, ceiling: int) -> bool:
    """An apostrophe inside or behind a word ("Allies’ forces") closes nothing; a mark at punctuation does."""
    before, after = text[place - 1 : place], text[place + 1 : min(place + 2, ceiling)]
    if after.isalnum():
        return False
    if before in tuple('.,!?…”"'):
        return True
    at_end = not after or after in '.,;:!?…)—–”"\n'
    return before.isalnum() and (at_end or (after.isspace() and before not in "sS"))
