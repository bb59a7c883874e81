"""What is printed on a page: words with their places, and the lines that are made of them.

Distances are in points; the origin is the lower left corner of the page as it is seen, turned upright.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """Letters that stand together: from `left` to `right` on the height `base`, in type of `size`.

    `place` counts the words of the page in the order in which the file draws them; `spaced` says that the file has a
    blank before this one. `level` is 1 for small type above the line (a note mark, an exponent, an ordinal), -1 for
    small type below it.
    """

    text: str
    left: float
    right: float
    base: float
    size: float
    place: int
    spaced: bool = True
    level: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """A thin level line, as it is drawn above footnotes."""

    left: float
    right: float
    base: float


@dataclass(frozen=True, slots=True)
class Page:
    """A page of print.

    `number` counts pages from 1. `aside` is what runs in another direction (stamps, watermarks), and `unseen` counts
    words that the file has and that cannot be seen.
    """

    number: int
    width: float
    height: float
    words: tuple[Word, ...]
    rules: tuple[Rule, ...] = ()
    aside: str = ""
    unseen: int = 0


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """One line of print, or of one column of it.

    `unit` is the width of what could not be broken at its start. `column` tells columns side by side apart: it is empty
    for what runs over the width of the page. `number` is printed in the margin beside the line. `begins` says that
    something new begins here for certain, `label` that the line is a name in a column of names. `marks` counts the
    raised marks of notes that were left out of its text.
    """

    text: str
    page: int
    left: float
    right: float
    base: float
    size: float
    unit: float
    column: tuple[int, ...] = ()
    number: int | None = None
    begins: bool = False
    label: bool = False
    marks: int = 0
