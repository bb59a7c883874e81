"""The command that corrects what is said of a briefing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, TypeVar

import typer

from onrecord.rag import Correction, InvalidRequest, Library, Speaker, speaker_in
from onrecord.ui.command.console import actor, print_result
from onrecord.ui.command.options import Json, Recording, recording_at
from onrecord.ui.command.terminal import printable
from onrecord.ui.page.text import terminal_language, words
from onrecord.ui.server.audit import Audit

_Key = TypeVar("_Key")


def correct(
    context: typer.Context,
    briefing_id: Annotated[str, typer.Argument(metavar="ID", help="The id that `onrecord list` shows.")],
    title: Annotated[str | None, typer.Option(help="Its title.")] = None,
    date: Annotated[str | None, typer.Option(help="Its date (2026-02-12, 2026-02 or 2026).")] = None,
    url: Annotated[str | None, typer.Option(help="Its address on the web.")] = None,
    language: Annotated[str | None, typer.Option(help="Its language, by its code (en, fr).")] = None,
    media: Recording = None,
    speaker: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LABEL=WHO",
            help="Who speaks under a printed label: 'MS. DOE=Ann Doe, Mayor (City)', or 'MS. DOE=?' where that is "
            "unknown.",
        ),
    ] = None,
    turn: Annotated[
        list[str] | None,
        typer.Option(
            metavar="START=WHO",
            help="Who speaks the one turn that begins there (`onrecord show --json`); START=? where nobody can tell.",
        ),
    ] = None,
    undo: Annotated[list[int] | None, typer.Option(metavar="NUMBER", help="Take this correction back.")] = None,
    as_json: Json = False,
) -> None:
    """Correct a briefing over its file as added, which stays as it is; without options, list what was corrected.

    The words are never changed, and what cites them stays right. A changed file that is added later keeps the
    corrections that still fit.
    """
    labels = _named(speaker or [], str, "LABEL")
    turns = _named(turn or [], int, "START")
    by = actor()
    with Library.open(context.obj) as library:
        for number in undo or []:
            library.undo(briefing_id, number)
        if title or date or url or language or media or labels or turns:
            library.correct(
                briefing_id,
                title=title,
                date=date,
                url=url,
                language=language,
                labels=labels,
                turns=turns,
                media=recording_at(media),
                by=by.name,
            )
        corrections = library.corrections(briefing_id)
        if undo or title or date or url or language or media or labels or turns:
            Audit(library.folder).note("corrected", by, briefing=briefing_id, file=library.briefing(briefing_id).file)
    print_result({"corrections": [asdict(one) for one in corrections]} if as_json else _listed(corrections))


def _named(given: Sequence[str], key_of: Callable[[str], _Key], key: str) -> dict[_Key, Speaker]:
    found = {}
    for one in given:
        # A label may hold the sign; a name does not.
        label, sign, name = one.rpartition("=")
        try:
            found[key_of(label)] = speaker_in(name)
        except ValueError:
            sign = ""
        if not (sign and label):
            raise InvalidRequest(f"{one!r} says nobody's name. Write {key}=Name, role (outlet).")
    return found


def _listed(corrections: Sequence[Correction]) -> str:
    said = words(terminal_language())
    return printable("\n".join(f"{one.number}  {_said(one, said)}" for one in corrections) or said["no_corrections"])


def _said(one: Correction, said: Mapping[str, str]) -> str:
    """What was corrected, in words; the page says it in the same."""
    field = said[f"corrected_{one.of}"].format(label=one.label or one.start)
    before, after = (said["quoted"].format(words=words) for words in (one.before or "", one.value))
    way = "corrected_away" if not one.value else "corrected_to" if one.before else "corrected_first"
    return said[way].format(field=field, before=before, after=after)
