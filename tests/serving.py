"""Starting `onrecord serve` as a user does, and stopping it."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

_START_SECONDS = 120
_COMMAND = "from onrecord.ui.cli import main; main()"


@dataclass(frozen=True)
class Server:
    """A running server: its address, and the library it serves."""

    address: str
    library: Path


@contextmanager
def serving(library: Path, *options: str) -> Iterator[Server]:
    """Serve a library on a free port until the block ends; the model is loaded when it begins."""
    process = subprocess.Popen(
        [sys.executable, "-c", _COMMAND, "--library", str(library), "serve", "--port", "0", *options],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        line = process.stdout.readline()
        found = re.search(r"http://\S+", line)
        assert found, f"no address in {line!r}"
        yield Server(found[0], library)
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
