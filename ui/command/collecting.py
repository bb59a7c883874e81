"""Commands that put briefings together under a name."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from onrecord.rag import Library
from onrecord.ui.command.console import actor, print_result
from onrecord.ui.command.options import Json
from onrecord.ui.command.terminal import printable
from onrecord.ui.page.text import counted, terminal_language, words
from onrecord.ui.server.audit import Audit

collection = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Put briefings together under a name, to search in them with --collection.",
)

_Name = Annotated[str, typer.Argument(metavar="NAME", help="The collection's name.")]
_Ids = Annotated[list[str], typer.Argument(metavar="ID…", help="Ids that `onrecord list` shows.")]


@collection.command("list")
def list_collections(context: typer.Context, as_json: Json = False) -> None:
    """List the collections."""
    with Library.open(context.obj) as library:
        _print(library, as_json)


@collection.command("add")
def put_into(context: typer.Context, name: _Name, briefing_ids: _Ids, as_json: Json = False) -> None:
    """Put briefings into a collection, which is made where there is none of that name."""
    with Library.open(context.obj) as library:
        library.collect(name, briefing_ids)
        _noted(library, put_into=name, briefings=" ".join(briefing_ids))
        _print(library, as_json)


@collection.command("drop")
def take_out(context: typer.Context, name: _Name, briefing_ids: _Ids, as_json: Json = False) -> None:
    """Take briefings out of a collection; they stay in the library."""
    with Library.open(context.obj) as library:
        library.take_out(name, briefing_ids)
        _noted(library, taken_out_of=name, briefings=" ".join(briefing_ids))
        _print(library, as_json)


@collection.command()
def rename(
    context: typer.Context,
    name: _Name,
    new: Annotated[str, typer.Argument(metavar="NEW", help="Its new name.")],
    as_json: Json = False,
) -> None:
    """Give a collection another name."""
    with Library.open(context.obj) as library:
        library.rename_collection(name, new)
        _noted(library, renamed=name, new=new)
        _print(library, as_json)


@collection.command()
def delete(context: typer.Context, name: _Name, as_json: Json = False) -> None:
    """Delete a collection; its briefings stay in the library."""
    with Library.open(context.obj) as library:
        library.delete_collection(name)
        _noted(library, deleted=name)
        _print(library, as_json)


def _noted(library: Library, **details: str) -> None:
    Audit(library.folder).note("collection", actor(), **details)


def _print(library: Library, as_json: bool) -> None:
    collections, language = library.collections(), terminal_language()
    lines = [f"{one.name}  {counted(language, 'briefings', len(one.briefings))}" for one in collections]
    print_result(
        {"collections": [asdict(one) for one in collections]}
        if as_json
        else printable("\n".join(lines) or words(language)["no_collections"])
    )
