"""What stands in which column of a sheet: questions or quotations, and what limits them or who said them (pure)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Literal, cast

from onrecord.rag.checking.quoted import QuotedWords
from onrecord.rag.languages import LANGUAGES, together
from onrecord.rag.languages.sheets import SheetWords
from onrecord.rag.readers.sheets import SheetCell, tables_in
from onrecord.rag.text.folding import fold
from onrecord.rag.types import FilterOptions

SheetOf = Literal["question", "quotation"]

# Titles and remarks above the headings take fewer rows than these.
_HIGHEST = 20
_OTHERS: Mapping[SheetOf, tuple[str, ...]] = {
    "question": ("speaker", "role", "outlet", "since", "until", "collection"),
    "quotation": ("speaker", "role"),
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet with the columns that mean something: `places` are their positions, by what they are.

    `wanted` are the questions or quotations. `headings` are empty where the first row is one like the others; `above`
    are the rows before them, as a title.
    """

    wanted: SheetOf
    headings: tuple[str, ...]
    rows: tuple[tuple[SheetCell, ...], ...]
    places: Mapping[str, int]
    above: tuple[tuple[SheetCell, ...], ...] = ()

    @property
    def texts(self) -> list[str]:
        """The question or quotation of each row; empty where it has none."""
        return [self.text(row) for row in range(len(self.rows))]

    def text(self, row: int) -> str:
        """The question or quotation of one row; empty where it has none."""
        return self._text(self.rows[row], self.wanted)

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
        if place is None or place >= len(row):
            return ""
        cell = row[place]
        # A moment limits as its day does.
        return cell_text(cell.date() if isinstance(cell, datetime) and name != self.wanted else cell)


def cell_text(cell: SheetCell) -> str:
    """A cell as text, without blanks around it; dates as ISO 8601."""
    if isinstance(cell, datetime) and not (cell.hour or cell.minute or cell.second):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell).strip()


def sheet_in(name: str, data: bytes, wanted: SheetOf) -> Sheet:
    """Read a sheet of questions or quotations.

    Its columns are found by their headings in any of the languages, in the first sheet of a workbook that has such,
    else in its first. Where no heading is the one that is wanted, the first other column of several words is it; where
    none at all is known, the first row is a row like the others. Raises UnreadableFile.
    """
    sheets = [sheet_of(rows, wanted) for rows in tables_in(name, data)]
    return next((sheet for sheet in sheets if sheet.headings), sheets[0])


def sheet_of(rows: Sequence[Sequence[SheetCell]], wanted: SheetOf) -> Sheet:
    """A sheet of these rows, of which there is one at least; see `sheet_in`."""
    width = max(map(len, rows))
    at = next((at for at in range(min(len(rows), _HIGHEST)) if _is_heading(rows, at, wanted)), None)
    headings = () if at is None else (*map(cell_text, rows[at]), *[""] * (width - len(rows[at])))
    places = _named(headings, wanted)
    above, below = ((), rows) if at is None else (rows[:at], rows[at + 1 :])
    if wanted not in places:
        places[wanted] = _worded(below, [place for place in range(width) if place not in places.values()])
    return Sheet(wanted, headings, tuple(map(tuple, below)), places, tuple(map(tuple, above)))


def _is_heading(rows: Sequence[Sequence[SheetCell]], at: int, wanted: SheetOf) -> bool:
    """Whether a row names columns: one, or, with fewer cells filled above it, the one wanted or several."""
    places = _named([*map(cell_text, rows[at])], wanted)
    if at == 0 or not places:
        return bool(places)
    filled = [sum(cell != "" for cell in row) for row in rows[: at + 1]]
    return (wanted in places or len(places) > 1) and max(filled[:-1]) <= max(1, filled[-1] - 1)


def _worded(rows: Sequence[Sequence[SheetCell]], places: Sequence[int]) -> int:
    """The first of some columns of which most cells hold several words; else the first that is not empty."""
    filled: list[int] = []
    for place in places:
        texts = [text for row in rows if place < len(row) and (text := cell_text(row[place]))]
        if sum(" " in text for text in texts) * 2 > len(texts):
            return place
        filled += [place] if texts else []
    return next(iter(filled), places[0] if places else 0)


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
