"""An application that takes long to make, in one that answers meanwhile."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.testclient import TestClient

from onrecord.ui.server.later import Later


def whole(after: Callable[[], object], make: Callable[[], FastAPI]) -> FastAPI:
    """An application with one answer of its own, and at its root one that is made later."""
    later = Later(after, make)
    app = FastAPI(lifespan=later.lifespan)

    @app.get("/now")
    async def now() -> str:
        return "now"

    app.mount("/", later)
    return app


def test_who_asks_before_it_is_made_waits_and_nobody_else_does() -> None:
    may_begin, life = threading.Event(), []

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        life.append("begun")
        yield
        life.append("ended")

    def make() -> FastAPI:
        made = FastAPI(lifespan=lifespan)

        @made.get("/page")
        async def page() -> str:
            return "page"

        return made

    with TestClient(whole(may_begin.wait, make)) as client, ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(client.get, "/page") for _ in range(2)]
        assert client.get("/now").json() == "now"
        assert life == []
        assert not any(one.done() for one in asked)
        may_begin.set()
        assert [one.result().json() for one in asked] == ["page", "page"]
        assert client.get("/page").json() == "page"
        assert client.get("/other").status_code == 404
        assert life == ["begun"]
    assert life == ["begun", "ended"]


def test_where_it_cannot_be_made_all_else_is_answered() -> None:
    def make() -> FastAPI:
        raise OSError("no such package")

    with TestClient(whole(lambda: None, make), raise_server_exceptions=False) as client:
        assert client.get("/page").status_code == 500
        assert client.get("/now").json() == "now"


def test_where_the_server_stops_first_it_is_not_made() -> None:
    may_begin, made = threading.Event(), []

    def make() -> FastAPI:
        made.append(FastAPI())
        return made[0]

    with TestClient(whole(may_begin.wait, make)) as client:
        assert client.get("/now").json() == "now"
        threading.Timer(0.2, may_begin.set).start()
    assert made == []
