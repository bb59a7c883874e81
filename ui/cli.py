"""The `onrecord` command."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import asdict
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from onrecord.rag import (
    Answer,
    Briefing,
    FilterOptions,
    Hit,
    InvalidRequest,
    Library,
    Method,
    OnRecordError,
    Settings,
    UnknownBriefing,
)
from onrecord.ui.accounts import Account, AccountRole, write_account
from onrecord.ui.audit import Actor, Audit
from onrecord.ui.terminal import (
    printable,
    printable_json,
    render_answer,
    render_briefing,
    render_hits,
    render_report,
    render_summaries,
)
from onrecord.ui.text import counted, terminal_language, words

if TYPE_CHECKING:
    from onrecord.rag import ExportFormat, Progress

app = typer.Typer(
    name="onrecord",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Ask press briefings, and read the exact words on the record. Everything runs on this machine.\n\n"
    "Start with: onrecord add FOLDER, then: onrecord ask 'What was said about …?'",
)

# What shells report for a program that Ctrl-C stopped; Typer exits with it too, without a word.
_INTERRUPTED = 130

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
Speaker = Annotated[str | None, typer.Option(help="Only what this person says; part of a name is enough.")]
Role = Annotated[str | None, typer.Option(help="Only speakers in this role.")]
Outlet = Annotated[str | None, typer.Option(help="Only speakers of this outlet.")]
Since = Annotated[str | None, typer.Option(help="Only briefings of this date or later (2026-02-12, 2026-02 or 2026).")]
Until = Annotated[str | None, typer.Option(help="Only briefings of this date or earlier.")]
Language = Annotated[str | None, typer.Option(help="Only passages in this language, by its code (en, fr).")]
InBriefing = Annotated[str | None, typer.Option("--briefing", help="Only the briefing of this id.")]
OfKind = Annotated[
    str | None, typer.Option("--kind", help="Only statement, question, answer, moderation, report or reported.")
]
Batch = Annotated[
    Path | None,
    typer.Option(
        help="A question a line, or JSON lines, each with 'question' and optional 'history' ([[question, answer], …]) "
        "and filters; one JSON line out per line in. - reads standard input."
    ),
]


AuthFile = Annotated[
    Path | None,
    typer.Option(help="The file of accounts that `onrecord account` writes; a name and a password are then asked for."),
]
NoAuth = Annotated[
    bool, typer.Option("--no-auth", help="Let everybody in who can reach an address beyond this machine.")
]


@app.callback()
def choose_library(
    context: typer.Context,
    library: Annotated[
        str | None,
        typer.Option(
            help="The library's folder, or its address: postgresql://USER@HOST/DATABASE. "
            "Default: ONRECORD_LIBRARY, else your data folder."
        ),
    ] = None,
) -> None:
    """Ask press briefings, and read the exact words on the record."""
    context.obj = library


@app.command()
def add(
    context: typer.Context,
    paths: Annotated[list[str], typer.Argument(help="Files, folders, ZIP archives or web addresses.")],
    title: Annotated[str | None, typer.Option(help="Title, overriding what is found.")] = None,
    date: Annotated[str | None, typer.Option(help="Date, as 2026-02-12, overriding what is found.")] = None,
    url: Annotated[str | None, typer.Option(help="Where the briefing was published.")] = None,
    language: Annotated[
        str | None, typer.Option(help="Language by its code (en, fr), overriding what is found.")
    ] = None,
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
    """
    with Library.open(context.obj) as library:
        before = len(library.summaries())
        try:
            # Ray writes its warnings to standard output, where the report goes.
            with _progress("unit_files") as show, redirect_stdout(sys.stderr):
                report = library.add(
                    paths,
                    title=title,
                    date=date,
                    url=url,
                    language=language,
                    allow_private=allow_private,
                    ray=ray,
                    progress=show,
                )
        except KeyboardInterrupt:
            count = len(library.summaries()) - before
            print(f"onrecord: {counted(terminal_language(), 'stopped', count)}", file=sys.stderr)
            raise typer.Exit(_INTERRUPTED) from None
        Audit(library.folder).added(report, _actor())
    _print(
        {"files": [asdict(item) for item in report.files]} if as_json else render_report(report, terminal_language())
    )
    if report.failed:
        raise typer.Exit(1)


@app.command()
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
        print(_said("watching", folder=folder), file=sys.stderr, flush=True)
        for changes in changes_in(folder, raise_interrupt=True):
            there = sorted(Path(path) for _, path in changes if Path(path).is_file())
            _level(library, there, folder, prune=prune)


