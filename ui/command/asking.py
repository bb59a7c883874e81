"""Commands that ask the library."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from onrecord.rag import (
    EXPORT_FORMATS,
    Answer,
    Briefing,
    FilterOptions,
    Hit,
    InvalidRequest,
    Library,
    OnRecordError,
    UnknownBriefing,
    format_named_by,
    is_sheet,
    sheet_in,
)
from onrecord.ui.command.console import (
    bytes_of,
    lines_of,
    loading,
    print_result,
    said,
    write_file,
)
from onrecord.ui.command.options import Batch, Json, with_filters
from onrecord.ui.command.terminal import (
    printable_json,
    render_answer,
    render_hits,
    render_written,
)
from onrecord.ui.page.text import terminal_language

if TYPE_CHECKING:
    from onrecord.rag import ExportFormat


@with_filters
def ask(
    context: typer.Context,
    *,
    question: Annotated[str | None, typer.Argument(help="The question.")] = None,
    batch: Batch = None,
    filters: FilterOptions,
    export_to: Annotated[
        Path | None,
        typer.Option(
            "--export",
            help="Write the answer with its sources to FILE: .md, .html, .docx, .xlsx or .csv; with --batch, every "
            "row with its answer and source: .xlsx or .csv.",
        ),
    ] = None,
    written: Annotated[
        bool, typer.Option(help="Have the language model, where one is set, write beside the quotes.")
    ] = True,
    as_json: Json = False,
) -> None:
    """Answer a question with verified quotes from the library."""
    if batch is not None and export_to is not None:
        from onrecord.ui.command.sheets import ask_sheet

        with Library.open(context.obj) as library:
            ask_sheet(library, batch, export_to, filters, written=written)
        return
    export_format = format_named_by(export_to, EXPORT_FORMATS) if export_to is not None else None
    with Library.open(context.obj) as library:
        if batch is not None:
            _run_batch(batch, filters, lambda line, limits: asdict(_ask(library, line, limits, written)), library)
            return
        with loading(library):
            answers = library.stream(_required(question), written=written, **filters)
            answer = _whole(answers, printing=not as_json)
        if export_to is not None and export_format is not None:
            _export(library, answer, export_to, export_format)
    if as_json:
        print_result(asdict(answer))


@with_filters
def search(
    context: typer.Context,
    *,
    question: Annotated[str | None, typer.Argument(help="The question.")] = None,
    k: Annotated[int, typer.Option("-k", help="How many passages.", min=1)] = 10,
    batch: Batch = None,
    filters: FilterOptions,
    as_json: Json = False,
) -> None:
    """Show the passages nearest to a question."""
    with Library.open(context.obj) as library:
        if batch is not None:
            _run_batch(
                batch,
                filters,
                lambda line, limits: _hits_object(
                    line["question"],
                    library.search(line["question"], k=k, history=_history(line), **limits),
                ),
                library,
            )
            return
        with loading(library):
            hits = library.search(_required(question), k=k, **filters)
    print_result(_hits_object(_required(question), hits) if as_json else render_hits(hits, terminal_language()))


def _whole(answers: Iterator[Answer], *, printing: bool) -> Answer:
    """The whole answer; its quotes are printed as soon as they are there, what a model writes when all of it is."""
    answer = next(answers)
    for answer in answers:
        if printing and answer.written is not None:
            print_result(render_answer(answer))
            print(said("writing", model=answer.written.model), file=sys.stderr, flush=True)
            *_, answer = [answer, *answers]
            print_result(f"\n{render_written(answer)}")
            return answer
    if printing:
        print_result(render_answer(answer))
    return answer


def _required(question: str | None) -> str:
    if question is None:
        raise typer.BadParameter("give a question, or --batch FILE", param_hint="QUESTION")
    return question


def _history(line: dict[str, Any]) -> list[tuple[str, str]]:
    try:
        return [(str(question), str(answer)) for question, answer in line.get("history") or []]
    except (TypeError, ValueError) as error:
        raise InvalidRequest("history must be a list of [question, answer] pairs.") from error


def _ask(library: Library, line: dict[str, Any], filters: FilterOptions, written: bool) -> Answer:
    return library.ask(line["question"], history=_history(line), written=written, **filters)


def _hits_object(question: str, hits: list[Hit]) -> dict[str, Any]:
    return {"question": question, "hits": [asdict(hit) for hit in hits]}


def _run_batch(
    file: Path,
    filters: FilterOptions,
    answer: Callable[[dict[str, Any], FilterOptions], dict[str, Any]],
    library: Library,
) -> None:
    """Answer each line; a line that cannot be answered gives an `error` object, and the exit code is then 1."""
    failed = False
    with loading(library):
        for text in _lines(file):
            reply: dict[str, Any] = {}
            try:
                line = _batch_line(text)
                reply = {"id": line["id"]} if "id" in line else {}
                own = {name: line[name] for name in FilterOptions.__annotations__ if line.get(name) is not None}
                reply |= answer(line, FilterOptions(**{**filters, **own}))  # type: ignore[typeddict-item]
            except OnRecordError as error:
                failed = True
                reply["error"] = str(error)
            print(printable_json(reply), flush=True)
    if failed:
        raise typer.Exit(1)


def _lines(file: Path) -> Iterator[str]:
    """The lines of a batch; the rows of a sheet as lines."""
    if not is_sheet(file.name):
        yield from lines_of(file)
        return
    sheet = sheet_in(file.name, bytes_of(file), "question")
    for row, question in zip(sheet.rows, sheet.texts, strict=True):
        if question:
            yield json.dumps({"question": question, **sheet.filters(row)})


def _batch_line(text: str) -> dict[str, Any]:
    """A line of a batch: a JSON object with a question, or the question itself; raises InvalidRequest."""
    if not text.lstrip().startswith("{"):
        return {"question": text.strip()}
    wanted = "A line is a question in words, or a JSON object with a 'question'"
    try:
        line = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidRequest(f"{wanted}; this one is broken JSON ({error}).") from error
    if not isinstance(line.get("question"), str):
        raise InvalidRequest(f"{wanted}; this object has none.")
    return dict(line)


def _export(library: Library, answer: Answer, file: Path, format: ExportFormat) -> None:
    briefings: dict[str, Briefing] = {}
    for one in answer.citations:
        # Where it has been removed since, the quote stands without what its briefing would add.
        with suppress(UnknownBriefing):
            briefings[one.briefing_id] = library.briefing(one.briefing_id)
    from onrecord.rag import export

    exported = export(library.in_full(answer), format, briefings)
    write_file(file, exported if isinstance(exported, bytes) else exported.encode())
