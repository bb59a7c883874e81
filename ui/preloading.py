"""The page's own styles and scripts, named to the browser before Gradio has started and asks for them."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STYLES = tuple(f"page/{name}.css" for name in ("base", "page", "chat", "library", "source"))
_SCRIPTS = tuple(
    f"page/{name}.js" for name in ("base", "page", "library", "source", "filters", "conversations", "dialog", "upload")
)
# Otherwise they come one after the other, each when the one before has run: a third of a second later.
_PRELOAD = ", ".join(
    [f"<{style}>; rel=preload; as=style" for style in STYLES]
    + [f"<{script}>; rel=modulepreload" for script in _SCRIPTS]
)


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