def _level(library: Library, paths: list[Path], folder: Path, *, prune: bool) -> None:
    from onrecord.rag import AddReport

    with _progress("unit_files") as show:
        report = library.add(paths, progress=show)
    audit = Audit(library.folder)
    audit.added(report, _actor())
    changed = AddReport(tuple(item for item in report.files if item.outcome != "unchanged"))
    if changed.files:
        print(render_report(changed, terminal_language()), flush=True)
    for gone in library.missing(folder):
        ask_first = not prune and sys.stdin.isatty()
        if prune or (ask_first and typer.confirm(_said("remove_gone", file=gone.file, title=gone.title))):
            # Somebody else may have removed it meanwhile.
            with suppress(UnknownBriefing):
                library.remove(gone.id)
                audit.note("removed", _actor(), briefing=gone.id, file=gone.file)
            print(_said("briefing_removed", title=gone.title, id=gone.id), flush=True)
        elif not ask_first:
            print(_said("briefing_kept", title=gone.title, id=gone.id, file=gone.file), flush=True)


@app.command()
def ask(
    context: typer.Context,
    question: Annotated[str | None, typer.Argument(help="The question.")] = None,
    batch: Batch = None,
    speaker: Speaker = None,
    role: Role = None,
    outlet: Outlet = None,
    since: Since = None,
    until: Until = None,
    language: Language = None,
    briefing: InBriefing = None,
    kind: OfKind = None,
    export_to: Annotated[
        Path | None,
        typer.Option("--export", help="Write the answer with its sources to FILE: .md, .html, .docx or .csv."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Answer a question with verified quotes from the library."""
    export_format = _export_format(export_to) if export_to is not None else None
    filters = _filters(speaker, role, outlet, since, until, language, briefing, kind)
    with Library.open(context.obj) as library:
        if batch is not None:
            _run_batch(batch, filters, lambda line, limits: asdict(_ask(library, line, limits)), library)
            return
        with _loading(library):
            answer = library.ask(_required(question), **filters)
        if export_to is not None and export_format is not None:
            _export(library, answer, export_to, export_format)
    _print(asdict(answer) if as_json else render_answer(answer))


@app.command()
def search(
    context: typer.Context,
    question: Annotated[str | None, typer.Argument(help="The question.")] = None,
    k: Annotated[int, typer.Option("-k", help="How many passages.", min=1)] = 10,
    batch: Batch = None,
    speaker: Speaker = None,
    role: Role = None,
    outlet: Outlet = None,
    since: Since = None,
    until: Until = None,
    language: Language = None,
    briefing: InBriefing = None,
    kind: OfKind = None,
    as_json: Json = False,
) -> None:
    """Show the passages nearest to a question."""
    filters = _filters(speaker, role, outlet, since, until, language, briefing, kind)
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
        with _loading(library):
            hits = library.search(_required(question), k=k, **filters)
    _print(_hits_object(_required(question), hits) if as_json else render_hits(hits, terminal_language()))


@app.command("list")
def list_briefings(context: typer.Context, as_json: Json = False) -> None:
    """List the briefings in the library."""
    with Library.open(context.obj) as library:
        summaries = library.summaries()
    _print(
        {"briefings": [asdict(item) for item in summaries]}
        if as_json
        else render_summaries(summaries, terminal_language())
    )


@app.command()
def show(
    context: typer.Context,
    briefing_id: Annotated[str, typer.Argument(metavar="ID", help="The id that `onrecord list` shows.")],
    everything: Annotated[bool, typer.Option("--all", help="Show what is not speech too, in grey.")] = False,
    as_json: Json = False,
) -> None:
    """Show one briefing: who said what."""
    with Library.open(context.obj) as library:
        briefing = library.briefing(briefing_id)
    _print(asdict(briefing) if as_json else render_briefing(briefing, terminal_language(), everything=everything))


@app.command()
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
        Audit(library.folder).note("removed", _actor(), briefing=briefing_id, file=briefing.file)
    removed = {"removed": briefing_id, "title": title}
    _print(removed if as_json else _said("briefing_removed", title=title, id=briefing_id))


@app.command()
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
    _print(
        {"problems": left, "briefings": count} | (asdict(done) if done else {})
        if as_json
        else printable("\n".join(lines))
    )
    if left or (done and done.lost):
        raise typer.Exit(1)


Replace = Annotated[bool, typer.Option("--replace", help="Write over what is there.")]


@app.command()
def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write, on another disk at best.")],
    replace: Replace = False,
    as_json: Json = False,
) -> None:
    """Write the whole library, with the files as added, to one file.

    Others may go on asking and adding meanwhile: the backup is of one moment. The library is checked first, so that no
    good backup is replaced by a damaged one. The conversations of the page are not in it.

    Every night: onrecord backup /backups/onrecord.db --replace. Back again: onrecord restore /backups/onrecord.db
    """
    with Library.open(context.obj) as library:
        library.back_up(file, replace=replace)
        count = len(library.summaries())
    size = file.stat().st_size
    _print(
        {"backup": str(file), "briefings": count, "bytes": size}
        if as_json
        else counted(terminal_language(), "backed_up", count, file=file)
    )


@app.command()
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
    _print(
        {"restored": str(file), "library": str(folder), "briefings": count}
        if as_json
        else counted(terminal_language(), "restored", count, folder=folder)
    )


@app.command()
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
    with _progress("unit_briefings") as show:
        copied = Library.copy(source, target, progress=show)
    _print(
        asdict(copied) if as_json else counted(terminal_language(), "copied", copied.briefings, written=copied.written)
    )


@app.command()
def check(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="The article as plain text; - reads standard input.")],
    html: Annotated[Path | None, typer.Option(help="Write the report as one HTML page to this file.")] = None,
    as_json: Json = False,
) -> None:
    """Check every quotation and attributed statement of an article against the library."""
    from onrecord.rag import report_html, report_text

    article = _read_text(file)
    with Library.open(context.obj) as library, _loading(library):
        report = library.check(article)
    if html is not None:
        _write(html, report_html(report, language=terminal_language()).encode())
    _print(asdict(report) if as_json else printable(report_text(report, language=terminal_language())))


@app.command("eval")
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

    baseline = rows_of(json.loads(_read_text(str(compare)))) if compare else []
    with (
        _progress("unit_briefings") as adding,
        tqdm(unit=_unit("unit_questions"), file=sys.stderr, disable=None) as bar,
    ):

        def asking(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        rows = evaluate_folder(folder, Settings.load(), method=method, keep=keep, adding=adding, asking=asking)
    _print({"rows": [asdict(row) for row in rows]} if as_json else printable(report_rows(rows, baseline)))


@app.command()
def reembed(context: typer.Context, as_json: Json = False) -> None:
    """Embed all passages again, after ONRECORD_MODEL was changed."""
    with Library.open(context.obj) as library, _progress("unit_briefings") as show:
        count = library.reembed(progress=show)
    _print({"passages": count} if as_json else counted(terminal_language(), "embedded", count))


@app.command()
def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port; 0 takes a free one.", min=0, max=65535)] = 7860,
    auth_file: AuthFile = None,
    no_auth: NoAuth = False,
    allowed_host: Annotated[
        list[str] | None,
        typer.Option(help="A further name the page is reached under, behind a proxy for instance. Can be repeated."),
    ] = None,
) -> None:
    """Start the web chat and print its address once it answers."""
    # Gradio costs five seconds of import; only this command pays for it.
    from onrecord.ui.web import serve as serve_page

    with Library.open(context.obj) as library:
        serve_page(library, host=host, port=port, auth_file=auth_file, no_auth=no_auth, other_hosts=allowed_host or ())


@app.command()
def account(
    name: Annotated[str, typer.Argument(help="The name to log in with.")],
    auth_file: Annotated[Path, typer.Option(help="The file of accounts; made where there is none.")],
    role: Annotated[
        AccountRole, typer.Option(help="A reader asks; an editor adds and removes briefings too.")
    ] = "reader",
) -> None:
    """Write an account for `serve --auth-file`, or change its password or role; the password is asked for."""
    if sys.stdin.isatty():
        password = typer.prompt(_said("password"), hide_input=True, confirmation_prompt=True, err=True)
    else:
        password = sys.stdin.readline().rstrip("\n")
    write_account(auth_file, Account.of(name, role, password))
    print(_said("account_written", name=name, role=role, file=auth_file))


@app.command()
def mcp(
    context: typer.Context,
    http: Annotated[
        bool, typer.Option("--http", help="Serve by streamable HTTP instead of standard input and output.")
    ] = False,
    host: Annotated[str, typer.Option(help="With --http: the address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="With --http: the port; 0 takes a free one.", min=0, max=65535)] = 7861,
    auth_file: AuthFile = None,
    no_auth: NoAuth = False,
) -> None:
    """Let a language model's program (an MCP client) search, ask and check quotes. Clients start it themselves."""
    # Only this command pays for the import.
    from onrecord.ui.mcp_server import serve_http, serve_stdio

    with Library.open(context.obj) as library:
        if http:
            serve_http(library, host=host, port=port, auth_file=auth_file, no_auth=no_auth)
        else:
            serve_stdio(library)


def main() -> None:
    """Run the command; a mistake is one line on standard error and exit code 1, wrong usage exit code 2."""
    for stream in (sys.stdout, sys.stderr):
        # Words that the terminal's encoding lacks are no reason to stop.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except OnRecordError as error:
        print(f"onrecord: {printable(str(error))}", file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(1)


def _actor() -> Actor:
    """The user of this machine that runs the command, where it has a name."""
    try:
        return Actor(getpass.getuser())
    except (KeyError, OSError, ImportError):
        return Actor()


def _print(value: str | dict[str, Any]) -> None:
    print(value if isinstance(value, str) else printable_json(value))


def _said(key: str, **values: object) -> str:
    """Words of the terminal in its language, filled in."""
    return printable(words(terminal_language())[key].format(**values))


def _unit(key: str) -> str:
    return f" {words(terminal_language())[key]}"


def _filters(
    speaker: str | None,
    role: str | None,
    outlet: str | None,
    since: str | None,
    until: str | None,
    language: str | None,
    briefing: str | None,
    kind: str | None,
) -> FilterOptions:
    return FilterOptions(
        speaker=speaker,
        role=role,
        outlet=outlet,
        since=since,
        until=until,
        language=language,
        briefing=briefing,
        kind=kind,  # type: ignore[typeddict-item]  # Library checks it and says which kinds there are
    )


def _required(question: str | None) -> str:
    if question is None:
        raise typer.BadParameter("give a question, or --batch FILE", param_hint="QUESTION")
    return question


def _history(line: dict[str, Any]) -> list[tuple[str, str]]:
    try:
        return [(str(question), str(answer)) for question, answer in line.get("history") or []]
    except (TypeError, ValueError) as error:
        raise InvalidRequest("history must be a list of [question, answer] pairs.") from error


def _ask(library: Library, line: dict[str, Any], filters: FilterOptions) -> Answer:
    return library.ask(line["question"], history=_history(line), **filters)


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
    with _loading(library):
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


def _export_format(file: Path) -> ExportFormat:
    formats: dict[str, ExportFormat] = {".md": "markdown", ".html": "html", ".docx": "docx", ".csv": "csv"}
    if file.suffix.lower() not in formats:
        raise InvalidRequest(f"{file}: no format is known by that ending. Use {', '.join(formats)}.")
    return formats[file.suffix.lower()]


def _export(library: Library, answer: Answer, file: Path, format: ExportFormat) -> None:
    briefings: dict[str, Briefing] = {}
    for one in answer.citations:
        # Where it has been removed since, the quote stands without what its briefing would add.
        with suppress(UnknownBriefing):
            briefings[one.briefing_id] = library.briefing(one.briefing_id)
    from onrecord.rag import export

    exported = export(library.in_full(answer), format, briefings)
    _write(file, exported if isinstance(exported, bytes) else exported.encode())


def _write(file: Path, data: bytes) -> None:
    """Write a file whole or not at all; raises InvalidRequest."""
    from onrecord.rag import replacing

    try:
        if file.exists() and not file.is_file():
            # A pipe or a device is written to, and nothing takes its place.
            file.write_bytes(data)
        else:
            with replacing(file.resolve()) as new:
                new.write_bytes(data)
    except OSError as error:
        raise InvalidRequest(f"{file}: cannot be written ({error.strerror}). Choose another place.") from error


def _read_text(file: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequest(
            f"{file}: cannot be read as UTF-8 text ({error}). Save the article as plain text."
        ) from error


def _lines(file: Path) -> Iterator[str]:
    try:
        with sys.stdin if str(file) == "-" else file.open(encoding="utf-8") as lines:
            yield from (line for line in lines if line.strip())
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"{file}: cannot be read as UTF-8 lines ({error}). Check the file.") from error


@contextmanager
def _loading(library: Library) -> Iterator[None]:
    """Load the models meanwhile: whoever needs one waits for it, and is told where it cannot be loaded."""
    print(_said("loading_model"), file=sys.stderr, flush=True)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(library.load_model)
        yield


@contextmanager
def _progress(unit: str) -> Iterator[Callable[[Progress], None]]:
    """A progress bar on standard error, where that is a terminal; `unit` is the key of what is counted."""
    from tqdm import tqdm

    with tqdm(unit=_unit(unit), file=sys.stderr, dynamic_ncols=True, disable=None) as bar:

        def show(progress: Progress) -> None:
            bar.total = progress.total
            bar.n = progress.done
            passages = counted(terminal_language(), "passages", progress.passages)
            bar.set_postfix_str(f"{passages} {printable(progress.file[:40])}".strip(), refresh=False)
            bar.refresh()

        yield show


if __name__ == "__main__":
    main()
