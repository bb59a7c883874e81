"""Commands that check an article, and the search itself."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.rag import EXPORT_FORMATS, Library, Method, Settings, format_named_by
from onrecord.ui.command.console import (
    article_of,
    loading,
    print_result,
    progress_bar,
    read_text,
    unit,
    write_file,
)
from onrecord.ui.command.options import (
    Json,
)
from onrecord.ui.command.terminal import (
    printable,
)
from onrecord.ui.page.text import terminal_language

if TYPE_CHECKING:
    from onrecord.rag import AskedModel


def check(
    context: typer.Context,
    file: Annotated[
        str | None,
        typer.Argument(metavar="FILE|-", help="The article (text, Markdown, DOCX, HTML, PDF); - reads standard input."),
    ] = None,
    batch: Annotated[
        Path | None,
        typer.Option(help="A sheet of quotations (.xlsx, .ods, .csv), with or without a column of speakers."),
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Write the report as one HTML page to this file.")] = None,
    export_to: Annotated[
        Path | None,
        typer.Option(
            "--export",
            help="Write the report to FILE: .md, .html, .docx, .xlsx or .csv; with --batch, every row with its verdict "
            "and source: .xlsx or .csv.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check every quotation and attributed statement of an article, or of a sheet, against the library."""
    if batch is not None:
        if export_to is None:
            raise typer.BadParameter("say where the checked sheet is to be written", param_hint="--export")
        from onrecord.ui.command.sheets import check_sheet

        with Library.open(context.obj) as library:
            check_sheet(library, batch, export_to)
        return
    if file is None:
        raise typer.BadParameter("name an article, or --batch FILE", param_hint="FILE")
    from onrecord.rag import export_report, report_html, report_text

    export_format = format_named_by(export_to, EXPORT_FORMATS) if export_to is not None else None
    article = read_text(file) if file == "-" else article_of(Path(file))
    with Library.open(context.obj) as library, loading(library):
        report = library.check(article)
    if html is not None:
        write_file(html, report_html(report, language=terminal_language()).encode())
    if export_to is not None and export_format is not None:
        exported = export_report(report, export_format, language=terminal_language())
        write_file(export_to, exported if isinstance(exported, bytes) else exported.encode())
    print_result(asdict(report) if as_json else printable(report_text(report, language=terminal_language())))


def evaluate(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A set: briefings/ and questions.jsonl, or BEIR's.")],
    method: Annotated[
        Method,
        typer.Option(help="What is measured: BM25, nearest vectors, the search by both, or that as it ships, read."),
    ] = "shipped",
    keep: Annotated[Path | None, typer.Option(help="Keep the set's library in this folder for another run.")] = None,
    compare: Annotated[Path | None, typer.Option(help="A report written with --json, to show differences to.")] = None,
    as_json: Json = False,
) -> None:
    """Measure how well passages are found, on questions whose answers are known."""
    from tqdm import tqdm

    from onrecord.rag import evaluate_folder, report_rows, rows_of

    baseline = rows_of(json.loads(read_text(str(compare)))) if compare else []
    with (
        progress_bar("unit_briefings") as adding,
        tqdm(unit=unit("unit_questions"), file=sys.stderr, disable=None) as bar,
    ):

        def asking(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        rows = evaluate_folder(folder, Settings.load(), method=method, keep=keep, adding=adding, asking=asking)
    print_result({"rows": [asdict(row) for row in rows]} if as_json else printable(report_rows(rows, baseline)))


def evaluate_model(
    documents: Annotated[
        list[Path] | None, typer.Argument(metavar="[PATH]...", help="Briefings to add to the samples.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Measure what the language model that is set writes, and how much of it holds, on sixty questions."""
    from tqdm import tqdm

    from onrecord.rag import evaluate_model, model_report

    with tqdm(unit=unit("unit_questions"), file=sys.stderr, disable=None) as bar:

        def asked(one: AskedModel, total: int) -> None:  # noqa: ARG001
            bar.total = total
            bar.update()

        results = evaluate_model(Settings.load(), documents or (), asked=asked)
    print_result({"questions": [asdict(one) for one in results]} if as_json else printable(model_report(results)))
