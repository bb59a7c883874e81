"""Shared by the tests of printed pages: draws lines of text where they are told to stand. All texts are invented."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

FONT = "Times-Roman"
OPENINGS = ("The council", "The ferry", "Our northern pier", "Nobody on Skarn", "The price of steel", "This yard", "It")
VERBS = ("will not wait for", "has agreed on", "cost less than", "looked at", "never answered", "pays for", "ends with")
ENDINGS = ("this year", "in spring", "at any price", "for good", "on Monday", "without delay", "as planned", "at sea")
OBJECTS = ("the harbour wall", "three offers from twelve firms", "the question", "the winter storms", "that plan")
SYLLABLES = (
    "wen",
    "lo",
    "skar",
    "by",
    "tol",
    "mar",
    "ken",
    "dun",
    "fos",
    "ry",
    "hal",
    "vik",
    "an",
    "ster",
    "gul",
    "ick",
)
NAMES = ("MS. ARDEN", "MR. OKEEFE", "DR. SALLOW", "Q")


def place(pick: random.Random) -> str:
    """An invented place, seldom the same one: what comes back on every page is furniture."""
    return "".join(pick.choice(SYLLABLES) for _ in range(3)).capitalize()


def speech(pick: random.Random, sentences: int) -> str:
    return " ".join(
        f"{pick.choice(OPENINGS)} {pick.choice(VERBS)} {pick.choice(OBJECTS)}, "
        f"and {pick.choice(OBJECTS)} {pick.choice(ENDINGS)} at {place(pick)}."
        for _ in range(sentences)
    )


def transcript(pick: random.Random, turns: int, most: int = 6) -> list[tuple[str, str]]:
    """Turns as (name, words): no name twice in a row."""
    found: list[tuple[str, str]] = []
    for _ in range(turns):
        name = pick.choice([name for name in NAMES if not found or name != found[-1][0]])
        found.append((name, speech(pick, pick.randint(1, most))))
    return found


def wrapped(text: str, width: float, size: float, font: str = FONT) -> list[str]:
    """The lines of a text that is set in a column of a width (points)."""
    lines, line = [], ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if stringWidth(longer, font, size) > width and line:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line]


@dataclass
class Print:
    """A PDF in the making."""

    size: tuple[float, float] = A4
    font: str = FONT
    target: io.BytesIO = field(default_factory=io.BytesIO)
    canvas: Canvas = field(init=False)

    def __post_init__(self) -> None:
        self.canvas = Canvas(self.target, pagesize=self.size)

    def draw(self, x: float, y: float, text: str, size: float = 10, *, width: float | None = None) -> None:
        """Draw a line; where a `width` is given, its blanks are widened so that it fills it."""
        text_object = self.canvas.beginText(x, y)
        text_object.setFont(self.font, size)
        blanks = text.count(" ")
        if width is not None and blanks:
            text_object.setWordSpace((width - stringWidth(text, self.font, size)) / blanks)
        text_object.textOut(text)
        text_object.setWordSpace(0)
        self.canvas.drawText(text_object)

    def raised(self, x: float, y: float, before: str, mark: str, after: str, size: float = 12) -> None:
        """Draw a line with a small raised mark inside."""
        text_object = self.canvas.beginText(x, y)
        for text, rise, own in ((before, 0.0, size), (mark, 0.36 * size, 0.6 * size), (after, 0.0, size)):
            text_object.setFont(self.font, own)
            text_object.setRise(rise)
            text_object.textOut(text)
        text_object.setRise(0)
        self.canvas.drawText(text_object)

    def turn_page(self) -> None:
        self.canvas.showPage()

    def data(self) -> bytes:
        self.canvas.save()
        return self.target.getvalue()


def on_pages(
    lines: Sequence[Callable[[Print, float], None] | None],
    *,
    top: float = 780,
    bottom: float = 70,
    distance: float = 14,
) -> Print:
    """Draw lines one below the other, on as many pages as they need; None leaves half a line free."""
    paper, y = Print(), top
    for line in lines:
        if y < bottom:
            paper.turn_page()
            y = top
        if line is not None:
            line(paper, y)
        y -= distance if line is not None else distance / 2
    paper.turn_page()
    return paper
