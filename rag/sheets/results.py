"""What is found for a row of a sheet, as cells of further columns, and the sheet with them as a file (pure)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time

from onrecord.rag.checking.check import CheckReport, Finding
from onrecord.rag.checking.report import marked_difference, source_of_citation
from onrecord.rag.errors import InvalidRequest
from onrecord.rag.exporting.formats import SHEET_FORMATS, SheetFormat
from onrecord.rag.exporting.text_fragments import source_link
from onrecord.rag.exporting.workbook import TableCell, whole_date, workbook
from onrecord.rag.exporting.writing import cell
from onrecord.rag.languages import answer_language
from onrecord.rag.sheets.columns import Sheet, SheetOf
from onrecord.rag.text.clock import timecode
from onrecord.rag.types import Answer, Citation

RowResult = Mapping[str, str | int | float | None]
"""What is found for a row, by column; an `error` where nothing could be."""

_SOURCE = (
    "speaker",
    "role",
    "outlet",
    "briefing",
    "date",
    "link",
    "timecode",
    "recording",
    "page",
    "line",
    "file",
    "further",
)
RESULT_COLUMNS: Mapping[SheetOf, tuple[str, ...]] = {
    "question": (
        *("status", "confidence", "answer", "quote", "written_by", "written"),
        *(*_SOURCE, "error", "version", "library"),
    ),
    "quotation": (
        *("verdict", "confidence", "record", "sentence", "restriction", "difference", "may_be"),
        *(*_SOURCE, "error", "version", "policy", "model", "library"),
    ),
}
"""The columns that are added, in their order. `further` has the citations after the first, one a line; `written` is
what the language model of `written_by` wrote from them, or why it did not."""

_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?%?")
# What marks a column that a sheet has already.
_OURS = "{name} (OnRecord)"


def answer_result(answer: Answer, *, version: str, library: str) -> RowResult:
    """The cells of an answer; `version` of OnRecord and digest of the `library` say what gave it."""
    written = answer.written
    return {
        "status": answer.status,
        "confidence": round(answer.confidence, 3),
        "answer": answer.text,
        "quote": answer.citations[0].quote if answer.citations else None,
        "written_by": written.model if written and written.parts else None,
        "written": "\n".join(filter(None, (written.text, written.note))) or None if written else None,
        **_source(answer.citations),
        "version": version,
        "library": library,
    }


def check_results(report: CheckReport) -> list[RowResult]:
    """The cells of each finding of a report, in order."""
    made = {"version": report.version, "policy": report.policy, "model": report.model, "library": report.library}
    return [{**_verdict(finding), **_source(finding.citations), **made} for finding in report.findings]


def _verdict(finding: Finding) -> RowResult:
    cited = finding.citations
    return {
        "verdict": finding.verdict,
        "confidence": round(finding.similarity, 3),
        "record": " … ".join(one.quote for one in cited) or None,
        "sentence": "\n".join(dict.fromkeys(one.text for one in finding.sentences)) or None,
        "restriction": "\n".join(one.restriction for one in finding.sentences if one.restriction) or None,
        "difference": marked_difference(finding.changes) or None,
        "may_be": "; ".join(finding.may_be) or None,
    }


def _source(cited: Sequence[Citation]) -> RowResult:
    if not cited:
        return {}
    first, words = cited[0], answer_language(cited[0].language).report
    further = [f"[{one.number}] {one.quote} — {source_of_citation(one, words)}" for one in cited[1:]]
    return {
        "speaker": first.speaker,
        "role": first.role,
        "outlet": first.outlet,
        "briefing": first.title,
        "date": first.date,
        "link": source_link(first),
        "timecode": None if first.seconds is None else timecode(first.seconds),
        "recording": first.media,
        "page": first.page,
        "line": first.line,
        "file": first.file,
        "further": "\n".join(further) or None,
    }


def export_sheet(sheet: Sheet, results: Mapping[int, RowResult], format: SheetFormat) -> bytes:
    """The sheet as it was, with what was found for its rows, by their positions, in further columns.

    Nothing in it is run by a spreadsheet. Raises InvalidRequest for an unknown format.
    """
    added = RESULT_COLUMNS[sheet.wanted]
    headings = sheet.headings or tuple("" for _ in range(max(map(len, sheet.rows))))
    columns = (*headings, *(_OURS.format(name=name) if name in headings else name for name in added))
    rows = _rows(sheet, len(headings), results)
    if format == "xlsx":
        return workbook(columns, rows, above=sheet.above)
    if format == "csv":
        return _csv(columns, rows, sheet.above)
    raise InvalidRequest(f"{format!r} is no format for a sheet. Use one of {', '.join(SHEET_FORMATS)}.")


def _rows(sheet: Sheet, width: int, results: Mapping[int, RowResult]) -> Iterator[list[TableCell]]:
    for number, row in enumerate(sheet.rows):
        own: list[TableCell] = [*row, *[None] * (width - len(row))]
        found = results.get(number, {})
        yield own + [_typed(name, found.get(name)) for name in RESULT_COLUMNS[sheet.wanted]]


def _typed(name: str, value: str | int | float | None) -> TableCell:
    return whole_date(value) if name == "date" and isinstance(value, str) else value


def _csv(columns: Sequence[str], rows: Iterable[Sequence[TableCell]], above: Sequence[Sequence[TableCell]]) -> bytes:
    out = io.StringIO(newline="")
    lines = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    # A table has as many cells in each row, so that it is known as one again.
    for row in (*([*row, *[""] * (len(columns) - len(row))] for row in above), columns, *rows):
        lines.writerow([_plain(each) for each in row])
    return ("\ufeff" + out.getvalue()).encode(errors="replace")


def _plain(value: TableCell) -> str:
    if value is None:
        return ""
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    # A number that begins with a sign runs nothing.
    text = str(value)
    return text if _NUMBER.fullmatch(text) else cell(text)
