"""Tables as XLSX workbooks, in which nothing is run: every text is written as a text."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from itertools import chain

TableCell = str | int | float | bool | date | datetime | time | None

# What a cell holds at most.
_LONGEST = 32_767
_WIDTH = 24
_NUMBERS = frozenset(("number", "page", "line", "start", "end", "article_start", "article_end"))
_FIRST_YEAR = 1900
# What XML cannot hold.
_UNWRITABLE = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def workbook(
    columns: Sequence[str], rows: Iterable[Sequence[TableCell]], *, above: Sequence[Sequence[TableCell]] = ()
) -> bytes:
    """An XLSX workbook with one sheet: what stands `above`, the columns' names, then the rows, dates as dates.

    Rows lie on the disk until the workbook is whole, however many there are.
    """
    # Loaded by those who export a workbook only.
    from xlsxwriter import Workbook

    out = io.BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(out, {"constant_memory": True, "nan_inf_to_errors": True, **plain}) as book:
        head = book.add_format({"bold": True, "valign": "top"})
        text = book.add_format({"text_wrap": True, "valign": "top"})
        day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"})
        clock = book.add_format({"num_format": "hh:mm:ss", "valign": "top", "align": "left"})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", "valign": "top", "align": "left"})
        sheet = book.add_worksheet()
        sheet.set_column(0, max(0, len(columns) - 1), _WIDTH)
        sheet.freeze_panes(len(above) + 1, 0)
        for number, row in enumerate(chain(above, [columns], rows)):
            words = head if number == len(above) else text
            for place, one in enumerate(row):
                # Workbooks count days from 1900 on.
                early = isinstance(one, date) and one.year < _FIRST_YEAR
                cell = str(one) if early else one
                if isinstance(cell, bool):
                    sheet.write_boolean(number, place, cell, text)
                elif isinstance(cell, int | float):
                    sheet.write_number(number, place, cell, text)
                elif isinstance(cell, datetime):
                    sheet.write_datetime(number, place, cell.replace(tzinfo=None), moment)
                elif isinstance(cell, date):
                    sheet.write_datetime(number, place, cell, day)
                elif isinstance(cell, time):
                    sheet.write_datetime(number, place, cell, clock)
                elif cell:
                    sheet.write_string(number, place, _written(cell), words)
    return out.getvalue()


def workbook_of(columns: Sequence[str], rows: Iterable[Mapping[str, str | None]]) -> bytes:
    """An XLSX workbook of what `writing.table` writes as CSV; numbers and whole dates as such."""
    return workbook(columns, ([_typed(name, row[name]) for name in columns] for row in rows))


def _typed(name: str, text: str | None) -> TableCell:
    if text and name in _NUMBERS:
        return int(text)
    return whole_date(text) if name == "date" and text else text


def whole_date(text: str) -> date | str:
    """A date in ISO 8601 as a date; a part of one ("2031-06") stays a text."""
    try:
        return date.fromisoformat(text) if len(text) == len("2031-06-01") else text
    except ValueError:
        return text


def _written(text: str) -> str:
    plain = _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text)
    return plain if len(plain) <= _LONGEST else f"{plain[: _LONGEST - 1]}…"
