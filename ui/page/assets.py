"""The page's own styles and scripts: served from the folders of its parts, and named to the browser early."""

from __future__ import annotations

import os
from pathlib import PurePosixPath

from starlette.datastructures import MutableHeaders
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STYLES = tuple(
    f"parts/{name}.css"
    for name in (
        "page/base",
        "page/page",
        "chat/chat",
        "chat/quotes",
        "library/library",
        "library/limits",
        "source/source",
        "desk/pinning",
        "page/small",
        "page/print",
    )
)
_SCRIPTS = tuple(
    f"parts/{name}.js"
    for name in (
        "page/address",
        "page/base",
        "page/clipboard",
        "page/dialog",
        "page/navigation",
        "page/player",
        "page/redrawn",
        "chat/chat",
        "chat/arriving",
        "chat/conversations",
        "chat/copying",
        "chat/drawing",
        "chat/feedback",
        "chat/quotes",
        "chat/shortcuts",
        "library/library",
        "library/filters",
        "library/passing",
        "library/collections",
        "library/limits",
        "library/dropping",
        "library/upload",
        "page/rights",
        "source/card",
        "source/judgement",
        "source/quotation",
        "source/source",
        "desk/pinning",
    )
)
# Otherwise they come one after the other, each when the one before has run: a third of a second later.
_PRELOAD = ", ".join(
    [f"<{style}>; rel=preload; as=style" for style in STYLES]
    + [f"<{script}>; rel=modulepreload" for script in _SCRIPTS]
)
# What a browser is given; code in Python lies beside it.
_SERVED = {".css", ".js", ".svg"}


class Assets(StaticFiles):
    """The styles, scripts and pictures of the page's parts, each beside the code that it belongs to."""

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """The file that a path names, and none where it is not for browsers."""
        return super().lookup_path(path) if PurePosixPath(path).suffix in _SERVED else ("", None)


class Preloading:
    """ASGI middleware: names the styles and scripts in a header of the page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, with the header where it is the page that is asked for."""

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("link", _PRELOAD)
            await send(message)

        is_page = scope["type"] == "http" and scope["path"].removeprefix(scope.get("root_path", "")) in ("", "/")
        await self._app(scope, receive, send_named if is_page else send)
