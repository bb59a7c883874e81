"""The HTTP API, for other programs and for the page itself. Its description is served at `/api/docs`."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Generator, Iterator, Mapping
from typing import Annotated, Any, cast

from fastapi import APIRouter, File, HTTPException, Query, Request, Response, UploadFile
from fastapi.concurrency import iterate_in_threadpool
from fastapi.responses import FileResponse
from fastapi.sse import EventSourceResponse, format_sse_event
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from onrecord.rag import (
    AddReport,
    Answer,
    Briefing,
    FilterOptions,
    Hit,
    InvalidRequest,
    Kind,
    Library,
    OnRecordError,
    Passage,
    Passing,
    Summary,
)
from onrecord.ui.chat.chat import QUESTION_LENGTH
from onrecord.ui.chat.conversations import Conversation, Conversations, Feedback, Verdict
from onrecord.ui.chat.suggestions import Suggestions
from onrecord.ui.library.adding import Adding, failure_event
from onrecord.ui.server.audit import Audit, actor_of
from onrecord.ui.server.loading import ModelLoading, ModelState
from onrecord.ui.server.places import Places
from onrecord.ui.server.security import may_change, visitor_sending
from onrecord.ui.source.source import Source, source_of

_MOST_HITS = 100
_MOST_HISTORY = 50

_ANSWER = TypeAdapter(Answer)
_EVENTS: dict[int | str, dict[str, Any]] = {200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}}
_log = logging.getLogger(__name__)


Texts = str | list[str] | None


class Limits(BaseModel):
    """What a search is limited to: of several texts any one will do. Dates are ISO 8601, both ends included."""

    model_config = ConfigDict(extra="forbid")

    speaker: Texts = Field(default=None, description="Only what this person says; part of a name or office is enough.")
    role: Texts = Field(default=None, description="Only speakers in this role; part of it is enough.")
    outlet: Texts = Field(default=None, description="Only speakers of this outlet or organisation.")
    since: str | None = Field(
        default=None,
        description="Only briefings of this date or later: 2026-02-12, 2026-02 or 2026.",
        examples=["2026-02"],
    )
    until: str | None = Field(
        default=None, description="Only briefings of this date or earlier, written in the same way."
    )
    language: Texts = Field(default=None, description="Only passages in this language.", examples=["en", "fr"])
    briefing: Texts = Field(default=None, description="Only the briefing of this id.")
    kind: Kind | list[Kind] | None = Field(default=None, description="Only passages of this kind.")
    collection: Texts = Field(default=None, description="Only the briefings of the collection of this name.")

    def options(self) -> FilterOptions:
        """As keyword arguments of the library."""
        return _options(self)


class SearchQuery(Limits):
    """A search, and how many passages to return."""

    question: str = Field(min_length=1, max_length=QUESTION_LENGTH)
    k: int = Field(default=10, ge=1, le=_MOST_HITS)


class Asked(BaseModel):
    """A question, and what was said before it (oldest first)."""

    # A filter in the wrong place is refused: it would be taken for one that was kept to.
    model_config = ConfigDict(extra="forbid")

    question: str = Field(min_length=1, max_length=QUESTION_LENGTH)
    history: list[tuple[str, str]] = Field(
        default_factory=list, max_length=_MOST_HISTORY, description="Earlier questions with their answers' text."
    )


class Question(Asked):
    """A question, what was said before it, and what to search."""

    filters: Limits = Field(default_factory=Limits)
    any_date: bool = Field(
        default=False, description="Search briefings of any date, whatever dates the question says (“since May”)."
    )
    written: bool = Field(
        default=True, description="Have the language model, where one is set, write beside the quotes; false is faster."
    )

    def asked(self) -> dict[str, Any]:
        """As arguments of the library."""
        options = {"question": self.question, "history": self.history, "any_date": self.any_date}
        return {**options, "written": self.written, **self.filters.options()}


class Status(BaseModel):
    """What the library holds, the models that answer, and whether who asks may change the library.

    `language_model` writes beside the quotes of answers, which are found and chosen without one; None where none does.
    """

    model: ModelState
    briefings: int
    passages: int
    editing: bool
    language_model: str | None


class Title(BaseModel):
    """A conversation's new title."""

    title: str = Field(min_length=1, max_length=200)


class Judgement(BaseModel):
    """What a reader thinks of an answer (`citation` 0) or of one of its citations."""

    asked: str
    citation: int = Field(default=0, ge=0)
    verdict: Verdict


class WebPage(BaseModel):
    """A page to fetch and add."""

    url: str = Field(max_length=2000, description="Where it is, from https:// or http:// on.")


