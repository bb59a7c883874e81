"""The whole application: the API, the pages that are read, and the chat, which comes last as Gradio takes longest."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi_offline import FastAPIOffline
from starlette.middleware.trustedhost import TrustedHostMiddleware

from onrecord.rag import InvalidRequest, Library, ModelError, OnRecordError, UnknownBriefing
from onrecord.ui.api.collections import collections_api
from onrecord.ui.api.corrections import corrections_api
from onrecord.ui.api.routes import briefings_api, conversations_api
from onrecord.ui.api.sheets import sheets_api
from onrecord.ui.chat.chat import Chat
from onrecord.ui.chat.conversations import CONVERSATIONS_FILE, Conversations, UnknownConversation
from onrecord.ui.chat.exporting import export_api
from onrecord.ui.chat.suggestions import Suggestions
from onrecord.ui.check.pages import check_page
from onrecord.ui.check.routes import check_api
from onrecord.ui.desk.comparing import comparing_api, comparing_page
from onrecord.ui.desk.correcting import correcting_pages
from onrecord.ui.desk.pages import desk_pages
from onrecord.ui.desk.pins import Pins, UnknownPin
from onrecord.ui.desk.pins_api import pins_api
from onrecord.ui.desk.pins_page import pins_page
from onrecord.ui.desk.routes import desk_api
from onrecord.ui.page.assets import Assets, Preloading
from onrecord.ui.page.plain import page_at
from onrecord.ui.page.text import terminal_language, words
from onrecord.ui.reader.pages import reader_pages
from onrecord.ui.reader.recordings import recordings_api
from onrecord.ui.server.accounts import Account, accounts_in
from onrecord.ui.server.audit import Audit
from onrecord.ui.server.connections import Table
from onrecord.ui.server.later import Later
from onrecord.ui.server.listening import address_of, listener, run_server
from onrecord.ui.server.loading import ModelLoading
from onrecord.ui.server.login import Login
from onrecord.ui.server.operations import Metrics, Observed, operations_api
from onrecord.ui.server.places import RETRY_SECONDS, Busy, Places
from onrecord.ui.server.security import Guard, Visitors, allowed_hosts
from onrecord.ui.server.settings import ServerSettings
from onrecord.ui.writing.routes import writing_api

# Seconds that the page waits at most for the model, and again for a question that a program asked before it was there:
# beside each other both take twice as long. Another model than the bundled one may take longer than anybody waits.
_PATIENCE = 3.0
_SECONDS_TO_END = 5.0
_STATUS_OF: dict[type[OnRecordError], int] = {
    UnknownBriefing: 404,
    UnknownConversation: 404,
    UnknownPin: 404,
    InvalidRequest: 422,
    ModelError: 503,
    Busy: 429,
}


def create_app(
    library: Library,
    *,
    settings: ServerSettings,
    places: Places,
    table: Table,
    hosts: Sequence[str] = ("127.0.0.1", "localhost"),
    accounts: Mapping[str, Account] | None = None,
) -> FastAPI:
    """The whole application: page, reader and API. Without `accounts` there is no login.

    The model starts loading at once, in the background; the page is made behind it, and whoever asks for it waits.
    """
    own = library.database or library.folder / CONVERSATIONS_FILE
    conversations = Conversations(own)
    audit = Audit(library.folder)
    loading = ModelLoading(library)
    chat = Chat(library, conversations, loading, places)
    chat_page = Later(lambda: _first_answered(loading, places), lambda: _page(library, chat, places))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with chat_page.lifespan(app):
            yield
        # A process that ends while a thread of it is inside a library in C++ is aborted.
        await asyncio.to_thread(loading.wait, _SECONDS_TO_END)

    app: FastAPI = FastAPIOffline(
        lifespan=lifespan,
        title="OnRecord",
        description="Ask press briefings, and read the exact words on the record.",
        docs_url="/api/docs",
        redoc_url=None,
        openapi_url="/api/openapi.json",
        static_url="/api/static",
    )
    suggested = Suggestions(library, loading, places)
    metrics = Metrics(places, table)
    app.include_router(operations_api(metrics, places, loading))
    app.include_router(briefings_api(library, loading, suggested, places, audit))
    app.include_router(collections_api(library, audit))
    app.include_router(corrections_api(library, audit))
    app.include_router(conversations_api(conversations, suggested))
    app.include_router(desk_api(library, suggested, places))
    app.include_router(export_api(library, conversations, places))
    app.include_router(reader_pages(library))
    app.include_router(correcting_pages(library))
    app.include_router(recordings_api(library))
    app.include_router(page_at("/check", check_page))
    app.include_router(check_api(library, places))
    app.include_router(sheets_api(library, places))
    app.include_router(desk_pages(library))
    app.include_router(pins_api(library, Pins(own)))
    app.include_router(page_at("/desk/pins", pins_page))
    app.include_router(comparing_api(library, places))
    app.include_router(page_at("/desk/compare", comparing_page))
    app.include_router(writing_api(library, places, audit, hosts))
    # Not "assets": these are Gradio's own.
    app.mount("/parts", Assets(directory=str(files("onrecord.ui"))))
    app.add_exception_handler(OnRecordError, _refusal)
    app.add_exception_handler(RequestValidationError, _misread)
    app.mount("/", chat_page)
    if accounts:
        app.add_middleware(Login, accounts=accounts, audit=audit)
    app.add_middleware(Preloading)
    app.add_middleware(Visitors)
    app.add_middleware(Guard, upload_megabytes=settings.upload_megabytes)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)
    app.add_middleware(Observed, metrics=metrics)
    loading.start()
    return app


def serve(
    library: Library,
    *,
    host: str,
    port: int,
    auth_file: Path | None = None,
    no_auth: bool = False,
    other_hosts: Sequence[str] = (),
) -> None:
    """Serve the page until interrupted; prints the address once it answers. Port 0 takes a free one.

    `other_hosts` are further names that the page may be asked for under. Raises InvalidRequest for an address that
    cannot be listened on, an unusable `auth_file`, and an address that others reach without a login, unless `no_auth`.
    """
    settings = ServerSettings.load()
    accounts = accounts_in(auth_file) if auth_file else None
    bound = listener(host, port, closed=accounts is not None, no_auth=no_auth)
    places, table = Places(settings), Table(settings)
    hosts = allowed_hosts(host, other_hosts)
    app = create_app(library, settings=settings, places=places, table=table, hosts=hosts, accounts=accounts)
    greeting = words(terminal_language())["serving"].format(address=address_of(host, bound))
    run_server(app, bound, greeting, places=places, table=table, settings=settings)


async def _refusal(_: Request, error: Exception) -> JSONResponse:
    status = next((status for kind, status in _STATUS_OF.items() if isinstance(error, kind)), 400)
    headers = {"retry-after": str(RETRY_SECONDS)} if isinstance(error, Busy) else None
    return JSONResponse({"detail": str(error)}, status, headers)


async def _misread(_: Request, error: Exception) -> Response:
    """Say what is wrong with a request, where, and nothing of what was sent: it may be long, or no JSON (NaN)."""
    found = error.errors() if isinstance(error, RequestValidationError) else ()
    told = [{part: one[part] for part in ("type", "loc", "msg")} for one in found]
    # Escapes, since the names of fields may hold halves of characters.
    return Response(json.dumps({"detail": told}), 422, media_type="application/json")


def _first_answered(loading: ModelLoading, places: Places) -> None:
    loading.wait(_PATIENCE)
    places.quiet(_PATIENCE)


def _page(library: Library, chat: Chat, places: Places) -> FastAPI:
    # It imports Gradio.
    from onrecord.ui.web import page

    return page(library, chat, places)
