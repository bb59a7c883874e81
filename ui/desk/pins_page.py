"""The page of a visitor's pinboards; what it shows comes from `/api/boards` and `/api/pins`."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from onrecord.ui.page.plain import language_of, plain_page, plain_response
from onrecord.ui.page.text import words


def pins_pages() -> APIRouter:
    """The page at `/desk/pins`; `?board=` names the board that it opens with."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/desk/pins", response_class=HTMLResponse)
    def pins(request: Request) -> HTMLResponse:
        return plain_response(pins_page(language_of(request)))

    return pages


def pins_page(language: str) -> str:
    """An empty frame; the script fills in the boards."""
    said = words(language)
    body = (
        f'<header class="plain-head"><h1>{said["pinboard"]}</h1><p class="meta">{said["pinboard_more"]}</p></header>'
        '<main id="pinboard"></main>'
    )
    return plain_page(said["pinboard"], body, language, script="desk/pins", styles=["desk/pins"], base="../")