def briefings_api(
    library: Library, loading: ModelLoading, suggested: Suggestions, places: Places, audit: Audit
) -> APIRouter:
    """Questions, searches and the library's briefings."""
    api = APIRouter(prefix="/api")
    adding = Adding(library, audit)

    @api.get("/status", tags=["library"])
    def status(request: Request) -> Status:
        """What the library holds and whether it can answer yet."""
        summaries = library.summaries()
        return Status(
            model=loading.state(),
            language_model=library.language_model,
            briefings=len(summaries),
            passages=sum(summary.passages for summary in summaries),
            editing=may_change(request),
        )

    @api.get("/suggestions", tags=["questions"])
    def suggestions(language: str = "en") -> tuple[str, ...]:
        """Up to three questions that the library has just been seen to answer."""
        return _tried(suggested.at_start(language))

    @api.post("/ask", tags=["questions"])
    def ask(question: Question) -> Answer:
        """Answer a question with verbatim quotes, and what a language model writes beside them where one is set."""
        with places.taken(question.question):
            return library.ask(**question.asked())

    @api.post("/ask/stream", tags=["questions"], response_class=Response, responses=_EVENTS)
    def ask_stream(question: Question) -> EventSourceResponse:
        """The same as server-sent events: `answer` with the answer as it grows, then `done` or `error`."""
        # Started here, so that a question that cannot be asked is refused with a status and not in the stream.
        answers = _placed(places, question.question, library.stream(**question.asked()))
        first = next(answers, None)
        return EventSourceResponse(_answer_events(first, answers))

    @api.get("/search", tags=["questions"])
    def search(query: Annotated[SearchQuery, Query()]) -> list[Hit]:
        """The passages nearest to a question, best first."""
        with places.taken(query.question):
            return library.search(query.question, k=query.k, **query.options())

    @api.get("/passing", tags=["questions"])
    def passing(limits: Annotated[Limits, Query()]) -> Passing:
        """How much of the library passes limits, and how many undated briefings their dates leave out."""
        return library.passing(**limits.options())

    @api.get("/tallies", tags=["library"])
    def tallies(limits: Annotated[Limits, Query()]) -> Mapping[str, Mapping[str, int]]:
        """How many passages each of `/api/names` would leave as the only one of its kind beside the other limits."""
        return library.tallies(**limits.options())

    @api.get("/briefings", tags=["library"])
    def briefings(speaker: str | None = None) -> list[Summary]:
        """All briefings, or those in which somebody speaks, one line each."""
        return library.summaries(speaker=speaker)

    @api.post("/briefings", tags=["library"], response_model=AddReport)
    def add(request: Request, files: Annotated[list[UploadFile], File()]) -> Response:
        """Add files.

        With `Accept: text/event-stream` the answer is events: `started`, `progress` each, then `report`; or `stopped`
        with what was added until then.
        """
        return adding.uploads(files, actor_of(request), events=_wants_events(request))

    @api.post("/briefings/web", tags=["library"], response_model=AddReport)
    def add_web(request: Request, page: WebPage) -> Response:
        """Fetch one public web page and add it; answered as for files."""
        if not page.url.lower().startswith(("http://", "https://")):
            raise InvalidRequest(f"{page.url}: is no address of a web page. Write one that begins with https://.")
        return adding.web_page(page.url, actor_of(request), events=_wants_events(request))

    @api.post("/briefings/samples", tags=["library"], response_model=AddReport)
    def add_sample_briefings(request: Request) -> Response:
        """Add the sample briefings that come with OnRecord, whose people are invented; answered as for files."""
        return adding.samples(actor_of(request), events=_wants_events(request))

    @api.delete("/additions/{addition}", tags=["library"], status_code=204)
    def stop_adding(addition: str) -> None:
        """Add nothing more of what `started` named so; what has been added stays."""
        adding.stop(addition)

    @api.get("/briefings/{briefing_id}", tags=["library"])
    def briefing(briefing_id: str) -> Briefing:
        """A briefing of any version, with its text and turns."""
        return library.briefing(briefing_id)

    @api.get("/briefings/{briefing_id}/passages", tags=["library"])
    def passages(briefing_id: str) -> list[Passage]:
        """A briefing's passages in order."""
        return library.passages(briefing_id)

    @api.get("/briefings/{briefing_id}/source", tags=["library"])
    def source(briefing_id: str, start: int, end: int, check: str | None = None) -> Source:
        """The words `text[start:end]` with the turns around them; `check` is the fingerprint in an answer's link."""
        found = library.briefing(briefing_id)
        holding = next((p for p in library.passages(briefing_id) if p.start <= start < p.end), None)
        recording = library.recording(briefing_id)
        return source_of(found, start, end, check, holding, recording.media_type if recording else None)

    @api.get("/briefings/{briefing_id}/file", tags=["library"], response_class=Response)
    def file(briefing_id: str) -> Response:
        """The file as it was added; of a recording that lies on another machine, what was heard in it."""
        briefing = library.briefing(briefing_id)
        name = briefing.file
        safe = "".join(
            letter if letter.isascii() and (letter.isalnum() or letter in "-_. ") else "_" for letter in name
        )
        # Never shown in the browser: a briefing can be an HTML page with scripts of its own.
        headers = {"content-disposition": f'attachment; filename="{safe}"'}
        recording = library.recording(briefing_id) if briefing.kind == "recording" else None
        if recording is not None:
            return FileResponse(recording.path, media_type="application/octet-stream", headers=headers)
        return Response(library.file(briefing_id), media_type="application/octet-stream", headers=headers)

    @api.delete("/briefings/{briefing_id}", tags=["library"], status_code=204)
    def remove(request: Request, briefing_id: str) -> None:
        """Remove a briefing with all its versions."""
        file = library.briefing(briefing_id).file
        library.remove(briefing_id)
        audit.note("removed", actor_of(request), briefing=briefing_id, file=file)

    @api.get("/names", tags=["library"])
    def names() -> dict[str, list[str]]:
        """The speakers, roles, outlets, languages and kinds to choose filters from."""
        return library.names()

    return api


