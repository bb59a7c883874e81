"""What several commands can be told."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]

Recording = Annotated[
    str | None,
    typer.Option(
        metavar="PATH|ADDRESS", help="Its recording: a file on this machine, or an address, which is only linked to."
    ),
]


def recording_at(place: str | None) -> str | Path | None:
    """A recording as a library takes it: an address as it is, everything else as a path."""
    return Path(place) if place and "://" not in place else place


Speaker = Annotated[
    list[str] | None, typer.Option(help="Only what this person says; part of a name is enough. Repeat it for several.")
]

Role = Annotated[list[str] | None, typer.Option(help="Only speakers in this role. Repeat it for several.")]

Outlet = Annotated[list[str] | None, typer.Option(help="Only speakers of this outlet. Repeat it for several.")]

Since = Annotated[str | None, typer.Option(help="Only briefings of this date or later (2026-02-12, 2026-02 or 2026).")]

Until = Annotated[str | None, typer.Option(help="Only briefings of this date or earlier.")]

Language = Annotated[
    list[str] | None, typer.Option(help="Only passages in this language, by its code (en, fr). Repeat it for several.")
]

InBriefing = Annotated[
    list[str] | None, typer.Option("--briefing", help="Only the briefing of this id. Repeat it for several.")
]

OfKind = Annotated[
    list[str] | None,
    typer.Option(
        "--kind", help="Only statement, question, answer, moderation, report or reported. Repeat it for several."
    ),
]

InCollection = Annotated[
    list[str] | None,
    typer.Option("--collection", help="Only the briefings of the collection of this name. Repeat it for several."),
]

Batch = Annotated[
    Path | None,
    typer.Option(
        help="A question a line, or JSON lines, each with 'question' and optional 'history' ([[question, answer], …]) "
        "and filters; one JSON line out per line in. - reads standard input. Or a sheet (.xlsx, .ods, .csv) with a "
        "column of questions and, if need be, of speakers, roles, outlets, since, until and collections."
    ),
]

AuthFile = Annotated[
    Path | None,
    typer.Option(help="The file of accounts that `onrecord account` writes; a name and a password are then asked for."),
]

NoAuth = Annotated[
    bool, typer.Option("--no-auth", help="Let everybody in who can reach an address beyond this machine.")
]

Replace = Annotated[bool, typer.Option("--replace", help="Write over what is there.")]


class _Filters:
    """What ask and search are limited to, an option each: those of `FilterOptions`, in the order of `--help`."""

    speaker: Speaker
    role: Role
    outlet: Outlet
    since: Since
    until: Until
    language: Language
    briefing: InBriefing
    kind: OfKind
    collection: InCollection


def with_filters(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for every filter in place of its parameter `filters`, a `FilterOptions`.

    Of several values each will do. `Library` checks them, and says which there are.
    """
    own = inspect.signature(command, eval_str=True)
    options = {
        name: inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
        for name, annotation in get_type_hints(_Filters, include_extras=True).items()
    }

    @wraps(command)
    def limited(**given: Any) -> None:
        told = {name: given.pop(name) for name in options}
        command(**given, filters={name: None if value == [] else value for name, value in told.items()})

    parameters: list[inspect.Parameter] = []
    for parameter in own.parameters.values():
        parameters += options.values() if parameter.name == "filters" else [parameter]
    # What Typer reads options from.
    limited.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
    limited.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return limited
