"""Spreadsheets and tables as rows of cells: the first sheet of a workbook (XLSX, XLS, ODS), or CSV.

What a workbook's formulas gave when it was saved is read; nothing is computed.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from onrecord.rag.errors import UnreadableFile
from onrecord.rag.readers.encoding import decode, whole_characters
from onrecord.rag.readers.isolated import shared_reader

SheetCell = str | int | float | bool | date | datetime | time
"""What a cell holds; an empty one holds an empty text."""

_ENDINGS = (".csv", ".tsv", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_WORKBOOK = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_DELIMITERS = "\t;,|"
# A sheet is held in memory; a year's questions are fewer.
_MOST_ROWS = 50_000
_MOST_COLUMNS = 200
_MOST_BYTES = 50_000_000


def is_sheet(name: str) -> bool:
    """Whether a file is a spreadsheet or a table by its name."""
    return name.lower().endswith(_ENDINGS)


def rows_in(name: str, data: bytes) -> list[list[SheetCell]]:
    """The rows of a table or of a workbook's first sheet, without empty ones at the end.

    A workbook is taken apart in a process of its own. Raises UnreadableFile for what is no sheet, holds nothing, or is
    larger than 50 MB, 50,000 rows or 200 columns.
    """
    if len(data) > _MOST_BYTES:
        raise UnreadableFile(f"{name}: is larger than {_MOST_BYTES // 1_000_000} MB. Take a part of it.")
    rows = _unpacked(shared_reader().sheet(name, data)) if data.startswith(_WORKBOOK) else _table(name, data)
    while rows and not any(cell != "" for cell in rows[-1]):
        rows.pop()
    if not rows:
        raise UnreadableFile(f"{name}: holds no rows. Check that the first sheet is the one that is meant.")
    return rows


def workbook_rows(name: str, data: bytes) -> bytes:
    """The rows of a workbook's first sheet as JSON: a list of lists, dates and times as `{"date": "2031-06-01"}`.

    Call it where a workbook can do no harm. Raises UnreadableFile.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_object(io.BytesIO(data))
        sheet = book.get_sheet_by_index(0)
    except (CalamineError, IndexError, ValueError, OSError) as error:
        raise UnreadableFile(f"{name}: cannot be read as a workbook ({error}). Save it as XLSX, ODS or CSV.") from error
    if sheet.total_height > _MOST_ROWS or sheet.total_width > _MOST_COLUMNS:
        raise _too_large(name)
    return json.dumps([[_packed(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]).encode()


def _too_large(name: str) -> UnreadableFile:
    return UnreadableFile(f"{name}: has more than {_MOST_ROWS:,} rows or {_MOST_COLUMNS} columns. Take a part of it.")


def _packed(cell: SheetCell | timedelta) -> object:
    if isinstance(cell, datetime):
        return {"datetime": cell.isoformat()}
    if isinstance(cell, date | time):
        return {type(cell).__name__: cell.isoformat()}
    if isinstance(cell, timedelta):
        return str(cell)
    # Workbooks keep every number as a fraction.
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell


def _unpacked(data: bytes) -> list[list[SheetCell]]:
    kinds = {"datetime": datetime, "date": date, "time": time}

    def cell(value: object) -> SheetCell:
        if isinstance(value, dict):
            ((kind, text),) = value.items()
            return kinds[kind].fromisoformat(text)  # type: ignore[no-any-return, attr-defined]
        return whole_characters(value) if isinstance(value, str) else value  # type: ignore[return-value]

    return [[cell(value) for value in row] for row in json.loads(data)]


def _table(name: str, data: bytes) -> list[list[SheetCell]]:
    text = decode(name, data)
    try:
        rows = next(filter(_is_table, (_parted(text, delimiter) for delimiter in _DELIMITERS)), None)
    except csv.Error as error:
        raise UnreadableFile(f"{name}: is no table ({error}). Save it as CSV or XLSX.") from error
    # Where no sign parts the lines, each is a cell, as a question to a line is.
    rows = rows or [[cell for row in csv.reader([line], delimiter="\0") for cell in row] for line in text.split("\n")]
    if len(rows) > _MOST_ROWS or max(map(len, rows)) > _MOST_COLUMNS:
        raise _too_large(name)
    return [list(row) for row in rows]


def _parted(text: str, delimiter: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def _is_table(rows: Sequence[Sequence[str]]) -> bool:
    """Whether a sign parts lines into columns: none has more than the first, nor that a blank behind each, as prose."""
    first, *others = rows
    return (
        len(first) > 1
        and all(len(row) <= len(first) for row in others)
        and not all(cell.startswith(" ") for cell in first[1:])
    )
