"""Times of a recording printed in plain text: which clock figures are such, and what second they say (pure).

A clock figure may as well be the hour of an appointment. Times of a recording come in order, in one form, and beside
names, at the ends of lines or in brackets.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from onrecord.rag.text.clock import clock_seconds
from onrecord.rag.types import Span

Form = Literal["range", "square", "round", "alone", "leading", "trailing", "trailing after blank"]

_CLOCK = r"(?:(?:\d{1,2}:)?\d{1,3}:\d{2}(?:[.,]\d{1,3})?|\d{1,2}:\d{2}:\d{2}:\d{2})"
_TO = r"\s*(?:-->|->|[-–—,])\s*"
_RANGE = re.compile(rf"[\[(]?({_CLOCK})(?:{_TO}{_CLOCK})[\])]?(?=\s|$)")
_SQUARE = re.compile(rf"\[\s?({_CLOCK})(?:{_TO}{_CLOCK})?\s?\]")
_ROUND = re.compile(rf"\(\s?({_CLOCK})(?:{_TO}{_CLOCK})?\s?\)")
_ALONE = re.compile(rf"({_CLOCK})")
_LEADING = re.compile(rf"({_CLOCK})(?:[ \t\u00a0]*[-–—|•][ \t\u00a0]+|[ \t\u00a0]+)(?=\S)")
_TRAILING = re.compile(rf"(?:[ \u00a0]{{2,}}|[ \u00a0]*\t\s*|[ \u00a0]+[-–—|,][ \u00a0]+|,[ \u00a0])({_CLOCK}):?$")
_TRAILING_AFTER_BLANK = re.compile(rf"(?<=[\w.)])[ \u00a0]({_CLOCK}):?$")
_LINE = re.compile(r"[^\n]+")
_WORD = re.compile(r"[^\s:]")
# A label with a time behind it has at most this many characters.
_LONGEST_LABEL = 100
# So many times show a rule; a single one is believed only where it counts hours, in square brackets, at a line's head.
_FEWEST = 2
# Without brackets, they stand at this share of the lines at least; two hours of the day may stand at top and bottom.
_SHARE = 0.1
# Inside a sentence, in parentheses, a clock figure is mostly an hour of the day: these many show that it is not.
_FEWEST_INSIDE = 4
# Times come in order but for this share of neighbours (a file may be put together of two recordings).
_OUT_OF_ORDER = 0.1
# A recording starts at its beginning or is a part of a longer one; a first time later than this is the hour of the day.
_LATEST_START = 3 * 3600.0
# Appointments are made for full five minutes, from this hour on (as a figure of minutes and seconds).
_FIVE, _MORNING = 5, 6 * 60.0


@dataclass(frozen=True, slots=True)
class Times:
    """Where times are printed, in order, and what they say: (offset of what is said then, seconds)."""

    spans: tuple[Span, ...] = ()
    codes: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, slots=True)
class _Figure:
    """A clock figure: where it and what parts it from the words stand, what it says, and whether inside a sentence."""

    start: int
    end: int
    seconds: float
    inside: bool = False


def times_in(text: str, spans: Sequence[Span]) -> Times:
    """Find the times of a recording.

    Args:
        text: the whole text.
        spans: its parts that may hold speech, in order.

    Returns:
        the times, each with what parts it from the words beside it; never a character of a word.
    """
    by_form: dict[Form, list[_Figure]] = defaultdict(list)
    heads: Counter[str] = Counter()
    count = 0
    for span in spans:
        for line in _LINE.finditer(text, span.start, span.end):
            count += bool(line.group().strip())
            for form, figure in _figures(line):
                by_form[form].append(figure)
                heads[text[line.start() : figure.start].strip()] += 1
    # One blank before a closing figure is no sign of a label unless the words before it come back.
    after_blank = by_form.pop("trailing after blank", [])
    again = [each for each in after_blank if heads[text[text.rfind("\n", 0, each.start) + 1 : each.start].strip()] > 1]
    by_form["trailing after blank"] = after_blank if 2 * len(again) > len(after_blank) else []
    found = [figure for form, figures in by_form.items() if figures for figure in _believed(form, figures, count)]
    found.sort(key=lambda figure: figure.start)
    kept: list[_Figure] = []
    for figure in found:
        if not kept or figure.start >= kept[-1].end:
            kept.append(figure)
    said = [(_next_word(text, figure.end), figure.seconds) for figure in kept]
    if said and said[0][1] > _LATEST_START:
        said = []
    return Times(tuple(Span(figure.start, figure.end) for figure in kept), tuple(dict(said).items()))


def _figures(line: re.Match[str]) -> Iterator[tuple[Form, _Figure]]:
    text, start = line.string, line.start()
    body = line.group()
    first = start + len(body) - len(body.lstrip())
    last = start + len(body.rstrip())
    if (match := _RANGE.match(text, first)) and match.end() >= last:
        yield "range", _figure(match)
        return
    if (match := _ALONE.fullmatch(text, first, last)) is not None:
        yield "alone", _figure(match)
        return
    if match := _LEADING.match(text, first, last):
        yield "leading", _figure(match)
    if last - first <= _LONGEST_LABEL:
        if match := _TRAILING.search(text, first, last):
            yield "trailing", _figure(match)
        elif match := _TRAILING_AFTER_BLANK.search(text, first, last):
            yield "trailing after blank", _figure(match)
    brackets: tuple[tuple[Form, re.Pattern[str]], ...] = (("square", _SQUARE), ("round", _ROUND))
    for form, pattern in brackets:
        for match in pattern.finditer(text, first, last):
            inside = first < match.start() and match.end() < last and text[match.end()] != ":"
            yield form, _figure(match, inside=inside)


def _figure(match: re.Match[str], *, inside: bool = False) -> _Figure:
    return _Figure(match.start(), match.end(), clock_seconds(match.group(1)) or 0.0, inside)


def _believed(form: Form, figures: Sequence[_Figure], lines: int) -> Sequence[_Figure]:
    if form == "range":
        return figures
    if form not in ("square", "round") and len(figures) < _SHARE * lines:
        return ()
    outer = [figure for figure in figures if not figure.inside]
    if len(outer) >= _FEWEST and _in_order(outer) and not _appointments(outer):
        # Once a form is in use at the ends of lines, it says times inside them too, where they fit in.
        return figures if _in_order(figures) else outer
    enough = len(figures) >= _FEWEST_INSIDE or figures[0].seconds < 1
    return figures if form == "square" and enough and _in_order(figures) else ()


def _appointments(figures: Sequence[_Figure]) -> bool:
    return figures[0].seconds >= _MORNING and all(figure.seconds % _FIVE == 0 for figure in figures)


def _in_order(figures: Sequence[_Figure]) -> bool:
    wrong = sum(after.seconds < before.seconds for before, after in pairwise(figures))
    return wrong <= _OUT_OF_ORDER * max(len(figures) - 1, 0)


def _next_word(text: str, position: int) -> int:
    match = _WORD.search(text, position)
    return match.start() if match else len(text)
