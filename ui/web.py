"""The page: a Gradio chat inside a FastAPI application. The only file that imports Gradio."""

from __future__ import annotations

import os

# Before Gradio is imported: it reports its import otherwise. Nothing here ever asks another machine.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from fastapi_offline import FastAPIOffline
from starlette.middleware.trustedhost import TrustedHostMiddleware

from onrecord.rag import InvalidRequest, Library, ModelError, OnRecordError, UnknownBriefing
from onrecord.ui.api.routes import briefings_api, conversations_api
from onrecord.ui.chat.chat import QUESTION_LENGTH, Chat, Update, filter_options
from onrecord.ui.chat.chat import Request as ChatRequest
from onrecord.ui.chat.conversations import CONVERSATIONS_FILE, Conversations, UnknownConversation
from onrecord.ui.chat.exporting import export_api
from onrecord.ui.chat.render import welcome_html
from onrecord.ui.chat.suggestions import Suggestions
from onrecord.ui.check.pages import check_pages
from onrecord.ui.desk.pages import desk_pages
from onrecord.ui.desk.routes import desk_api
from onrecord.ui.page.assets import STYLES, Assets, Preloading
from onrecord.ui.page.text import dictionary, preferred_language, terminal_language, words
from onrecord.ui.reader.pages import reader_pages
from onrecord.ui.server.accounts import Account, accounts_in
from onrecord.ui.server.audit import Audit
from onrecord.ui.server.connections import Table
from onrecord.ui.server.listening import address_of, listener, run_server
from onrecord.ui.server.loading import ModelLoading
from onrecord.ui.server.login import Login
from onrecord.ui.server.operations import Metrics, Observed, operations_api
from onrecord.ui.server.places import RETRY_SECONDS, Busy, Places
from onrecord.ui.server.security import Guard, Visitors, allowed_hosts, visitor_of
from onrecord.ui.server.settings import ServerSettings

# What Gradio itself keeps waiting: far more than the places at the desk, which say so when they are full.
_MOST_EVENTS = 1000
_STATUS_OF = {UnknownBriefing: 404, UnknownConversation: 404, InvalidRequest: 422, ModelError: 503, Busy: 429}

