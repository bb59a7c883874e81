"""A language model's server that writes what a test says: a real one on a real socket."""

from __future__ import annotations

import json
import re
import select
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# What no briefing says: it must be left out.
UNSUPPORTED = "The parliament was dissolved on 3 May 1847"


class ScriptedModel(ThreadingHTTPServer):
    """Repeats the first sentences it is given, each with its number, and then one that nothing supports.

    `go` is cleared to have it wait after its first sentence, until `left` tells that nobody listens any more; `refuses`
    has it answer with an error. `asked` holds the headers and the bodies of what it was sent.
    """

    daemon_threads = True
    name = "scripted-model"

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Reply)
        self.go = threading.Event()
        self.go.set()
        self.left = threading.Event()
        self.refuses = False
        self.asked: list[tuple[dict[str, str], dict[str, Any]]] = []

    @property
    def address(self) -> str:
        """What `llm_url` is set to."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    @property
    def settings(self) -> dict[str, object]:
        """The settings that name it."""
        return {"llm_url": self.address, "llm_model": self.name}

    def sentences(self, messages: Sequence[dict[str, str]]) -> list[str]:
        """What it writes, sentence by sentence."""
        given = [json.loads(line) for line in messages[-1]["content"].splitlines() if line.startswith('{"')]
        if not given:
            return ["1,", "2,", "3."]
        written = [f"{_first(one['words'])} [{one['n']}]." for one in given if "words" in one and "n" in one][:2]
        return [*written, f"{UNSUPPORTED} [1]."]


def _first(words: str) -> str:
    """The first sentence, without the stop at its end."""
    return re.split(r"(?<=[.!?])\s", words.strip())[0].rstrip(".!?")


class _Reply(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        model = self.server
        assert isinstance(model, ScriptedModel)
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        model.asked.append((dict(self.headers), body))
        if model.refuses:
            self.send_error(401)
            return
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        for place, sentence in enumerate(model.sentences(body["messages"])):
            # The first is only known to be whole when the next one begins.
            while place == 2 and not model.go.wait(0.02):
                if select.select([self.connection], [], [], 0)[0]:
                    # All that it is sent was read: what comes now is the end of the connection.
                    model.left.set()
                    return
            self._send(f"{sentence} ")
        self.wfile.write(b"data: [DONE]\n\n")

    def _send(self, text: str) -> None:
        event = json.dumps({"choices": [{"delta": {"content": text}}]})
        self.wfile.write(f"data: {event}\n\n".encode())
        self.wfile.flush()

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@contextmanager
def scripted_model() -> Iterator[ScriptedModel]:
    """The server until the block ends."""
    with ScriptedModel() as started:
        threading.Thread(target=started.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield started
        finally:
            started.go.set()
            started.shutdown()
