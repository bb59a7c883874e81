"""A visitor's pinboards for programs and for the page: what is pinned, what has become of it, and exports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from onrecord.rag import (
    Citation,
    ExportFormat,
    InvalidRequest,
    Library,
    LibraryError,
    PinnedQuote,
    UnknownBriefing,
    export_pins,
    link_to,
)
from onrecord.ui.desk.pins import NAME_LENGTH, NOTE_LENGTH, Board, Pin, Pins
from onrecord.ui.page.files import as_file
from onrecord.ui.page.plain import language_of
from onrecord.ui.page.text import words
from onrecord.ui.server.security import visitor_sending

# A speech of some minutes; longer ones are read in the briefing.
_LONGEST_QUOTE = 5000

PinState = Literal["same", "newer_version", "words_changed", "briefing_gone", "briefing_damaged"]
"""What has become of a pinned quote's briefing since."""


class NewPin(BaseModel):
    """A slice of a briefing to pin; `quote` are the words that stand there, so that none are pinned by a slip."""

    model_config = ConfigDict(extra="forbid")

    briefing_id: str = Field(max_length=64)
    start: int = Field(ge=0)
    end: int = Field(ge=1)
    quote: str = Field(min_length=1, max_length=_LONGEST_QUOTE)
    board: str | None = Field(default=None, description="The board's id; the one last used, or a first one, if none.")


class BoardName(BaseModel):
    """A board's name."""

    name: str = Field(min_length=1, max_length=NAME_LENGTH)


class Note(BaseModel):
    """What is written beside a pin."""

    note: str = Field(max_length=NOTE_LENGTH)


class PinPlace(BaseModel):
    """Where a pin goes: its place among the others, counted from 0, and a board where it is another one."""

    place: int = Field(ge=0)
    board: str | None = None


@dataclass(frozen=True, slots=True)
class ShownPin:
    """A pin as it stands today.

    `citation` is read from the briefing as stored, where its words are still those that were pinned; else it is as it
    was pinned, and `state` says why. `newer` is the id of the version that took the briefing's place. `link` is the
    original page's address, opening at the words.
    """

    id: str
    board: str
    citation: Citation
    sha256: str
    note: str
    at: str
    state: PinState
    newer: str | None
    link: str | None


def pins_api(library: Library, pins: Pins) -> APIRouter:
    """Boards and pins of the visitor, who is told by the cookie that the page sets."""
    api = APIRouter(prefix="/api", tags=["pins"])

    def visitor(request: Request) -> str:
        return visitor_sending(request, "pins belong to the browser that made them.")

    @api.get("/boards")
    def boards(request: Request) -> list[Board]:
        """The visitor's boards, the one last pinned to first."""
        return pins.boards(visitor(request))

    @api.post("/boards", status_code=201)
    def new_board(request: Request, board: BoardName) -> Board:
        """Begin a board."""
        return pins.new_board(visitor(request), board.name)

    @api.patch("/boards/{board}", status_code=204)
    def rename(request: Request, board: str, name: BoardName) -> None:
        """Give a board another name."""
        pins.rename(visitor(request), board, name.name)

    @api.delete("/boards/{board}", status_code=204)
    def delete_board(request: Request, board: str) -> None:
        """Delete a board with its pins."""
        pins.delete_board(visitor(request), board)

    @api.get("/boards/{board}/pins")
    def pinned(request: Request, board: str) -> list[ShownPin]:
        """The pins of a board in order, each held against its briefing."""
        return [shown(library, pin) for pin in pins.of(visitor(request), board)]

    @api.get("/boards/{board}/export", response_class=Response)
    def exported(request: Request, board: str, format: ExportFormat = "markdown") -> Response:
        """The pins of a board with their sources and notes, as a file."""
        owner, language = visitor(request), language_of(request)
        quotes = [_exported(shown(library, pin), language) for pin in pins.of(owner, board)]
        return as_file(export_pins(pins.board(owner, board).name, quotes, format, language=language), format)

    @api.post("/pins", status_code=201)
    def pin(request: Request, new: NewPin) -> ShownPin:
        """Pin a slice of a briefing."""
        citation = library.quote(new.briefing_id, new.start, new.end)
        if citation.quote != new.quote:
            raise InvalidRequest("Other words stand there than those to be pinned. Open the briefing again.")
        sha256 = library.briefing(new.briefing_id).sha256
        otherwise = words(language_of(request))["first_board"]
        made = pins.add(visitor(request), citation, sha256, board=new.board, otherwise=otherwise)
        return shown(library, made)

    @api.patch("/pins/{pin}", status_code=204)
    def write(request: Request, pin: str, note: Note) -> None:
        """Write the note beside a pin."""
        pins.write(visitor(request), pin, note.note)

    @api.put("/pins/{pin}/place", status_code=204)
    def move(request: Request, pin: str, place: PinPlace) -> None:
        """Put a pin elsewhere on its board, or on another one."""
        pins.move(visitor(request), pin, place.place, place.board)

    @api.delete("/pins/{pin}", status_code=204)
    def remove(request: Request, pin: str) -> None:
        """Take a pin off its board; for a day it can be put back."""
        pins.remove(visitor(request), pin)

    @api.post("/pins/{pin}/restore", status_code=204)
    def restore(request: Request, pin: str) -> None:
        """Put a pin that was taken off back where it was."""
        pins.restore(visitor(request), pin)

    return api


def shown(library: Library, pin: Pin) -> ShownPin:
    """A pin held against its briefing as stored, whose digest is checked when it is read."""
    citation, newer = pin.citation, None
    try:
        newer = library.briefing(citation.briefing_id).superseded_by
        now = library.quote(citation.briefing_id, citation.start, citation.end)
        state: PinState = "words_changed" if now.quote != citation.quote else "newer_version" if newer else "same"
        citation = now if now.quote == citation.quote else citation
    except UnknownBriefing:
        state = "briefing_gone"
    except InvalidRequest:
        state = "words_changed"
    except LibraryError:
        state = "briefing_damaged"
    link = link_to(citation.url, citation.quote, citation.page)
    return ShownPin(pin.id, pin.board, citation, pin.sha256, pin.note, pin.at, state, newer, link)


def _exported(pin: ShownPin, language: str) -> PinnedQuote:
    warning = "" if pin.state == "same" else words(language)[pin.state]
    return PinnedQuote(pin.citation, pin.sha256, pin.note, warning, pin.state)
