"""What several commands can be told."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.rag import (
    FilterOptions,
)

if TYPE_CHECKING:
    pass


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

InCollection = Annotated[
    str | None, typer.Option("--collection", help="Only the briefings of the collection of this name.")
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

Replace = Annotated[bool, typer.Option("--replace", help="Write over what is there.")]


def filters_of(
    speaker: str | None,
    role: str | None,
    outlet: str | None,
    since: str | None,
    until: str | None,
    language: str | None,
    briefing: str | None,
    kind: str | None,
    collection: str | None,
) -> FilterOptions:
    """The limits that a command was given."""
    return FilterOptions(
        speaker=speaker,
        role=role,
        outlet=outlet,
        since=since,
        until=until,
        language=language,
        briefing=briefing,
        kind=kind,  # type: ignore[typeddict-item]  # Library checks it and says which kinds there are
        collection=collection,
    )
