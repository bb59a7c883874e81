"""A source text put together piece by piece, with what is known of each: its turn, its second, that it is no speech."""

from __future__ import annotations

import re
from collections.abc import Sequence

from onrecord.rag.types import Boilerplate, Kind, SourceText, Turn

_LINE_END = re.compile(r"\r\n?")


class Composer:
    """Gathers pieces into one text, and remembers where each begins and ends."""

    def __init__(self) -> None:
        self.turns: list[Turn] = []
        self._timecodes: list[tuple[int, float]] = []
        self._boilerplate: list[Boilerplate] = []
        self._pieces: list[str] = []
        self._length = 0

    def add_text(
        self,
        text: str,
        *,
        gap: str = "\n\n",
        timecodes: Sequence[tuple[int, float]] = (),
        reason: str | None = None,
    ) -> tuple[int, int]:
        """Add a piece behind a gap (none at the beginning) and return where it begins and ends.

        `timecodes` are (offset in the piece, seconds) in order; `reason` says why it is no speech, where it is none.
        """
        if self._length:
            self._append(gap)
        start = self._length
        self._append(text)
        if reason is not None:
            last = self._boilerplate[-1] if self._boilerplate else None
            joins = last is not None and last.reason == reason and last.end + len(gap) == start
            first = self._boilerplate.pop().start if joins else start
            self._boilerplate.append(Boilerplate(first, self._length, reason))
        self._timecodes += [(start + offset, seconds) for offset, seconds in timecodes]
        return start, self._length

    def add_turn(
        self,
        words: str,
        *,
        label: str | None = None,
        role: str | None = None,
        outlet: str | None = None,
        country: str | None = None,
        kind: Kind = "statement",
        timecodes: Sequence[tuple[int, float]] = (),
    ) -> None:
        """Add a turn as `Label: words`; one without words is left out.

        The label stays as printed; who speaks under it is found out later, from all labels together. `timecodes` are
        (offset in the words, seconds).
        """
        words = _LINE_END.sub("\n", words).strip()
        if not words:
            return
        if label:
            self.add_text(f"{label}: ")
        start, end = self.add_text(words, gap="" if label else "\n\n", timecodes=timecodes)
        seconds = timecodes[0][1] if timecodes else None
        self.turns.append(
            Turn(start, end, label=label, role=role, outlet=outlet, kind=kind, country=country, seconds=seconds)
        )

    def source(self, *, notes: tuple[str, ...] = ()) -> SourceText:
        """Return the text made of all pieces; it has turns only where some were added."""
        return SourceText(
            text="".join(self._pieces),
            turns=tuple(self.turns) or None,
            timecodes=tuple(self._timecodes),
            boilerplate=tuple(self._boilerplate),
            notes=notes,
        )

    def _append(self, piece: str) -> None:
        self._pieces.append(piece)
        self._length += len(piece)
