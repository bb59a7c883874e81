"""An optional language model behind any server with the OpenAI-compatible chat API (Ollama, vLLM, llama.cpp, hosted).

The model sees the question and numbered passages, and writes; `grounding` decides what of it may be shown. Whatever
goes wrong (a dead or slow server, a refusal, nonsense), the default answer stands, with a note saying why.
"""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx

from onrecord.rag.errors import InvalidRequest, ModelError
from onrecord.rag.language_model.grounding import NO_ANSWER, Grounded, Similarity, ground
from onrecord.rag.language_model.model_text import settled
from onrecord.rag.languages import answer_language
from onrecord.rag.settings import Settings
from onrecord.rag.types import Answer, Briefing, Passage, Quote

# A model on a laptop may take half a minute to begin; nobody waits longer than two for an answer.
_CONNECT_SECONDS = 5.0
_SILENCE_SECONDS = 60.0
_WHOLE_SECONDS = 120.0
# An answer is a few sentences: more than this is a model that cannot stop.
_MOST_CHARACTERS = 8_000
_MOST_BYTES = 1_000_000
_MOST_TOKENS = 600


@dataclass(frozen=True, slots=True)
class ModelServer:
    """Where a language model answers: the address that `/chat/completions` is added to, its name there, and a key."""

    url: str
    model: str
    key: str | None = None
    silence_seconds: float = _SILENCE_SECONDS
    whole_seconds: float = _WHOLE_SECONDS

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


def messages(
    question: str, passages: Sequence[Passage], briefings: Mapping[str, Briefing], language: str
) -> list[dict[str, str]]:
    """The chat that asks for an answer: the rules, then the passages as lines of JSON, then the question.

    `language` is that of the question; where no prompt is known in it, the answer is in English.
    """
    lines = []
    for number, passage in enumerate(passages, start=1):
        briefing = briefings[passage.briefing_id]
        known = {
            "n": number,
            "speaker": passage.speaker,
            "role": passage.role,
            "outlet": passage.outlet,
            "kind": passage.kind,
            "briefing": briefing.title,
            "date": briefing.date,
            "words": passage.text,
        }
        lines.append(json.dumps({key: value for key, value in known.items() if value}, ensure_ascii=False))
    words = answer_language(language).model
    rules = words.instructions.format(no_answer=NO_ANSWER)
    asked = words.request.format(passages="\n".join(lines), question=question)
    return [{"role": "system", "content": rules}, {"role": "user", "content": asked}]


def answers(
    default: Answer,
    passages: Sequence[Passage],
    briefings: Mapping[str, Briefing],
    server: ModelServer,
    *,
    similarity: Similarity | None = None,
) -> Iterator[Answer]:
    """Yield the model's answer as it grows, checked at every step; the last one is whole.

    `default` is the answer without a model: it is yielded, with a note, where the model gives none that can be used.
    It also stands where it says that the library holds no answer, unless the model backs its own with a verified
    quotation.
    """
    started = time.perf_counter()
    spoken = answer_language(default.language)
    words = spoken.model
    question, raw, shown = default.standalone_question or default.question, "", ""

    def checked(text: str) -> Grounded:
        return ground(text, passages, briefings, question=question, language=default.language, similarity=similarity)

    def answer(grounded: Grounded) -> Answer:
        status = "answered" if default.status == "not_found" else default.status
        seconds = {**default.seconds, "model": time.perf_counter() - started}
        return replace(default, parts=grounded.parts, citations=grounded.citations, status=status, seconds=seconds)

    def fallback(note: str) -> Answer:
        return replace(default, note=note, seconds={**default.seconds, "model": time.perf_counter() - started})

    if not passages:
        yield default
        return
    try:
        for piece in chat(server, messages(question, passages, briefings, default.language)):
            raw += piece
            ready = settled(raw, spoken)
            # An answer that may still be replaced by the default one is not shown in part.
            if len(ready) > len(shown) and default.status != "not_found" and NO_ANSWER not in raw:
                shown = ready
                grounded = checked(ready)
                if _usable(grounded, default):
                    yield answer(grounded)
    except ModelError as error:
        yield fallback(words.failed.format(reason=error))
        return
    if NO_ANSWER in raw or re.sub(r"\W", "", raw).upper() in ("NOTFOUND", ""):
        yield fallback(words.no_answer)
        return
    grounded = checked(raw)
    yield answer(grounded) if _usable(grounded, default) else fallback(words.nonsense)


