"""A page of a PDF as it is read: its words that can be seen, turned upright, and what is drawn beside them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from statistics import median

import numpy as np
import pypdfium2
from numpy.typing import NDArray

from onrecord.rag.readers.page_print import Page, Rule, Word
from onrecord.rag.readers.pdf_runs import Run, runs_of
from onrecord.rag.readers.pdf_seen import Box, drawings_of, seen

# Directions of print (degrees) that differ by less are one: scans lie a little askew.
_ASKEW = 8.0
# ... and a smaller turn than this moves no line's end out of its line.
_LEVEL = 0.05

_Turn = Callable[[float, float], tuple[float, float]]


def pages_of(document: pypdfium2.PdfDocument) -> Iterator[Page]:
    """Yield the pages of a document. Raises pypdfium2.PdfiumError where one is damaged."""
    for number in range(len(document)):
        page = document[number]
        textpage = page.get_textpage()
        try:
            yield _page(page, textpage, number + 1)
        finally:
            textpage.close()
            page.close()


def _page(page: pypdfium2.PdfPage, textpage: pypdfium2.PdfTextPage, number: int) -> Page:
    edge = page.get_bbox()
    turned = page.get_rotation() % 360

    def drawn(scale: float) -> NDArray[np.uint8]:
        bitmap = page.render(
            scale=scale, rotation=(360 - turned) % 360, grayscale=True, draw_annots=False, may_draw_forms=False
        )
        pixels: NDArray[np.uint8] = bitmap.to_numpy().reshape(bitmap.height, -1)[:, : bitmap.width].copy()
        bitmap.close()
        return pixels

    drawings = drawings_of(page)
    there = runs_of(textpage)
    runs = seen(there, drawings, edge, drawn)
    angle = _direction(runs, turned)
    turn, width, height = _upright(edge, angle)
    words: list[Word] = []
    aside: list[str] = []
    for place, run in enumerate(runs):
        if abs((run.angle - angle + 180) % 360 - 180) < _ASKEW:
            words.append(_word(run, place, turn))
        else:
            aside.append(" " * run.spaced + run.text)
    rules = [_rule(box, turn) for box in drawings.rules]
    return Page(number, width, height, tuple(words), tuple(rules), "".join(aside).strip(), len(there) - len(runs))


def _direction(runs: Sequence[Run], turned: int) -> float:
    """The direction (degrees) in which most letters of a page run; that of an empty page is as it is shown."""
    quarters: Counter[int] = Counter()
    for run in runs:
        quarters[round(run.angle / 90) * 90 % 360] += len(run.text)
    if not quarters:
        return float(turned)
    quarter = quarters.most_common(1)[0][0]
    offs = [(run.angle - quarter + 180) % 360 - 180 for run in runs if len(run.text) > 1] or [0.0]
    off = median(offs)
    return float(quarter) if abs(off) < _LEVEL or abs(off) > _ASKEW else quarter + off


def _upright(edge: Box, angle: float) -> tuple[_Turn, float, float]:
    """How to turn places so that what runs along `angle` is level, and the page's width and height then."""
    along, across = math.cos(math.radians(angle)), math.sin(math.radians(angle))

    def turned(x: float, y: float) -> tuple[float, float]:
        return x * along + y * across, y * along - x * across

    corners = [turned(x, y) for x in (edge[0], edge[2]) for y in (edge[1], edge[3])]
    left, bottom = min(x for x, _ in corners), min(y for _, y in corners)

    def placed(x: float, y: float) -> tuple[float, float]:
        across_page, up = turned(x, y)
        return across_page - left, up - bottom

    return placed, max(x for x, _ in corners) - left, max(y for _, y in corners) - bottom


def _word(run: Run, place: int, turn: _Turn) -> Word:
    base = turn(run.x, run.y)[1]
    ends = [turn(x, y)[0] for x in (run.box[0], run.box[2]) for y in (run.box[1], run.box[3])]
    return Word(run.text, min(ends), max(ends), base, run.size, place, run.spaced)


def _rule(box: Box, turn: _Turn) -> Rule:
    one, two = turn(box[0], box[1]), turn(box[2], box[3])
    return Rule(min(one[0], two[0]), max(one[0], two[0]), (one[1] + two[1]) / 2)
