"""The desk's part of the HTTP API: cards, what became of questions, what was left open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.sse import EventSourceResponse
from pydantic import BaseModel, ConfigDict, Field

from onrecord.rag import (
    Course,
    Library,
    OpenQuestions,
    QuestionOnRecord,
    QuestionsFormat,
    SpeakerShare,
    course,
    export_questions,
    media_at,
    printed_head,
    speaker_shares,
)
from onrecord.ui.chat.suggestions import Suggestions
from onrecord.ui.desk.readings import Readings
from onrecord.ui.page.files import as_file
from onrecord.ui.page.text import preferred_language
from onrecord.ui.server.places import Places


@dataclass(frozen=True, slots=True)
class Card:
    """A briefing at a glance. `printed` are the lines at its head, which may say where it was held.

    `media` is the address of its recording, where one is known.
    """

    briefing_id: str
    title: str
    date: str | None
    language: str
    file: str
    url: str | None
    media: str | None
    kind: str
    superseded_by: str | None
    printed: tuple[str, ...]
    speakers: tuple[SpeakerShare, ...]
    course: Course
    questions: tuple[QuestionOnRecord, ...]


class Wanted(BaseModel):
    """Which open questions are wanted; dates are ISO 8601, both ends included."""

    model_config = ConfigDict(extra="forbid")

    speaker: str | None = Field(default=None, max_length=200, description="Who left them open.")
    outlet: str | None = Field(default=None, max_length=200, description="Whose questions they were.")
    since: str | None = Field(default=None, description="Only briefings of this date or later.", examples=["2026-02"])
    until: str | None = Field(default=None, description="Only briefings of this date or earlier.")
    briefing: str | None = Field(default=None, description="Only the briefing of this id.")
    collection: str | None = Field(default=None, max_length=200, description="Only the briefings of this collection.")
    subject: str = Field(default="", max_length=500, description="Words that question or reply hold.")
    unclear: bool = Field(default=False, description="With those of which it is unclear whether they were answered.")


class WantedFile(Wanted):
    """The same, as a file."""

    format: QuestionsFormat = "csv"
    labels: str = Field(default="en", max_length=8, description="The language of headings and labels.")


def card_of(library: Library, briefing_id: str) -> Card:
    """The card of a briefing; raises UnknownBriefing."""
    briefing = library.briefing(briefing_id)
    return Card(
        briefing_id=briefing.id,
        title=briefing.title,
        date=briefing.date,
        language=briefing.language,
        file=briefing.file,
        url=briefing.url,
        media=media_at(briefing),
        kind=briefing.kind,
        superseded_by=briefing.superseded_by,
        printed=printed_head(briefing),
        speakers=speaker_shares(briefing),
        course=course(briefing),
        questions=library.judging.questions(briefing_id),
    )


def desk_api(library: Library, suggested: Suggestions, places: Places) -> APIRouter:
    """Cards of briefings, and the questions that were left open."""
    api = APIRouter(prefix="/api", tags=["desk"])
    readings = Readings(library, places)

    @api.get("/briefings/{briefing_id}/card")
    def card(briefing_id: str) -> Card:
        """A briefing at a glance: who spoke how much, where its exchanges lie, and its questions."""
        return card_of(library, briefing_id)

    @api.get("/briefings/{briefing_id}/questions", response_model=tuple[QuestionOnRecord, ...])
    def questions(request: Request, briefing_id: str) -> Response | tuple[QuestionOnRecord, ...]:
        """The questions of a briefing with what became of each, as far as the replies have been read.

        With `Accept: text/event-stream` they are read: events `question`, each when its reply has been, then `done`.
        """
        found = library.judging.questions(briefing_id)
        if "text/event-stream" in request.headers.get("accept", ""):
            return EventSourceResponse(readings.of_briefing(briefing_id))
        return found

    @api.get("/briefings/{briefing_id}/suggestions")
    def suggestions(briefing_id: str, language: str = "en") -> tuple[str, ...]:
        """Up to three questions that this briefing has just been seen to answer."""
        found = suggested.about(library.briefing(briefing_id), language)
        if found is None:
            raise HTTPException(503, "Others are being answered first.", headers={"Retry-After": "5"})
        return found

    @api.get("/open")
    def left_open(wanted: Annotated[Wanted, Query()]) -> OpenQuestions:
        """The questions that were left open or got no reply, in the briefings whose replies have been read."""
        return _open(library, wanted)

    @api.get("/open/read", response_class=Response)
    def read() -> EventSourceResponse:
        """Read the replies of all briefings that have not been read: events `progress` each, then `done`."""
        return EventSourceResponse(readings.of_library())

    @api.get("/open/export", response_class=Response)
    def exported(wanted: Annotated[WantedFile, Query()]) -> Response:
        """The same questions as a file: CSV, XLSX, Markdown or DOCX."""
        questions = _open(library, wanted).questions
        content = export_questions(questions, wanted.format, preferred_language(wanted.labels, None))
        return as_file(content, wanted.format, "left-open")

    return api


def _open(library: Library, wanted: Wanted) -> OpenQuestions:
    return library.judging.open(
        subject=wanted.subject,
        unclear=wanted.unclear,
        speaker=wanted.speaker or None,
        outlet=wanted.outlet or None,
        since=wanted.since or None,
        until=wanted.until or None,
        briefing=wanted.briefing or None,
        collection=wanted.collection or None,
    )
