"""What stands in which column of a sheet: questions or quotations, and what limits them or who said them (pure)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Literal, cast

from onrecord.rag.checking.quoted import QuotedWords
from onrecord.rag.languages import LANGUAGES, together
from onrecord.rag.languages.sheets import SheetWords
from onrecord.rag.readers.sheets import SheetCell, rows_in
from onrecord.rag.text.folding import fold
from onrecord.rag.types import FilterOptions

SheetOf = Literal["question", "quotation"]

_OTHERS: Mapping[SheetOf, tuple[str, ...]] = {
    "question": ("speaker", "role", "outlet", "since", "until", "collection"),
    "quotation": ("speaker", "role"),
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet with the columns that mean something: `places` are their positions, by what they are.

    `wanted` are the questions or quotations. `headings` are empty where the first row is one like the others.
    """

    wanted: SheetOf
    headings: tuple[str, ...]
    rows: tuple[tuple[SheetCell, ...], ...]
    places: Mapping[str, int]

    @property
    def texts(self) -> list[str]:
        """The question or quotation of each row; empty where it has none."""
        return [self._text(row, self.wanted) for row in self.rows]

    def filters(self, row: Sequence[SheetCell]) -> FilterOptions:
        """What the question of a row is limited to by its other columns; several values are parted by a semicolon."""
        given = {name: self._text(row, name) for name in _OTHERS["question"]}
        several = ("speaker", "role", "outlet", "collection")
        options = {
            name: [part.strip() for part in text.split(";") if part.strip()] if name in several else text
            for name, text in given.items()
            if text
        }
        return cast(FilterOptions, options)

    def quotation(self, row: Sequence[SheetCell]) -> QuotedWords:
        """The quotation of a row, with whoever the other columns say spoke."""
        speaker, role = (self._text(row, name) or None for name in _OTHERS["quotation"])
        return QuotedWords(self._text(row, "quotation"), speaker, role)

    def _text(self, row: Sequence[SheetCell], name: str) -> str:
        place = self.places.get(name)
        return "" if place is None or place >= len(row) else cell_text(row[place])


def cell_text(cell: SheetCell) -> str:
    """A cell as text, without blanks around it; dates as ISO 8601."""
    if isinstance(cell, datetime) and not (cell.hour or cell.minute or cell.second):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell).strip()


def sheet_in(name: str, data: bytes, wanted: SheetOf) -> Sheet:
    """Read a sheet of questions or quotations.

    Its columns are found by their headings in any of the languages. Where none is the one that is wanted, the first
    column that is nothing else is; where no heading at all is known, the first row is a row like the others. Raises
    UnreadableFile.
    """
    return sheet_of(rows_in(name, data), wanted)


def sheet_of(rows: Sequence[Sequence[SheetCell]], wanted: SheetOf) -> Sheet:
    """A sheet of these rows, of which there is one at least; see `sheet_in`."""
    width = max(map(len, rows))
    first = [cell_text(cell) for cell in rows[0]] + [""] * (width - len(rows[0]))
    places = _named(first, wanted)
    if not places:
        return Sheet(wanted, (), tuple(map(tuple, rows)), {wanted: 0})
    if wanted not in places:
        free = next((place for place in range(width) if place not in places.values()), 0)
        places[wanted] = free
    return Sheet(wanted, tuple(first), tuple(map(tuple, rows[1:])), places)


def _named(headings: Sequence[str], wanted: SheetOf) -> dict[str, int]:
    words = together(*LANGUAGES).sheets
    known = {
        fold(word): field.name
        for field in fields(SheetWords)
        if field.name in (wanted, *_OTHERS[wanted])
        for word in getattr(words, field.name)
    }
    found: dict[str, int] = {}
    for place, heading in enumerate(headings):
        name = known.get(fold(heading.strip(" :?*")))
        if name is not None:
            found.setdefault(name, place)
    return found
