"""Commands that list, mend, copy and remove what the library holds."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.rag import (
    Library,
    Settings,
)
from onrecord.ui.command.console import (
    actor,
    print_result,
    progress_bar,
    said,
)
from onrecord.ui.command.options import (
    Json,
    Replace,
)
from onrecord.ui.command.terminal import (
    printable,
    render_briefing,
    render_summaries,
)
from onrecord.ui.page.text import counted, terminal_language
from onrecord.ui.server.audit import Audit

if TYPE_CHECKING:
    pass


def list_briefings(context: typer.Context, as_json: Json = False) -> None:
    """List the briefings in the library."""
    with Library.open(context.obj) as library:
        summaries = library.summaries()
    print_result(
        {"briefings": [asdict(item) for item in summaries]}
        if as_json
        else render_summaries(summaries, terminal_language())
    )


def show(
    context: typer.Context,
    briefing_id: Annotated[str, typer.Argument(metavar="ID", help="The id that `onrecord list` shows.")],
    everything: Annotated[bool, typer.Option("--all", help="Show what is not speech too, in grey.")] = False,
    as_json: Json = False,
) -> None:
    """Show one briefing: who said what."""
    with Library.open(context.obj) as library:
        briefing = library.briefing(briefing_id)
    print_result(asdict(briefing) if as_json else render_briefing(briefing, terminal_language(), everything=everything))


def remove(
    context: typer.Context,
    briefing_id: Annotated[str, typer.Argument(metavar="ID", help="The id that `onrecord list` shows.")],
    as_json: Json = False,
) -> None:
    """Remove a briefing, with its earlier versions and its file as added."""
    with Library.open(context.obj) as library:
        briefing = library.briefing(briefing_id)
        title = briefing.title
        library.remove(briefing_id)
        Audit(library.folder).note("removed", actor(), briefing=briefing_id, file=briefing.file)
    removed = {"removed": briefing_id, "title": title}
    print_result(removed if as_json else said("briefing_removed", title=title, id=briefing_id))


def verify(
    context: typer.Context,
    repair: Annotated[
        bool, typer.Option("--repair", help="Mend what is found: read files again, compute again what is computed.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Check the library: whether everything in it is as it was written, to the last byte."""
    with Library.open(context.obj) as library:
        problems = library.verify()
        done = library.repair() if repair and problems else None
        left = library.verify() if done else problems
        # Of a library that is not sound the list itself may be refused.
        count = None if left else len(library.summaries())
    lines = [*done.mended, *done.lost, *left] if done else list(left)
    if count is not None:
        lines.append(counted(terminal_language(), "sound", count))
    print_result(
        {"problems": left, "briefings": count} | (asdict(done) if done else {})
        if as_json
        else printable("\n".join(lines))
    )
    if left or (done and done.lost):
        raise typer.Exit(1)


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write, on another disk at best.")],
    replace: Replace = False,
    without_recordings: Annotated[
        bool,
        typer.Option("--without-recordings", help="Leave out sound and films that were added: they are large."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Write the whole library, with the files and recordings as added, to one file.

    Others may go on asking and adding meanwhile: the backup is of one moment. The library is checked first, so that no
    good backup is replaced by a damaged one. The conversations of the page are not in it.

    Every night: onrecord backup /backups/onrecord.db --replace. Back again: onrecord restore /backups/onrecord.db
    """
    with Library.open(context.obj) as library:
        done = library.back_up(file, replace=replace, recordings=not without_recordings)
        count = len(library.summaries())
    if as_json:
        told = {"recordings": done.recordings, "recordings_left_out": done.left_out}
        print_result({"backup": str(file), "briefings": count, "bytes": file.stat().st_size, **told})
        return
    language = terminal_language()
    print_result(counted(language, "backed_up", count, file=file))
    if done.recordings:
        megabytes = max(1, round(done.bytes / 1_000_000))
        print_result(counted(language, "recordings_backed_up", done.recordings, megabytes=megabytes))
    if done.left_out:
        print(counted(language, "recordings_left_out", len(done.left_out)), file=sys.stderr)


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that `onrecord backup` has written.")],
    replace: Replace = False,
    as_json: Json = False,
) -> None:
    """Make the library of a backup.

    The backup is checked as `onrecord verify` checks a library, and left as it is. A library that is in the folder
    already is replaced only with --replace, and only while nothing uses it: stop `onrecord serve` and `watch` first.

    To look at a backup beside your library: onrecord --library /tmp/looked-at restore FILE
    """
    settings = Settings.load()
    folder = context.obj or settings.address or settings.library
    count = Library.restore(file, folder, replace=replace, settings=settings)
    print_result(
        {"restored": str(file), "library": str(folder), "briefings": count}
        if as_json
        else counted(terminal_language(), "restored", count, folder=folder)
    )


def copy(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="The library to copy: its folder, or its address in PostgreSQL.")
    ],
    target: Annotated[
        str, typer.Argument(metavar="TARGET", help="The library to copy it into, new or cut off before.")
    ],
    as_json: Json = False,
) -> None:
    """Copy a library, with all versions, files and vectors, and compare both by hash.

    A copy that was stopped, however it was, goes on with the same command. A target that holds other briefings is
    refused. The conversations of the page are not copied.
    """
    with progress_bar("unit_briefings") as show:
        copied = Library.copy(source, target, progress=show)
    print_result(
        asdict(copied) if as_json else counted(terminal_language(), "copied", copied.briefings, written=copied.written)
    )


def reembed(context: typer.Context, as_json: Json = False) -> None:
    """Embed all passages again, after ONRECORD_MODEL was changed."""
    with Library.open(context.obj) as library, progress_bar("unit_briefings") as show:
        count = library.reembed(progress=show)
    print_result({"passages": count} if as_json else counted(terminal_language(), "embedded", count))
