"""Where a text stands in quotation marks, in the ways of any language (pure).

Only the outermost marks count: what stands in marks inside a quotation belongs to it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from onrecord.rag.types import Span

# What may close an opening mark. Curved and straight marks are mixed where text is typed and pasted; “ closes in German
# what it opens in English, » opens in German books what it closes in French, ” does both in Swedish.
_CLOSING = {
    **{"“": '”"', "„": '“”"', "‟": '”"', '"': '"”“', "”": "”"},
    **{"«": "»", "»": "«", "‹": "›", "›": "‹", "「": "」", "『": "』"},
    **{"‘": "’'", "‚": "‘’'", "'": "'’"},
}
_OPENED_BY = {
    mark: "".join(opening for opening, closing in _CLOSING.items() if mark in closing)
    for mark in "".join(_CLOSING.values())
}
_SINGLE = "‘’‚'"
_ALWAYS_OPEN = "„“‟「『«‹"
# Spreadsheets and databases print a mark inside a field twice.
_MARK = re.compile(f'""?|[{"".join(dict.fromkeys((*_CLOSING, *_OPENED_BY)))}]')
# A quotation does not open right behind a word or its full stop.
_NOT_BEFORE = ".,;!?…"
# Behind and before what a single mark closes a quotation; elsewhere it is an apostrophe.
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
        following = text[paragraphs[number + 1].start] if number + 1 < len(paragraphs) else ""
        opened_again = goes_on if goes_on and text.startswith(goes_on, paragraph.start) else ""
        goes_on = ""
        for start, end, closed in _outermost(text, paragraph):
            if not closed and end == paragraph.end and text[start] == following:
                goes_on = following
            elif not closed and not unclosed:
                continue
            opening, closing = (2 if text[place : place + 2] == '""' else 1 for place in (start, end - 2))
            inner = text[start + opening : end - closing * closed]
            if any(character.isalnum() for character in inner):
                left = start + opening + len(inner) - len(inner.lstrip())
                again = bool(opened_again) and start == paragraph.start
                yield Quotation(start, end, Span(left, left + len(inner.strip())), again, closed)


def blanked(text: str, spans: Iterable[Span]) -> str:
    """A text with some spans, in order and apart, blanked out: every other character keeps its place."""
    pieces, place = [], 0
    for span in spans:
        pieces += [text[place : span.start], " " * (span.end - span.start)]
        place = span.end
    return "".join([*pieces, text[place:]])


def _outermost(text: str, paragraph: Span) -> list[tuple[int, int, bool]]:
    """Where the outermost quotations of a paragraph begin and end, and whether a mark closes them."""
    marks = list(_MARK.finditer(text, paragraph.start, paragraph.end))
    last_single = max((mark.start() for mark in marks if _closes_single(text, mark, paragraph.end)), default=-1)
    closed: list[Span] = []
    opened: list[int] = []
    kinds: Counter[str] = Counter()
    for mark in marks:
        if any(kinds[kind] for kind in _OPENED_BY.get(mark[0][0], "")) and _closes(text, mark, opened, paragraph.end):
            # Whatever was opened since was never closed, and whatever was closed since stands inside.
            partner = -1
            while partner < 0 or text[partner] not in _OPENED_BY[mark[0][0]]:
                partner = opened.pop()
                kinds[text[partner]] -= 1
            while closed and closed[-1].start > partner:
                closed.pop()
            closed.append(Span(partner, mark.end()))
        elif _opens(text, mark, paragraph) and (mark[0] not in _SINGLE or mark.start() < last_single):
            opened.append(mark.start())
            kinds[mark[0][0]] += 1
    left = [place for place in opened if text[place] not in _SINGLE]
    starts = sorted([*left, *(span.start for span in closed), paragraph.end])
    found = [(span.start, span.end, True) for span in closed]
    for place in left:
        end = starts[bisect_right(starts, place)]
        found.append((place, place + len(text[place:end].rstrip()), False))
    return sorted(found)


def _closes(text: str, mark: re.Match[str], opened: Sequence[int], ceiling: int) -> bool:
    """Whether a mark closes a quotation that is open; `opened` are the places of the marks still open."""
    if mark[0] in _SINGLE:
        return _closes_single(text, mark, ceiling)
    # A mark that stands as an opening one does is one: what it might close was never closed, or holds it.
    before, after = text[mark.start() - 1], text[mark.end() : min(mark.end() + 1, ceiling)]
    opens = mark[0][0] in '"“' and (before.isspace() or before in "([") and after.isalnum()
    return not opens or text[opened[-1]] == "„"


def _closes_single(text: str, mark: re.Match[str], ceiling: int) -> bool:
    """An apostrophe inside or behind a word ("Allies’ forces") closes nothing; a mark at punctuation does."""
    before, after = text[mark.start() - 1 : mark.start()], text[mark.end() : min(mark.end() + 1, ceiling)]
    if mark[0] not in _SINGLE or mark[0] not in _OPENED_BY or after.isalnum():
        return False
    at_end = not after or after in _FOLLOWS
    return before in tuple(_ENDS) or (before.isalnum() and (at_end or (after.isspace() and before not in "sS")))


def _opens(text: str, mark: re.Match[str], paragraph: Span) -> bool:
    """Whether a mark opens a quotation where it stands."""
    sign, place = mark[0][0], mark.start()
    after = text[mark.end() : min(mark.end() + 1, paragraph.end)]
    if sign in _ALWAYS_OPEN:
        return True
    begins = place <= paragraph.start or not (text[place - 1].isalnum() or text[place - 1] in _NOT_BEFORE)
    if sign not in _CLOSING or not begins:
        return False
    if sign in _SINGLE:
        # What opens with ’ is an apostrophe.
        return sign != "’" and after.isalnum()
    # What closes French quotations opens German ones, right before a word.
    return sign == '"' or not after.isspace()
