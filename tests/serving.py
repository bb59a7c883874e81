"""Starting `onrecord serve` as a user does, and stopping it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

_START_SECONDS = 120
_COMMAND = "from onrecord.ui.command.cli import main; main()"


@dataclass(frozen=True)
class Server:
    """A running server: its address, the library it serves, its process, and the file of its messages where kept."""

    address: str
    library: Path | str
    process: subprocess.Popen[str]
    log: Path | None = None


@contextmanager
def serving(
    library: Path | str,
    *options: str,
    command: str = "serve",
    settings: Mapping[str, object] | None = None,
    log: Path | None = None,
) -> Iterator[Server]:
    """Serve a library on a free port until the block ends; the model is loaded when it begins.

    `settings` are environment variables without their prefix; what the server says on standard error goes to `log`.
    """
    chosen = {f"ONRECORD_{name.upper()}": str(value) for name, value in (settings or {}).items()}
    with ExitStack() as files:
        messages = files.enter_context(log.open("ab")) if log else None
        process = subprocess.Popen(
            [sys.executable, "-c", _COMMAND, "--library", str(library), *command.split(), "--port", "0", *options],
            stdout=subprocess.PIPE,
            stderr=messages,
            text=True,
            env={**os.environ, **chosen},
        )
    try:
        assert process.stdout
        line = process.stdout.readline()
        found = re.search(r"http://\S+", line)
        assert found, f"no address in {line!r}"
        yield Server(found[0], library, process, log)
    finally:
        process.terminate()
        process.wait(30)


def wait_for_model(address: str) -> None:
    """Wait until questions are answered without a wait."""
    deadline = time.monotonic() + _START_SECONDS
    while True:
        state = httpx.get(f"{address}/api/status", timeout=_START_SECONDS).json()["model"]["state"]
        assert state != "failed"
        if state == "ready":
            return
        assert time.monotonic() < deadline, "the model did not load"
        time.sleep(0.3)