# The modules are imported where they are used: whichever of Gradio's and our scripts comes first, both find them.
_MODULE = "(await import(new URL('parts/{name}', document.baseURI)))"
_SEND_QUESTION = f"async (question, sent) => {_MODULE.format(name='chat/chat.js')}.request(question)"
_SEND_CONTEXT = f"async (sent) => [{_MODULE.format(name='chat/chat.js')}.context()]"
_FETCHED = f"async () => {{ {_MODULE.format(name='chat/chat.js')}.fetched(); }}"
_ANSWERED = f"async (sent) => {{ {_MODULE.format(name='chat/chat.js')}.answered(sent); }}"
_STOPPED = f"async (sent) => {{ {_MODULE.format(name='chat/chat.js')}.stopped(sent); }}"
_MOUNT = "import(new URL('parts/{name}', document.baseURI)).then((part) => part.{mount}(element, trigger)); {events}"


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

    The model starts loading at once, in the background.
    """
    conversations = Conversations(library.database or library.folder / CONVERSATIONS_FILE)
    audit = Audit(library.folder)
    loading = ModelLoading(library)
    app: FastAPI = FastAPIOffline(
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
    app.include_router(conversations_api(conversations, suggested))
    app.include_router(desk_api(library, suggested, places))
    app.include_router(export_api(library, conversations, places))
    app.include_router(reader_pages(library))
    app.include_router(check_pages())
    app.include_router(desk_pages(library))
    # Not "assets": these are Gradio's own.
    app.mount("/parts", Assets(directory=str(files("onrecord.ui"))))
    app.add_exception_handler(OnRecordError, _refusal)
    page = _blocks(library, Chat(library, conversations, loading, places), places)
    app = gr.mount_gradio_app(
        app,
        page,
        path="/",
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        pwa=False,
        enable_monitoring=False,
        show_error=False,
        theme=_theme(),
        head=_head(),
    )
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


def _head() -> str:
    styles = "".join(f'<link rel="stylesheet" href="{style}">' for style in STYLES)
    return (
        f'{styles}<script type="application/json" id="onrecord-words">{dictionary()}</script>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="parts/page/icon.svg" type="image/svg+xml">'
    )


def _theme() -> gr.themes.Base:
    # Fonts of the system: a named web font would be fetched from outside.
    return gr.themes.Base(
        primary_hue="blue",
        neutral_hue="slate",
        font=["system-ui", "-apple-system", "Segoe UI", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
    )


def _blocks(library: Library, chat: Chat, places: Places) -> gr.Blocks:
    page: gr.Blocks
    with gr.Blocks(title="OnRecord", fill_height=True, fill_width=True, analytics_enabled=False) as page:
        sent = gr.JSON(visible=False)
        with gr.Sidebar(elem_id="library", position="left", width=300):
            gr.HTML(
                js_on_load=_MOUNT.format(name="library/library.js", mount="mount", events=""), apply_default_css=False
            )
        header = gr.HTML(
            js_on_load=_MOUNT.format(name="chat/chat.js", mount="mountHeader", events="['reopened'];"),
            elem_id="header",
            apply_default_css=False,
        )
        conversation = gr.Chatbot(
            elem_id="chat",
            show_label=False,
            container=False,
            autoscroll=False,
            scale=1,
            height="100%",
            layout="bubble",
            buttons=[],
            feedback_options=[],
            latex_delimiters=[],
            group_consecutive_messages=False,
            allow_file_downloads=False,
            placeholder=welcome_html("en", empty=False),
        )
        gr.HTML(
            js_on_load=_MOUNT.format(name="chat/chat.js", mount="mountSuggestions", events=""),
            elem_id="suggestions",
            apply_default_css=False,
        )
        gr.HTML(
            js_on_load=_MOUNT.format(name="library/filters.js", mount="mountChips", events=""),
            elem_id="limits",
            apply_default_css=False,
        )
        question = gr.Textbox(
            elem_id="question",
            show_label=False,
            container=False,
            lines=1,
            max_lines=6,
            max_length=QUESTION_LENGTH,
            placeholder=words("en")["ask_placeholder"],
            submit_btn=True,
            stop_btn=False,
            autofocus=True,
        )
        with gr.Sidebar(elem_id="source", position="right", width=430, open=False) as source:
            viewer = gr.HTML(
                js_on_load=_MOUNT.format(name="source/source.js", mount="mount", events="['opened', 'closed'];"),
                apply_default_css=False,
            )
        viewer.opened(
            fn=None, js="() => ({ open: true, __type__: 'update' })", outputs=source, api_visibility="private"
        )
        viewer.closed(
            fn=None, js="() => ({ open: false, __type__: 'update' })", outputs=source, api_visibility="private"
        )

        def answer(typed: object, context: object, request: gr.Request) -> Iterator[tuple[Any, ...]]:
            finished = False
            for update in chat.ask(_visitor(request), typed, context):
                finished = update.finished
                yield _shown(update, context, busy=not finished)
            if not finished:
                yield gr.skip(), gr.Textbox(submit_btn=True, stop_btn=False), gr.skip()

        def greet(context: object, request: gr.Request) -> tuple[Any, ...]:
            given = context if isinstance(context, Mapping) else {}
            language = preferred_language(given.get("language"), request.headers.get("accept-language"))
            welcome = welcome_html(language, empty=not library.summaries())
            box = gr.Textbox(placeholder=words(language)["ask_placeholder"])
            if not given.get("conversation"):
                # The chat itself is left alone: a quick reader may have asked already.
                return gr.Chatbot(placeholder=welcome), box
            messages: Any = chat.messages(_visitor(request), given.get("conversation"), language)
            return gr.Chatbot(value=messages, placeholder=welcome), box

        def reopen(context: object, request: gr.Request, of: Any = chat.messages) -> tuple[Any, ...]:
            given = context if isinstance(context, Mapping) else {}
            language = preferred_language(given.get("language"), request.headers.get("accept-language"))
            messages: Any = of(_visitor(request), given.get("conversation"), language)
            welcome = welcome_html(language, empty=not library.summaries())
            return gr.Chatbot(value=messages, placeholder=welcome), gr.Textbox(submit_btn=True, stop_btn=False)

        asked = gr.on(
            [question.submit, header.submit],
            answer,
            inputs=[question, sent],
            outputs=[conversation, question, sent],
            js=_SEND_QUESTION,
            show_progress="hidden",
            concurrency_limit=None,
            api_visibility="private",
        )
        asked.then(fn=None, js=_ANSWERED, inputs=sent, api_visibility="private")

        def stopped(context: object, request: gr.Request) -> tuple[Any, ...]:
            return reopen(context, request, chat.stopped)

        question.stop(
            stopped,
            sent,
            [conversation, question],
            cancels=asked,
            show_progress="hidden",
            api_visibility="private",
        ).then(fn=None, js=_STOPPED, inputs=sent, api_visibility="private")

        def ask_library(question: str, language: str | None = None, briefing: str | None = None) -> dict[str, Any]:
            """Answer one question; the HTTP API at /api/docs takes more filters and history."""
            try:
                sent_filters = {"language": language, "briefing": briefing}
                request = ChatRequest.parse(question, {"filters": sent_filters})
                with places.taken(request.question):
                    return asdict(library.ask(request.question, **filter_options(request.filters)))
            except OnRecordError as error:
                raise gr.Error(str(error)) from error

        gr.events.api(ask_library, api_name="ask", concurrency_limit=None)
        opening: dict[str, Any] = {
            "inputs": sent,
            "outputs": [conversation, question],
            "js": _SEND_CONTEXT,
            "show_progress": "hidden",
            "api_visibility": "private",
        }
        for fetched in (page.load(greet, **opening), header.reopened(reopen, **opening, cancels=asked)):
            fetched.then(fn=None, js=_FETCHED, api_visibility="private")
    page.queue(max_size=_MOST_EVENTS)
    return page


def _shown(update: Update, context: object, *, busy: bool) -> tuple[Any, ...]:
    sent = {**context, "conversation": update.conversation} if isinstance(context, Mapping) else gr.skip()
    # What is being typed is left alone.
    return list(update.messages), gr.Textbox(submit_btn=not busy, stop_btn=busy), sent


def _visitor(request: gr.Request) -> str | None:
    return visitor_of(dict(request.cookies))