def _tried(suggested: tuple[str, ...] | None) -> tuple[str, ...]:
    """Suggestions, or the word to come again where others are being answered first."""
    if suggested is None:
        raise HTTPException(503, "Others are being answered first.", headers={"Retry-After": "5"})
    return suggested


def conversations_api(conversations: Conversations, suggested: Suggestions) -> APIRouter:
    """A visitor's own conversations; the visitor is told by the cookie that the page sets."""
    api = APIRouter(prefix="/api", tags=["conversations"])

    def visitor(request: Request) -> str:
        return visitor_sending(request, "conversations belong to the browser that held them.")

    @api.get("/conversations")
    def listed(request: Request) -> list[Conversation]:
        """The visitor's conversations, the one last used first."""
        return conversations.of(visitor(request))

    @api.patch("/conversations/{conversation}", status_code=204)
    def rename(request: Request, conversation: str, title: Title) -> None:
        """Give a conversation another title."""
        conversations.rename(visitor(request), conversation, title.title)

    @api.delete("/conversations/{conversation}", status_code=204)
    def delete(request: Request, conversation: str) -> None:
        """Delete a conversation."""
        conversations.delete(visitor(request), conversation)

    @api.get("/conversations/{conversation}/suggestions")
    def suggestions(request: Request, conversation: str) -> tuple[str, ...]:
        """Up to three questions to go on with, each just seen to be answered."""
        asked = conversations.asked(visitor(request), conversation)
        return _tried(suggested.after(asked)) if asked else ()

    @api.post("/feedback", status_code=204)
    def judge(request: Request, judgement: Judgement) -> None:
        """Say what you think of an answer or a citation."""
        conversations.judge(visitor(request), judgement.asked, judgement.verdict, citation=judgement.citation)

    @api.get("/feedback")
    def feedback(request: Request) -> list[Feedback]:
        """All that the visitor said of answers and citations."""
        return conversations.feedback(visitor(request))

    return api


def _options(limits: Limits) -> FilterOptions:
    given = limits.model_dump(include=set(Limits.model_fields), exclude_none=True)
    return cast(FilterOptions, given)


def _wants_events(request: Request) -> bool:
    return "text/event-stream" in request.headers.get("accept", "")


def _placed(places: Places, question: str, answers: Iterator[Answer]) -> Generator[Answer, None, None]:
    """The answer as it grows, in a place of its own until it is whole or nobody reads on."""
    with places.taken(question):
        yield from answers


async def _answer_events(first: Answer | None, others: Generator[Answer, None, None]) -> AsyncIterator[bytes]:
    try:
        if first is not None:
            yield format_sse_event(event="answer", data_str=_ANSWER.dump_json(first).decode())
        async for answer in iterate_in_threadpool(others):
            if answer is first:
                # Nothing new; but here it is noticed that a reader has gone away.
                yield format_sse_event(comment="")
                continue
            first = answer
            yield format_sse_event(event="answer", data_str=_ANSWER.dump_json(answer).decode())
        yield format_sse_event(event="done", data_str="{}")
    except OnRecordError as error:
        yield failure_event(str(error))
    except Exception:  # noqa: BLE001 - the status is sent already: the stream itself must say it
        _log.exception("An answer broke off")
        yield failure_event("The answer broke off. Ask again; the server's messages have the cause.")
    finally:
        # What is left to be collected some day would hold its place, and the model, until then.
        others.close()
