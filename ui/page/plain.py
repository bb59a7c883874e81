"""Pages without Gradio: the reader, the quote check, the desk. No script or style stands in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from onrecord.ui.page.assets import part
from onrecord.ui.page.html import escape
from onrecord.ui.page.text import dictionary, preferred_language, words
from onrecord.ui.server.security import LANGUAGE_COOKIE

# No inline script or style here, unlike what Gradio needs.
_POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
_PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
{styles}<link rel="icon" href="{icon}" type="image/svg+xml">
<script type="application/json" id="onrecord-words">{words}</script>
{scripts}</head>
<body><nav id="places" aria-label="{places}"></nav>{body}</body></html>"""


def plain_page(
    title: str, body: str, language: str, *, script: str | None = None, styles: Sequence[str] = (), base: str = ""
) -> str:
    """A whole page. `body` is HTML; `script` and `styles` are named as in `ui/`, without their endings.

    `base` leads from the page's address back to where the chat is: `../` for each folder.
    """
    links = "".join(
        f'<link rel="stylesheet" href="{base}{part(style + ".css")}">' for style in ("page/base", "page/plain", *styles)
    )
    scripts = "".join(
        f'<script type="module" src="{base}{part(name + ".js")}"></script>'
        for name in ("page/navigation", script)
        if name
    )
    return _PAGE.format(
        title=escape(title),
        body=body,
        language=language,
        words=dictionary(),
        scripts=scripts,
        styles=links,
        icon=base + part("page/icon.svg"),
        places=words(language)["places"],
    )


def plain_response(page: str, status: int = 200) -> HTMLResponse:
    """A page as it is sent."""
    return HTMLResponse(page, status, {"content-security-policy": _POLICY})


def page_at(address: str, page: Callable[[str], str]) -> APIRouter:
    """A page that is the same for everybody but for its language, of which `page` makes it, at an address."""
    pages = APIRouter(include_in_schema=False)

    @pages.get(address, response_class=HTMLResponse)
    def served(request: Request) -> HTMLResponse:
        return plain_response(page(language_of(request)))

    return pages


def language_of(request: Request) -> str:
    """The language to serve a page in: the one chosen, else the browser's first that the page speaks."""
    return preferred_language(request.cookies.get(LANGUAGE_COOKIE), request.headers.get("accept-language"))
