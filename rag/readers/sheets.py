"""Spreadsheets and tables as rows of cells: the sheets of a workbook (XLSX, XLS, ODS), or CSV.

What a workbook's formulas gave when it was saved is read; nothing is computed.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

from onrecord.rag.errors import UnreadableFile
from onrecord.rag.readers.encoding import decode, whole_characters
from onrecord.rag.readers.isolated import shared_reader

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

    CalamineCell: TypeAlias = str | float | bool | date | time | datetime | timedelta

SheetCell = str | int | float | bool | date | datetime | time
"""What a cell holds; an empty one holds an empty text."""

_ENDINGS = (".csv", ".tsv", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_WORKBOOK = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_DELIMITERS = "\t;,|"
# The line with which a table tells Excel, and nobody else, what parts its columns.
_DELIMITER_TOLD = re.compile(r"sep=(.)\n")
# Where a sign parts so many lines into as many columns as the first, the others hold one too many of it.
_SAME_COLUMNS = 0.9
# A sheet is held in memory; a year's questions are fewer.
_MOST_ROWS = 50_000
_MOST_COLUMNS = 200
_MOST_BYTES = 50_000_000


def is_sheet(name: str) -> bool:
    """Whether a file is a spreadsheet or a table by its name."""
    return name.lower().endswith(_ENDINGS)


def tables_in(name: str, data: bytes) -> list[list[list[SheetCell]]]:
    """The rows of a table, or of each sheet of a workbook that is shown and holds something, in their order.

    Empty rows at the end are left out; a merged cell stands in each row that it goes through. A workbook is taken apart
    in a process of its own. Raises UnreadableFile for what is no sheet, holds nothing, or is larger than 50 MB, 50,000
    rows or 200 columns.
    """
    if len(data) > _MOST_BYTES:
        raise UnreadableFile(f"{name}: is larger than {_MOST_BYTES // 1_000_000} MB. Take a part of it.")
    tables = _unpacked(shared_reader().sheets(name, data)) if data.startswith(_WORKBOOK) else [_table(name, data)]
    for rows in tables:
        while rows and not any(cell != "" for cell in rows[-1]):
            rows.pop()
    held = [rows for rows in tables if rows]
    if not held:
        raise UnreadableFile(f"{name}: holds no rows. Check that the sheet that is meant is not hidden.")
    return held


def workbook_tables(name: str, data: bytes) -> bytes:
    """The rows of a workbook's sheets as JSON: lists of lists of cells, dates and times as `{"date": "2031-06-01"}`.

    Hidden sheets and those without cells are left out. Call it where a workbook can do no harm. Raises UnreadableFile.
    """
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

    try:
        book = CalamineWorkbook.from_object(io.BytesIO(data))
        shown = [
            book.get_sheet_by_name(one.name)
            for one in book.sheets_metadata
            if one.visible == SheetVisibleEnum.Visible and one.typ == SheetTypeEnum.WorkSheet
        ]
    except PasswordError as error:
        raise UnreadableFile(f"{name}: is locked by a password. Save it without one.") from error
    except (CalamineError, IndexError, ValueError, OSError) as error:
        raise UnreadableFile(f"{name}: cannot be read as a workbook ({error}). Save it as XLSX, ODS or CSV.") from error
    # Both are positions of the last cell, one less than how many there are.
    fitting = [one for one in shown if one.total_height < _MOST_ROWS and one.total_width < _MOST_COLUMNS]
    # Data behind the first sheet may be what that was made from.
    if shown[:1] != fitting[:1]:
        raise _too_large(name)
    return json.dumps([[[_packed(cell) for cell in row] for row in _filled(sheet)] for sheet in fitting]).encode()


def _filled(sheet: CalamineSheet) -> list[list[CalamineCell]]:
    """The cells of a sheet from its first row and column on, each merged one in all the rows that it goes through."""
    rows: list[list[CalamineCell]] = [list(row) for row in sheet.to_python(skip_empty_area=False)]
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or ():
        merged = rows[top : bottom + 1]
        for row in merged[1:] if left < len(rows[0]) else ():
            row[left] = merged[0][left]
    return rows


def _too_large(name: str) -> UnreadableFile:
    return UnreadableFile(f"{name}: has more than {_MOST_ROWS:,} rows or {_MOST_COLUMNS} columns. Take a part of it.")


def _packed(cell: CalamineCell) -> object:
    if isinstance(cell, datetime):
        return {"datetime": cell.isoformat()}
    if isinstance(cell, date | time):
        return {type(cell).__name__: cell.isoformat()}
    if isinstance(cell, timedelta):
        return str(cell)
    # Workbooks keep every number as a fraction.
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell


def _unpacked(data: bytes) -> list[list[list[SheetCell]]]:
    kinds = {"datetime": datetime, "date": date, "time": time}

    def cell(value: object) -> SheetCell:
        if isinstance(value, dict):
            ((kind, text),) = value.items()
            return kinds[kind].fromisoformat(text)  # type: ignore[no-any-return, attr-defined]
        return whole_characters(value) if isinstance(value, str) else value  # type: ignore[return-value]

    return [[[cell(value) for value in row] for row in rows] for rows in json.loads(data)]


def _table(name: str, data: bytes) -> list[list[SheetCell]]:
    text = decode(name, data)
    told = _DELIMITER_TOLD.match(text) if is_sheet(name) else None
    delimiters = told[1] if told else _DELIMITERS if is_sheet(name) else ""
    text = text[told.end() :] if told else text
    try:
        rows = next(filter(_is_table, (_parted(text, delimiter) for delimiter in delimiters)), None)
    except csv.Error as error:
        raise UnreadableFile(f"{name}: is no table ({error}). Save it as CSV or XLSX.") from error
    longer = next((at for at, row in enumerate(rows or (), 1) if rows and len(row) > len(rows[0])), None)
    if longer is not None:
        raise UnreadableFile(
            f"{name}: row {longer} has more cells than the first. Put a cell that holds what parts the columns into "
            "quotation marks, or save the sheet as XLSX."
        )
    if rows is None:
        # Each line is a cell, as a question to a line is; in a table it may stand in quotation marks.
        lines = text.split("\n")
        rows = [[*chain(*csv.reader([line], delimiter="\0"))] if is_sheet(name) else [line] for line in lines]
    if len(rows) > _MOST_ROWS or max(map(len, rows)) > _MOST_COLUMNS:
        raise _too_large(name)
    return [list(row) for row in rows]


def _parted(text: str, delimiter: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def _is_table(rows: Sequence[Sequence[str]]) -> bool:
    """Whether a sign parts lines into columns: hardly one has more than the first, which is not parted as prose is."""
    if not rows or len(rows[0]) < 2 or all(cell.startswith(" ") for cell in rows[0][1:]):
        return False
    others = [len(row) for row in rows[1:] if row]
    same = sum(length == len(rows[0]) for length in others)
    return max(others, default=0) <= len(rows[0]) or same >= _SAME_COLUMNS * len(others)
