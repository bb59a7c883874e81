"""A login for pages that others can reach: HTTP Basic, against the file of accounts, with guessing slowed."""

from __future__ import annotations

import asyncio
import base64
import binascii
import math
import secrets
import time
from collections.abc import Mapping
from hashlib import blake2b

import anyio.to_thread
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from onrecord.ui.server.accounts import Account
from onrecord.ui.server.audit import Actor, Audit
from onrecord.ui.server.operations import HEALTH
from onrecord.ui.server.security import SAFE_METHODS, cookies_in, visitor_of

# Wrong tries that cost nothing: more than a person needs; an address may be that of many people.
_FREE = {"name": 5, "address": 20}
# Each further one doubles the wait up to this, so that nobody is kept out for long, and a guesser gets nowhere.
_LONGEST_WAIT = 60.0
_FORGOTTEN_SECONDS = 900.0
# Enough to remember whom a guesser tries to drown among invented names.
_MOST_REMEMBERED = 10_000
# Passwords checked at once; each takes a core for a tenth of a second, and 16 MB.
_CHECKS = 2

# What needs no login: it tells nothing but that the server is well.
OPEN_PATHS = (HEALTH,)
# What readers may send, besides looking: questions, and what is theirs alone. All other changes are an editor's.
_READERS_SEND = ("/api/ask", "/api/ask/stream", "/api/check", "/api/feedback", "/api/boards", "/api/pins", "/mcp")
_READERS_SEND_UNDER = ("/api/conversations/", "/api/boards/", "/api/pins/", "/gradio_api/")


def readers_may(method: str, path: str) -> bool:
    """Whether a request changes nothing that is everybody's."""
    return method in SAFE_METHODS or path in _READERS_SEND or path.startswith(_READERS_SEND_UNDER)


class Tries:
    """Counts wrong passwords by name and by address, and says how long the next try must wait; times in seconds."""

    def __init__(self) -> None:
        self._wrong: dict[tuple[str, str], tuple[int, float]] = {}

    def wait(self, name: str, address: str, now: float) -> float:
        """How long from `now` until another try is heard; 0 for at once."""
        return max(self._wait("name", name, now), self._wait("address", address, now))

    def wrong(self, name: str, address: str, now: float) -> None:
        """Count a wrong try."""
        for key in (("name", name), ("address", address)):
            count, _ = self._recent(key, now)
            self._wrong.pop(key, None)
            self._wrong[key] = (count + 1, now)
        while len(self._wrong) > _MOST_REMEMBERED:
            # The one heard of least recently.
            del self._wrong[next(iter(self._wrong))]

    def right(self, name: str, address: str) -> None:
        """A try that was counted as wrong turned out to be right."""
        self._wrong.pop(("name", name), None)
        count, last = self._wrong.get(("address", address), (0, 0.0))
        # An account of one's own must not buy guesses at another's.
        if count:
            self._wrong["address", address] = (count - 1, last)

    def _wait(self, kind: str, value: str, now: float) -> float:
        count, last = self._recent((kind, value), now)
        if count < _FREE[kind]:
            return 0.0
        return max(0.0, last + min(_LONGEST_WAIT, 2.0 ** min(count - _FREE[kind], 10)) - now)

    def _recent(self, key: tuple[str, str], now: float) -> tuple[int, float]:
        count, last = self._wrong.get(key, (0, now))
        return (0, now) if now - last > _FORGOTTEN_SECONDS else (count, last)


class Login:
    """ASGI middleware: nothing is served without a name and its password, and nothing changed by a reader."""

    def __init__(self, app: ASGIApp, accounts: Mapping[str, Account], audit: Audit) -> None:
        self._app = app
        self._accounts = accounts
        self._audit = audit
        self._tries = Tries()
        self._secret = secrets.token_bytes(32)
        # What has been found right, from where: a password is not hashed anew with every request.
        self._right: dict[tuple[bytes, str], Account] = {}
        self._checking: dict[tuple[bytes, str], asyncio.Task[Account | None]] = {}
        self._checks = anyio.CapacityLimiter(_CHECKS)
        # An unknown name takes as long as a wrong password.
        self._nobody = Account.of("nobody", "reader", secrets.token_urlsafe())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request that carries a name and its password; refuse any other."""
        if scope["type"] != "http" or scope["path"] in OPEN_PATHS:
            await self._app(scope, receive, send)
            return
        answer = await self._refusal(scope)
        await (answer or self._app)(scope, receive, send)

    async def _refusal(self, scope: Scope) -> JSONResponse | None:
        headers = Headers(scope=scope)
        given = _credentials(headers.get("authorization"))
        if given is None:
            return _asked_for()
        name, password = given
        address = (scope.get("client") or ("", 0))[0]
        visitor = visitor_of(cookies_in(headers.get("cookie")))
        sent = blake2b(f"{name}:{password}".encode("utf-8", "surrogatepass"), key=self._secret).digest()
        known = (sent, visitor or address)
        account = self._right.get(known)
        wait = self._tries.wait(name, address, time.monotonic())
        # A browser that has been let in before is known by its cookie, and does not wait for others' wrong tries. An
        # address is no such proof: a guesser may share it.
        if wait and not (account and visitor):
            seconds = str(math.ceil(wait))
            return _said("Too many wrong passwords. Wait a little.", 429, {"retry-after": seconds})
        if account is None:
            # A page asks for many things at once: the same name and password are checked once.
            checking = self._checking.get(known)
            if checking is None:
                checking = asyncio.create_task(self._checked(name, password, address))
                self._checking[known] = checking
                checking.add_done_callback(lambda _: self._checking.pop(known, None))
            account = await asyncio.shield(checking)
            if account is None:
                return _asked_for()
            if len(self._right) >= _MOST_REMEMBERED:
                self._right.clear()
            self._right[known] = account
        scope.setdefault("state", {}).update(account=account.name, reads_only=account.role == "reader")
        if account.role == "reader" and not readers_may(scope["method"], scope["path"]):
            return _said("Readers can change nothing here. Ask an editor.", 403)
        return None

    async def _checked(self, name: str, password: str, address: str) -> Account | None:
        """The account that a name and a password open. Counted as wrong first: many are tried at once."""
        self._tries.wrong(name, address, time.monotonic())
        account = self._accounts.get(name, self._nobody)
        opened = await anyio.to_thread.run_sync(account.opens_with, password, limiter=self._checks)
        if not opened or account is self._nobody:
            self._audit.note("login_refused", Actor(name, address))
            return None
        self._tries.right(name, address)
        self._audit.note("login", Actor(name, address))
        return account


def _asked_for() -> JSONResponse:
    challenge = {"www-authenticate": 'Basic realm="OnRecord", charset="UTF-8"'}
    return _said("Log in with your name and password.", 401, challenge)


def _said(words: str, status: int, headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"detail": words}, status, headers)


def _credentials(header: str | None) -> tuple[str, str] | None:
    scheme, _, value = (header or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (name, password) if colon else None
