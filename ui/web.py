"""The page: a Gradio chat. The only file that imports Gradio, which takes longer than all else that serving needs."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from fastapi import FastAPI

from onrecord.rag import Library, OnRecordError
from onrecord.ui.chat.chat import QUESTION_LENGTH, Chat, Update, filter_options
from onrecord.ui.chat.chat import Request as ChatRequest
from onrecord.ui.chat.render import welcome_html
from onrecord.ui.page.assets import STYLES, part
from onrecord.ui.page.lean import lean_import
from onrecord.ui.page.text import dictionary, preferred_language, words
from onrecord.ui.server.places import Places
from onrecord.ui.server.security import may_change, visitor_of

# Before Gradio is imported: it reports its import otherwise. Nothing here ever asks another machine.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

with lean_import():
    import gradio as gr

# What Gradio itself keeps waiting: far more than the places at the desk, which say so when they are full.
_MOST_EVENTS = 1000

# The modules are imported where they are used: whichever of Gradio's and our scripts comes first, both find them.
_MODULE = f"(await import(new URL('{part('chat/chat.js')}', document.baseURI)))"
_SEND_QUESTION = f"async (question, sent) => {_MODULE}.request(question)"
_SEND_CONTEXT = f"async (sent) => [{_MODULE}.context()]"
_FETCHED = f"async () => {{ {_MODULE}.fetched(); }}"
_ANSWERED = f"async (sent) => {{ {_MODULE}.answered(sent); }}"
_STOPPED = f"async (sent) => {{ {_MODULE}.stopped(sent); }}"


def page(library: Library, chat: Chat, places: Places) -> FastAPI:
    """The application of the chat alone, to be mounted at the root of the whole one."""
    app: FastAPI = gr.mount_gradio_app(
        FastAPI(openapi_url=None),
        _blocks(library, chat, places),
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
    return app


def _mounted(script: str, mount: str, events: str = "") -> str:
    """The script of a component: has a function of a part put its own into it; `events` names those it triggers."""
    address = f"new URL('{part(script)}', document.baseURI)"
    return f"import({address}).then((part) => part.{mount}(element, trigger)); {events}"


def _head() -> str:
    styles = "".join(f'<link rel="stylesheet" href="{part(style)}">' for style in STYLES)
    return (
        f'{styles}<script type="application/json" id="onrecord-words">{dictionary()}</script>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="icon" href="{part("page/icon.svg")}" type="image/svg+xml">'
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
        with gr.Sidebar(elem_id="library", position="left", width=320):
            gr.HTML(js_on_load=_mounted("library/library.js", "mount"), apply_default_css=False)
        header = gr.HTML(
            js_on_load=_mounted("chat/chat.js", "mountHeader", "['reopened'];"),
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
            placeholder=welcome_html("en", empty=False, may_change=True),
        )
        gr.HTML(
            js_on_load=_mounted("chat/chat.js", "mountSuggestions"),
            elem_id="suggestions",
            apply_default_css=False,
        )
        gr.HTML(
            js_on_load=_mounted("library/filters.js", "mountChips"),
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
                js_on_load=_mounted("source/source.js", "mount", "['opened', 'closed'];"),
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
            welcome = _welcome(library, language, request)
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
            welcome = _welcome(library, language, request)
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


def _welcome(library: Library, language: str, request: gr.Request) -> str:
    sent = request.request
    return welcome_html(language, empty=not library.summaries(), may_change=sent is None or may_change(sent))


def _visitor(request: gr.Request) -> str | None:
    return visitor_of(dict(request.cookies))
