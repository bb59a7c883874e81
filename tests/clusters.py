"""Machines made of network namespaces, with a Ray node and a core each: for the long tests and for benchmarks."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_ADDRESS = "10.77.31.{}"
_PORT = 6391
_RAY = Path(sys.executable).with_name("ray")
_SECONDS_TO_START = 180


@dataclass(frozen=True, slots=True)
class Machine:
    """A network namespace, which is a machine to Ray: an address and processes of its own, on one core."""

    name: str
    address: str
    core: int

    def command(self, *words: object) -> list[str]:
        """A command as it is run on the machine."""
        return ["ip", "netns", "exec", self.name, "taskset", "-c", str(self.core), *map(str, words)]

    def processes(self) -> list[int]:
        told = subprocess.run(["ip", "netns", "pids", self.name], capture_output=True, text=True, check=True)
        return [int(word) for word in told.stdout.split()]

    def kill(self) -> None:
        """End all that runs there, as if its power failed."""
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


def environment() -> dict[str, str]:
    """Without a password that all machines must have, and from the tree that is tested."""
    path = os.pathsep.join(filter(None, sys.path))
    return {**os.environ, "RAY_AUTH_MODE": "disabled", "PYTHONPATH": path, "RAY_USAGE_STATS_ENABLED": "0"}


def why_no_machines() -> str | None:
    """Why there can be none here, or None where there can."""
    if sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("ip") or not shutil.which("taskset"):
        return "machines are made of network namespaces: that needs Linux, root, iproute2 and util-linux"
    name = f"onrecord-{os.getpid()}-try"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True, check=False)
    if made.returncode:
        return f"no network namespaces here: {made.stderr.strip()}"
    _run("ip", "netns", "del", name)
    return None


@contextmanager
def machines() -> Iterator[tuple[Machine, Machine]]:
    """Two machines on one network, on a core each where there are two."""
    cores = sorted(os.sched_getaffinity(0))
    pair = tuple(
        Machine(f"onrecord-{os.getpid()}-{number}", _ADDRESS.format(number + 1), cores[number % len(cores)])
        for number in range(2)
    )
    cables = [f"or{os.getpid()}{end}" for end in "ab"]
    try:
        for machine in pair:
            _run("ip", "netns", "add", machine.name)
        _run("ip", "link", "add", cables[0], "type", "veth", "peer", "name", cables[1])
        for machine, cable in zip(pair, cables, strict=True):
            _run("ip", "link", "set", cable, "netns", machine.name)
            _run(*machine.command("ip", "addr", "add", f"{machine.address}/24", "dev", cable))
            _run(*machine.command("ip", "link", "set", cable, "up"))
            _run(*machine.command("ip", "link", "set", "lo", "up"))
        yield pair[0], pair[1]
    finally:
        for machine in pair:
            with suppress(subprocess.CalledProcessError):
                machine.kill()
                _run("ip", "netns", "del", machine.name)


@contextmanager
def cluster(members: Sequence[Machine], folder: Path) -> Iterator[str]:
    """The address of a Ray cluster of machines, with a processor each; its files are put into a folder.

    The folder's path must be short: Ray makes sockets in it.
    """
    first = members[0]
    address = f"{first.address}:{_PORT}"
    common = ["--num-cpus=1", "--object-store-memory=100000000", "--block"]
    try:
        for count, machine in enumerate(members, start=1):
            where = (
                ["--head", f"--port={_PORT}", "--include-dashboard=false", f"--temp-dir={folder}"]
                if machine is first
                else [f"--address={address}"]
            )
            subprocess.Popen(
                machine.command(_RAY, "start", f"--node-ip-address={machine.address}", *where, *common),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=environment(),
                start_new_session=True,
            )
            _wait_for(first, address, count)
        yield address
    finally:
        for machine in members:
            machine.kill()


def _wait_for(first: Machine, address: str, count: int) -> None:
    counting = f"import ray; ray.init('{address}', logging_level='ERROR'); print(len(ray.nodes()))"
    until = time.monotonic() + _SECONDS_TO_START
    while True:
        told = subprocess.run(
            first.command(sys.executable, "-c", counting),
            capture_output=True,
            text=True,
            env=environment(),
            check=False,
        )
        if told.stdout.strip().endswith(str(count)):
            return
        if time.monotonic() > until:
            raise TimeoutError(f"The Ray cluster does not start: {told.stderr}")
        time.sleep(1)


def _run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True)
