"""What stands between the page and the rest of the world: headers, origins, sizes, and who the visitor is."""

from __future__ import annotations

import json
import secrets
import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from http.cookies import CookieError, SimpleCookie
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

VISITOR_COOKIE = "onrecord_visitor"
LANGUAGE_COOKIE = "onrecord_language"
_YEAR = 365 * 24 * 3600
_TOKEN_BYTES = 32
MEGABYTE = 1 << 20
# Questions and Gradio's own messages are small; only uploads are not.
BODY_LIMIT = 2 * MEGABYTE
UPLOAD_PATHS = ("/api/briefings", "/api/check/file")
# Each upload lies on the disk until it is added, which is done one after the other.
_MOST_UPLOADS = 4
_RETRY_SECONDS = 30

# Gradio compiles its components' scripts in the browser, hence 'unsafe-eval'; no address but our own is ever allowed.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
# Gradio's ways to put files on the server, read them back and reach other addresses; the page uses none of them.
CLOSED = ("/gradio_api/upload", "/gradio_api/file", "/gradio_api/proxy", "/gradio_api/stream", "/monitoring")


class Guard:
    """ASGI middleware: security headers on every answer, no requests from other sites, bounded bodies."""

    def __init__(self, app: ASGIApp, upload_megabytes: int) -> None:
        self._app = app
        self._upload_limit = upload_megabytes * MEGABYTE
        self._uploads = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or refuse it. There are no web sockets here; the life cycle's messages go through."""
        if scope["type"] == "http":
            await self._serve(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._app(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                for name in [name for name in answer if name.startswith("access-control-")]:
                    del answer[name]
                for name, value in _HEADERS.items():
                    answer.setdefault(name, value)
            await send(message)

        if scope["path"].startswith(CLOSED):
            await _refuse(send_guarded, 404, "There is no such page.")
            return
        if scope["method"] not in SAFE_METHODS and not _same_site(headers):
            await _refuse(send_guarded, 403, "Requests from other sites are refused.")
            return
        uploads = scope["path"].rstrip("/") in UPLOAD_PATHS and scope["method"] not in SAFE_METHODS
        limit = self._upload_limit if uploads else BODY_LIMIT
        refusal = f"The request is larger than {limit // MEGABYTE} MB.{' Send fewer files at once.' if uploads else ''}"
        if int(headers.get("content-length") or 0) > limit:
            await _refuse(send_guarded, 413, refusal)
            return
        received = 0

        async def receive_bounded() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                # The application answers with it, wherever in it the body is being read.
                raise HTTPException(413, refusal)
            return message

        if uploads and self._uploads >= _MOST_UPLOADS:
            again = {"retry-after": str(_RETRY_SECONDS)}
            await _refuse(send_guarded, 429, "Others are uploading just now. Try again in a minute.", again)
            return
        self._uploads += uploads
        try:
            await self._app(scope, receive_bounded, send_guarded)
        finally:
            self._uploads -= uploads


class Visitors:
    """ASGI middleware: gives every browser that opens a page a cookie with 256 random bits."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, with a cookie where a page is opened without one."""
        await self._app(scope, receive, _with_cookie(scope, send) if _opens_page(scope) else send)


def _opens_page(scope: Scope) -> bool:
    """Whether a browser without a visitor's cookie opens a page."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    headers = Headers(scope=scope)
    return "text/html" in headers.get("accept", "") and not visitor_of(cookies_in(headers.get("cookie")))


def _with_cookie(scope: Scope, send: Send) -> Send:
    secure = "; Secure" if scope["scheme"] == "https" else ""
    cookie = (
        f"{VISITOR_COOKIE}={secrets.token_urlsafe(_TOKEN_BYTES)}; Path={scope.get('root_path') or '/'}; "
        f"Max-Age={_YEAR}; HttpOnly; SameSite=Lax{secure}"
    )

    async def send_with_cookie(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).append("set-cookie", cookie)
        await send(message)

    return send_with_cookie


def cookies_in(header: str | None) -> dict[str, str]:
    """The cookies of a request; none where the header is malformed."""
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(header or "").items()}
    except CookieError:
        return {}


def visitor_of(cookies: Mapping[str, str]) -> str | None:
    """The key under which a visitor's conversations are kept: a hash, so that the file does not hold the cookie."""
    token = cookies.get(VISITOR_COOKIE, "")
    # token_urlsafe writes 43 characters for 32 bytes; anything shorter is not ours and could be guessed.
    if len(token) < 43 or not token.replace("-", "").replace("_", "").isalnum():
        return None
    return sha256(token.encode()).hexdigest()


def allowed_hosts(host: str, others: Sequence[str] = ()) -> list[str]:
    """The names the page may be asked for under: its own, the machine's when it listens everywhere, and others."""
    names = {"127.0.0.1", "localhost", "[::1]", host, *others}
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared with, not bound to
        own = socket.gethostname()
        names |= {own, f"{own}.local", socket.getfqdn()}
        with suppress(OSError):
            names |= {str(address[4][0]) for address in socket.getaddrinfo(own, None)}
    return sorted(names)


def _same_site(headers: Headers) -> bool:
    """Whether a request comes from the page itself, or from a program that is no browser."""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")


async def _refuse(send: Send, status: int, message: str, more: Mapping[str, str] | None = None) -> None:
    body = json.dumps({"detail": message}).encode()
    headers = Headers({"content-type": "application/json", "content-length": str(len(body)), **(more or {})})
    await send({"type": "http.response.start", "status": status, "headers": headers.raw})
    await send({"type": "http.response.body", "body": body})


def visitor_sending(request: Request, belongs: str) -> str:
    """The visitor who sends a request; raises HTTPException 401 where the page has set no cookie yet.

    `belongs` ends the sentence that says so: what belongs to whom.
    """
    found = visitor_of(request.cookies)
    if not found:
        raise HTTPException(401, f"Open the page first: {belongs}")
    return found


def is_this_machine(host: str) -> bool:
    """Whether an address or name of a host means the machine that looks at it, and no other one."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def may_change(request: Request) -> bool:
    """Whether who sends a request may change the library: all but accounts that only read, which `Login` marks."""
    return not getattr(request.state, "reads_only", False)
