"""A text's lines with their places in it (pure)."""

from __future__ import annotations

from dataclasses import dataclass

# Marks after which a new utterance may begin.
TERMINAL = ".?!…:;—–-”\"’'»)]*"


@dataclass(frozen=True, slots=True)
class Line:
    """One line that is not blank: `text` is the slice `[start:end]`, without blanks around it."""

    number: int
    start: int
    end: int
    text: str
    after_blank: bool


def lines_of(text: str) -> list[Line]:
    """Cut a text at its line feeds and leave out blank lines; `number` counts the lines kept, from 0."""
    lines: list[Line] = []
    position = 0
    blank = True
    for raw in text.split("\n"):
        inner = raw.strip()
        if inner:
            start = position + len(raw) - len(raw.lstrip())
            lines.append(Line(len(lines), start, start + len(inner), inner, blank))
        blank = not inner
        position += len(raw) + 1
    return lines
