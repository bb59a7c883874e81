"""A Ray cluster of two machines, one of which dies in the middle of an addition."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from onrecord.rag import Library, Settings

pytestmark = pytest.mark.soak
FILES, BEFORE = 1500, 150
RAY = Path(sys.executable).with_name("ray")
ADDRESS = "10.77.31.{}"
PORT = 6391


@dataclass(frozen=True, slots=True)
class Machine:
    """A network namespace, which is a machine to Ray: an address and processes of its own."""

    name: str
    address: str

    def command(self, *words: object) -> list[str]:
        return ["ip", "netns", "exec", self.name, *map(str, words)]

    def processes(self) -> list[int]:
        told = subprocess.run(["ip", "netns", "pids", self.name], capture_output=True, text=True, check=True)
        return [int(word) for word in told.stdout.split()]

    def kill(self) -> None:
        for process in self.processes():
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def has_actor(self) -> bool:
        """Whether one of its processes reads and embeds."""
        for process in self.processes():
            with suppress(OSError):
                if b"MapWorker" in Path(f"/proc/{process}/cmdline").read_bytes():
                    return True
        return False


def run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True)


@pytest.fixture
def machines() -> Iterator[tuple[Machine, Machine]]:
    """Two machines on one network."""
    if shutil.which("ip") is None or os.geteuid() != 0:
        pytest.skip("two machines are made of network namespaces: that needs root and Debian's iproute2")
    pair = (
        Machine(f"onrecord-{os.getpid()}-a", ADDRESS.format(1)),
        Machine(f"onrecord-{os.getpid()}-b", ADDRESS.format(2)),
    )
    cables = (f"or{os.getpid()}a", f"or{os.getpid()}b")
    try:
        for machine in pair:
            try:
                run("ip", "netns", "add", machine.name)
            except subprocess.CalledProcessError as error:
                pytest.skip(f"no network namespaces here: {error.stderr.decode().strip()}")
        run("ip", "link", "add", cables[0], "type", "veth", "peer", "name", cables[1])
        for machine, cable in zip(pair, cables, strict=True):
            run("ip", "link", "set", cable, "netns", machine.name)
            run(*machine.command("ip", "addr", "add", f"{machine.address}/24", "dev", cable))
            run(*machine.command("ip", "link", "set", cable, "up"))
            run(*machine.command("ip", "link", "set", "lo", "up"))
        yield pair
    finally:
        for machine in pair:
            with suppress(subprocess.CalledProcessError):
                machine.kill()
                run("ip", "netns", "del", machine.name)


@pytest.fixture
def cluster(machines: tuple[Machine, Machine], tmp_path: Path) -> str:
    """A cluster of both machines, with a processor each; its address."""
    pytest.importorskip("ray", reason="no Ray here: pip install 'onrecord[ray]'")
    first, second = machines
    address = f"{first.address}:{PORT}"
    common = ["--num-cpus=1", "--object-store-memory=80000000", "--block"]
    starts = (
        (first, ["--head", f"--port={PORT}", "--include-dashboard=false", f"--temp-dir=/tmp/or-{os.getpid()}"]),
        (second, [f"--address={address}"]),
    )
    for machine, words in starts:
        subprocess.Popen(
            machine.command(RAY, "start", f"--node-ip-address={machine.address}", *words, *common),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment(),
            start_new_session=True,
        )
        nodes = [f"import ray; ray.init('{address}', logging_level='ERROR'); print(len(ray.nodes()))"]
        until = time.monotonic() + 180
        while True:
            told = subprocess.run(
                first.command(sys.executable, "-c", *nodes),
                capture_output=True,
                text=True,
                env=environment(),
                check=False,
            )
            if told.stdout.strip() == str(1 + (machine is second)):
                break
            assert time.monotonic() < until, told.stderr
            time.sleep(1)
    return address


def environment() -> dict[str, str]:
    # Without a password that both must have, and from the tree that is tested.
    return {**os.environ, "RAY_AUTH_MODE": "disabled", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def test_a_machine_that_dies_loses_and_doubles_nothing(
    cluster: str, machines: tuple[Machine, Machine], small_settings: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(FILES):
        text = "\n".join(f"{number}.{line}: the harbour has {line * number} berths." for line in range(60))
        (folder / f"{number:04}.txt").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "onrecord.ui.cli", "--library", small_settings.library]
    process = subprocess.Popen(
        machines[0].command(*command, "add", folder, "--ray", cluster, "--json"),
        env={**environment(), "ONRECORD_MODEL": str(small_settings.model)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with Library.open(settings=small_settings) as library:
        while process.poll() is None and not (len(library.summaries()) >= BEFORE and machines[1].has_actor()):
            time.sleep(0.05)
        machines[1].kill()
        before = len(library.summaries())
        output, told = process.communicate(timeout=400)
        assert process.returncode == 0, told
        assert "Traceback" not in told
        print(told)  # shown where the test fails
        assert BEFORE <= before < FILES
        files = json.loads(output)["files"]
        assert [one["outcome"] for one in files] == ["added"] * FILES
        summaries = library.summaries()
        assert len(summaries) == len({one.source for one in summaries}) == FILES
        assert sum(one.passages for one in summaries) == sum(one["passages"] for one in files)
        assert library.verify() == []
