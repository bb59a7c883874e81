"""A login for pages that others can reach: HTTP Basic, against a file of names and passwords, with guessing slowed."""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Mapping
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from onrecord.rag import InvalidRequest

# Ten wrong passwords a minute: a person never needs so many, and a guesser gets nowhere.
_TRIES = 10
_WINDOW_SECONDS = 60.0


def accounts_in(file: Path) -> dict[str, str]:
    """Names and passwords from lines NAME:PASSWORD; empty lines and lines beginning with # are left out.

    Raises InvalidRequest for a file that cannot be read or holds no account.
    """
    try:
        lines = file.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequest(
            f"{file}: cannot be read as text ({error}). Give a file of lines NAME:PASSWORD."
        ) from error
    accounts = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        name, colon, password = line.partition(":")
        if not colon or not name.strip() or not password:
            raise InvalidRequest(f"{file}, line {number}: is not NAME:PASSWORD. Correct it.")
        accounts[name.strip()] = password
    if not accounts:
        raise InvalidRequest(f"{file}: holds no account. Write lines NAME:PASSWORD.")
    return accounts


class Login:
    """ASGI middleware: nothing is served without a name and its password."""

    def __init__(self, app: ASGIApp, accounts: Mapping[str, str]) -> None:
        self._app = app
        self._accounts = {name: _hash(password) for name, password in accounts.items()}
        self._failures: dict[str, list[float]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request that carries a name and its password; refuse any other."""
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        client = (scope.get("client") or ("", 0))[0]
        now = time.monotonic()
        recent = [at for at in self._failures.get(client, []) if now - at < _WINDOW_SECONDS]
        if len(recent) >= _TRIES:
            return PlainTextResponse("Too many wrong passwords. Wait a minute.", 429, {"retry-after": "60"})
        given = _credentials(Headers(scope=scope).get("authorization"))
        if given and compare_digest(self._accounts.get(given[0], b""), _hash(given[1])):
            self._failures.pop(client, None)
            return None
        if given:
            self._failures[client] = [*recent, now]
        challenge = {"www-authenticate": 'Basic realm="OnRecord", charset="UTF-8"'}
        return PlainTextResponse("Log in with your name and password.", 401, challenge)


def _hash(password: str) -> bytes:
    return sha256(password.encode()).digest()


def _credentials(header: str | None) -> tuple[str, str] | None:
    scheme, _, value = (header or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (name, password) if colon else None
