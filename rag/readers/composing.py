"""Text composed of what a format marks itself: turns as `Label: words`, tables of speakers and words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from onrecord.rag.types import Kind, SourceText, Turn

_LINE_END = re.compile(r"\r\n?")

# A table of two columns is a transcript where the first holds names (a few words) and the second prose.
_NAME_WORDS = 6
_PROSE_WORDS = 5
_MOST_ROWS = 0.8


class Composer:
    """Gathers turns into one text, and remembers where each begins and ends."""

    def __init__(self) -> None:
        self.turns: list[Turn] = []
        self._timecodes: list[tuple[int, float]] = []
        self._pieces: list[str] = []
        self._length = 0

    def add_turn(
        self,
        words: str,
        *,
        label: str | None = None,
        role: str | None = None,
        outlet: str | None = None,
        country: str | None = None,
        kind: Kind = "statement",
        seconds: float | None = None,
        label_end: str = ": ",
    ) -> int:
        """Add a turn and return the offset of its first word; a turn without words is left out.

        The label stays as printed; who speaks under it is found out later, from all labels together.
        """
        words = _LINE_END.sub("\n", words).strip()
        if not words:
            return self._length
        self._append(("\n\n" if self._pieces else "") + (f"{label}{label_end}" if label else ""))
        start = self._length
        self._append(words)
        turn = Turn(
            start, self._length, label=label, role=role, outlet=outlet, kind=kind, country=country, seconds=seconds
        )
        self.turns.append(turn)
        if seconds is not None:
            self.add_timecode(start, seconds)
        return start

    def add_timecode(self, offset: int, seconds: float) -> None:
        """Note the time at which the word at `offset` is spoken; offsets come in order."""
        self._timecodes.append((offset, seconds))

    def source(self) -> SourceText:
        """Return the text made of all turns."""
        return SourceText(text="".join(self._pieces), turns=tuple(self.turns), timecodes=tuple(self._timecodes))

    def _append(self, piece: str) -> None:
        self._pieces.append(piece)
        self._length += len(piece)


def is_dialogue(rows: Sequence[Sequence[str]]) -> bool:
    """Return whether a table, given as its rows' cells, holds speakers in one column and their words in the other."""
    pairs = [(row[0].split(), row[1].split()) for row in rows if len(row) == 2]
    if not pairs or len(pairs) < _MOST_ROWS * len(rows):
        return False
    names = sum(len(name) for name, _ in pairs) / len(pairs)
    return names <= _NAME_WORDS and sum(len(words) for _, words in pairs) / len(pairs) >= _PROSE_WORDS
