"""The page on which a briefing is corrected over its file as added; the work is done by the API."""

from __future__ import annotations

from html import escape

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from onrecord.rag import Briefing, Library, UnknownBriefing
from onrecord.ui.page.plain import language_of, plain_page, plain_response
from onrecord.ui.page.text import words
from onrecord.ui.reader.pages import missing_page


def correcting_pages(library: Library) -> APIRouter:
    """The page at `/briefings/<id>/correct`."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/briefings/{briefing_id}/correct", response_class=HTMLResponse)
    def correct(request: Request, briefing_id: str) -> HTMLResponse:
        language = language_of(request)
        try:
            briefing = library.briefing(briefing_id)
        except UnknownBriefing:
            return plain_response(missing_page(language, base="../../"), 404)
        return plain_response(correcting_page(briefing, language))

    return pages


def correcting_page(briefing: Briefing, language: str) -> str:
    """The head of the page; the script puts the forms below it."""
    said = words(language)
    body = (
        f'<header class="plain-head"><h1>{said["correct_briefing"]}</h1>'
        f'<p><a href="../{escape(briefing.id)}" lang="{escape(briefing.language)}" id="corrected-title">'
        f"{escape(briefing.title)}</a></p>"
        f'<p class="meta">{said["correct_more"]}</p></header>'
        f'<main id="correcting" data-briefing="{escape(briefing.id)}"></main>'
    )
    return plain_page(
        said["correct_briefing"],
        body,
        language,
        script="desk/correcting",
        styles=["desk/correcting"],
        base="../../",
    )
