"""The corrections of a briefing in the HTTP API."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from onrecord.rag import Correction, Library, Speaker
from onrecord.ui.server.audit import Audit, actor_of

_MOST_AT_ONCE = 1000
_Line = Annotated[str, Field(max_length=2000)]


class Named(BaseModel):
    """Who speaks."""

    model_config = ConfigDict(extra="forbid")

    name: _Line
    role: _Line | None = None
    outlet: _Line | None = None

    def speaker(self) -> Speaker:
        """As the library takes it."""
        return Speaker(self.name, self.role, self.outlet)


class Labelled(Named):
    """Who speaks under a printed label."""

    label: _Line


class Spoken(Named):
    """Who speaks the turn that begins at an offset of the text."""

    start: int


class Corrections(BaseModel):
    """What is to be corrected; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    title: _Line | None = None
    date: _Line | None = Field(default=None, description="2026-02-12, 2026-02 or 2026.")
    url: _Line | None = None
    language: _Line | None = None
    media: _Line | None = Field(default=None, description="The address of its recording (http, https).")
    labels: list[Labelled] = Field(default_factory=list, max_length=_MOST_AT_ONCE)
    turns: list[Spoken] = Field(default_factory=list, max_length=_MOST_AT_ONCE)


def corrections_api(library: Library, audit: Audit) -> APIRouter:
    """What was corrected of a briefing over its file as added; each change is answered with all that then holds."""
    api = APIRouter(prefix="/api/briefings/{briefing_id}/corrections", tags=["library"])

    @api.get("")
    def corrections(briefing_id: str) -> tuple[Correction, ...]:
        """The corrections in the order they were made."""
        return library.corrections(briefing_id)

    @api.post("")
    def correct(request: Request, briefing_id: str, wanted: Corrections) -> tuple[Correction, ...]:
        """Correct a briefing; its words stay as they are."""
        actor = actor_of(request)
        made = library.correct(
            briefing_id,
            title=wanted.title,
            date=wanted.date,
            url=wanted.url,
            language=wanted.language,
            labels={one.label: one.speaker() for one in wanted.labels},
            media=wanted.media,
            turns={one.start: one.speaker() for one in wanted.turns},
            by=actor.name,
        )
        audit.note("corrected", actor, briefing=briefing_id, file=library.briefing(briefing_id).file)
        return made

    @api.delete("/{number}")
    def undo(request: Request, briefing_id: str, number: int) -> tuple[Correction, ...]:
        """Take one correction back."""
        left = library.undo(briefing_id, number)
        audit.note("corrected", actor_of(request), briefing=briefing_id, undone=str(number))
        return left

    return api
