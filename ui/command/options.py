"""What several commands can be told."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.rag import (
    FilterOptions,
)

if TYPE_CHECKING:
    pass


Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]

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


def filters_of(
    speaker: Sequence[str] | None,
    role: Sequence[str] | None,
    outlet: Sequence[str] | None,
    since: str | None,
    until: str | None,
    language: Sequence[str] | None,
    briefing: Sequence[str] | None,
    kind: Sequence[str] | None,
    collection: Sequence[str] | None,
) -> FilterOptions:
    """The limits that a command was given: each of several values will do."""
    return FilterOptions(
        speaker=speaker or None,
        role=role or None,
        outlet=outlet or None,
        since=since,
        until=until,
        language=language or None,
        briefing=briefing or None,
        kind=kind or None,  # type: ignore[typeddict-item]  # Library checks it and says which kinds there are
        collection=collection or None,
    )
