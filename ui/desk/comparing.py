"""Two briefings side by side: the route for programs, and the page at `/desk/compare` that shows it."""

from __future__ import annotations

from fastapi import APIRouter

from onrecord.rag import Comparison, Library
from onrecord.ui.page.plain import plain_page
from onrecord.ui.page.text import words
from onrecord.ui.server.places import Places


def comparing_api(library: Library, places: Places) -> APIRouter:
    """What both of two briefings speak of, what differs, and what stands in one alone."""
    api = APIRouter(prefix="/api", tags=["library"])

    @api.get("/compare")
    def compare(first: str, second: str, speaker: str | None = None) -> Comparison:
        """Set two briefings side by side, named by their ids; with `speaker`, that person's words alone."""
        with places.taken(f"{first} {second}"):
            return library.compare(first, second, speaker=speaker or None)

    return api


def comparing_page(language: str) -> str:
    """A form to choose by; the script fills in what there is to choose, and what is found.

    `?first=`, `?second=` and `?speaker=` name what it opens with.
    """
    said = words(language)
    body = (
        f'<header class="plain-head"><h1>{said["compare"]}</h1><p class="meta">{said["compare_more"]}</p></header>'
        '<main><form id="compare">'
        f'<p class="field"><label for="speaker">{said["compare_speaker"]}</label>'
        '<input id="speaker" name="speaker" list="speakers" autocomplete="off"><datalist id="speakers"></datalist></p>'
        f'<p class="field"><label for="first">{said["compare_first"]}</label>'
        '<select id="first" name="first" required></select></p>'
        f'<p class="field"><label for="second">{said["compare_second"]}</label>'
        '<select id="second" name="second" required></select></p>'
        f'<p class="field"><button type="submit" class="primary">{said["compare_do"]}</button></p></form>'
        '<p id="compared" role="status"></p><div id="comparison"></div></main>'
    )
    return plain_page(
        said["compare"], body, language, script="desk/comparing", styles=["desk/pinning", "desk/comparing"], base="../"
    )
