"""Where a text stands in quotation marks, in the ways of any language (pure).

Only the outermost marks count: what stands in marks inside a quotation belongs to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from onrecord.rag.types import Span

# What may close an opening mark. Curved and straight marks are mixed where text is typed and pasted; “ closes in German
# what it opens in English, » opens in German books what it closes in French, ” does both in Swedish.
_CLOSING = {
    **{"“": '”"', "„": '“”"', "‟": '”"', '"': '"”“', "”": "”"},
    **{"«": "»", "»": "«", "‹": "›", "›": "‹", "「": "」", "『": "』"},
    **{"‘": "’'", "‚": "‘’'", "'": "'’"},
}
_SINGLE = "‘’‚'"
_ALWAYS_OPEN = "„“‟‚「『«‹"
_MARKS = "".join(dict.fromkeys("".join((*_CLOSING, *_CLOSING.values()))))
_MARK = re.compile(f"[{_MARKS}]")
# A quotation does not open right behind a word or its full stop, nor does its last mark stand before a word.
_NOT_BEFORE = ".,;!?…"
# What a single mark that closes may stand behind and before; elsewhere it is an apostrophe.
_ENDS = '.,!?…”"'
_FOLLOWS = '.,;:!?…)—–”"\n'


@dataclass(frozen=True, slots=True)
class Quotation:
    """A quotation with its marks, `[start:end]`, and the words inside without blanks around them.

    `goes_on` says that it takes up the one before, in a paragraph of its own, which no mark had closed. One that is not
    `closed` lacks its last mark, and ends where the next quotation begins or its paragraph ends.
    """

    start: int
    end: int
    inner: Span
    goes_on: bool = False
    closed: bool = True


def quotations(text: str, paragraphs: Sequence[Span], *, unclosed: bool = False) -> Iterator[Quotation]:
    """The quotations of a text, in order.

    Args:
        text: the text.
        paragraphs: its paragraphs in order. A quotation that its paragraph does not close goes on to its end where
            the next one opens with the same mark; elsewhere the mark is taken for a slip and quotes nothing.
        unclosed: whether to give what follows such a slip too.
    """
    goes_on = ""
    for number, paragraph in enumerate(paragraphs):
        following = text[paragraphs[number + 1].start :][:1] if number + 1 < len(paragraphs) else ""
        opened_again = goes_on if goes_on and text.startswith(goes_on, paragraph.start) else ""
        goes_on = ""
        for start, end, closed in _outermost(text, paragraph):
            if not closed and end == paragraph.end and text[start] == following:
                goes_on = following
            elif not closed and not unclosed:
                continue
            inner = text[start + 1 : end - closed]
            if any(character.isalnum() for character in inner):
                left = start + 1 + len(inner) - len(inner.lstrip())
                again = bool(opened_again) and start == paragraph.start
                yield Quotation(start, end, Span(left, left + len(inner.strip())), again, closed)


def _outermost(text: str, paragraph: Span) -> list[tuple[int, int, bool]]:
    """Where the outermost quotations of a paragraph begin and end, and whether a mark closes them."""
    closed: list[tuple[int, int]] = []
    opened: list[int] = []
    for match in _MARK.finditer(text, paragraph.start, paragraph.end):
        place = match.start()
        partner = _closed_by(text, place, opened, paragraph.end)
        if partner is not None:
            # Whatever was opened since was never closed, and whatever was closed since stands inside.
            del opened[opened.index(partner) :]
            closed = [(start, end) for start, end in closed if start < partner]
            closed.append((partner, place + 1))
        elif _opens(text, place, paragraph):
            opened.append(place)
    left = [place for place in opened if text[place] not in _SINGLE]
    found = [(start, end, True) for start, end in closed]
    for place in left:
        following = [start for start in (*left, *(start for start, _ in closed)) if start > place]
        end = min(following, default=paragraph.end)
        found.append((place, place + len(text[place:end].rstrip()), False))
    return sorted(found)


def _closed_by(text: str, place: int, opened: Sequence[int], ceiling: int) -> int | None:
    """Where the quotation opens that the mark at `place` closes, of those still open."""
    mark = text[place]
    partner = next((start for start in reversed(opened) if mark in _CLOSING[text[start]]), None)
    if partner is None:
        return None
    before, after = text[place - 1], text[place + 1 : min(place + 2, ceiling)]
    if mark in _SINGLE:
        # An apostrophe inside or behind a word ("Allies’ forces") closes nothing.
        at_end = not after or after in _FOLLOWS
        closes = before in _ENDS or (before.isalnum() and (at_end or (after.isspace() and before not in "sS")))
        return partner if closes and not after.isalnum() else None
    # A mark that stands as an opening one does is one: what it might close was never closed, or holds it.
    only_opens = mark in '"“' and text[partner] != "„" and (before.isspace() or before in "([") and after.isalnum()
    return None if only_opens else partner


def _opens(text: str, place: int, paragraph: Span) -> bool:
    """Whether the mark at `place` opens a quotation."""
    mark, after = text[place], text[place + 1 : min(place + 2, paragraph.end)]
    if mark not in _CLOSING:
        return False
    if mark in _ALWAYS_OPEN and mark not in _SINGLE:
        return True
    begins = place <= paragraph.start or not (text[place - 1].isalnum() or text[place - 1] in _NOT_BEFORE)
    if not begins or (after.isspace() and mark != '"'):
        return False
    if mark in _SINGLE:
        # One that can close it must follow; what opens with ’ is an apostrophe.
        following = _MARK.finditer(text, place + 1, paragraph.end)
        return (
            mark != "’"
            and after.isalnum()
            and any(_closed_by(text, one.start(), [place], paragraph.end) is not None for one in following)
        )
    return True
