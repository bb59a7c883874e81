"""Sheets of questions and of quotations over HTTP: a sheet in, the same with citations out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, File, Query, Response, UploadFile

from onrecord import __version__
from onrecord.rag import (
    CheckReport,
    ExportFormat,
    InvalidRequest,
    Library,
    QuotedWords,
    RowResult,
    Sheet,
    SheetFormat,
    answer_result,
    check_results,
    export_report,
    export_sheet,
    sheet_in,
)
from onrecord.ui.page.files import as_file
from onrecord.ui.page.text import LANGUAGES
from onrecord.ui.server.places import Places

# Answered in one request, while it waits.
_MOST_ROWS = 200


def sheets_api(library: Library, places: Places) -> APIRouter:
    """Sheets of up to 200 rows; longer ones are worked through by the command line."""
    api = APIRouter(prefix="/api", tags=["questions"])

    @api.post("/ask/sheet", response_class=Response)
    def answered(
        file: Annotated[UploadFile, File()], format: SheetFormat = "xlsx", *, written: bool = True
    ) -> Response:
        """Answer the questions of a sheet (XLSX, ODS, CSV): the sheet with each answer and its source.

        Where a language model is set it writes beside them, unless `written` is false.
        """
        sheet = _opened(file, "question")
        digest = library.digest()
        found: dict[int, RowResult] = {}
        for row, question in _filled(sheet):
            try:
                with places.taken(question):
                    answer = library.ask(question, written=written, **sheet.filters(sheet.rows[row]))
                found[row] = answer_result(answer, version=__version__, library=digest)
            except InvalidRequest as error:
                found[row] = {"error": str(error)}
        return as_file(export_sheet(sheet, found, format), format)

    @api.post("/check/sheet")
    def checked(file: Annotated[UploadFile, File()]) -> CheckReport:
        """Hold the quotations of a sheet (XLSX, ODS, CSV), with or without speakers, against the library."""
        return _checked(_opened(file, "quotation"))

    @api.post("/check/sheet/export", response_class=Response)
    def exported(
        file: Annotated[UploadFile, File()],
        format: ExportFormat = "xlsx",
        language: Annotated[str, Query(pattern=f"^(?:{'|'.join(LANGUAGES)})$")] = "en",
    ) -> Response:
        """The sheet with each verdict and its source (xlsx, csv), or the report on its quotations as a file."""
        sheet = _opened(file, "quotation")
        report = _checked(sheet)
        if format not in ("xlsx", "csv"):
            return as_file(export_report(report, format, language=language), format)
        rows = [row for row, _ in _filled(sheet)]
        found = dict(zip(rows, check_results(report), strict=True))
        return as_file(export_sheet(sheet, found, format), format)

    def _checked(sheet: Sheet) -> CheckReport:
        quotations: Sequence[QuotedWords] = [sheet.quotation(sheet.rows[row]) for row, _ in _filled(sheet)]
        with places.taken(" ".join(one.words for one in quotations)):
            return library.check_quotations(quotations)

    return api


def _opened(file: UploadFile, wanted: Literal["question", "quotation"]) -> Sheet:
    name = file.filename or "sheet.csv"
    sheet = sheet_in(name, file.file.read(), wanted)
    if len(_filled(sheet)) > _MOST_ROWS:
        command = "ask" if wanted == "question" else "check"
        raise InvalidRequest(
            f"{name}: has more than {_MOST_ROWS} rows. Send it in parts, or use `onrecord {command} --batch`."
        )
    return sheet


def _filled(sheet: Sheet) -> list[tuple[int, str]]:
    """The rows that hold something to ask or to check, by their positions."""
    return [(row, text) for row, text in enumerate(sheet.texts) if text]
