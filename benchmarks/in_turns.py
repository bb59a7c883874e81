"""This tree and an earlier one in turns: what a question, an addition and a server cost from the start of a process."""

from __future__ import annotations

import itertools
import json
import os
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

_TURNS = 3
_HERE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class _Cost:
    """What a process took: seconds by the clock, seconds of processors, and megabytes at most."""

    seconds: float
    processor: float
    megabytes: int


def speed_of_adding(paths: list[Path], baseline: Path, folder: Path) -> dict[str, object]:
    """Adding, the models loaded, by this tree and an earlier one in turns, each in a process of its own."""
    numbers = itertools.count()

    def add(tree: Path, _: Path) -> _Cost:
        library = folder / f"added-{next(numbers)}"
        return _run(tree, [sys.executable, "-c", _ADDING, str(library), *map(str, paths)], library, reports=True)

    return {"adding": in_turns({_HERE: folder, baseline.resolve(): folder}, add), "unit": "of the addition alone"}


# Of this and earlier trees alike. The model is opened by a first, short addition.
_ADDING = """
import json, sys, tempfile, time
from pathlib import Path
from onrecord.rag import Library
with Library.open(sys.argv[1]) as library:
    library.load_model()
    first = Path(tempfile.mkdtemp()) / "first.txt"
    first.write_text("The bridge opens on Monday, the minister said. It cost less than was planned.")
    library.add([first])
    clock, processor = time.perf_counter(), time.process_time()
    report = library.add([Path(path) for path in sys.argv[2:]])
    count = sum(item.passages for item in report.files)
    print(json.dumps([time.perf_counter() - clock, time.process_time() - processor, count]))
"""


def first_answers(question: str, paths: list[Path], baseline: Path | None, folder: Path) -> dict[str, object]:
    """From starting `onrecord serve` until a question is answered: to a program, and to the page, opened at once."""
    libraries = libraries_of(paths, baseline, folder)
    body = json.dumps({"question": question}).encode()
    called = json.dumps({"data": [question, None, None]}).encode()

    def by_the_api(address: str) -> None:
        _answered(f"{address}/api/ask", body)

    def page(address: str) -> None:
        _answered(address)
        _answered(f"{address}/config")

    def by_the_page(address: str) -> None:
        # As a browser does: what is on the page, then the question into Gradio's queue, and its events to the end.
        page(address)
        event = json.loads(_answered(f"{address}/gradio_api/call/ask", called))["event_id"]
        _answered(f"{address}/gradio_api/call/ask/{event}")

    kinds = {"answer_over_http": by_the_api, "page": page, "answer_by_the_page": by_the_page}
    return {kind: in_turns(libraries, partial(_served, work)) for kind, work in kinds.items()}


def _served(work: Callable[[str], None], tree: Path, library: Path) -> _Cost:
    """From starting a server until it has done some work, asked of it from the first moment on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    started = time.perf_counter()
    process = subprocess.Popen(
        [*_onrecord(tree), "serve", "--port", str(port)],
        env=_environment(tree, library),
        cwd=tree,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        work(f"http://127.0.0.1:{port}")
        seconds = time.perf_counter() - started
    finally:
        process.terminate()
        _, _, used = os.wait4(process.pid, 0)
    return _Cost(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss // 1024)


@contextmanager
def server_of(tree: Path, library: Path) -> Iterator[Server]:
    """A tree's server over a library, until the block ends; its model is loaded when it begins."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    process = subprocess.Popen(
        [*_onrecord(tree), "serve", "--port", address.rpartition(":")[2]],
        env=_environment(tree, library),
        cwd=tree,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while json.loads(_answered(f"{address}/api/status"))["model"]["state"] != "ready":
            time.sleep(0.2)
        yield Server(address, process.pid)
    finally:
        process.terminate()
        process.wait(30)


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    address: str
    pid: int

    def processor(self) -> float:
        """Seconds of processors that it has taken until now."""
        used = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK")


def _answered(address: str, body: bytes | None = None) -> bytes:
    """What a server says to a request, sent again as long as nobody listens or it says that it is not ready."""
    request = urllib.request.Request(address, body, {"content-type": "application/json"} if body else {})
    while True:
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                said: bytes = answer.read()
                return said
        except urllib.error.HTTPError as error:
            if error.code != 503:
                raise
        except OSError:
            pass
        time.sleep(0.02)


def libraries_of(paths: list[Path], baseline: Path | None, folder: Path) -> dict[Path, Path]:
    """For this tree and an earlier one, a library of its own with the briefings: their formats may differ."""
    libraries = {}
    for number, tree in enumerate([_HERE, *([baseline.resolve()] if baseline else [])]):
        libraries[tree] = folder / f"library-{number}"
        command(tree, libraries[tree], "add", *map(str, [path.resolve() for path in paths]))
    return libraries


def in_turns(libraries: dict[Path, Path], work: Callable[[Path, Path], _Cost]) -> dict[str, object]:
    """Medians of some turns of each tree, and how many times more the earlier one takes."""
    costs: dict[Path, list[_Cost]] = {tree: [] for tree in libraries}
    for _ in range(_TURNS):
        for tree, library in libraries.items():
            costs[tree].append(work(tree, library))
    medians = {
        "this" if tree == _HERE else "baseline": {
            name: round(statistics.median(getattr(cost, name) for cost in taken), 2)
            for name in ("seconds", "processor", "megabytes")
        }
        for tree, taken in costs.items()
    }
    if "baseline" not in medians:
        return dict(medians)
    ratios = {name: round(value / medians["this"][name], 2) for name, value in medians["baseline"].items()}
    return {**medians, "baseline_over_this": ratios}


def command(tree: Path, library: Path, *arguments: str) -> _Cost:
    """Run `onrecord` of a tree over a library."""
    return _run(tree, [*_onrecord(tree), *arguments], library)


def _onrecord(tree: Path) -> list[str]:
    # Where the command stands in this tree, and where it stood in those that it is compared with.
    module = "onrecord.ui.command.cli" if (tree / "ui" / "command").is_dir() else "onrecord.ui.cli"
    return [sys.executable, "-m", module]


def _run(tree: Path, command: list[str], library: Path, *, reports: bool = False) -> _Cost:
    """Run a command of a tree; with `reports` it prints its own times, without those of starting."""
    started = time.perf_counter()
    process = subprocess.Popen(command, env=_environment(tree, library), cwd=tree, stdout=subprocess.PIPE, stderr=-3)
    printed = process.stdout.read() if process.stdout else b""
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command[:6])} failed in {tree}")
    seconds, processor = time.perf_counter() - started, used.ru_utime + used.ru_stime
    if reports:
        seconds, processor, _ = json.loads(printed.splitlines()[-1])
    return _Cost(seconds, processor, used.ru_maxrss // 1024)


def _environment(tree: Path, library: Path) -> dict[str, str]:
    others = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    path = os.pathsep.join([str(tree), *(part for part in others if part and Path(part).resolve() != _HERE)])
    return {**os.environ, "PYTHONPATH": path, "ONRECORD_LIBRARY": str(library)}
