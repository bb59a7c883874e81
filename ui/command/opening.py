"""The command that lists what was left open."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from onrecord.rag import QUESTIONS_FORMATS, FilterOptions, Library, export_questions, format_named_by
from onrecord.ui.command.console import print_result, unit, write_file
from onrecord.ui.command.options import InBriefing, InCollection, Json, Since, Until
from onrecord.ui.command.terminal import render_open_questions
from onrecord.ui.page.text import terminal_language


def open_questions(
    context: typer.Context,
    speaker: Annotated[
        str | None, typer.Option(help="Only what this person left open; part of a name is enough.")
    ] = None,
    outlet: Annotated[str | None, typer.Option(help="Only what this outlet asked.")] = None,
    subject: Annotated[str, typer.Option(help="Only where question or reply holds these words.")] = "",
    since: Since = None,
    until: Until = None,
    briefing: InBriefing = None,
    collection: InCollection = None,
    unclear: Annotated[bool, typer.Option("--unclear", help="Those of which it is unclear, too.")] = False,
    export_to: Annotated[
        Path | None, typer.Option("--export", help="Write the list to FILE: .csv, .xlsx, .md or .docx.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List questions that were put on the record and left open, as a trained reader takes the replies."""
    format = format_named_by(export_to, QUESTIONS_FORMATS) if export_to is not None else None
    language = terminal_language()
    with Library.open(context.obj) as library:
        # An impossible limit is refused before anything is read.
        limits = FilterOptions(
            speaker=speaker, outlet=outlet, since=since, until=until, briefing=briefing, collection=collection
        )
        library.judging.open(subject=subject, unclear=unclear, **limits)
        _read_unread(library, briefing)
        found = library.judging.open(subject=subject, unclear=unclear, **limits)
    if export_to is not None and format is not None:
        content = export_questions(found.questions, format, language)
        write_file(export_to, content if isinstance(content, bytes) else content.encode())
    print_result(asdict(found) if as_json else render_open_questions(found, language))


def _read_unread(library: Library, briefings: list[str] | None) -> None:
    """Read the replies that have not been, with a bar on standard error; one that is stopped goes on another time."""
    from tqdm import tqdm

    unread = [one for one in library.judging.unread() if not briefings or one in briefings]
    if not unread:
        return
    for briefing_id in tqdm(unread, unit=unit("unit_briefings"), file=sys.stderr, dynamic_ncols=True, disable=None):
        for _ in library.judging.read(briefing_id):
            pass
