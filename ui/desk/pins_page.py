"""The page of a visitor's pinboards; what it shows comes from `/api/boards` and `/api/pins`."""

from __future__ import annotations

from onrecord.ui.page.plain import plain_page
from onrecord.ui.page.text import words


def pins_page(language: str) -> str:
    """An empty frame; the script fills in the boards. `?board=` names the one that it opens with."""
    said = words(language)
    body = (
        f'<header class="plain-head"><h1>{said["pinboard"]}</h1><p class="meta">{said["pinboard_more"]}</p></header>'
        '<main id="pinboard"></main>'
    )
    return plain_page(said["pinboard"], body, language, script="desk/pins", styles=["desk/pins"], base="../")
