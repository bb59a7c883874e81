"""The server's connections: so many and no more, and each must send its request, and read its answer, in time."""

from __future__ import annotations

import asyncio
import logging
import sys
from typing import Any

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from onrecord.ui.server.settings import ServerSettings

try:
    import resource
except ImportError:  # Windows has no such limit.
    resource = None  # type: ignore[assignment]

_log = logging.getLogger(__name__)

# The slowest that a body may come, in bytes a second: a bad telephone line.
_SLOWEST = 4096
# How long one that is turned away may take to read why, and how many may do so at once beyond the table.
_FAREWELL_SECONDS = 1.0
_FAREWELLS = 32
# Accepted in one go, before the first of them is counted.
BACKLOG = 64

_FULL = b"The server is busy: all its connections are taken. Try again in a moment."
_LATE = b"The request did not come in time."


class Table:
    """Who is connected. Of the files that the process may have open, half at most are for connections."""

    def __init__(self, settings: ServerSettings) -> None:
        self.most = settings.connections if resource is None else min(settings.connections, _open_files() // 2)
        self.request_seconds = settings.request_seconds
        self.silence_seconds = settings.silence_seconds
        self.held: set[Connection] = set()
        self.turned_away = 0
        self._leaving: set[Connection] = set()
        self._said = False

    def connection(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> Connection:
        """A connection of this table, as uvicorn makes its protocols."""
        return Connection(self, config, server_state, app_state, _loop)

    def admit(self, connection: Connection) -> bool:
        """Whether there is room for another connection; says once in the log when there is none."""
        if len(self.held) < self.most:
            self.held.add(connection)
            return True
        self.turned_away += 1
        if not self._said:
            self._said = True
            _log.warning("All %d connections are taken: further ones are answered with 503 until some end.", self.most)
        return False

    def may_linger(self, connection: Connection) -> bool:
        """Whether one that is turned away may take its time to read why."""
        if len(self._leaving) >= _FAREWELLS:
            return False
        self._leaving.add(connection)
        return True

    def forget(self, connection: Connection) -> None:
        """A connection has ended."""
        self.held.discard(connection)
        self._leaving.discard(connection)

    def close_the_late(self, now: float) -> None:
        """End the connections that keep the server waiting; `now` is the loop's time."""
        for connection in [one for one in self.held if one.late(now)]:
            connection.end()
        if len(self.held) <= self.most // 2:
            self._said = False


class Connection(H11Protocol):
    """A connection that remembers since when it keeps the server waiting.

    uvicorn itself only limits how long a connection without any request is kept, and starts anew with every byte.
    """

    def __init__(
        self,
        table: Table,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._table = table
        self._admitted = False
        # When it began to wait for a request or its body, when bytes last came, and how many of the body.
        self._since = self._heard = self._stalled = self.loop.time()
        self._received = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection in, or say that there is no room for it."""
        self._admitted = self._table.admit(self)
        if self._admitted:
            super().connection_made(transport)
            return
        self.transport = transport
        transport.write(_response(b"503 Service Unavailable", _FULL, b"retry-after: 5\r\n"))
        if self._table.may_linger(self) and transport.can_write_eof():
            # Closed at once, what the client has sent already would have the answer thrown away unread.
            transport.write_eof()
            self.loop.call_later(_FAREWELL_SECONDS, transport.abort)
        else:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Make room for another."""
        self._table.forget(self)
        if self._admitted:
            super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Hand on what came, and note when."""
        if not self._admitted:
            return
        self._heard = self.loop.time()
        awaited = self.conn.their_state
        super().data_received(data)
        if self.conn.their_state is not awaited:
            self._since, self._received = self._heard, 0
        self._received += len(data)

    def on_response_complete(self) -> None:
        """Begin to wait for the next request."""
        self._since = self._heard = self.loop.time()
        super().on_response_complete()

    def pause_writing(self) -> None:
        """The client does not read its answer."""
        self._stalled = self.loop.time()
        super().pause_writing()

    def late(self, now: float) -> bool:
        """Whether it keeps the server waiting too long: for a request, for its body, or for its answer to be read."""
        if self.transport.is_closing():
            # It was ended before and still has words that nobody reads.
            return True
        if self.flow.write_paused:
            return now - self._stalled > self._table.silence_seconds
        if self.conn.their_state is h11.IDLE:
            return now - self._since > self._table.request_seconds
        if self.conn.their_state is h11.SEND_BODY and not self.flow.read_paused:
            allowed = self._table.silence_seconds + self._received / _SLOWEST
            return now - self._heard > self._table.silence_seconds or now - self._since > allowed
        return False

    def end(self) -> None:
        """Close it, saying why where it has begun a request that is not answered yet."""
        answering = self.cycle is not None and self.cycle.response_started and not self.cycle.response_complete
        asked = self.conn.their_state is h11.SEND_BODY or bool(self.conn.trailing_data[0])
        if self.transport.is_closing() or self.flow.write_paused or answering:
            self.transport.abort()
            return
        if asked:
            self.transport.write(_response(b"408 Request Timeout", _LATE))
        self.transport.close()


def _open_files() -> int:
    """How many files the process may have open at once."""
    most: int = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return sys.maxsize if most == resource.RLIM_INFINITY else most


def _response(status: bytes, words: bytes, headers: bytes = b"") -> bytes:
    return (
        b"HTTP/1.1 %s\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\n%sconnection: close\r\n\r\n%s"
        % (status, len(words), headers, words)
    )