def _usable(grounded: Grounded, default: Answer) -> bool:
    """Whether most of what the model says is supported, and enough of it where the default found nothing."""
    if not grounded.citations or grounded.supported <= grounded.unsupported:
        return False
    quotes = (piece for part in grounded.parts for piece in part.pieces if isinstance(piece, Quote))
    return default.status != "not_found" or any(quotes)


def chat(server: ModelServer, conversation: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """Yield the text of a model's reply as it comes, up to 8,000 characters.

    Raises ModelError, with a message fit to be shown, for a server that cannot be reached, is too slow, refuses, or
    sends something else than a chat. Redirects are not followed, so that the key goes to no other server.
    """
    body = {
        "model": server.model,
        "messages": list(conversation),
        "stream": True,
        "temperature": 0,
        "max_tokens": _MOST_TOKENS,
    }
    headers = {"Accept": "text/event-stream, application/json", "Accept-Encoding": "identity"}
    if server.key:
        headers["Authorization"] = f"Bearer {server.key}"
    timeout = httpx.Timeout(server.silence_seconds, connect=min(_CONNECT_SECONDS, server.silence_seconds))
    address = f"{server.url}/chat/completions"
    deadline = _Deadline(server.whole_seconds)
    extensions = {"trace": deadline.trace}
    too_late = f"{server.url} took too long for one answer. Try again, or choose a smaller model."
    try:
        with (
            deadline,
            httpx.Client(timeout=timeout, follow_redirects=False, trust_env=not _is_local(server.url)) as client,
            client.stream("POST", address, json=body, headers=headers, extensions=extensions) as response,
        ):
            if response.status_code != 200:
                raise ModelError(_refusal(server, response.status_code))
            yield from _limited(_contents(_lines(server, response)))
            if deadline.passed:
                # An answer without a length ends well wherever it is cut.
                raise ModelError(too_late)
    except httpx.TimeoutException as error:
        raise ModelError(f"{server.url} did not answer in time. Try again, or choose a smaller model.") from error
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        if deadline.passed:
            raise ModelError(too_late) from error
        raise ModelError(f"{server.url} cannot be reached ({type(error).__name__}). Is the server running?") from error


class _Deadline:
    """Cuts the connection when the time is over: a server that sends a byte now and then is never silent for long."""

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self._streams: list[httpcore.NetworkStream] = []
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def trace(self, event: str, details: Mapping[str, Any]) -> None:
        """Learn of a connection from httpx, once it is made or encrypted."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self._streams.append(details["return_value"])

    def _cut(self) -> None:
        self.passed = True
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
        401: "Set ONRECORD_LLM_KEY to a valid key.",
        403: "Set ONRECORD_LLM_KEY to a valid key.",
        404: f"Check ONRECORD_LLM_URL, and that the server has the model {server.model!r}.",
        429: "It is busy or its quota is used up; try again later.",
    }.get(status, "Look at the server's log.")
    return f"{server.url} answered with HTTP status {status}. {remedy}"


def _lines(server: ModelServer, response: httpx.Response) -> Iterator[str]:
    """The lines of a response, which is never decompressed nor read beyond its limits."""
    rest, size = b"", 0
    for data in response.iter_raw():
        size += len(data)
        if size > _MOST_BYTES:
            raise ModelError(f"{server.url} sent more than {_MOST_BYTES:,} bytes for one answer. Is it a chat server?")
        *lines, rest = (rest + data).split(b"\n")
        yield from (line.decode("utf-8", "replace") for line in lines)
    yield rest.decode("utf-8", "replace")


def _contents(lines: Iterator[str]) -> Iterator[str]:
    """The pieces of text in an event stream, or in one JSON object of a server that does not stream."""
    other: list[str] = []
    for line in lines:
        data = line.strip()
        if data.startswith("data:"):
            data = data.removeprefix("data:").strip()
            if data == "[DONE]":
                return
            yield _content(data)
        elif data and not data.startswith((":", "event:", "id:", "retry:")):
            other.append(data)
    if other:
        yield _content("\n".join(other))


def _content(data: str) -> str:
    try:
        found = json.loads(data)
        choice = found["choices"][0] if found["choices"] else {}
        content = (choice.get("delta") or choice.get("message") or {}).get("content")
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise ModelError("The language model's server sent something that is no chat answer.") from error
    return content if isinstance(content, str) else ""


def _limited(pieces: Iterator[str]) -> Iterator[str]:
    left = _MOST_CHARACTERS
    for piece in pieces:
        yield piece[:left]
        left -= len(piece)
        if left <= 0:
            return
