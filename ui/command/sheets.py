"""A sheet of questions or quotations worked through from the command line, with progress; what is cut off goes on."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import typer
from tqdm import tqdm

from onrecord import __version__
from onrecord.rag import (
    SHEET_FORMATS,
    FilterOptions,
    InvalidRequest,
    Library,
    OnRecordError,
    RowResult,
    RunOfRows,
    Sheet,
    answer_result,
    check_results,
    export_sheet,
    format_named_by,
    is_sheet,
    sheet_in,
)
from onrecord.ui.command.adding import INTERRUPTED
from onrecord.ui.command.console import bytes_of, loading, said, unit, write_file


def ask_sheet(library: Library, file: Path, export: Path, limits: FilterOptions, *, written: bool) -> None:
    """Answer the questions of a sheet; a row's own limits go before those given for all.

    `written` says whether the language model, where one is set, writes beside the quotes.
    """
    data = bytes_of(file)
    sheet = _sheet(file.name, data)
    digest = library.digest()

    def result(row: int) -> RowResult:
        filters: FilterOptions = {**limits, **sheet.filters(sheet.rows[row])}
        answer = library.ask(sheet.text(row), written=written, **filters)
        return answer_result(answer, version=__version__, library=digest)

    writer = library.language_model if written else None
    told = [digest, json.dumps(limits, sort_keys=True), str(writer)]
    _work(library, sheet, data, export, result, told)


def check_sheet(library: Library, file: Path, export: Path) -> None:
    """Check the quotations of a sheet."""
    data = bytes_of(file)
    sheet = sheet_in(file.name, data, "quotation")

    def result(row: int) -> RowResult:
        return check_results(library.check_quotations([sheet.quotation(sheet.rows[row])]))[0]

    _work(library, sheet, data, export, result, [library.digest()])


def _sheet(name: str, data: bytes) -> Sheet:
    """A sheet of questions; a file of plain lines is one of a single column."""
    if not is_sheet(name) and any(line.lstrip().startswith(b"{") for line in data.splitlines()):
        raise InvalidRequest(f"{name}: JSON lines are answered by JSON lines: leave --export out, or give a sheet.")
    return sheet_in(name, data, "question")


def _work(
    library: Library, sheet: Sheet, data: bytes, export: Path, make: Callable[[int], RowResult], told: list[str]
) -> None:
    """Work through the rows and write the export, also where Ctrl-C comes between; exits with 1 where a row failed."""
    format = format_named_by(export, SHEET_FORMATS)
    texts = sheet.texts

    def result(row: int) -> RowResult:
        if not texts[row]:
            return {}
        try:
            return make(row)
        except OnRecordError as error:
            return {"error": str(error)}

    stopped = False
    with RunOfRows(export, [__version__, sheet.wanted, sha256(data).hexdigest(), *told]) as run:
        if run.results:
            print(said("sheet_goes_on", done=len(run.results), rows=len(texts)), file=sys.stderr)
        try:
            with loading(library), tqdm(total=len(texts), unit=unit("unit_rows"), file=sys.stderr, disable=None) as bar:

                def progress(done: int) -> None:
                    bar.update(done - bar.n)

                run.do(len(texts), result, progress)
        except KeyboardInterrupt:
            stopped = True
        write_file(export, export_sheet(sheet, run.results, format))
        if stopped:
            print(f"onrecord: {said('sheet_stopped', done=len(run.results), rows=len(texts))}", file=sys.stderr)
            raise typer.Exit(INTERRUPTED)
        run.finish()
    failed = sum("error" in one for one in run.results.values())
    print(said("sheet_written", file=export, rows=len(texts), failed=failed))
    if failed:
        raise typer.Exit(1)
