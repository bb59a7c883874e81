"""The page's own styles and scripts: served from the folders of its parts, and named to the browser early."""

from __future__ import annotations

import os
import re
from functools import cache
from hashlib import sha256
from pathlib import Path, PurePosixPath

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STYLES = tuple(
    f"{name}.css"
    for name in (
        "page/base",
        "page/page",
        "chat/chat",
        "chat/quotes",
        "writing/writing",
        "library/library",
        "library/limits",
        "source/source",
        "desk/pinning",
        "page/small",
        "page/print",
    )
)
_SCRIPTS = tuple(
    f"{name}.js"
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
        "chat/written",
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
        "writing/writer",
    )
)
# What the page asks for as soon as it is drawn. The scripts take what has come by then, and ask for it otherwise.
_ASKED = ("status", "briefings", "names", "collections", "conversations", "feedback", "language-model")
# What a browser is given; code in Python lies beside it.
_SERVED = {".css", ".js", ".svg"}
_PARTS = Path(__file__).resolve().parents[1]
_VERSION = re.compile(r"[0-9a-f]{12}")
# Another state of a file has another address, so that no browser needs to ask whether it has changed.
_KEPT = "max-age=31536000, immutable"


@cache
def _version() -> str:
    """The state of all that is served, by which its addresses are told from those of another."""
    digest = sha256()
    for file in sorted(_PARTS.glob("*/*")):
        if file.suffix in _SERVED:
            digest.update(f"{file.relative_to(_PARTS).as_posix()}\n{sha256(file.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()[:12]


def part(name: str) -> str:
    """The address of a style, script or picture ("chat/chat.js"), relative to the root of the page."""
    return f"parts/{_version()}/{name}"


@cache
def _early() -> str:
    """The header that names what the page needs.

    Otherwise scripts come one after the other, each when the one before has run, a third of a second later; and what
    they ask for after that.
    """
    return ", ".join(
        [f"<{part(style)}>; rel=preload; as=style" for style in STYLES]
        + [f"<{part(script)}>; rel=modulepreload" for script in _SCRIPTS]
        + [f"<api/{path}>; rel=preload; as=fetch; crossorigin" for path in _ASKED]
    )


class Assets(StaticFiles):
    """The styles, scripts and pictures of the page's parts, each beside the code that it belongs to."""

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """The file that a path names, and none where it is not for browsers."""
        return super().lookup_path(path) if PurePosixPath(path).suffix in _SERVED else ("", None)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file under its address in this version, to be kept, or in another one, to be asked for each time."""
        version, _, rest = path.partition(os.sep)
        answer = await super().get_response(rest if _VERSION.fullmatch(version) else path, scope)
        answer.headers["cache-control"] = _KEPT if version == _version() else "no-cache"
        return answer


class Preloading:
    """ASGI middleware: names what the page needs in a header of it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, with the header where it is the page that is asked for."""

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("link", _early())
            await send(message)

        is_page = scope["type"] == "http" and scope["path"].removeprefix(scope.get("root_path", "")) in ("", "/")
        await self._app(scope, receive, send_named if is_page else send)
