"""What else is drawn on a page of a PDF, and which of its letters can be seen on it."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pypdfium2
from numpy.typing import NDArray
from pypdfium2 import raw

from onrecord.rag.readers.pdf_runs import Run

Box = tuple[float, float, float, float]
"""Left, bottom, right, top, in the file's own coordinates."""

# Type below this size (points) is not meant to be read.
_SMALLEST = 1.0
# A rule is thinner than this (points) and longer than that.
_RULE_HEIGHT, _RULE_LENGTH = 2.5, 36.0
# A coloured ground of print is at least this high and wide.
_GROUND = 4.0
# Groups of drawings inside groups are followed this deep.
_DEPTH = 5
# Brightness counts from 0 to 255: what is paler than this is looked at as it is drawn.
_PALE = 225
# Print that differs from its ground by less cannot be read ...
_CONTRAST = 20
# ... and at two pixels a point, thin strokes reach about this share of the difference.
_INKED = 0.25
_PIXELS_A_POINT, _MOST_PIXELS = 2.0, 3000

_Matrix = tuple[float, float, float, float, float, float]


@dataclass(slots=True)
class Drawings:
    """What is on a page beside its text: pictures, grounds of print, thin level lines; and the order of all things.

    `order` holds for each object that has letters when it is drawn; grounds hold it as their last number, and before
    it whether they are coloured.
    """

    pictures: list[Box] = field(default_factory=list)
    rules: list[Box] = field(default_factory=list)
    grounds: list[tuple[float, float, float, float, float, float]] = field(default_factory=list)
    order: dict[int, int] = field(default_factory=dict)
    count: int = 0


def drawings_of(page: pypdfium2.PdfPage) -> Drawings:
    """List what is drawn on a page."""
    found = Drawings()
    things = (raw.FPDFPage_GetObject(page, number) for number in range(raw.FPDFPage_CountObjects(page)))
    for thing in things:
        _list(thing, found, (1.0, 0.0, 0.0, 1.0, 0.0, 0.0), 0)
    return found


def _list(thing: raw.FPDF_PAGEOBJECT, found: Drawings, matrix: _Matrix, depth: int) -> None:
    found.count += 1
    kind = raw.FPDFPageObj_GetType(thing)
    if kind == raw.FPDF_PAGEOBJ_TEXT:
        found.order[ctypes.addressof(thing.contents)] = found.count
    elif kind == raw.FPDF_PAGEOBJ_IMAGE:
        found.pictures.append(_box(thing, matrix))
    elif kind == raw.FPDF_PAGEOBJ_PATH:
        _list_path(thing, found, _box(thing, matrix))
    elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _DEPTH:
        own = raw.FS_MATRIX()
        raw.FPDFPageObj_GetMatrix(thing, own)
        inner = _times((own.a, own.b, own.c, own.d, own.e, own.f), matrix)
        for number in range(raw.FPDFFormObj_CountObjects(thing)):
            _list(raw.FPDFFormObj_GetObject(thing, number), found, inner, depth + 1)


def _list_path(thing: raw.FPDF_PAGEOBJECT, found: Drawings, box: Box) -> None:
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    if not raw.FPDFPath_GetDrawMode(thing, fill, stroke) or not (fill.value or stroke.value):
        return
    left, bottom, right, top = box
    if top - bottom < _RULE_HEIGHT and right - left > _RULE_LENGTH:
        found.rules.append(box)
    elif fill.value and top - bottom > _GROUND and right - left > _GROUND:
        colour = tuple(ctypes.c_uint() for _ in range(4))
        raw.FPDFPageObj_GetFillColor(thing, *colour)
        coloured = min(part.value for part in colour[:3]) < _PALE and colour[3].value > 0
        found.grounds.append((*box, float(coloured), float(found.count)))


def _box(thing: raw.FPDF_PAGEOBJECT, matrix: _Matrix) -> Box:
    parts = tuple(ctypes.c_float() for _ in range(4))
    raw.FPDFPageObj_GetBounds(thing, *parts)
    left, bottom, right, top = (part.value for part in parts)
    a, b, c, d, e, f = matrix
    corners = [(a * x + c * y + e, b * x + d * y + f) for x in (left, right) for y in (bottom, top)]
    across, up = [x for x, _ in corners], [y for _, y in corners]
    return min(across), min(up), max(across), max(up)


def _times(one: _Matrix, two: _Matrix) -> _Matrix:
    a, b, c, d, e, f = one
    g, h, i, j, k, m = two
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def seen(runs: Sequence[Run], drawings: Drawings, edge: Box, drawn: Callable[[float], NDArray[np.uint8]]) -> list[Run]:
    """Return the runs that can be seen, or that are the recognised words of a picture.

    Args:
        runs: letters of a page.
        drawings: what else is on it.
        edge: what of the page is shown (its crop box).
        drawn: draws the page in grey at so many pixels a point, its first row being the top; called at most once, and
            only where some letters are pale, lie in a coloured box or lie under something.
    """
    inside = [run for run in runs if run.size >= _SMALLEST and not run.transparent and _holds(edge, *_centre(run.box))]
    grounds = np.array(drawings.grounds, np.float64).reshape(-1, 6)
    none_drawn = not any(run.drawn for run in inside)
    picture: NDArray[np.uint8] | None = None
    kept: list[Run] = []
    for run in inside:
        if not run.drawn:
            if none_drawn or any(_holds(box, *_centre(run.box)) for box in drawings.pictures):
                kept.append(run)
            continue
        if run.luma is not None and (run.luma > _PALE or _on_ground(run, grounds, drawings.order)):
            scale = min(_PIXELS_A_POINT, _MOST_PIXELS / max(edge[2] - edge[0], edge[3] - edge[1], 1.0))
            if picture is None:
                picture = drawn(scale)
            if not _stands_out(picture, run, run.luma, edge, scale):
                continue
        kept.append(run)
    return kept


def _centre(box: Box) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def _holds(box: Box, x: float, y: float) -> bool:
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _on_ground(run: Run, grounds: NDArray[np.float64], order: dict[int, int]) -> bool:
    """Whether letters lie in a coloured box, or a box of any colour is drawn over them."""
    if not len(grounds):
        return False
    x, y = _centre(run.box)
    around = grounds[(grounds[:, 0] <= x) & (x <= grounds[:, 2]) & (grounds[:, 1] <= y) & (y <= grounds[:, 3])]
    return bool(((around[:, 4] > 0) | (around[:, 5] > order.get(run.thing, np.inf))).any())


def _stands_out(picture: NDArray[np.uint8], run: Run, luma: float, edge: Box, scale: float) -> bool:
    """Whether some pixels of the page as drawn differ from the ground of a run towards the run's own brightness."""
    left, bottom, right, top = run.box
    rows = slice(max(0, int((edge[3] - top) * scale)), max(0, int((edge[3] - bottom) * scale) + 1))
    columns = slice(max(0, int((left - edge[0]) * scale)), max(0, int((right - edge[0]) * scale) + 1))
    pixels = picture[rows, columns]
    if not pixels.size:
        return True
    ground = float(np.median(pixels))
    contrast = luma - ground
    reached = float(pixels.max()) - ground if contrast > 0 else ground - float(pixels.min())
    return abs(contrast) >= _CONTRAST and reached >= _INKED * abs(contrast)
