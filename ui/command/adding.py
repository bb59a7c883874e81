"""Commands that bring briefings into the library."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.rag import (
    Library,
    UnknownBriefing,
)
from onrecord.ui.command.console import (
    actor,
    print_result,
    progress_bar,
    said,
)
from onrecord.ui.command.options import Json, Recording, recording_at
from onrecord.ui.command.terminal import (
    render_report,
)
from onrecord.ui.page.text import counted, terminal_language
from onrecord.ui.server.audit import Audit

if TYPE_CHECKING:
    pass


# What shells report for a program that Ctrl-C stopped; Typer exits with it too, without a word.
INTERRUPTED = 130


def add(
    context: typer.Context,
    paths: Annotated[list[str], typer.Argument(help="Files, folders, ZIP archives or web addresses.")],
    title: Annotated[str | None, typer.Option(help="Title, overriding what is found.")] = None,
    date: Annotated[str | None, typer.Option(help="Date, as 2026-02-12, overriding what is found.")] = None,
    url: Annotated[str | None, typer.Option(help="Where the briefing was published.")] = None,
    language: Annotated[
        str | None, typer.Option(help="Language by its code (en, fr), overriding what is found.")
    ] = None,
    media: Recording = None,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Fetch from private and loopback addresses too.")
    ] = False,
    ray: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Have the Ray cluster at HOST:PORT, of which this machine is part, read and embed; local for a "
            "process on each of this machine's processors.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Add briefings. Adding the same content again changes nothing; a changed file becomes a new version.

    Formats: text, Markdown, HTML, PDF, DOCX and ZIP; subtitles (VTT, SRT, SBV, TTML); transcripts by Zoom, Teams,
    Whisper and other programs (VTT, DOCX, JSON, TSV); tables of speakers and words (CSV, TSV); JSON lines of turns.
    Recordings (MP3, M4A, WAV, FLAC, Ogg, MP4, WebM) are heard by a machine, with the extra onrecord[audio].
    """
    with Library.open(context.obj) as library:
        before = len(library.summaries())
        try:
            # Ray writes its warnings to standard output, where the report goes.
            with progress_bar("unit_files") as show, redirect_stdout(sys.stderr):
                report = library.add(
                    paths,
                    title=title,
                    date=date,
                    url=url,
                    language=language,
                    media=recording_at(media),
                    allow_private=allow_private,
                    ray=ray,
                    progress=show,
                )
        except KeyboardInterrupt:
            count = len(library.summaries()) - before
            print(f"onrecord: {counted(terminal_language(), 'stopped', count)}", file=sys.stderr)
            raise typer.Exit(INTERRUPTED) from None
        Audit(library.folder).added(report, actor())
    print_result(
        {"files": [asdict(item) for item in report.files]} if as_json else render_report(report, terminal_language())
    )
    if report.failed:
        raise typer.Exit(1)


def watch(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="The folder to follow.")],
    prune: Annotated[
        bool, typer.Option("--prune", help="Remove briefings whose files are gone, without asking.")
    ] = False,
    once: Annotated[bool, typer.Option("--once", help="Bring the library level with the folder, and stop.")] = False,
) -> None:
    """Keep the library level with a folder: new and changed files are added, removed ones asked about."""
    # Only this command pays for the import.
    from watchfiles import watch as changes_in

    with Library.open(context.obj) as library:
        _level(library, [folder], folder, prune=prune)
        if once:
            return
        print(said("watching", folder=folder), file=sys.stderr, flush=True)
        for changes in changes_in(folder, raise_interrupt=True):
            there = sorted(Path(path) for _, path in changes if Path(path).is_file())
            _level(library, there, folder, prune=prune)


def _level(library: Library, paths: list[Path], folder: Path, *, prune: bool) -> None:
    from onrecord.rag import AddReport

    with progress_bar("unit_files") as show:
        report = library.add(paths, progress=show)
    audit = Audit(library.folder)
    audit.added(report, actor())
    changed = AddReport(tuple(item for item in report.files if item.outcome != "unchanged"))
    if changed.files:
        print(render_report(changed, terminal_language()), flush=True)
    for gone in library.missing(folder):
        ask_first = not prune and sys.stdin.isatty()
        if prune or (ask_first and typer.confirm(said("remove_gone", file=gone.file, title=gone.title))):
            # Somebody else may have removed it meanwhile.
            with suppress(UnknownBriefing):
                library.remove(gone.id)
                audit.note("removed", actor(), briefing=gone.id, file=gone.file)
            print(said("briefing_removed", title=gone.title, id=gone.id), flush=True)
        elif not ask_first:
            print(said("briefing_kept", title=gone.title, id=gone.id, file=gone.file), flush=True)
