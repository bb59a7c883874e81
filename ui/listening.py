"""Listening on an address, and saying so once it answers: shared by the page and the MCP server."""

from __future__ import annotations

import socket

import uvicorn
from starlette.types import ASGIApp

from onrecord.rag import InvalidRequest


def listener(host: str, port: int) -> socket.socket:
    """A socket bound to an address; port 0 takes a free one. Raises InvalidRequest where that cannot be."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        bound = socket.socket(family, socket.SOCK_STREAM)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except OSError as error:
        raise InvalidRequest(
            f"{host}:{port}: cannot be listened on ({error.strerror}). Name another --port or --host."
        ) from error
    return bound


def address_of(host: str, bound: socket.socket) -> str:
    """The web address of a socket bound by `listener`."""
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{bound.getsockname()[1]}"


def run_server(app: ASGIApp, bound: socket.socket, greeting: str) -> None:
    """Serve an application until interrupted; prints the greeting once it answers."""
    config = uvicorn.Config(app, log_level="warning", server_header=False, timeout_graceful_shutdown=2)
    _Server(config, greeting).run(sockets=[bound])


class _Server(uvicorn.Server):
    """A server that says where it is once it answers."""

    def __init__(self, config: uvicorn.Config, greeting: str) -> None:
        super().__init__(config)
        self._greeting = greeting

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            print(self._greeting, flush=True)
