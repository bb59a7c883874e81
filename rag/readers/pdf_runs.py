"""Letters of a PDF page in runs without a blank, as PDFium tells them, in the file's own coordinates."""

from __future__ import annotations

import ctypes
import math
import re
import unicodedata
from dataclasses import dataclass

import pypdfium2
from pypdfium2 import raw

# PDFium's sign for a hyphen, typed or soft, after which a line ends.
_LINE_END_HYPHEN = 0x02
_BLANKS = frozenset([0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x20, 0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000])
# No letters, whatever the font may draw for them: the room that they take is measured.
_CONTROLS = frozenset([*range(0x20), *range(0x7F, 0xA0), 0xFFFE, 0xFFFF]) - _BLANKS - {_LINE_END_HYPHEN}
# Signs without width: zero-width spaces and joiners, marks of direction and of byte order; soft hyphens inside a line.
_NOTHING = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]|\u00ad(?!$)")
_LIGATURES = dict(zip("ﬀﬁﬂﬃﬄﬅﬆ", ("ff", "fi", "fl", "ffi", "ffl", "st", "st"), strict=True))
_LIGATURE = re.compile("[ﬀ-ﬆ]")

# A letter that stands this much higher or lower than the one before, in sizes, begins a run of its own.
_SHIFT = 0.08
# ... and so does one that is drawn this far back.
_BACK = 0.3
# The widest letters advance by one size: only further on the gap is measured, and this much of it parts two runs.
_WIDEST, _GAP = 1.1, 0.3
_INVISIBLE = raw.FPDF_TEXTRENDERMODE_INVISIBLE
# Whose outline has a colour of its own.
_STROKED = (
    raw.FPDF_TEXTRENDERMODE_STROKE,
    raw.FPDF_TEXTRENDERMODE_FILL_STROKE,
    raw.FPDF_TEXTRENDERMODE_STROKE_CLIP,
    raw.FPDF_TEXTRENDERMODE_FILL_STROKE_CLIP,
)


@dataclass(frozen=True, slots=True)
class Run:
    """Letters drawn in one go.

    They stand on (`x`, `y`) in type of `size` (points), in a direction of `angle` degrees; `box` is left, bottom,
    right and top of all. `spaced`: the file has a blank before them. `luma` is their brightness (0 black to 255), None
    where it is not known; `drawn` is false for letters that are only there to be searched or cannot be seen through.
    `thing` tells which object of the page they belong to.
    """

    text: str
    x: float
    y: float
    angle: float
    size: float
    box: tuple[float, float, float, float]
    spaced: bool
    luma: float | None
    drawn: bool
    transparent: bool
    thing: int


class _Reader:
    """PDFium's answers about single letters; it wants to be given the places to write them to."""

    def __init__(self, textpage: pypdfium2.PdfTextPage) -> None:
        self._page = textpage
        self._x, self._y = ctypes.c_double(), ctypes.c_double()
        self._box, self._matrix = raw.FS_RECTF(), raw.FS_MATRIX()
        self._colour = tuple(ctypes.c_uint() for _ in range(4))

    def origin(self, position: int) -> tuple[float, float]:
        raw.FPDFText_GetCharOrigin(self._page, position, self._x, self._y)
        return self._x.value, self._y.value

    def box(self, position: int) -> tuple[float, float, float, float]:
        raw.FPDFText_GetLooseCharBox(self._page, position, self._box)
        return self._box.left, self._box.bottom, self._box.right, self._box.top

    def shape(self, position: int) -> tuple[float, float]:
        """The direction in degrees and the size in points."""
        raw.FPDFText_GetMatrix(self._page, position, self._matrix)
        matrix = self._matrix
        size = abs(raw.FPDFText_GetFontSize(self._page, position)) * math.hypot(matrix.c, matrix.d)
        return math.degrees(math.atan2(matrix.b, matrix.a)), size

    def look(self, position: int) -> tuple[float | None, bool, bool, int]:
        """Brightness, whether the letters are drawn, whether they are transparent, and their object."""
        thing = raw.FPDFText_GetTextObject(self._page, position)
        if not thing:
            return None, True, False, 0
        address = ctypes.addressof(thing.contents)
        mode = raw.FPDFTextObj_GetTextRenderMode(thing)
        if mode == _INVISIBLE:
            return None, False, False, address
        if mode in _STROKED or not raw.FPDFText_GetFillColor(self._page, position, *self._colour):
            return None, True, False, address
        red, green, blue, alpha = (part.value for part in self._colour)
        return 0.299 * red + 0.587 * green + 0.114 * blue, True, alpha == 0, address


def runs_of(textpage: pypdfium2.PdfTextPage) -> list[Run]:
    """The runs of a page, in the order of the file. A hyphen or soft hyphen at a run's end stays there."""
    ask = _Reader(textpage)
    runs: list[Run] = []
    letters: list[str] = []
    first = last = 0
    x = y = 0.0
    here = (0.0, 0.0)
    angle, size, along, across = 0.0, 0.0, 1.0, 0.0
    spaced = True

    def finish() -> None:
        nonlocal spaced
        text = _clean("".join(letters))
        letters.clear()
        if not text:
            return
        one, two = ask.box(first), ask.box(last)
        luma, drawn, transparent, thing = ask.look(first)
        box = (min(one[0], two[0]), min(one[1], two[1]), max(one[2], two[2]), max(one[3], two[3]))
        runs.append(Run(text, x, y, angle, size, box, spaced, luma, drawn, transparent, thing))
        spaced = False

    for position in range(textpage.count_chars()):
        code = raw.FPDFText_GetUnicode(textpage, position)
        if code in _BLANKS or code in _CONTROLS:
            finish()
            spaced = spaced or code in _BLANKS
            continue
        letter = "-" if code == _LINE_END_HYPHEN else chr(code)
        before, here = here, ask.origin(position)
        if letters:
            step_x, step_y = here[0] - before[0], here[1] - before[1]
            ahead, aside = step_x * along + step_y * across, step_y * along - step_x * across
            back = -_WIDEST if unicodedata.bidirectional(letter) in ("R", "AL") else -_BACK
            apart = abs(aside) > _SHIFT * size or ahead < back * size
            if apart or (ahead > _WIDEST * size and _gap(ask, last, here, along, across) > _GAP * size):
                finish()
        if not letters:
            first, (x, y) = position, here
            angle, size = ask.shape(position)
            along, across = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        letters.append(letter)
        last = position
    finish()
    return runs


def _gap(ask: _Reader, last: int, here: tuple[float, float], along: float, across: float) -> float:
    """White space between a letter and the one that begins at `here`."""
    left, bottom, right, top = ask.box(last)
    end = (right if along >= 0 else left) * along + (top if across >= 0 else bottom) * across
    return here[0] * along + here[1] * across - end


def _clean(letters: str) -> str:
    text = letters.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _NOTHING.sub("", _LIGATURE.sub(lambda match: _LIGATURES[match.group()], text))
