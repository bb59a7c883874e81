"""A text's lines with their places in it (pure)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from onrecord.rag.types import Span

# Marks after which a new utterance may begin.
TERMINAL = ".?!…:;—–-”\"’'»)]*"
HIDDEN = "\0"
"""What stands in a line for each character that is no part of it, such as a time inside a sentence."""

# All of Unicode's white space lies below U+3001. Stripped and not matched: a pattern anchored at a line's end tries
# each blank of a long run inside the line anew.
_OUTER = HIDDEN + "".join(filter(str.isspace, map(chr, range(0x3001))))
# Stands for that character where the text itself has it.
_OTHER = "\ufffd"


@dataclass(frozen=True, slots=True)
class Line:
    """One line that is not blank: `text` is the slice `[start:end]`, without blanks around it, times hidden in it.

    It is `timed` where a time stands at either end of it or on the line before.
    """

    number: int
    start: int
    end: int
    text: str
    after_blank: bool
    timed: bool = False


def lines_of(text: str, hidden: Sequence[Span] = ()) -> list[Line]:
    """Cut a text at its line feeds and leave out blank lines; `number` counts the lines kept, from 0.

    What is `hidden` (in order) counts as blank at either end of a line.
    """
    pieces: list[str] = []
    position = 0
    for span in hidden:
        pieces += [text[position : span.start].replace(HIDDEN, _OTHER), HIDDEN * (span.end - span.start)]
        position = span.end
    masked = "".join([*pieces, text[position:].replace(HIDDEN, _OTHER)])
    lines: list[Line] = []
    position = 0
    blank, timed = True, False
    for raw in masked.split("\n"):
        inner = raw.strip(_OUTER)
        if inner:
            start = position + raw.index(inner)
            timed = timed or raw.strip().startswith(HIDDEN) or raw.strip().endswith(HIDDEN)
            lines.append(Line(len(lines), start, start + len(inner), inner, blank, timed))
            blank = timed = False
        elif HIDDEN in raw:
            # A line of nothing but a time parts no paragraphs.
            timed = True
        else:
            blank = True
        position += len(raw) + 1
    return lines
