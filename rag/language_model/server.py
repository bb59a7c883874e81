"""A language model behind any server with the OpenAI-compatible chat API (Ollama, vLLM, llama.cpp, hosted)."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx

from onrecord.rag.errors import InvalidRequest, ModelError
from onrecord.rag.language_model.language_model import (
    MOST_TOKENS,
    SILENCE_SECONDS,
    WHOLE_SECONDS,
    Message,
    within_limits,
)
from onrecord.rag.settings import Settings

_CONNECT_SECONDS = 5.0
# Whoever waits for the next piece is asked as often as this whether to wait on: less than a token of most models.
_WAITING_SECONDS = 0.1
_MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class ModelServer:
    """Where a language model answers: the address that `/chat/completions` is added to, its name there, and a key.

    `called` is what messages call it, its address where nothing else is told; `grammars` says that it is llama.cpp's
    and so reads a grammar.
    """

    url: str
    name: str
    key: str | None = None
    silence_seconds: float = SILENCE_SECONDS
    whole_seconds: float = WHOLE_SECONDS
    called: str = ""
    grammars: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "called", self.called or self.url)

    @classmethod
    def of(cls, settings: Settings) -> ModelServer | None:
        """The server that the settings name, None where they name none; raises InvalidRequest for half a setting."""
        if not settings.llm_url:
            return None
        parts = urlsplit(settings.llm_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise InvalidRequest(
                f"ONRECORD_LLM_URL is {settings.llm_url!r}, which is no http address. Write http://localhost:11434/v1."
            )
        if not settings.llm_model:
            raise InvalidRequest("ONRECORD_LLM_URL is set without ONRECORD_LLM_MODEL. Name the model to use there.")
        if settings.llm_key and not (settings.llm_key.isascii() and settings.llm_key.isprintable()):
            raise InvalidRequest("ONRECORD_LLM_KEY holds characters that no key has. Copy it again.")
        # Ollama and the others serve the API under /v1; an address without a path means that.
        base = settings.llm_url.rstrip("/")
        return cls(base if parts.path.strip("/") else f"{base}/v1", settings.llm_model, settings.llm_key)

    def reply(self, messages: Sequence[Message], *, grammar: str | None = None) -> Iterator[str]:
        """Yield the text of a reply as it comes, and nothing now and then while it does not; raises ModelError.

        Only llama.cpp's server knows a `grammar`, and others refuse a field that they do not know or leave it out, so
        it is sent to that alone. Redirects are not followed, so that the key goes to no other server.
        """
        body: dict[str, object] = {
            "model": self.name,
            "messages": [dict(message) for message in messages],
            "stream": True,
            "temperature": 0,
            "max_tokens": MOST_TOKENS,
        }
        if self.grammars and grammar is not None:
            body["grammar"] = grammar
        headers = {"Accept": "text/event-stream, application/json", "Accept-Encoding": "identity"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        connection = _Connection()
        pieces: SimpleQueue[str | Exception | None] = SimpleQueue()

        def read() -> None:
            try:
                for piece in self._contents(body, headers, connection):
                    pieces.put(piece)
                pieces.put(None)
            except Exception as error:  # noqa: BLE001  (raised where it is waited for)
                pieces.put(error)

        # While nothing comes, as when a model reads a long prompt, its reader can still go away.
        threading.Thread(target=read, daemon=True).start()
        until = time.monotonic() + self.whole_seconds
        try:
            yield from within_limits(self._awaited(pieces, until))
        finally:
            connection.cut()

    def _awaited(self, pieces: SimpleQueue[str | Exception | None], until: float) -> Iterator[str]:
        """What comes until a time, and an empty piece now and then while nothing does."""
        while time.monotonic() < until:
            try:
                piece = pieces.get(timeout=_WAITING_SECONDS)
            except Empty:
                yield ""
                continue
            if piece is None:
                return
            if isinstance(piece, Exception):
                raise piece
            yield piece
        raise ModelError(f"{self.called} took too long for one answer. Try again, or choose a smaller model.")

    def _contents(
        self, body: Mapping[str, object], headers: Mapping[str, str], connection: _Connection
    ) -> Iterator[str]:
        timeout = httpx.Timeout(self.silence_seconds, connect=min(_CONNECT_SECONDS, self.silence_seconds))
        try:
            with (
                httpx.Client(timeout=timeout, follow_redirects=False, trust_env=not _is_local(self.url)) as client,
                client.stream(
                    "POST",
                    f"{self.url}/chat/completions",
                    json=body,
                    headers=headers,
                    extensions={"trace": connection.trace},
                ) as response,
            ):
                if response.status_code != 200:
                    raise ModelError(_refusal(self, response.status_code))
                yield from _contents(self, _lines(self, response))
        except httpx.TimeoutException as error:
            raise ModelError(f"{self.called} did not answer in time. Try again, or choose a smaller model.") from error
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise ModelError(
                f"{self.called} cannot be reached ({type(error).__name__}). Is the server running?"
            ) from error


class _Connection:
    """The connection that a reply comes by, which another thread may cut: the server then stops writing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._streams: list[httpcore.NetworkStream] = []
        self._is_cut = False

    def trace(self, event: str, details: Mapping[str, Any]) -> None:
        """Learn of a connection from httpx, once it is made or encrypted."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            with self._lock:
                self._streams.append(details["return_value"])
                if self._is_cut:
                    self._shut_down()

    def cut(self) -> None:
        """End it, or end it as soon as it is made."""
        with self._lock:
            self._is_cut = True
            self._shut_down()

    def _shut_down(self) -> None:
        for stream in self._streams:
            made: socket.socket | None = stream.get_extra_info("socket")
            if made is not None:
                # It may have ended just now.
                with suppress(OSError):
                    socket.socket.shutdown(made, socket.SHUT_RDWR)


def _is_local(url: str) -> bool:
    """Whether a server is on this machine: a proxy of the environment is not asked for it."""
    return urlsplit(url).hostname in ("localhost", "127.0.0.1", "::1")


def _refusal(server: ModelServer, status: int) -> str:
    remedy = {
        400: "What it was sent may be too long for it: give it a longer context, or choose another model.",
        401: "Set ONRECORD_LLM_KEY to a valid key.",
        403: "Set ONRECORD_LLM_KEY to a valid key.",
        404: f"Check ONRECORD_LLM_URL, and that the server has the model {server.name!r}.",
        429: "It is busy or its quota is used up; try again later.",
    }.get(status, "Look at the server's log.")
    return f"{server.called} answered with HTTP status {status}. {remedy}"


def _lines(server: ModelServer, response: httpx.Response) -> Iterator[str]:
    """The lines of a response, which is never decompressed nor read beyond its limits."""
    rest, size = b"", 0
    for data in response.iter_raw():
        size += len(data)
        if size > _MOST_BYTES:
            raise ModelError(
                f"{server.called} sent more than {_MOST_BYTES:,} bytes for one answer. Is it a chat server?"
            )
        *lines, rest = (rest + data).split(b"\n")
        yield from (line.decode("utf-8", "replace") for line in lines)
    yield rest.decode("utf-8", "replace")


def _contents(server: ModelServer, lines: Iterator[str]) -> Iterator[str]:
    """The pieces of text in an event stream, or in one JSON object of a server that does not stream."""
    other: list[str] = []
    for line in lines:
        data = line.strip()
        if data.startswith("data:"):
            data = data.removeprefix("data:").strip()
            if data == "[DONE]":
                return
            yield _content(server, data)
        elif data and not data.startswith((":", "event:", "id:", "retry:")):
            other.append(data)
    if other:
        yield _content(server, "\n".join(other))


def _content(server: ModelServer, data: str) -> str:
    try:
        found = json.loads(data)
        choice = found["choices"][0] if found["choices"] else {}
        content = (choice.get("delta") or choice.get("message") or {}).get("content")
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise ModelError(f"{server.called} sent something that is no chat answer. Choose another model.") from error
    return content if isinstance(content, str) else ""
