"""The `onrecord` command."""

from __future__ import annotations

import os

# Before numpy is imported: its products are small, and a thread that waits for a core for one holds up the question.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import sys
from io import TextIOWrapper
from typing import Annotated

import typer

from onrecord.rag import OnRecordError
from onrecord.ui.command.adding import add, watch
from onrecord.ui.command.asking import ask, search
from onrecord.ui.command.collecting import collection
from onrecord.ui.command.comparing import compare
from onrecord.ui.command.correcting import correct
from onrecord.ui.command.keeping import backup, copy, list_briefings, reembed, remove, restore, show, verify
from onrecord.ui.command.measuring import check, evaluate, evaluate_model
from onrecord.ui.command.opening import open_questions
from onrecord.ui.command.serving import account, mcp, serve
from onrecord.ui.command.terminal import printable

app = typer.Typer(
    name="onrecord",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Ask press briefings, and read the exact words on the record. Everything runs on this machine.\n\n"
    "Start with: onrecord add FOLDER, then: onrecord ask 'What was said about …?'",
)


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


# In the order in which `--help` lists them.
app.command()(add)
app.command()(watch)
app.command()(ask)
app.command()(search)
app.command("list")(list_briefings)
app.command("open")(open_questions)
app.command()(show)
app.command()(remove)
app.command()(correct)
app.add_typer(collection, name="collection")
app.command()(verify)
app.command()(backup)
app.command()(restore)
app.command()(copy)
app.command()(check)
app.command()(compare)
app.command("eval")(evaluate)
app.command("eval-model")(evaluate_model)
app.command()(reembed)
app.command()(serve)
app.command()(account)
app.command()(mcp)


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


if __name__ == "__main__":
    main()
