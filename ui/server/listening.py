"""Listening on an address, and saying so once it answers: shared by the page and the MCP server."""

from __future__ import annotations

import asyncio
import ipaddress
import signal
import socket

import anyio.to_thread
import uvicorn
from starlette.types import ASGIApp

from onrecord.rag import InvalidRequest
from onrecord.ui.server.connections import BACKLOG, Table
from onrecord.ui.server.logs import write_log
from onrecord.ui.server.places import Places
from onrecord.ui.server.settings import ServerSettings

# What remains open after the last answer, such as an open page's own connection, has this long to be told so.
_CLOSING_SECONDS = 2
# uvicorn's ticks, of a tenth of a second, from one look at the connections to the next.
_TICKS = 5


def listener(host: str, port: int, *, closed: bool, no_auth: bool) -> socket.socket:
    """A socket bound to an address; port 0 takes a free one.

    Raises InvalidRequest where that cannot be, and where others could reach what is neither `closed` by a login nor
    meant to be open (`no_auth`).
    """
    if closed and no_auth:
        raise InvalidRequest("--auth-file and --no-auth are both given. Decide for one.")
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        # Named as TCP, as asyncio wants it before it sends small answers without delay: 40 ms each otherwise.
        bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except OSError as error:
        raise InvalidRequest(
            f"{host}:{port}: cannot be listened on ({error.strerror}). Name another --port or --host."
        ) from error
    if not (closed or no_auth or ipaddress.ip_address(bound.getsockname()[0]).is_loopback):
        bound.close()
        raise InvalidRequest(
            f"{host}: others could reach it, read the library and change it. Ask for a login with --auth-file "
            "(`onrecord account NAME --auth-file FILE` makes one), or allow everybody with --no-auth."
        )
    return bound


def address_of(host: str, bound: socket.socket) -> str:
    """The web address of a socket bound by `listener`."""
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{bound.getsockname()[1]}"


def run_server(
    app: ASGIApp, bound: socket.socket, greeting: str, *, places: Places, table: Table, settings: ServerSettings
) -> None:
    """Serve an application until interrupted; prints the greeting once it answers.

    When it is to stop, no more questions are taken, and those being answered have `settings.stopping_seconds` to end.
    """
    write_log(settings.log)
    config = uvicorn.Config(
        app,
        http=table.connection,  # type: ignore[arg-type]  # called as the class would be
        ws="none",
        backlog=BACKLOG,
        timeout_keep_alive=int(settings.request_seconds),
        # Its warnings are about requests that nobody could understand: any stranger could fill the log with them.
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_CLOSING_SECONDS,
    )
    _Server(config, greeting, table, places, settings).run(sockets=[bound])


class _Server(uvicorn.Server):
    """A server that says where it is once it answers, keeps its connections in time, and ends what it has begun."""

    def __init__(
        self, config: uvicorn.Config, greeting: str, table: Table, places: Places, settings: ServerSettings
    ) -> None:
        super().__init__(config)
        self._greeting = greeting
        self._table = table
        self._places = places
        self._settings = settings

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        # Who asks has a thread of their own, waiting or not, so that all else still finds one.
        threads = anyio.to_thread.current_default_thread_limiter()
        threads.total_tokens += self._settings.answering + self._settings.waiting
        await super().startup(sockets)
        if self.started:
            print(self._greeting, flush=True)

    async def on_tick(self, counter: int) -> bool:
        if counter % _TICKS == 0:
            self._table.close_the_late(asyncio.get_running_loop().time())
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await asyncio.to_thread(self._places.close, self._settings.stopping_seconds)
        await super().shutdown(sockets)
        if self._places.answering:
            # A thread that waits for a model's server would keep the process for minutes after Ctrl-C.
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.raise_signal(signal.SIGTERM)
